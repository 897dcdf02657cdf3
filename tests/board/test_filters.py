"""Filters are read from what people type, and what is wrong is said."""

import contextlib
import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.board import filters
from worker.board.filters import BadFilter
from worker.board.rows import cursor, read_cursor

NOW = 1_795_381_500_000


def faults(*pairs):
    with pytest.raises(BadFilter) as caught:
        filters.read(pairs, now=NOW)
    return caught.value.faults


def test_every_fault_is_told_at_once_with_the_way_to_mend_it():
    told = faults(("since", "soon"), ("badge", "lost"), ("language", "e n"), ("colour", "red"), ("text", '"'))
    assert "is no time" in told["since"]
    assert "stripped" in told["badge"]
    assert "language code" in told["language"]
    assert "there are agency" in told["colour"]
    assert "quotation mark" in told["text"]


def test_a_time_may_be_a_day_a_moment_or_so_long_ago():
    asked = filters.read([("since", "2h"), ("until", "2026-11-23")], now=NOW)
    assert asked.since == NOW - 7_200_000
    assert asked.until == 1_795_392_000_000
    assert "after until" in faults(("since", "1h"), ("until", "2h"))["since"]


def test_empty_fields_of_a_form_are_no_filters():
    assert not filters.read([("agency", ""), ("text", "  ")], now=NOW)


def test_a_value_without_end_is_refused():
    assert "longer" in faults(("agency", "x" * 1000))["agency"]


@given(st.text(max_size=150))
def test_whatever_is_typed_never_breaks_the_search(text):
    try:
        query = filters.phrase(text)
    except ValueError:
        return
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE VIRTUAL TABLE search USING fts5 (body)")
    connection.execute("SELECT * FROM search WHERE search MATCH ?", (query,)).fetchall()
    connection.close()


@given(st.integers(0, 10**17), st.integers(0, 10**17))
def test_a_cursor_reads_back(first, n):
    assert read_cursor(cursor(first, n)) == (first, n)


@given(st.text(max_size=30))
def test_a_cursor_of_somebody_else_is_refused(text):
    with contextlib.suppress(BadFilter):
        read_cursor(text)
