"""The short form of the fault suite: each kind of fault once or a few times, the whole audit after each."""

import asyncio

import pytest

from tests.faults.plan import FAULTS
from tests.faults.run import Effort, run_fault
from tests.faults.table import Row, render

pytestmark = [pytest.mark.broker, pytest.mark.slow, pytest.mark.timeout(240)]

PAYLOADS = 600
RATE = 40.0


@pytest.fixture(scope="module")
def calm(tmp_path_factory):
    """Who stands with whom when nothing disturbs the worker."""
    folder = tmp_path_factory.mktemp("calm")
    effort = Effort(seed=3, payloads=PAYLOADS, rate=None, times=0)
    row, membership = asyncio.run(
        run_fault(FAULTS["none"], effort, folder=folder / "broker", logs=folder, calm=None)
    )
    assert row.clean()
    assert len(membership) == PAYLOADS // 5
    return membership


@pytest.mark.parametrize(
    ("name", "times"),
    [("kill", 3), ("zombie", 1), ("broker", 1), ("cut", 1), ("frozen", 1), ("remake", 1), ("hostile", 0)],
)
async def test_nothing_is_lost_repeated_or_told_differently(name, times, calm, tmp_path):
    effort = Effort(seed=3, payloads=PAYLOADS, rate=RATE, times=times)
    row, _ = await run_fault(FAULTS[name], effort, folder=tmp_path / "broker", logs=tmp_path, calm=calm)
    assert row.clean(), render([row])
    assert row.unclean == 0
    assert row.injected >= times
    assert len(row.recovery) == times


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
