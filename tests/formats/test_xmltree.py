"""The XML reader against what feeds and attackers send: it repairs or refuses, and never hangs."""

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from worker.errors import Malformed, Reason, TooDeep
from worker.formats.xmltext import cut_documents, root_name
from worker.formats.xmltree import read_xml, text_of
from worker.pipeline import Empty, Limits, Rejected, split
from worker.story import Payload, Story

HERE = Path(__file__).parent
SAMPLES = [
    path.read_bytes()
    for folder in ("nitf", "newsml", "newsml_g2", "ritzau", "feed", "xml")
    for path in sorted((HERE / folder).iterdir())
    if path.suffix in {".xml", ".rss", ".atom"}
]
ROOTS = ("nitf", "newsMessage", "NewsML", "rss", "feed", "RBNews", "desk")


def document(copy):
    return f"<nitf><body><body.content><p>{copy}</p></body.content></body></nitf>"


def parts(body):
    return split(Payload(body=body if isinstance(body, bytes) else body.encode()))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("<nitf>", "nitf"),
        ("\ufeff\n<?xml version='1.0'?><!-- a > b --><!DOCTYPE x [<!ELEMENT a (b)>]><a:feed x='1'>", "feed"),
        ("<?xml version='1.0'", None),
        ("prose", None),
    ],
)
def test_the_root_stands_behind_whatever_comes_first(text, name):
    assert root_name(text) == name


def test_documents_are_cut_where_they_end_but_not_inside_cdata():
    assert cut_documents("<a/>") == ["<a/>"]
    joined = "<a>1</a>\n<?xml version='1.0'?>\n<a>2</a><a>3</a>"
    assert [text_of(read_xml(text)[0]) for text in cut_documents(joined)] == ["1", "2", "3"]
    quoted = "<a><![CDATA[<a>1</a><?xml version='1.0'?><a>2</a>]]></a>"
    assert cut_documents(quoted) == [quoted]


@pytest.mark.parametrize("root", ROOTS)
def test_an_entity_bomb_is_refused_and_costs_nothing(root):
    lols = "".join(f'<!ENTITY lol{n} "{f"&lol{n - 1};" * 10}">' for n in range(1, 12))
    bomb = (
        f'<?xml version="1.0"?><!DOCTYPE {root} [<!ENTITY lol0 "lol">{lols}]><{root}><p>&lol11;</p></{root}>'
    )
    begun = time.perf_counter()
    (rejected,) = parts(bomb)
    assert time.perf_counter() - begun < 0.5
    assert (rejected.reason, "entities" in rejected.message) == (Reason.MALFORMED, True)


