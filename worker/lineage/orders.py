"""What do kills, holds and corrections change, and whom do they reach? The marks beside the catalogue.

Every change here follows from the story and the facts of its decision, so that a log folded again, or
read back after a restart, leaves the same.
"""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from worker.lineage.canons import Canon
from worker.lineage.catalogue import Catalogue
from worker.lineage.chain import Chain, Order, edition_of
from worker.lineage.chains import Chains
from worker.lineage.filing import (
    is_filing,
    item_of,
    milliseconds,
    names_of,
    number_name,
    victim_names,
)
from worker.lineage.keeping import order_from
from worker.lineage.names import Names
from worker.lineage.nearest import wrong_paragraphs
from worker.lineage.placement import Action, Canonical, Cause, Reach
from worker.lineage.reach import LISTED, Run, carries, carrying_runs, run_key, run_of
from worker.story import Kind, PubStatus, Story
from worker.values import quick

_MARKS: Final = frozenset({Action.KILL, Action.WITHHOLD, Action.CORRECT})


@quick
@dataclass(slots=True)
class Changed:
    """What one story changed beside its own place: events in order, and the canonical stories touched."""

    reaches: list[Reach] = field(default_factory=list)
    canons: dict[int, Canon] = field(default_factory=dict)

    def add(self, canon: Canon, reach: Reach | None) -> None:
        """Note an event."""
        if reach is not None:
            self.reaches.append(reach)
            self.canons[canon.number] = canon


