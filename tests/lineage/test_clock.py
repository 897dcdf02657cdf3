from hypothesis import given
from hypothesis import strategies as st

from worker.lineage.clock import DAY, Clock

times = st.integers(min_value=0, max_value=4 * 10**12)


@given(st.lists(st.tuples(st.none() | times, times)))
def test_stream_time_never_runs_backward(records):
    clock = Clock()
    told = [clock.read(received=received, appended=appended)[0] for received, appended in records]
    assert told == sorted(told)


@given(times, times)
def test_a_delivery_from_the_future_is_cut_to_a_day_ahead_of_the_log(received, appended):
    now, clamped = Clock().read(received=received, appended=appended)
    assert now == min(received, appended + DAY)
    assert clamped == (received > appended + DAY)


def test_files_without_a_time_leave_the_clock_where_it_is():
    clock = Clock()
    assert clock.read(received=None, appended=None) == (None, False)
    assert clock.read(received=9, appended=None) == (9, False)
    assert clock.read(received=None, appended=None) == (9, False)