def test_an_external_entity_is_never_fetched(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("the harbour master's key")
    text = f'<!DOCTYPE nitf [<!ENTITY x SYSTEM "{secret.as_uri()}">]>{document("&x;")}'
    (rejected,) = parts(text)
    assert isinstance(rejected, Rejected)
    assert "key" not in str(rejected)
    with pytest.raises(Malformed):
        read_xml(text)


def test_a_document_type_that_is_not_used_is_dropped():
    text = '<!DOCTYPE nitf PUBLIC "a" "http://127.0.0.1:1/x.dtd" [<!ENTITY u "v">]><nitf>x</nitf>'
    assert text_of(read_xml(text)[0]) == "x"


def test_markup_nested_too_deep_is_refused():
    with pytest.raises(TooDeep):
        read_xml("<a>" * 5_000 + "</a>" * 5_000)
    deep = "<div>" * 240 + "x" + "</div>" * 240
    (rejected,) = parts(f"<nitf><body><body.content>{deep}</body.content></body></nitf>")
    assert rejected.reason is Reason.TOO_DEEP


def test_a_feed_over_the_limit_of_bytes_is_refused_unread():
    body = b"<rss><channel>" + b"<item><title>a</title></item>" * 1_800_000
    assert len(body) > 50_000_000
    begun = time.perf_counter()
    (rejected,) = parts(body)
    assert rejected.reason is Reason.TOO_LARGE
    assert time.perf_counter() - begun < 0.5


def test_a_feed_of_too_many_stories_is_refused():
    body = "<rss><channel>" + "<item><content>copy</content></item>" * 30 + "</channel></rss>"
    (rejected,) = split(Payload(body=body.encode()), Limits(stories=10))
    assert rejected.reason is Reason.TOO_MANY_STORIES


@pytest.mark.parametrize("label", ["utf-16", "shift_jis", "us-ascii", "x-unknown", "iso-8859-1", "base64"])
def test_a_false_charset_in_the_declaration_never_decides(label):
    body = f'<?xml version="1.0" encoding="{label}"?>{document("Müller paid £5.")}'
    (story,) = parts(body)
    assert story.paragraphs[0].text == "Müller paid £5."


def test_nuls_and_controls_are_forgiven():
    (story,) = parts(document("The port\x00 reopened\x1e today.</p><p>The harbour master said so on Monday."))
    assert story.paragraphs[0].text == "The port reopened today."


@pytest.mark.parametrize("sample", SAMPLES)
def test_a_payload_cut_anywhere_gives_a_reason_or_its_whole_items(sample):
    whole = {part.id for part in parts(sample)}
    for end in range(40, len(sample), max(97, len(sample) // 25)):
        for part in parts(sample[:end]):
            assert isinstance(part, Story | Rejected | Empty)
            assert not isinstance(part, Story) or part.id in whole or part.source_format == "html-page"


@pytest.mark.parametrize(
    "text",
    [
        "<rss>" + "<![CDATA[" * 40_000,
        "<rss>" + "<item>" * 40_000,
        "<nitf>" + "</nitf> <nitf" * 30_000,
        "<nitf>" + "</nitf>" * 40_000,
        "<nitf>" + "&" * 200_000,
        "<nitf " + "a='b' " * 30_000,
        "<!DOCTYPE nitf [" + "]" * 200_000,
        "<!--" * 60_000 + "<nitf>",
        "<nitf>" + "&a;" * 60_000 + "</nitf>",
        "<newsMessage>" + "<newsItem></newsItem>" * 20_000,
        "<feed><entry><content>" + "&lt;p&gt;" * 30_000 + "</content></entry></feed>",
        "<feed><entry><content>" + "[caption " * 20_000 + "</content></entry></feed>",
        "<feed><entry><content>" + "\n x \n" * 40_000 + "</content></entry></feed>",
        "<feed><entry><title>" + "Ã" * 200_000 + "</title></entry></feed>",
        "<x>" + "<headline>a</headline>" * 20_000 + "</x>",
        "<x><headline>" * 100 + "</headline></x>" * 100,
    ],
)
def test_markup_made_to_be_slow_is_not(text):
    begun = time.perf_counter()
    assert parts(text)
    assert time.perf_counter() - begun < 4


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(SAMPLES), st.data())
def test_a_payload_with_bytes_changed_gives_parts(sample, data):
    body = bytearray(sample)
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(0, len(body) - 1))
        match data.draw(st.integers(0, 2)):
            case 0:
                body[at] = data.draw(st.integers(0, 255))
            case 1:
                del body[at : at + data.draw(st.integers(1, 200))]
            case _:
                body[at:at] = data.draw(
                    st.binary(max_size=20) | st.sampled_from([b"<p>", b"</p>", b"&", b"]]>", b"<![CDATA["])
                )
        if not body:
            return
    assert all(isinstance(part, Story | Rejected | Empty) for part in parts(bytes(body)))


names = st.sampled_from(
    "nitf body body.content p br table tr td item entry title content newsItem itemMeta contentMeta "
    "contentSet inlineXML NewsItem NewsComponent DataContent RBNews NewsID note media media-caption "
    "li blockquote headline pubStatus embargoed date byline".split()
)
trees = st.recursive(
    st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="<&"), max_size=12),
    lambda inner: st.builds(
        lambda name, parts: f"<{name}>{''.join(parts)}</{name}>", names, st.lists(inner, max_size=4)
    ),
    max_leaves=25,
)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(ROOTS), trees)
def test_any_tree_under_a_known_root_gives_parts(root, tree):
    assert all(isinstance(part, Story | Rejected | Empty) for part in parts(f"<{root}>{tree}</{root}>"))
