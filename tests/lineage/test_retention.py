"""What leaves the window is let go: memory stays flat however long the stream runs."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.bench.retention import simulate
from worker.lineage import columns, shelf
from worker.lineage.columns import Columns
from worker.lineage.shelf import Shelf


@pytest.fixture
def _small(monkeypatch):
    """Make blocks and columns so small that some days of news fill many."""
    monkeypatch.setattr(shelf, "BLOCK", 1 << 14)
    monkeypatch.setattr(columns, "START", 16)


@pytest.mark.usefixtures("_small")
def test_after_two_windows_nothing_grows_any_more():
    days = list(simulate(days=20, per_day=20, window=2))
    warm, last = days[6:10], days[-4:]
    for kind in last[0].size:
        before, after = max(day.size[kind] for day in warm), max(day.size[kind] for day in last)
        assert after <= 1.3 * before, kind
    assert max(day.live for day in last) <= 1.2 * max(day.live for day in warm)
    assert last[-1].told == last[-1].late > 5


@pytest.mark.usefixtures("_small")
def test_a_block_of_which_little_is_left_is_named_and_its_rest_can_be_moved():
    kept = Shelf()
    places = [kept.add(bytes([number]) * 1000) for number in range(64)]
    assert kept.size() == 64_000
    for number in range(64):
        if number % 8:
            kept.drop(places[number], 1000)
    assert kept.sparse
    rest = range(0, 64, 8)
    assert [kept.get(places[number], 3) for number in rest] == [bytes([number]) * 3 for number in rest]


@pytest.mark.usefixtures("_small")
def test_a_piece_larger_than_a_block_stands_alone():
    kept = Shelf()
    small, large, other = (kept.add(size * b"x") for size in (10, 100_000, 20))
    assert [len(kept.get(place, size)) for place, size in ((small, 10), (large, 100_000), (other, 20))] == [
        10,
        100_000,
        20,
    ]
    kept.drop(large, 100_000)
    assert kept.size() == 30
    assert kept.get(other, 20) == 20 * b"x"


@settings(max_examples=40)
@given(seed=st.integers(0, 10**6), lives=st.integers(1, 60))
def test_rows_are_found_by_their_numbers_whatever_has_died(seed, lives):
    chance = random.Random(seed)
    table = Columns("one", one=(np.int64, 1, -1), pair=(np.uint8, 2, 0))
    alive = {}
    for step in range(1_500):
        number = table.grow()
        assert number == step
        table.values["one"][table.row(number)] = alive[number] = number * 7
        for old in [old for old in alive if old < step - lives and chance.random() < 0.9 and old % 97]:
            table.values["one"][table.row(old)] = -1
            del alive[old]
    again = Columns("one", one=(np.int64, 1, -1), pair=(np.uint8, 2, 0))
    again.resume(table.capture())
    for each in (table, again):
        assert each.alive().tolist() == sorted(alive)
        found = {number: each.get("one", number) for number in range(1_500)}
        assert {number: value for number, value in found.items() if value >= 0} == alive
        assert all(int(each.values["one"][each.row(number)]) == found[number] for number in alive)
