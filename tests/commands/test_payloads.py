"""Payload files are read as they are, in an order that does not depend on the machine."""

import gzip

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.commands.payloads import InputError, content_id, milliseconds, read_payloads

FERRY = b"The night ferry turned back.\n\nNobody was hurt.\n"


def articles(*said):
    return b"".join(orjson.dumps(each) + b"\n" for each in said)


def test_a_directory_is_read_by_file_name_and_bytes_are_untouched(tmp_path):
    (tmp_path / "b.txt").write_bytes(b"\xff\xfe\r\n\r\n odd ")
    (tmp_path / "a.txt").write_bytes(FERRY)
    (tmp_path / ".hidden").write_bytes(b"x")
    (tmp_path / "folder").mkdir()
    first, second = read_payloads([tmp_path])
    assert (first.kind, first.name, first.item, first.index) == ("path", str(tmp_path / "a.txt"), "a.txt", 0)
    assert (first.payload.body, second.payload.body) == (FERRY, b"\xff\xfe\r\n\r\n odd ")
    assert first.payload.content_type is None
    assert (second.index, second.outlet, second.published) == (1, None, None)


def test_a_manifest_tells_what_is_known_of_a_file(tmp_path):
    (tmp_path / "a.html").write_bytes(FERRY)
    manifest = tmp_path / "manifest.jsonl"
    facts = {
        "file": "a.html",
        "outlet": "Harbour Gazette",
        "url": "https://gazette.example/ferry",
        "published": "2026-03-18T18:02:10+01:00",
        "feed": "crawl",
        "content_type": "text/html",
        "domain": "for somebody else",
    }
    manifest.write_bytes(articles(facts, {"file": "of another run"}))
    (found,) = read_payloads([tmp_path], manifest)  # the manifest itself is no payload
    payload = found.payload
    assert (payload.outlet, payload.url, payload.feed) == ("Harbour Gazette", facts["url"], "crawl")
    assert (payload.content_type, payload.published) == ("text/html", facts["published"])
    assert found.published == payload.received == 1773853330000


def test_a_link_out_of_a_directory_is_not_read_and_one_in_it_is(tmp_path):
    (tmp_path / "secret.txt").write_bytes(b"not for the wire")
    drop = tmp_path / "files"
    (drop / "versions").mkdir(parents=True)
    (drop / "versions" / "a.txt").write_bytes(FERRY)
    (drop / "a.txt").symlink_to("versions/a.txt")  # as a mounted volume has its files
    (only,) = read_payloads([drop])
    assert (only.item, only.payload.body) == ("a.txt", FERRY)
    (drop / "b.txt").symlink_to("../secret.txt")
    with pytest.raises(InputError, match=r"b\.txt: is a link that leads out of its directory"):
        read_payloads([drop])
    (named,) = read_payloads([drop / "b.txt"])  # who names it means it
    assert named.payload.body == b"not for the wire"


def test_a_manifest_names_files_of_the_input_and_opens_none(tmp_path):
    (tmp_path / "secret.txt").write_bytes(b"not for the wire")
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "a.txt").write_bytes(FERRY)
    manifest = tmp_path / "files" / "manifest.jsonl"
    names = ["../secret.txt", str(tmp_path / "secret.txt"), "a.txt/../../secret.txt"]
    manifest.write_bytes(articles(*({"file": name, "outlet": "Nobody"} for name in names)))
    (only,) = read_payloads([tmp_path / "files"], manifest)
    assert (only.payload.body, only.outlet) == (FERRY, None)


@pytest.mark.parametrize("name", ["news.jsonl", "news.jsonl.gz"])
def test_a_line_of_a_jsonl_is_a_payload_as_it_stands(tmp_path, name):
    body = b'{"id": "x1",  "outlet": "Harbour Gazette", "text": "Ferry late."}'
    raw = body + b"\r\n\n" + b"no json\n" + b'{"text": "last line, no newline"}'
    (tmp_path / name).write_bytes(gzip.compress(raw) if name.endswith(".gz") else raw)
    first, second, third = read_payloads([tmp_path / name])
    assert first.payload.body == body
    assert (first.kind, first.name, first.outlet) == ("id", "x1", "Harbour Gazette")
    assert first.payload.content_type == "application/json"
    assert first.payload.outlet is None  # the article says it itself
    assert (second.payload.body, second.name) == (b"no json", f"{name}:3")
    assert (third.name, third.index) == (f"{name}:4", 2)


def test_the_same_delivery_has_the_same_id_wherever_its_file_lies(tmp_path):
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.txt").write_bytes(FERRY)
    (tmp_path / "two" / "b.txt").write_bytes(FERRY)
    one, two, other = (each.payload.id for each in read_payloads([tmp_path / "one", tmp_path / "two"]))
    assert one == two != other


@given(
    st.lists(st.text(max_size=8), min_size=4, max_size=4),
    st.lists(st.text(max_size=8), min_size=4, max_size=4),
)
def test_different_facts_never_share_an_id(left, right):
    same = content_id(*left, b"") == content_id(*right, b"")
    assert same == (left == right)


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        (b"{", "manifest.jsonl:2: is no JSON"),
        (b"[]", 'manifest.jsonl:2: is no object with a "file"'),
        (b'{"outlet": "x"}', 'manifest.jsonl:2: is no object with a "file"'),
        (b'{"file": "b", "outlet": ["x"]}', 'manifest.jsonl:2: "outlet" is no text'),
        (b'{"file": "a"}', "manifest.jsonl:2: names 'a' a second time"),
    ],
)
def test_a_malformed_manifest_is_refused_by_file_and_line(tmp_path, line, complaint):
    manifest = tmp_path / "manifest.jsonl"
    manifest.write_bytes(b'{"file": "a"}\n' + line + b"\n")
    with pytest.raises(InputError) as refused:
        read_payloads([tmp_path], manifest)  # before the first payload is asked for
    assert complaint in str(refused.value)


def test_what_is_not_there_is_named_before_anything_is_read(tmp_path):
    with pytest.raises(InputError, match="nowhere: no such file or directory"):
        read_payloads([tmp_path / "nowhere"])
    with pytest.raises(InputError, match="holds no payload file"):
        read_payloads([tmp_path])
    with pytest.raises(InputError, match="manifest"):
        read_payloads([tmp_path], tmp_path / "manifest")


def test_a_broken_archive_is_named(tmp_path):
    (tmp_path / "cut.jsonl.gz").write_bytes(gzip.compress(articles({"text": "x"}) * 100)[:-12])
    (tmp_path / "none.jsonl.gz").write_bytes(b"no gzip")
    for name in ("cut.jsonl.gz", "none.jsonl.gz"):
        with pytest.raises(InputError, match=f"{name}: cannot be read"):
            list(read_payloads([tmp_path / name]))


@pytest.mark.parametrize("text", [None, "", "yesterday", "1960-01-01", "0001-01-01T00:00:00+14:00"])
def test_a_time_that_is_none_decides_nothing(text):
    assert milliseconds(text) is None


@pytest.mark.shared
def test_the_five_seeds_are_read_with_their_outlets(shared):
    found = list(read_payloads([shared / "seeds"], shared / "seeds-manifest.jsonl"))
    assert [each.item[:3] for each in found] == ["000", "001", "002", "003", "004"]
    assert all(each.outlet for each in found)
