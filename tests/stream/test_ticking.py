"""While no story comes, time goes on: that of today, or that of the archive which is being read."""

from worker.stream.ticking import tick_time

HOUR = 3_600_000
DAY = 24 * HOUR
NOW = 1_795_000_000_000


def test_a_live_stream_goes_by_the_wall_clock():
    assert tick_time(NOW, stream=NOW - 2 * HOUR, appended=NOW - 2 * HOUR, window=7 * DAY) == NOW


def test_a_backlog_of_days_and_a_feed_with_fast_clocks_are_live_too():
    assert tick_time(NOW, stream=NOW - 3 * DAY, appended=NOW - HOUR, window=7 * DAY) == NOW
    assert tick_time(NOW, stream=NOW + HOUR, appended=NOW - HOUR, window=7 * DAY) == NOW


def test_a_stream_that_was_quiet_for_weeks_is_live():
    assert tick_time(NOW, stream=NOW - 30 * DAY, appended=NOW - 30 * DAY, window=7 * DAY) == NOW


def test_the_time_of_an_archive_runs_on_from_its_last_story():
    then = NOW - 250 * DAY
    first = tick_time(NOW, stream=then, appended=NOW - 60_000, window=7 * DAY)
    assert first == then + 60_000
    assert tick_time(NOW + 60_000, stream=first, appended=NOW, window=7 * DAY) == then + 120_000


def test_clocks_that_disagree_turn_nothing_back():
    assert tick_time(NOW, stream=NOW - 250 * DAY, appended=NOW + HOUR, window=7 * DAY) == NOW - 250 * DAY


def test_a_stream_without_time_begins_today():
    assert tick_time(NOW, stream=None, appended=None, window=7 * DAY) == NOW
