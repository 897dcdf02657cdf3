"""The short form of the fault suite: each kind of fault once or a few times, the whole audit after each."""

import pytest

from tests.faults.plan import FAULTS
from tests.faults.run import Effort, run_fault
from tests.faults.table import Row, render

pytestmark = [pytest.mark.broker, pytest.mark.slow]

MOST = 3000  # payloads: the feed ends when the fault has struck often enough
RATE = 30.0
VARIANTS = 5  # of each story of the feed


@pytest.mark.parametrize(
    ("name", "times", "payloads"),
    [
        ("kill", 10, 5000),
        ("zombie", 1, MOST),
        ("broker", 1, MOST),
        ("cut", 1, MOST),
        ("remake", 1, MOST),
        ("state", 2, MOST),
        ("disk", 1, MOST),
        ("hostile", 0, 300),
    ],
)
async def test_nothing_is_lost_repeated_or_told_differently(name, times, payloads, tmp_path):
    effort = Effort(seed=3, payloads=payloads, rate=RATE, times=times)
    row, membership = await run_fault(
        FAULTS[name], effort, folder=tmp_path / "broker", logs=tmp_path, calm=None
    )
    assert row.clean(), render([row])
    assert row.unclean == 0
    assert row.injected >= times
    assert len(row.recovery) == times
    assert {len(group) for group in membership} == {VARIANTS}


def test_the_table_adds_up_the_runs_of_a_fault():
    facts = dict.fromkeys(
        ("rejected", "lost", "repeated", "differing", "astray", "uncommitted", "unclean"), 0
    )
    runs = [
        Row(fault="kill", injected=n, payloads=100, exits=0, again=1, recovery=[float(n)], **facts)
        for n in (1, 2)
    ]
    (line,) = [line for line in render(runs).splitlines() if line.startswith("| kill")]
    assert line == "| kill -9 of the only worker | 3 | 200 | 0 | 0 | 0 | 0 | 0 | 2 | 0 | 1.5 / 2.0 |"


def test_a_run_with_a_lost_payload_is_not_clean():
    counts = dict.fromkeys((*Row.__annotations__,), 0)
    facts = {**counts, "fault": "kill", "recovery": [], "note": ""}
    assert Row(**facts).clean()
    assert not Row(**{**facts, "lost": 1}).clean()
