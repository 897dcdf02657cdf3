"""The right to a story ends: the board drops its text and says that there was one."""

from dataclasses import replace

import orjson
import pytest

from tests.board.conftest import event, original
from topics.items import Snapshot
from topics.messages import CanonicalV1, LapseV1, Paragraph, ParagraphChange, Swap, Variant
from worker.board import queries
from worker.board.copies import copy_of, evidence_of
from worker.board.filters import read
from worker.board.writer import write

COPY = (Paragraph(text="The lighthouse keeper resigned."), Paragraph(text="Nobody knows why."))
LAPSE = LapseV1(canonical_id="c1", sequence=3, story_id="s1", expires="2026-12-22T20:00:00.000Z")


def placed(story_id="s1", **facts):
    message = original(canonical_id="c1", story_id=story_id, headline=f"Keeper leaves {story_id}")
    story = replace(message.story, id=story_id, headline=message.headline, paragraphs=COPY)
    return replace(message, story=story, outlet=facts.pop("outlet", "Post"), **facts)


def variant():
    rows = tuple(
        ParagraphChange(change="kept", canonical=place, variant=place, similarity=1.0) for place in (0, 1)
    )
    told = Variant(
        relation="edited",
        coverage=0.9,
        novelty=0.1,
        sequence=2,
        paragraphs=rows,
        names=(Swap(canonical="Ilse", variant="Else"),),
    )
    return placed("s2", outlet="Times", sequence=2, variant=told)


def snapshot(sequence, **facts):
    message = CanonicalV1(canonical_id="c1", sequence=sequence, **facts)
    where = {"schema": None, "topic": "canonical-stories", "partition": 0, "offset": sequence, "timestamp": 0}
    return Snapshot(message=message, **where)


def found(store, text):
    with store.reading() as connection:
        return queries.stories(connection, read({"text": text}.items(), now=0)).rows


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1), (0, 2, 1)])
def test_whatever_the_partitions_told_first_no_text_is_left(store, order):
    events = [event(placed(), 0), event(variant(), 1), event(LAPSE, 0, 1)]
    write(store, [events[each] for each in order], {})
    with store.reading() as connection:
        first, second = queries.variants(connection, read((), now=0), canonical_id="c1").rows
        assert (first.headline, first.lapsed, first.words) == (None, 1_797_969_600_000, 7)
        assert copy_of(connection, first.n).paragraphs == ()
        assert (second.headline, second.lapsed) == ("Keeper leaves s2", None)
        assert copy_of(connection, second.n).paragraphs == COPY
        assert evidence_of(connection, second.n).variant.names
    assert not found(store, "s1")
    assert found(store, "s2")


def test_words_of_the_story_itself_go_and_its_map_stays(store):
    write(store, [event(placed(), 0), event(variant(), 1)], {})
    write(store, [event(replace(LAPSE, story_id="s2"), 2)], {})
    write(store, [event(replace(LAPSE, story_id="s2"), 3)], {})
    with store.reading() as connection:
        _, second = queries.variants(connection, read((), now=0), canonical_id="c1").rows
        told = evidence_of(connection, second.n).variant
    assert (told.names, len(told.paragraphs), told.relation) == ((), 2, "edited")
    assert not found(store, "s2")


def test_a_snapshot_of_before_loses_its_headlines_and_one_of_after_is_left(store):
    versions = ({"story_id": "s1", "headline": "Keeper leaves s1"},)
    write(store, [event(placed(), 0), snapshot(2, headline="Keeper leaves s1", versions=versions)], {})
    write(store, [event(LAPSE, 1)], {})
    with store.reading() as connection:
        (kept,) = connection.execute("SELECT snapshot FROM stories").fetchone()
        assert b"Keeper" not in kept
        assert queries.story(connection, "c1").headline is None
    write(store, [snapshot(4, headline="A new keeper")], {})
    write(store, [event(LAPSE, 5)], {})
    with store.reading() as connection:
        assert queries.story(connection, "c1").headline == "A new keeper"


async def test_pages_say_that_the_text_has_expired(pages, store):
    write(store, [event(placed(), 0), event(variant(), 1)], {})
    before = (await pages.get("/stories/c1")).text
    assert "lighthouse keeper" in before
    lapsed = snapshot(3, lapsed="2026-12-22T20:00:00.000Z", variants=2, outlets=2)
    write(store, [event(LAPSE, 2), lapsed], {})
    text = (await pages.get("/stories/c1")).text
    assert "Text expired" in text
    assert "The right to one of the two texts has ended" in text
    assert "The right to the canonical copy has ended" in text
    assert "lighthouse keeper" not in text
    answer = orjson.loads((await pages.get("/api/stories/c1")).content)
    assert answer["lapsed"] == "2026-12-22T20:00:00.000Z"
    assert [each["lapsed"] for each in answer["members"]] == ["2026-12-22T20:00:00.000Z", None]


async def test_a_story_without_any_headline_left_is_listed_as_expired(pages, store):
    write(store, [event(placed(), 0), event(LAPSE, 1), snapshot(3, lapsed="2026-12-22T20:00:00.000Z")], {})
    assert "(text expired)" in (await pages.get("/")).text
    assert "(text expired)" in (await pages.get("/outlets/Post")).text


async def test_a_story_that_came_too_late_to_have_a_text_says_so(pages, store):
    late = placed()
    story = replace(late.story, paragraphs=(), headline=None, expires="2026-11-01T00:00:00Z")
    write(store, [event(replace(late, story=story, headline=None), 0)], {})
    assert "text expired" in (await pages.get("/stories/c1")).text
