from worker.stream.vitals import STALLED_AFTER, Vitals


def vitals(now=1000.0):
    found = Vitals(clock=lambda: now)
    found.split.assigned = 6
    found.place.assigned = 1
    found.place.recovered = True
    found.split.progress = found.place.progress = now
    return found


def test_a_worker_with_assignments_and_state_is_ready():
    assert vitals().unready() is None


def test_a_standby_that_owns_nothing_is_ready():
    standby = vitals()
    standby.place.assigned = 0
    standby.place.recovered = False
    assert standby.unready() is None


def test_before_the_first_assignment_it_is_not_ready():
    young = vitals()
    young.split.assigned = None
    assert young.unready() == "split: no assignment yet"


def test_while_the_state_is_rebuilt_it_is_not_ready():
    young = vitals()
    young.place.recovered = False
    young.place.ahead = 12_000
    assert young.unready() == "place: recovering, 12000 records to go"


def test_records_that_wait_without_progress_are_a_stall():
    stuck = vitals()
    stuck.place.lag = 3
    stuck.place.progress -= STALLED_AFTER + 1
    assert stuck.unready() == "place: stalled, 3 records wait"


def test_a_worker_that_stops_is_not_ready():
    leaving = vitals()
    leaving.stopping = True
    assert leaving.unready() == "stopping"
