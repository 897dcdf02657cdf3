from typing import get_args

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from topics import messages as wire
from topics.codec import decode, decode_as, encode
from worker.lineage.placement import (
    Canonical,
    Change,
    CreditLines,
    Decision,
    Kept,
    Link,
    LinkType,
    Member,
    Merge,
    ParagraphChange,
    Passage,
    Placement,
    Relation,
    Status,
    Swap,
    Variant,
)
from worker.story import (
    Coordinates,
    Credit,
    CreditKind,
    Dateline,
    Fingerprint,
    Furniture,
    FurnitureKind,
    Kind,
    Paragraph,
    PubStatus,
    Role,
    Story,
    Subject,
)
from worker.stream import mapping

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
maybe = st.none() | texts
several = st.lists(texts, max_size=2).map(tuple)
moments = st.none() | st.integers(min_value=-62135596800000, max_value=253402300799999)
shares = st.floats(0, 1)
ids = texts.filter(bool)
counts = st.integers(0, 2**53)
coordinates = st.builds(Coordinates, topic=ids, partition=counts, offset=counts, part=counts)
stories = st.builds(
    Story,
    id=ids,
    coordinates=coordinates,
    received=moments,
    source_format=ids,
    **dict.fromkeys(("payload_id", "outlet", "feed", "url", "published", "headline", "deck"), maybe),
    **dict.fromkeys(("byline", "agency", "language", "native_id", "native_version"), maybe),
    **dict.fromkeys(("transmission_no", "slug", "version_kind", "ed_note", "embargo_until"), maybe),
    **dict.fromkeys(("first_created", "version_created", "copyright", "distributor"), maybe),
    **dict.fromkeys(("native_ids", "editorial_types", "keywords", "refers_to", "from_text"), several),
    **dict.fromkeys(("version_no", "part_no"), st.none() | counts),
    urgency=st.none() | st.integers(1, 8),
    pub_status=st.sampled_from(PubStatus),
    subjects=st.lists(st.builds(Subject, code=ids, scheme=maybe), max_size=2).map(tuple),
    kind=st.sampled_from(Kind),
    dateline=st.none() | st.builds(Dateline, text=texts, place=maybe, date=maybe, agency=maybe),
    credits=st.lists(
        st.builds(Credit, kind=st.sampled_from(CreditKind), text=texts, agency=maybe), max_size=2
    ).map(tuple),
    paragraphs=st.lists(st.builds(Paragraph, text=texts, role=st.sampled_from(Role)), max_size=3).map(tuple),
    furniture=st.lists(
        st.builds(Furniture, text=texts, kind=st.sampled_from(FurnitureKind), before=counts), max_size=3
    ).map(tuple),
    warnings=st.lists(texts, max_size=2).map(tuple),
    fingerprint=st.builds(Fingerprint, version=counts, words=counts, hashes=st.binary(max_size=24)),
)
STORY = Story(
    id="s2",
    coordinates=Coordinates(topic="t", partition=1, offset=9, part=1),
    received=1795381902250,
    source_format="text",
    outlet="Elder Valley News",
    headline="Ferry limps home",
    paragraphs=(Paragraph(text="The night ferry turned back."),),
    furniture=(Furniture(text="Share", kind=FurnitureKind.SHARE, before=1),),
    fingerprint=Fingerprint(version=1, words=5, hashes=b"12345678"),
)
VARIANT = Variant(
    relation=Relation.EDITED,
    coverage=2 / 3,
    novelty=0.123456,
    sequence=2,
    parent="s1",
    hops=1,
    lag=402250,
    agency="AP",
    credit=Kept.STRIPPED,
    credit_lines=CreditLines(byline=Kept.ALTERED),
    paragraphs=(ParagraphChange(change=Change.DROPPED, canonical=3, variant=None, similarity=1 / 3),),
    house_style=(Swap(canonical="U.S.", variant="US"),),
    names=(Swap(canonical="Brandt", variant="Brand"),),
    figures=(Swap(canonical="14", variant="40"),),
)


@settings(max_examples=60)
@given(stories)
def test_a_story_comes_back_from_the_wire_as_it_went(story):
    assert mapping.story_from_wire(decode_as(wire.StoryV1, encode(mapping.story_to_wire(story)))) == story


@given(moments, st.none() | ids, st.booleans())
def test_a_decision_comes_back_from_the_wire_as_it_went(at, story_id, redelivery):
    decision = Decision(at=at, story_id=story_id, redelivery=redelivery, facts={"a": [1, {"b": None}]})
    message = mapping.decision_to_wire(decision, offset=7, worker="0.1.0")
    read = decode_as(wire.PlacementV1, encode(message))
    assert mapping.decision_from_wire(read) == decision
    assert read.source == wire.Source(partition=0, offset=7)


