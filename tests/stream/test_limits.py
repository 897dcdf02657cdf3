"""A bad deploy stops itself; a payload that takes for ever does not stop the feed."""

import re
import time
from itertools import count

import pytest

from worker.errors import Reason
from worker.pipeline import Limits
from worker.stream import splitting
from worker.stream.deadline import OutOfTime, deadline
from worker.stream.limit import LEAST, RejectLimit, TooManyRejects
from worker.stream.rejects import Origin


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


def test_more_than_half_of_a_minutes_payloads_refused_is_too_many():
    limit = RejectLimit(50, clock=Clock())
    for number in range(1, LEAST):
        limit.count(refused=number % 2 == 0)
    limit.count(refused=True)  # half of them: not more
    with pytest.raises(TooManyRejects, match="101 of the last 201"):
        limit.count(refused=True)


def test_a_few_payloads_are_no_verdict():
    limit = RejectLimit(50, clock=Clock())
    for _ in range(LEAST - 1):
        limit.count(refused=True)


def test_what_was_refused_more_than_a_minute_ago_does_not_count():
    clock = Clock()
    limit = RejectLimit(50, clock=clock)
    for _ in range(LEAST - 1):
        limit.count(refused=True)
    clock.now += 60
    for number in range(10 * LEAST):
        clock.now += 0.1
        limit.count(refused=number % 3 == 0)


def test_no_limit_is_no_limit():
    limit = RejectLimit(0, clock=Clock())
    for _ in range(10 * LEAST):
        limit.count(refused=True)


def test_work_that_takes_too_long_is_interrupted_and_the_next_is_not():
    started = time.process_time()
    with pytest.raises(OutOfTime), deadline(0.1):
        sum(number for number in count())
    assert time.process_time() - started < 1
    with deadline(0.1):
        pass
    sum(number for number in range(3_000_000))


def test_time_that_the_machine_gives_to_others_is_no_payloads_fault():
    with deadline(0.2):
        time.sleep(0.5)


def test_a_payload_that_takes_for_ever_is_refused_as_too_slow(monkeypatch):
    def dawdle(_payload, _limits):
        try:
            while True:
                re.sub("a", "b", "a")
        except Exception:  # noqa: BLE001 - as a parser that swallows all
            return ()

    monkeypatch.setattr(splitting, "split", dawdle)
    origin = Origin(
        topic="t",
        topic_id="0",
        partition=0,
        offset=0,
        timestamp=1,
        key=None,
        value=b"The harbour board voted.",
    )
    told = splitting.answer(origin, splitting.Terms(prefix="", limits=Limits(), seconds=0.1, memory=1 << 30))
    assert told.reasons == (Reason.TOO_SLOW.value,)
