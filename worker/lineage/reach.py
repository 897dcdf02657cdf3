"""Which outlets run which copy of a story? And which of it is killed, withheld or uncorrected."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from worker.lineage.chain import Chain
from worker.lineage.filing import is_filing, item_of
from worker.lineage.placement import Carrier, Standing
from worker.story import Kind, Story

LISTED: Final = 1_000  # carriers that one event lists
ALL: Final = -1  # every paragraph, one bit each


@dataclass(slots=True, kw_only=True)
class Run:
    """One item of an outlet that runs copy of a canonical story.

    ``version`` is the story of the version that it is nearest to, ``kept`` a bit for each paragraph of
    that version which it kept. ``stale``: it holds wording that its agency corrected.
    """

    outlet: str | None
    story_id: str
    url: str | None
    seen: int | None
    version: str | None = None
    kept: int = ALL
    stale: bool = False
    corrects: bool = False  # the outlet itself says that it corrects

    def carrier(self) -> Carrier:
        """Tell it."""
        return Carrier(
            outlet=self.outlet,
            story_id=self.story_id,
            url=self.url,
            seen=self.seen,
            version=self.version,
        )


def run_key(story: Story) -> str:
    """Name the item that a story is a state of; without a name an outlet has one item."""
    return item_of(story) or story.outlet or story.feed or story.id


def run_of(story: Story, *, at: int | None) -> Run | None:
    """Make the run of an outlet's story; None for what the agency itself sends."""
    if is_filing(story):
        return None
    return Run(
        outlet=story.outlet,
        story_id=story.id,
        url=story.url,
        seen=at,
        corrects=story.kind is Kind.CORRECTION,
    )


def carries(chain: Chain, run: Run) -> bool:
    """Tell whether a run carries copy that its agency killed, withheld or corrected."""
    match chain.standing:
        case Standing.RUNNING:
            return False
        case Standing.CORRECTED:
            return run.stale
        case Standing.WITHHELD | Standing.KILLED:
            return True


def carrying_runs(chain: Chain, runs: Mapping[str, Run]) -> list[Run]:
    """List the runs that do, in the order in which they came."""
    if chain.standing is Standing.RUNNING:
        return []
    return [run for run in runs.values() if carries(chain, run)]
