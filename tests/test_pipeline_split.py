import json
from dataclasses import fields

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.errors import Reason
from worker.pipeline import Empty, Limits, Rejected, split
from worker.story import Coordinates, Payload, Story, story_id

COPY = "The ferry between Harrow and the outer islands will stop running at the end of March, the port said."


def reasons(parts):
    return [part.reason if isinstance(part, Rejected) else type(part).__name__ for part in parts]


def test_a_story_carries_what_the_headers_said_of_its_payload():
    where = Coordinates(topic="t", partition=3, offset=41)
    payload = Payload(
        body=COPY.encode(),
        id="bell-1",
        outlet="Harrow Bell",
        feed="bell",
        url="https://bell.example/ferry",
        published="2021-03-01",
        received=1614556800000,
        coordinates=where,
    )
    (story,) = split(payload)
    assert isinstance(story, Story)
    assert (story.payload_id, story.outlet, story.feed, story.url) == (
        "bell-1",
        "Harrow Bell",
        "bell",
        payload.url,
    )
    assert (story.published, story.received, story.coordinates) == (
        "2021-03-01T00:00:00Z",
        1614556800000,
        where,
    )
    assert story.source_format == "page-text"
    assert story.fingerprint.words > 10


def test_a_story_has_the_same_name_wherever_it_is_split():
    first, again = (split(Payload(body=COPY.encode(), outlet="Bell"))[0] for _ in range(2))
    assert first == again
    moved = Coordinates(topic="t", partition=1, offset=9)
    (other,) = split(Payload(body=COPY.encode(), outlet="Bell", coordinates=moved))
    assert other.id == first.id


def test_the_outlet_of_the_headers_outweighs_that_of_the_article():
    body = orjson.dumps({"outlet": "Bell Online", "text": COPY})
    assert split(Payload(body=body))[0].outlet == "Bell Online"
    assert split(Payload(body=body, outlet="Harrow Bell"))[0].outlet == "Harrow Bell"


def test_one_bad_part_never_takes_its_neighbours_with_it():
    body = orjson.dumps([{"text": COPY}, {"title": "no copy"}, 7, {"text": COPY + " Twice."}])
    parts = split(Payload(body=body))
    assert reasons(parts) == ["Story", Reason.NO_COPY, Reason.MALFORMED, "Story"]
    assert [part.part for part in parts if isinstance(part, Rejected)] == [1, 2]
    assert [part.coordinates.part for part in parts if isinstance(part, Story)] == [0, 3]


def test_a_sound_payload_without_a_story_is_empty():
    assert split(Payload(body=b"[]")) == (Empty(reason="no story in the payload"),)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", Reason.EMPTY_PAYLOAD),
        (b" \n", Reason.EMPTY_PAYLOAD),
        (bytes(range(256)), Reason.UNDECODABLE),
        (b"PK\x03\x04\x00\x00", Reason.MALFORMED),
        (b'{"text": "The fer', Reason.MALFORMED),
        (b'{"title": "The ferry"}', Reason.NO_COPY),
        (b"<html><body></body></html>", Reason.NO_COPY),
        (b'{"a":' * 99 + b"1" + b"}" * 99, Reason.TOO_DEEP),
        (b"x" * 101, Reason.TOO_LARGE),
        (b'{"text": "a b c d e f g h i j k"}', Reason.TOO_LARGE),
        (b'[{"text": "a"}, {"text": "b"}, {"text": "c"}]', Reason.TOO_MANY_STORIES),
    ],
)
def test_each_fault_has_its_reason(body, reason):
    limits = Limits(payload_bytes=100 if body[:1] == b"x" else 1000, copy_words=10, stories=2)
    (part,) = split(Payload(body=body), limits)
    assert isinstance(part, Rejected)
    assert part.reason is reason
    assert part.part is None


@pytest.mark.parametrize("name", ["title", "url", "outlet", "byline", "language"])
def test_a_line_that_every_message_would_repeat_has_a_limit(name):
    (part,) = split(Payload(body=orjson.dumps({"text": COPY, name: "é" * 5_000})))
    assert isinstance(part, Rejected)
    assert part.reason is Reason.TOO_LARGE
    assert isinstance(*split(Payload(body=orjson.dumps({"text": COPY, name: "é" * 4_000}))), Story)


