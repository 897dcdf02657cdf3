"""The board forgets what nothing was told of for long, with all that hangs on it, and nothing else."""

from dataclasses import replace

from tests.board.conftest import event, original
from topics.messages import LapseV1, Link, MergeV1, Paragraph, ReachV1
from worker.board import queries
from worker.board.filters import read
from worker.board.retention import forget
from worker.board.writer import write

DAY = 86_400_000
TABLES = ("stories", "variants", "copies", "links", "reaches", "lapses")


def placed(canonical, *, day, story_id=None, links=(), **facts):
    """A story of its own, seen on a day of December."""
    story_id = story_id or f"s-{canonical}"
    message = original(canonical_id=canonical, story_id=story_id, headline=f"Bridge {canonical} closes")
    paragraphs = (Paragraph(text=f"The bridge {canonical} has closed for repairs."),)
    copy = replace(message.story, id=story_id, headline=message.headline, paragraphs=paragraphs)
    seen = f"2026-12-{day:02}T12:00:00.000Z"
    return replace(message, story=copy, seen=seen, links=links, **facts)


def counts(store):
    with store.reading() as connection:
        counted = {table: f"SELECT count(*) FROM {table}" for table in TABLES}  # noqa: S608 - names of ours
        return {table: connection.execute(count).fetchone()[0] for table, count in counted.items()}


def found(store, text):
    with store.reading() as connection:
        return [
            row.canonical_id for row in queries.stories(connection, read({"text": text}.items(), now=0)).rows
        ]


def test_a_story_goes_with_all_that_hangs_on_it(store):
    link = Link(type="same_event", canonical_id="c9", story_id="s9", share=0.4)
    reach = ReachV1(
        canonical_id="old",
        sequence=2,
        action="kill",
        cause="ordered",
        story_id="s-old",
        ordered_by="k",
        outlet=None,
        note=None,
        carrying=0,
        carriers=(),
    )
    lapse = LapseV1(canonical_id="old", sequence=3, story_id="s-old", expires="2026-12-02T20:00:00.000Z")
    told = [
        placed("old", day=1, links=(link,)),
        reach,
        lapse,
        placed("younger", day=1),
        MergeV1(canonical_id="younger", into="old", story_id="s-younger"),
        placed("new", day=20),
    ]
    write(store, [event(each, at) for at, each in enumerate(told)], {})
    assert counts(store) == {
        "stories": 3,
        "variants": 3,
        "copies": 3,
        "links": 1,
        "reaches": 1,
        "lapses": 1,
    }
    with store.writing() as connection:
        assert forget(connection, 10 * DAY, most=5) == 1
    assert counts(store) == {
        "stories": 1,
        "variants": 1,
        "copies": 1,
        "links": 0,
        "reaches": 0,
        "lapses": 0,
    }
    assert found(store, "bridge") == ["new"]
    with store.reading() as connection:
        assert (
            connection.execute("SELECT count(*) FROM search WHERE search MATCH 'repairs'").fetchone()[0] == 1
        )


def test_what_is_young_enough_stays_and_the_oldest_go_first(store):
    days = {"a": 3, "b": 1, "c": 2, "d": 12, "e": 13}
    write(store, [event(placed(name, day=day), at) for at, (name, day) in enumerate(days.items())], {})
    with store.writing() as connection:
        assert forget(connection, 5 * DAY, most=2) == 2
    assert sorted(found(store, "bridge")) == ["a", "d", "e"]
    with store.writing() as connection:
        assert forget(connection, 5 * DAY, most=9) == 1
        assert forget(connection, 5 * DAY, most=9) == 0
    assert sorted(found(store, "bridge")) == ["d", "e"]


def test_a_variant_keeps_its_story(store):
    write(store, [event(placed("a", day=1), 0), event(placed("b", day=19), 1)], {})
    late = placed("a", day=20, story_id="late", sequence=2)
    write(store, [event(late, 2)], {}, keep=5 * DAY)
    assert sorted(found(store, "bridge")) == ["a", "b"]


def test_held_stories_go_by_when_they_were_seen(store):
    held = replace(placed("x", day=1), canonical_id=None, status="held", variant=None, sequence=None)
    write(store, [event(held, 0), event(placed("a", day=20), 1)], {}, keep=5 * DAY)
    assert counts(store)["variants"] == 1


def test_a_batch_forgets_twice_what_it_brings(store):
    write(store, [event(placed(f"o{at}", day=1), at) for at in range(300)], {})
    write(store, [event(placed("a", day=20), 300)], {}, keep=5 * DAY)
    assert counts(store)["stories"] == 201
    write(store, [event(placed(f"n{at}", day=20), 301 + at) for at in range(120)], {}, keep=5 * DAY)
    assert counts(store)["stories"] == 121


def test_a_board_of_no_time_forgets_nothing(store):
    write(store, [event(placed("a", day=1), 0), event(placed("b", day=28), 1)], {})
    assert counts(store)["stories"] == 2