def test_a_tick_comes_back_from_the_wire_as_it_went():
    assert mapping.tick_from_wire(mapping.tick_to_wire(1795381500042)) == 1795381500042


def test_a_variant_tells_its_placement_in_seconds_and_four_decimals():
    link = Link(
        type=LinkType.DERIVES_FROM,
        canonical_id="c9",
        story_id="s9",
        share=0.33335,
        passages=(Passage(own=(4, 6), other=(0, 2), words=118),),
    )
    placement = Placement(
        status=Status.PLACED, story=STORY, canonical_id="c1", variant=VARIANT, links=(link,)
    )
    message = mapping.placement_to_wire(placement)
    told = orjson.loads(encode(message))
    assert list(told) == [
        "schema", "status", "canonical_id", "sequence", "story_id", "outlet", "headline", "seen",
        "variant", "links", "story", "reason", "coordinates", "acts_on",
    ]  # fmt: skip
    assert told["seen"] == "2026-11-22T21:11:42.250Z"
    assert told["sequence"] == told["variant"]["sequence"] == 2
    assert (told["variant"]["coverage"], told["variant"]["novelty"]) == (0.6667, 0.1235)
    assert told["variant"]["lag"] == 402.25
    assert told["variant"]["credit"] == "stripped"
    assert told["variant"]["credit_lines"]["byline"] == "altered"
    assert told["variant"]["paragraphs"] == [
        {"change": "dropped", "canonical": 3, "variant": None, "similarity": 0.3333}
    ]
    assert told["links"][0]["passages"] == [{"own": [4, 6], "other": [0, 2], "words": 118}]
    assert told["story"]["paragraphs"] == [{"text": "The night ferry turned back.", "role": "copy"}]
    assert told["story"]["furniture"] == [{"text": "Share", "kind": "share", "before": 1}]
    assert told["story"]["fingerprint"] is None
    assert told["coordinates"] == {"topic": "t", "partition": 1, "offset": 9, "part": 1}
    assert decode(encode(message)) == message


def test_a_story_that_was_not_matched_is_keyed_by_itself():
    kept = mapping.placement_to_wire(Placement(status=Status.KEPT, story=STORY, reason="too short"))
    assert (kept.canonical_id, kept.sequence, kept.variant, kept.reason) == (None, None, None, "too short")
    assert mapping.record_key(kept) == b"s2"
    assert mapping.record_key(kept.story) == b"s2"


def test_a_merge_is_keyed_by_the_id_that_goes_on():
    message = mapping.merge_to_wire(Merge(canonical_id="younger", into="older", story_id="bridge"))
    assert orjson.loads(encode(message)) == {
        "schema": "merge.v1",
        "status": "merged",
        "canonical_id": "younger",
        "into": "older",
        "story_id": "bridge",
    }
    assert mapping.record_key(message) == b"older"


@pytest.mark.parametrize(("into", "status"), [(None, "live"), ("c0", "alias")])
def test_a_canonical_story_is_live_until_it_is_an_alias(into, status):
    member = Member(
        story_id="s1", sequence=1, relation=Relation.ORIGINAL, outlet="Gazette", url=None, seen=0, repeats=1
    )
    canonical = Canonical(
        canonical_id="c1",
        headline="Ferry",
        agency="AP",
        language="en",
        founded=0,
        updated=None,
        sequence=1,
        variants=1,
        outlets=1,
        repeats=1,
        first=(member,),
        latest=(),
        into=into,
    )
    message = mapping.canonical_to_wire(canonical)
    assert (message.status, message.into, message.sequence) == (status, into, 1)
    assert message.founded == message.first[0].seen == "1970-01-01T00:00:00.000Z"
    assert message.updated is None
    assert mapping.record_key(message) == b"c1"
    assert decode(encode(message)) == message


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (Kind, wire.Kind),
        (Role, wire.Role),
        (FurnitureKind, wire.FurnitureKind),
        (CreditKind, wire.CreditKind),
        (PubStatus, wire.PubStatus),
        (Status, wire.Status),
        (Relation, wire.Relation),
        (LinkType, wire.LinkType),
        (Kept, wire.Kept),
        (Change, wire.Change),
    ],
)
def test_the_core_and_the_contract_know_the_same_words(ours, theirs):
    assert tuple(each.value for each in ours) == get_args(theirs)


@settings(max_examples=30)
@given(shares, shares)
def test_shares_are_rounded_to_four_decimals(coverage, novelty):
    variant = Variant(relation=Relation.TRIMMED, coverage=coverage, novelty=novelty, sequence=1)
    told = mapping.placement_to_wire(
        Placement(status=Status.PLACED, story=STORY, canonical_id="c", variant=variant)
    ).variant
    assert abs(told.coverage - coverage) <= 0.00005000001
    assert told.novelty == round(novelty, 4)
