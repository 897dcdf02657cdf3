"""What agencies sent and outlets run of each canonical story: the state beside the catalogue."""

from collections.abc import Iterable
from typing import Any, Final

from worker.lineage.canons import Canon
from worker.lineage.catalogue import Catalogue
from worker.lineage.chain import Chain
from worker.lineage.keeping import chain_from, run_from, run_record
from worker.lineage.reach import Run, run_key, run_of

_NONE: Final[frozenset[int]] = frozenset()


class Chains:
    """The chains of versions, and the runs of outlets where a canonical story has more than one member."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._chains: dict[int, Chain] = {}
        self._runs: dict[int, dict[str, Run]] = {}

    def of(self, number: int) -> Chain | None:
        """Give the chain of a canonical story, None when no agency sent or ordered anything of it."""
        return self._chains.get(number)

    def is_killed(self, number: int) -> bool:
        """Tell whether the agency killed a story."""
        chain = self._chains.get(number)
        return chain is not None and chain.killed is not None

    def documents(self, number: int) -> frozenset[int]:
        """List the held copies of a canonical story that are versions of its agency."""
        chain = self._chains.get(number)
        return frozenset(each.document for each in chain.editions) if chain is not None else _NONE

    def open(self, canon: Canon) -> Chain:
        """Give the chain of a canonical story, a new one where there is none."""
        return self._chains.setdefault(canon.number, Chain())

    def runs(self, canon: Canon) -> dict[str, Run]:
        """Give what outlets run of a canonical story, by item; at first that of the founding story."""
        found = self._runs.get(canon.number)
        if found is None:
            founder = self._catalogue.copies.item(canon.held[0])
            run = run_of(founder, at=canon.founded)
            found = self._runs[canon.number] = {} if run is None else {run_key(founder): run}
        return found

    def gather(self, *canons: Canon) -> None:
        """Read what outlets run of canonical stories that are about to merge."""
        for canon in canons:
            self.runs(canon)

    def lead(self, canon: Canon) -> None:
        """Make the agency's latest version the canonical copy."""
        chain = self._chains.get(canon.number)
        latest = chain.current if chain is not None else None
        if latest is not None and self._catalogue.copies.is_held(latest.document):
            self._catalogue.lead_with(canon, latest.document, headline=latest.version.headline)

    def merge(self, old: Canon, young: Canon) -> None:
        """Let one canonical story take over what another has."""
        self._runs[old.number] = self._runs.pop(young.number, {}) | self._runs.get(old.number, {})
        theirs = self._chains.pop(young.number, None)
        if theirs is None:
            return
        ours = self._chains.setdefault(old.number, theirs)
        if ours is not theirs:
            ours.merge(theirs)
        self.lead(old)

    def forget(self, number: int) -> Iterable[str]:
        """Drop what belongs to a canonical story that is gone; tell the items of outlets that ran it."""
        self._chains.pop(number, None)
        return self._runs.pop(number, {}).keys()

    def capture(self) -> dict[str, Any]:
        """Give the state as JSON may hold it."""
        runs = {
            number: {item: run_record(run) for item, run in runs.items()}
            for number, runs in self._runs.items()
        }
        return {"chains": self._chains, "runs": runs}

    def resume(self, state: dict[str, Any]) -> None:
        """Take over what ``capture`` gave."""
        self._chains = {int(number): chain_from(each) for number, each in state["chains"].items()}
        self._runs = {
            int(number): {item: run_from(run) for item, run in runs.items()}
            for number, runs in state["runs"].items()
        }
