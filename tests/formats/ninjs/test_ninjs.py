"""ninjs 1, 2 and 3: one reader for three spellings, associations, embargoes, near-JSON."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.pipeline import Empty, Rejected, split
from worker.story import Kind, Payload, PubStatus, Story

MARKED = (
    "<p>HARROW (AP) -- The last ferry left on Monday, the port said.</p>"
    "<p>The next bridge is an hour away and many of the 400 passengers are pupils.</p>"
)
PLAIN = (
    "The last ferry leaves Harrow\nTransport AP\nHARROW (AP) -- The last ferry left on Monday, the port said."
)
ONE = {
    "uri": "http://agency.example/items/ferry-1",
    "type": "text",
    "version": "3",
    "versioncreated": "2021-03-01T08:00:00+01:00",
    "firstcreated": "2021-03-01T07:00:00+01:00",
    "pubstatus": "usable",
    "urgency": 3,
    "language": "en-US",
    "headline": "The last ferry leaves Harrow",
    "byline": "By Ada Quill",
    "slugline": "BC-US--Harrow Ferry, 1st Ld-Writethru",
    "ednote": "UPDATES with arrival.",
    "copyrightnotice": "Copyright 2021 The Harbor Agency.",
    "subject": [{"code": "04015001", "name": "shipping", "scheme": "medtop"}],
    "body_xhtml": MARKED,
    "body_text": PLAIN,
}
TWO = {
    "uri": ONE["uri"],
    "type": "text",
    "versioncreated": "2021-03-01T08:00:00+01:00",
    "by": "By Ada Quill",
    "headlines": [{"role": "short", "value": "Ferry"}, {"role": "main", "value": ONE["headline"]}],
    "bodies": [
        {"role": "text", "contenttype": "text/plain", "value": PLAIN},
        {"role": "xhtml", "contenttype": "text/html", "value": f"<body>{MARKED}</body>"},
    ],
    "altids": [{"role": "transref", "value": "h4711"}],
}
THREE = {
    **{key: value for key, value in TWO.items() if key not in ("versioncreated", "altids")},
    "versionCreated": TWO["versioncreated"],
    "altIds": TWO["altids"],
}


def parts(tree):
    return split(Payload(body=json.dumps(tree).encode()))


def stories(tree):
    return [part for part in parts(tree) if isinstance(part, Story)]


@pytest.mark.parametrize("tree", [ONE, TWO, THREE], ids=["1", "2", "3"])
def test_three_versions_tell_one_story(tree):
    (story,) = stories(tree)
    assert (story.headline, story.byline) == ("The last ferry leaves Harrow", "By Ada Quill")
    assert (story.native_id, story.source_format) == ("http://agency.example/items/ferry-1", "ninjs")
    assert story.version_created == "2021-03-01T08:00:00+01:00"
    assert [part.text for part in story.paragraphs] == [
        "HARROW (AP) -- The last ferry left on Monday, the port said.",
        "The next bridge is an hour away and many of the 400 passengers are pupils.",
    ]
    assert (story.agency, story.kind) == ("AP", Kind.STORY)


def test_handling_and_rights_are_kept():
    (story,) = stories(ONE)
    assert (story.slug, story.version_kind, story.native_version) == ("BC-US--Harrow Ferry", "writethru", "3")
    assert (story.urgency, story.language, story.ed_note) == (3, "en", "UPDATES with arrival.")
    assert (story.subjects[0].code, story.subjects[0].scheme) == ("04015001", "medtop")
    assert story.copyright == "Copyright 2021 The Harbor Agency."


def test_a_line_of_section_and_source_is_no_copy():
    body = "The last ferry leaves Harrow\nTransport TT\nThe last ferry left on Monday, the port said."
    (story,) = stories({**TWO, "bodies": [{"value": body}]})
    assert story.paragraphs[0].text.startswith("The last ferry left")


def test_pictures_are_no_stories_and_associated_texts_are():
    picture = {"type": "picture", "headline": "A ferry", "body_text": "A ferry at dusk, seen from the quay."}
    sidebar = {**ONE, "uri": "urn:sidebar", "headline": "A bridge is an hour away"}
    tree = {
        **ONE,
        "type": "composite",
        "associations": {"featuremedia": picture, "sidebar": sidebar, "none": None},
    }
    assert [story.headline for story in stories(tree)] == [ONE["headline"], "A bridge is an hour away"]
    assert [story.headline for story in stories({**THREE, "associations": [picture, sidebar]})] == [
        ONE["headline"],
        "A bridge is an hour away",
    ]
    (empty,) = parts(picture | {"uri": "urn:p", "versioncreated": "2021-03-01T08:00:00Z"})
    assert isinstance(empty, Empty)


def test_an_envelope_of_items_gives_each_of_them():
    envelope = {
        "total": 2,
        "limit": 20,
        "offset": 0,
        "item": [ONE, {**ONE, "uri": "urn:b", "headline": "Two"}],
    }
    assert [story.headline for story in stories(envelope)] == [ONE["headline"], "Two"]


def test_an_embargo_beside_usable_is_an_embargo_and_an_unreadable_one_stays():
    (story,) = stories({**ONE, "embargoed": "2030-01-01T00:00:00Z"})
    assert (story.pub_status, story.embargo_until) == (PubStatus.EMBARGOED, "2030-01-01T00:00:00Z")
    (held,) = stories({**ONE, "embargoed": "the day after tomorrow"})
    assert (held.pub_status, held.embargo_until) == (PubStatus.EMBARGOED, None)
    assert held.warnings
    (empty,) = stories({**ONE, "embargoed": ""})
    assert empty.pub_status is PubStatus.USABLE


def test_a_canceled_item_without_body_is_a_kill_and_an_unknown_status_holds():
    (kill,) = stories({**ONE, "pubstatus": "canceled", "body_xhtml": "", "body_text": ""})
    assert (kill.kind, kill.pub_status) == (Kind.KILL, PubStatus.CANCELED)
    (held,) = stories({**ONE, "pubstatus": "frozen"})
    assert held.pub_status is PubStatus.WITHHELD


def test_near_json_is_read_and_cut_json_is_refused():
    raw = json.dumps(ONE).replace("the port said", "the port\n said")
    (story,) = split(Payload(body=raw.encode()))
    assert "the port said" in story.paragraphs[0].text
    (rejected,) = split(Payload(body=raw[:-40].encode()))
    assert isinstance(rejected, Rejected)


def test_one_broken_element_of_an_array_does_not_lose_its_neighbours():
    assert [type(part) for part in parts([ONE, 7, {**TWO, "headlines": []} | {"bodies": []}, TWO])] == [
        Story,
        Rejected,
        Rejected,
        Story,
    ]


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*ONE, *TWO, *THREE, "name", "value"]), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from([*ONE, *THREE, "associations", "embargoed", "item", "total"]), VALUES))
def test_fields_of_any_type_never_raise(changes):
    parts({**ONE, **changes})
    parts(changes)
