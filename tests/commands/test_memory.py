"""What a poll remembers: over restarts, within bounds, for one process."""

import sqlite3

import pytest

from worker.commands import memory as module
from worker.commands.memory import Known, Memory, MemoryFault

NOW = 1_790_000_000.0
FEED = "https://gazette.example/feed"


def test_what_was_published_is_known_after_a_restart(tmp_path):
    first = Memory.open(tmp_path / "new" / "poll.sqlite", now=NOW)
    first.remember(FEED, "g1", "a", seen=1)
    first.remember(FEED, "g1", "b", seen=2)
    first.answered(FEED, Known(etag='"1"', modified="x", failures=2, due=NOW + 5, title="Gazette"), now=NOW)
    first.close()
    second = Memory.open(tmp_path / "new" / "poll.sqlite", now=NOW)
    assert (second.digest(FEED, "g1"), second.digest(FEED, "g2")) == ("b", None)
    assert second.known(FEED) == Known(etag='"1"', modified="x", failures=2, due=NOW + 5, title="Gazette")
    assert second.known("https://other.example") == Known()
    second.close()


def test_the_entries_that_a_feed_listed_last_are_kept_and_no_more(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "ENTRIES", 3)
    held = Memory.open(tmp_path / "poll.sqlite", now=NOW)
    for number in range(6):
        held.remember(FEED, f"g{number}", "a", seen=number)
    held.remember(FEED, "g0", "a", seen=9)
    held.remember("https://other.example", "g1", "a", seen=0)
    held.answered(FEED, Known(), now=NOW)
    assert [held.digest(FEED, f"g{number}") for number in range(6)] == ["a", None, None, None, "a", "a"]
    assert held.digest("https://other.example", "g1") == "a"
    held.close()


def test_a_feed_that_nobody_polls_any_more_is_forgotten(tmp_path):
    held = Memory.open(tmp_path / "poll.sqlite", now=NOW)
    held.remember(FEED, "g1", "a", seen=1)
    held.answered(FEED, Known(etag="x"), now=NOW)
    held.close()
    later = Memory.open(tmp_path / "poll.sqlite", now=NOW + module.FORGET + 1)
    assert (later.digest(FEED, "g1"), later.known(FEED)) == (None, Known())
    later.close()


def test_one_process_uses_it_and_what_is_no_memory_is_told(tmp_path):
    held = Memory.open(tmp_path / "poll.sqlite", now=NOW)
    with pytest.raises(MemoryFault, match="another wiretrace polls with it"):
        Memory.open(tmp_path / "poll.sqlite", now=NOW)
    held.close()
    (tmp_path / "text").write_text("no database, but long enough for one" * 100)
    with pytest.raises(MemoryFault, match="not a database"):
        Memory.open(tmp_path / "text", now=NOW)
    other = sqlite3.connect(tmp_path / "later.sqlite")
    other.execute("PRAGMA user_version = 9")
    other.close()
    with pytest.raises(MemoryFault, match="another version"):
        Memory.open(tmp_path / "later.sqlite", now=NOW)