class Orders:
    """Marks canonical stories and tells whom that reaches."""

    def __init__(self, catalogue: Catalogue, chains: Chains, names: Names) -> None:
        self._catalogue = catalogue
        self._chains = chains
        self._names = names
        self._early: OrderedDict[str, Order] = OrderedDict()  # name → an order whose story has not come
        self._watched: dict[str, int] = {}  # item of an outlet → the marked canonical story that it runs

    @property
    def watches(self) -> bool:
        """Tell whether any item of an outlet runs a marked story."""
        return bool(self._watched)

    def placed(
        self, canon: Canon, story: Story, facts: Mapping[str, Any], *, document: int | None, at: int | None
    ) -> Changed:
        """Let a story that was placed take effect; ``document`` is its copy, where that is held."""
        changed = Changed()
        known = False
        if is_filing(story):
            self._filed(canon, story, facts, changed, document=document, at=at)
        elif "founds" not in facts:
            known = self._ran(canon, story, facts, changed, at=at)
        if self._watched and not known:
            self._left(story, canon, changed, at=at)
        return changed

    def noticed(self, story: Story, facts: Mapping[str, Any], *, at: int | None) -> Changed:
        """Let a story that was not placed take effect: a bulletin, or what stands where copy stood."""
        changed = Changed()
        acts = facts.get("acts")
        if acts is not None and is_filing(story):
            self._ordered(story, acts, changed, at=at)
        if self._watched:
            self._left(story, None, changed, at=at)
        return changed

    def merged(self, old: Canon, young: Canon) -> None:
        """Let one canonical story take over what another went by and was told to do."""
        self._names.move(young.number, old.number)
        self._chains.merge(old, young)
        for item, number in self._watched.items():
            if number == young.number:
                self._watched[item] = old.number
        chain = self._chains.of(old.number)
        if chain is not None and chain.order is not None:
            self._watch(old)

    def forget(self, number: int) -> None:
        """Drop what is known beside the catalogue of a canonical story that is gone."""
        self._names.forget(number)
        for item in self._chains.forget(number):  # of a hold that was lifted as well
            if self._watched.get(item) == number:
                del self._watched[item]

    def shown(self, canonical: Canonical, canon: Canon) -> Canonical:
        """Add to the present state of a canonical story what its agency says of it."""
        chain = self._chains.of(canon.number)
        if chain is None:
            return canonical
        return replace(
            canonical,
            standing=chain.standing,
            ordered_by=chain.order.story_id if chain.order else None,
            slug=chain.slug,
            versions=chain.versions(),
            carrying=len(carrying_runs(chain, self._chains.runs(canon))) if chain.order else 0,
        )

    def expire(self, before: int) -> None:
        """Forget orders whose story never came."""
        while self._early:
            name, order = next(iter(self._early.items()))
            if order.at is not None and order.at >= before:
                return
            del self._early[name]

    def capture(self) -> dict[str, Any]:
        """Give the state as JSON may hold it."""
        return {"early": list(self._early.items()), "watched": self._watched}

    def resume(self, state: dict[str, Any]) -> None:
        """Take over what ``capture`` gave."""
        for name, record in state["early"]:
            order = order_from(record)
            if order is not None:
                self._early[name] = order
        self._watched = state["watched"]

    # Filings

    def _filed(  # noqa: PLR0913 - as above
        self,
        canon: Canon,
        story: Story,
        facts: Mapping[str, Any],
        changed: Changed,
        *,
        document: int | None,
        at: int | None,
    ) -> None:
        if "founds" not in facts:
            self._chains.runs(canon)  # the founding story may be an outlet's, and soon not be the copy
        chain = self._chains.open(canon)
        chain.agency = chain.agency or story.agency
        chain.slug = chain.slug or story.slug
        names = names_of(story)
        chain.names.update(dict.fromkeys(names))
        self._names.add(canon, names, at=at)
        if "edition" in facts and document is not None:
            chain.add(edition_of(story, document=document, copy=facts["edition"]))
            self._chains.lead(canon)
        if chain.withheld and _lifts(story, facts, chain.withheld):
            lifted, chain.withheld = chain.withheld, None
            changed.add(canon, self._reach(canon, lifted, Cause.LIFTED, story, at=at))
        for name in names if self._early else ():
            order = self._early.get(name)
            if order is not None and _is_meant(story, name, order):
                self._forget_order(order)
                changed.add(canon, self._mark(canon, chain, order, story, at=at))
        if "edition" in facts and story.kind is Kind.CORRECTION:
            order = _order(story, Action.CORRECT, at=at)
            changed.add(canon, self._mark(canon, chain, order, story, at=at))

    # Bulletins

    def _ordered(self, story: Story, acts: Mapping[str, Any], changed: Changed, *, at: int | None) -> None:
        action = Action(acts["action"])
        if action is Action.DISREGARD:
            self._disregard(story, acts)
        if action not in _MARKS or not acts["certain"]:
            return
        order = _order(story, action, at=at)
        found = [canon for story_id, _ in acts["on"] if (canon := self._catalogue.canon(story_id))]
        for canon in found:
            chain = self._chains.open(canon)
            changed.add(canon, self._mark(canon, chain, order, story, at=at))
        if not found:
            ids, numbers, slugs = victim_names(story)
            for name in (*ids, *numbers, *slugs):
                self._early[name] = order
                self._early.move_to_end(name)

    def _mark(
        self, canon: Canon, chain: Chain, order: Order, story: Story, *, at: int | None
    ) -> Reach | None:
        """Mark a canonical story; None when it is marked that way already."""
        before = chain.standing
        match order.action:
            case Action.KILL:
                chain.killed = chain.killed or order
            case Action.WITHHOLD:
                chain.withheld = chain.withheld or order
            case _:
                chain.corrected = order
                current = chain.current
                place = chain.edition(order.story_id)
                chain.wrong[order.story_id] = None if place else (current.story_id if current else "")
        if chain.standing is before and order.action is not Action.CORRECT:
            return None
        for run in self._chains.runs(canon).values():
            run.stale = run.stale or self._is_wrong(chain, run)
        self._watch(canon)
        if chain.order is not order:  # a correction of what is killed or withheld
            return None
        return self._reach(canon, order, Cause.ORDERED, story, at=at)

    def _watch(self, canon: Canon) -> None:
        """Watch the items of outlets that run a marked story and that something names."""
        self._watched.update((item, canon.number) for item in self._chains.runs(canon) if "\n" in item)

    def _disregard(self, story: Story, acts: Mapping[str, Any]) -> None:
        """Leave one transmission out of the versions."""
        numbers = {number_name(text) for text in story.refers_to}
        for story_id, _ in acts["on"]:
            canon = self._catalogue.canon(story_id)
            chain = self._chains.of(canon.number) if canon is not None else None
            if canon is None or chain is None:
                continue
            for each in chain.editions:
                if each.transmission_no and number_name(each.transmission_no) in numbers:
                    each.void = True
            self._chains.lead(canon)

    def _forget_order(self, order: Order) -> None:
        for name in [name for name, each in self._early.items() if each == order]:
            del self._early[name]

    # Outlets

    def _ran(
        self, canon: Canon, story: Story, facts: Mapping[str, Any], changed: Changed, *, at: int | None
    ) -> bool:
        """Note what an outlet runs, tell it when the story is marked, and say whether it ran it before."""
        run = run_of(story, at=at)
        if run is None:
            return False
        run.version, kept = facts.get("carries", (None, "-1"))
        run.kept = int(kept, 16)
        key = run_key(story)
        runs = self._chains.runs(canon)
        earlier = runs.pop(key, None)
        runs[key] = run
        chain = self._chains.of(canon.number)
        order = chain.order if chain is not None else None
        if chain is None or order is None:
            return earlier is not None
        run.stale = not run.corrects and self._is_wrong(chain, run)
        if "\n" in key:
            self._watched[key] = canon.number
        carried = earlier is not None and carries(chain, earlier)
        still = carries(chain, run)
        if still and not carried:
            changed.add(canon, self._reach(canon, order, Cause.RAN, story, at=at))
        elif carried and not still:
            changed.add(canon, self._reach(canon, order, Cause.CORRECTED, story, at=at))
        return earlier is not None

    def _left(self, story: Story, now: Canon | None, changed: Changed, *, at: int | None) -> None:
        """Tell that an outlet has put something else where it ran a marked story.

        Not of the further parts of a page, of which another part may still be that story.
        """
        item = item_of(story)
        number = self._watched.get(item) if item is not None else None
        if number is None or item is None or (now is not None and now.number == number):
            return
        if story.pub_status in (PubStatus.EMBARGOED, PubStatus.WITHHELD) or story.coordinates.part:
            return
        canon = self._catalogue.canon_at(number)
        del self._watched[item]
        run = self._chains.runs(canon).pop(item, None)
        chain = self._chains.of(canon.number)
        if run is None or chain is None or chain.order is None or not carries(chain, run):
            return
        changed.add(canon, self._reach(canon, chain.order, Cause.TOOK_DOWN, story, at=at))

    def _is_wrong(self, chain: Chain, run: Run) -> bool:
        """Tell whether an outlet's copy holds wording that the agency corrected."""
        if not chain.wrong:
            return False
        edition = chain.edition(run.version)
        return edition is None or bool(run.kept & wrong_paragraphs(self._catalogue.copies, chain, edition))

    # Telling

    def _reach(self, canon: Canon, order: Order, cause: Cause, story: Story, *, at: int | None) -> Reach:
        """Tell an event; it takes a number of the canonical story's sequence."""
        self._catalogue.touch(canon, at)
        chain = self._chains.open(canon)
        carrying = carrying_runs(chain, self._chains.runs(canon))
        ordered = cause in (Cause.ORDERED, Cause.LIFTED)
        return Reach(
            canonical_id=canon.id,
            sequence=canon.sequence,
            action=order.action,
            cause=cause,
            story_id=story.id,
            ordered_by=order.story_id,
            outlet=None if ordered else story.outlet,
            note=order.note,
            carrying=len(carrying),
            carriers=tuple(run.carrier() for run in carrying[:LISTED]),
        )


def _order(story: Story, action: Action, *, at: int | None) -> Order:
    return Order(
        action=action,
        story_id=story.id,
        note=story.ed_note or story.headline,
        created=milliseconds(story.version_created),
        at=at,
    )


def _lifts(story: Story, facts: Mapping[str, Any], withheld: Order) -> bool:
    """Tell whether a usable version releases what was withheld: it was made later, or is another version."""
    created = milliseconds(story.version_created)
    if created is not None and withheld.created is not None:
        return created > withheld.created
    return "edition" in facts


def _is_meant(story: Story, name: str, order: Order) -> bool:
    """Tell whether an order that came first is about a filing; by slug alone only an older one."""
    if not name.startswith("s:"):
        return True
    created = milliseconds(story.version_created)
    return created is not None and order.created is not None and created <= order.created
