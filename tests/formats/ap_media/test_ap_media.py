"""The AP Media API: feeds, items, bodies that come later, statuses that cannot be trusted alone."""

import json

from hypothesis import given
from hypothesis import strategies as st

from worker.pipeline import Empty, Rejected, split
from worker.story import Kind, Payload, PubStatus, Story

NITF = """<?xml version="1.0"?><nitf><body>
<body.head><hedline><hl1>The last ferry leaves Harrow</hl1></hedline></body.head>
<body.content><block><p>HARROW (AP) — The last ferry left on Monday, the port said.</p></block></body.content>
</body></nitf>"""
ITEM = {
    "uri": "https://api.ap.org/media/v/content/0a1b?qt=x",
    "altids": {
        "itemid": "0a1b2c3d4e5f60718293a4b5c6d7e8f9",
        "etag": "0a1b_0a1aza0c0",
        "friendlykey": "2106012345",
        "referenceid": "US--Harrow Ferry",
        "transref": "V5414",
    },
    "version": 0,
    "type": "text",
    "urgency": 4,
    "language": "en",
    "versioncreated": "2021-03-01T08:00:00Z",
    "firstcreated": "2021-03-01T07:00:00Z",
    "pubstatus": "usable",
    "headline": "The last ferry leaves Harrow",
    "slugline": "BC-US--Harrow Ferry, 1st Ld-Writethru",
    "bylines": [{"by": "By ADA QUILL", "title": "Associated Press"}],
    "located": "HARROW",
    "datelinelocation": {"city": "Harrow", "countrycode": "XX"},
    "provider": "AP",
    "keywords": ["Ferry", "Harrow"],
    "subject": [
        {"code": "a", "name": "a", "rels": ["category"]},
        {"code": "1f", "name": "Shipping", "rels": ["direct"]},
        {"code": "2e", "name": "Transport", "rels": ["ancestor"]},
    ],
    "renditions": {"nitf": {"href": "https://api.ap.org/nitf/0a1b", "format": "IIM"}},
}
JOINED = {**ITEM, "renditions": {"nitf": {"value": NITF}}}


def parts(tree):
    return split(Payload(body=json.dumps(tree).encode()))


def lookup(item):
    return {"api_version": "1.1", "data": {"item": item}}


def feed(*items):
    return {
        "api_version": "1.1",
        "data": {"items": [{"meta": {"seq": 1}, "item": item} for item in items], "next_page": "x"},
    }


def test_an_item_without_its_rendition_is_a_stub_with_all_its_fields():
    (story,) = parts(lookup(ITEM))
    assert (story.kind, story.source_format) == (Kind.STUB, "ap-media-json")
    assert (story.native_id, story.native_version) == (ITEM["altids"]["itemid"], "0")
    assert {ITEM["altids"]["etag"], ITEM["uri"], "V5414"} <= set(story.native_ids)
    assert (story.slug, story.version_kind, story.transmission_no) == (
        "BC-US--Harrow Ferry",
        "writethru",
        "V5414",
    )
    assert [subject.code for subject in story.subjects] == ["a", "1f"]
    assert story.dateline.place == "Harrow"
    assert any("rendition" in warning for warning in story.warnings)


def test_a_rendition_that_the_client_joined_is_the_body():
    (story,) = parts(lookup(JOINED))
    assert [part.text for part in story.paragraphs] == [
        "HARROW (AP) — The last ferry left on Monday, the port said."
    ]
    assert (story.kind, story.agency, story.byline) == (Kind.STORY, "AP", "By ADA QUILL, Associated Press")


def test_a_feed_gives_its_texts_and_passes_over_pictures():
    picture = {**ITEM, "type": "picture"}
    second = {**JOINED, "altids": {"itemid": "f" * 32}, "headline": "A bridge is an hour away"}
    told = parts(feed(JOINED, picture, second, {"type": "text"}))
    assert [type(part) for part in told] == [Story, Story, Rejected]
    assert told[1].headline == "A bridge is an hour away"
    (bare,) = parts(JOINED)
    assert bare.native_id == ITEM["altids"]["itemid"]


def test_an_empty_feed_is_empty():
    (empty,) = parts({"api_version": "1.1", "data": {"items": []}})
    assert isinstance(empty, Empty)


def test_status_types_embargo_and_note_are_all_heard():
    (kill,) = parts(lookup({**ITEM, "pubstatus": "canceled"}))
    assert (kill.kind, kill.pub_status) == (Kind.KILL, PubStatus.CANCELED)
    (typed,) = parts(lookup({**JOINED, "editorialtypes": ["Kill"]}))
    assert typed.kind is Kind.KILL
    (held,) = parts(lookup({**JOINED, "editorialtypes": ["HoldForRelease"]}))
    assert held.pub_status is PubStatus.EMBARGOED
    (later,) = parts(lookup({**JOINED, "embargoed": "2030-01-01T05:00:00Z"}))
    assert (later.pub_status, later.embargo_until) == (PubStatus.EMBARGOED, "2030-01-01T05:00:00Z")
    (corrected,) = parts(lookup({**JOINED, "ednote": "CORRECTS number of passengers."}))
    assert corrected.kind is Kind.CORRECTION
    (test,) = parts(lookup({**JOINED, "signals": ["Test"]}))
    assert test.kind is Kind.SERVICE


def test_copy_that_ap_relays_keeps_its_true_origin():
    (story,) = parts(lookup({**JOINED, "infosource": [{"name": "Business Wire"}]}))
    assert (story.agency, story.distributor, story.kind) == ("Business Wire", "AP", Kind.PRESS_RELEASE)


@given(
    st.dictionaries(
        st.sampled_from([*ITEM]), st.none() | st.integers() | st.text(max_size=9) | st.lists(st.integers())
    )
)
def test_fields_of_any_type_never_raise(changes):
    parts(feed({**ITEM, **changes}, ITEM))
