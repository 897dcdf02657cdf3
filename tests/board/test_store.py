"""The store holds what the topics told, once, in whatever order the partitions came."""

import random
from dataclasses import replace

import pytest

from tests.board.conftest import event, original
from topics.items import Expired, Snapshot
from topics.messages import CanonicalV1, Member, MergeV1
from worker.board import outlets, queries
from worker.board.filters import Filters, read
from worker.board.store import Store, StoreError
from worker.board.writer import write

WHERE = {"schema": None, "topic": "canonical-stories", "partition": 0, "offset": 0, "timestamp": 0}
TABLES = ("stories", "variants", "copies", "links", "outlets", "styles", "positions")


def contents(store):
    with store.reading() as connection:
        return {
            table: [tuple(row) for row in connection.execute(f"SELECT * FROM {table}")]  # noqa: S608 - ours
            for table in TABLES
        }


def listed(store, **asked):
    with store.reading() as connection:
        return queries.stories(connection, read(asked.items(), now=0)).rows


def test_what_is_told_again_after_a_crash_counts_once(filled, sample_messages):
    before = contents(filled)
    write(
        filled, [event(each, at) for at, each in enumerate(sample_messages)], {("canonical-variants", 0): 99}
    )
    assert contents(filled) == before


def test_a_store_goes_on_where_it_stopped(filled, tmp_path):
    before = contents(filled)
    filled.close()
    again = Store.open(tmp_path / "store")
    assert again.positions() == {("canonical-variants", 0): 99}
    assert contents(again) == before
    again.close()


def test_a_batch_that_fails_leaves_no_trace(store):
    with pytest.raises(AttributeError):
        write(store, [event(original(), 0), event(replace(original(), story=None), 1)], {("t", 0): 2})
    assert not store.positions()
    assert not listed(store)


def test_topics_that_were_made_again_are_read_from_their_beginning(filled):
    assert filled.match({"canonical-variants": "a"})
    assert filled.match({"canonical-variants": "a"})
    assert listed(filled)
    assert not filled.match({"canonical-variants": "b"})
    assert not filled.positions()
    assert not listed(filled)
    assert filled.match({"canonical-variants": "b"})


def test_two_boards_do_not_share_a_store(store):
    with pytest.raises(StoreError, match="another board"):
        Store.open(store.path.parent)


def test_a_merge_may_come_before_what_it_merges(tmp_path):
    older, younger = original(canonical_id="older"), original(canonical_id="younger", story_id="y")
    merge = MergeV1(canonical_id="younger", into="older", story_id="b")
    items = [event(older, 0, 0), event(younger, 0, 1), event(merge, 1, 0)]
    for turn, order in enumerate([items, items[::-1], [items[1], items[2], items[0]]]):
        store = Store.open(tmp_path / str(turn))
        write(store, order, {})
        (row,) = listed(store)
        assert (row.canonical_id, row.variants) == ("older", 2)
        with store.reading() as connection:
            assert queries.story(connection, "younger") == row
            assert queries.aliases(connection, "older") == ("younger",)
        store.close()


def test_the_order_of_partitions_does_not_change_what_is_shown(tmp_path, sample_messages):
    shown = []
    for turn in range(3):
        store = Store.open(tmp_path / str(turn))
        partitions = [[m for m in sample_messages if hash_of(m) == part] for part in range(3)]
        random.Random(turn).shuffle(partitions)
        items = [event(m, at, part) for part, each in enumerate(partitions) for at, m in enumerate(each)]
        write(store, items, {})
        shown.append([replace(row, n=0) for row in sorted(listed(store), key=lambda row: row.canonical_id)])
        store.close()
    assert shown[0] == shown[1] == shown[2]


def hash_of(message):
    return (message.canonical_id or message.story_id).encode()[0] % 3


def test_a_snapshot_stands_for_what_the_log_no_longer_holds(store):
    first = Member(story_id="gone", sequence=1, relation="original")
    told = CanonicalV1(
        canonical_id="c", sequence=7, headline="Ferry late", variants=7, outlets=4, first=(first,)
    )
    write(store, [Snapshot(message=told, **WHERE)], {})
    (row,) = listed(store)
    assert (row.headline, row.variants, row.outlets) == ("Ferry late", 7, 4)
    with store.reading() as connection:
        assert [each.story_id for each in queries.forgotten(connection, row)] == ["gone"]


def test_a_story_that_left_the_window_stays_on_the_board(store):
    write(store, [event(original(canonical_id="c", headline="Zeppelin over harbour"), 0)], {})
    write(store, [Expired(canonical_id="c", **WHERE)], {})
    assert len(listed(store, text="zeppelin")) == 1


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ({}, 11),
        ({"agency": "AP"}, 2),
        ({"outlet": "Zephyr24"}, 3),
        ({"badge": "stripped"}, 6),
        ({"credit": "stripped", "agency": "AP"}, 2),
        ({"relation": "paraphrased"}, 2),
        ({"language": "en"}, 11),
        ({"language": "de"}, 0),
        ({"text": "astrolabe"}, 1),
        ({"text": '"port ellory" ferry'}, 2),
        ({"until": "2026-03-18T18:10:00Z"}, 2),
        ({"since": "2026-03-18T20:00:00Z"}, 2),
    ],
)
def test_filters_choose_stories(filled, asked, count):
    assert len(listed(filled, **asked)) == count


def test_pages_follow_each_other_without_a_gap_or_a_repeat(filled):
    with filled.reading() as connection:
        whole = [row.n for row in queries.stories(connection, Filters()).rows]
        paged, after = [], None
        while True:
            page = queries.stories(connection, Filters(), after=after, limit=4)
            paged += [row.n for row in page.rows]
            if (after := page.after) is None:
                break
        assert paged == whole
        every, after = [], None
        while True:
            rows = queries.variants(connection, Filters(), after=after, limit=7)
            every += [row.n for row in rows.rows]
            if (after := rows.after) is None:
                break
    assert every == sorted(every, reverse=True)
    assert len(set(every)) == len(every) == 40


def test_an_outlet_is_told_by_medians_and_samples(filled):
    with filled.reading() as connection:
        told = outlets.outlet(connection, "Zephyr24")
        assert outlets.outlet(connection, "nobody") is None
    assert told.sample == told.row.variants
    assert sum(each.stripped for each in told.reprints) <= told.row.stripped
    assert all(0 <= each.kept <= 1 for each in told.reprints)
    assert dict(told.relations)["repeat"] == 1