def test_words_are_counted_in_a_script_without_spaces_too():
    (part,) = split(Payload(body="宮城県の漁港では".encode() * 10_000), Limits(copy_words=50_000))
    assert isinstance(part, Rejected)
    assert part.reason is Reason.TOO_LARGE


def test_a_text_too_short_to_match_is_still_a_story():
    (story,) = split(Payload(body=b"Ferry stops"))
    assert isinstance(story, Story)


@given(st.binary(max_size=400), st.one_of(st.none(), st.text(max_size=30)))
def test_arbitrary_bytes_give_parts_and_never_a_traceback(body, content_type):
    parts = split(Payload(body=body, content_type=content_type))
    assert parts
    assert len(parts) == 1 or not any(isinstance(part, Empty) for part in parts)


@given(
    st.recursive(
        st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=60)),
        lambda inner: st.one_of(
            st.lists(inner, max_size=4),
            st.dictionaries(
                st.sampled_from(["text", "html", "title", "byline", "outlet", "published", "id", "x"]),
                inner,
                max_size=5,
            ),
        ),
        max_leaves=12,
    )
)
def test_arbitrary_json_gives_parts_that_can_be_encoded(tree):
    for part in split(Payload(body=json.dumps(tree).encode())):
        orjson.dumps([str(getattr(part, field.name)) for field in fields(part)])


@given(st.text(st.sampled_from("<>/=\"' divpabscriphtml&;!-[]x"), max_size=300))
def test_arbitrary_markup_gives_parts(markup):
    assert split(Payload(body=b"<html>" + markup.encode()))


@pytest.mark.shared
def test_the_seeds_split_as_their_truth_tells(shared):
    truth = json.loads((shared / "seeds-truth.json").read_text(encoding="utf-8"))["stories"]
    split_by_file = {}
    for path in sorted((shared / "seeds").iterdir()):
        split_by_file[path.name] = list(split(Payload(body=path.read_bytes())))
    assert sum(map(len, split_by_file.values())) == len(truth)
    for told in truth:
        story = split_by_file[told["file"]].pop(0)
        copy = [" ".join(text.split()) for text in story.copy()]
        assert told["starts"] in copy[0]
        assert told["ends"] in copy[-1]
        assert story.headline == told.get("headline")
        if told.get("dateline"):
            assert story.dateline is not None
            assert story.dateline.place == told["dateline"].split(" (")[0]
        assert told["id"] == "002" or story.agency == told.get("agency")
        for furniture in told["furniture"]:
            held = [
                line for line in copy if (line == furniture if len(furniture) <= 2 else furniture in line)
            ]
            assert not held
            assert any(furniture in " ".join(item.text.split()) for item in story.furniture)


@pytest.mark.shared
def test_single_articles_stay_whole(shared):
    gzip = pytest.importorskip("gzip")
    with gzip.open(shared / "news" / "stream.jsonl.gz") as stream:
        parts = [split(Payload(body=line)) for line in stream]
    assert all(isinstance(part, Story) for several in parts for part in several)
    assert sum(len(several) > 1 for several in parts) <= 0.02 * len(parts)


@given(st.lists(st.text(alphabet="ab\u2019  \t\n\xa0\u2003\u3000\u200b", max_size=8), max_size=5))
def test_white_space_in_the_copy_does_not_name_a_story(texts):
    def named(*paragraphs):
        return story_id(
            outlet="Bell",
            feed=None,
            coordinates=Coordinates(topic="t", partition=0, offset=0),
            native_id=None,
            native_version=None,
            copy="\n".join(paragraphs),
            headline="Ferry",
        )

    assert named(*texts) == named(" ".join(" ".join(texts).split()))


def test_soft_hyphens_are_layout_and_no_copy():
    plain, hyphened = COPY, COPY.replace("islands", "is\xadlands").replace("running", "run\xadning")
    (one,), (other,) = split(Payload(body=plain.encode())), split(Payload(body=hyphened.encode()))
    assert other.paragraphs == one.paragraphs
    assert other.fingerprint == one.fingerprint
