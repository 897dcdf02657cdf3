"""Where does a filing go, and what is it there? Names and copy → home, version, repeat or substitute."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import xxhash

from worker.dialects.bulletins import referred
from worker.formats.lines import same_words
from worker.lineage.canons import Canon
from worker.lineage.chain import Chain, Edition
from worker.lineage.chains import Chains
from worker.lineage.copies import Copies
from worker.lineage.decide import ALL_BUT_EQUAL, FOUNDS, Comparison, Verdict, decide
from worker.lineage.filing import names_of
from worker.lineage.names import Names
from worker.lineage.placement import Action, NamedBy
from worker.matching.narrative import Narrative
from worker.story import Story
from worker.values import quick

_SUBSTITUTE: Final = re.compile(
    r"\b(?:substitut\w{0,4}|replac\w{1,4})\b.{0,200}\b(?:kill|withdr[ae]w|eliminat|recall)"
    r"|\b(?:kill|withdr[ae]w|eliminat|recall)\w{0,4}\b.{0,200}\b(?:substitut|replac)",
    re.IGNORECASE | re.DOTALL,
)


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """Where a story goes. ``home`` is told by its names, None when the copy decides; ``facts`` are kept."""

    verdict: Verdict
    home: Canon | None = None
    facts: dict[str, Any] = field(default_factory=dict)


def settle_copy(chains: Chains, comparisons: list[Comparison]) -> Settled:
    """Decide about a story by its copy alone."""
    if not comparisons:
        return Settled(verdict=FOUNDS)
    return Settled(verdict=_apart(chains, decide(comparisons)))


def settle_filing(
    names: Names,
    story: Story,
    narrative: Callable[[], Narrative],
    comparisons: list[Comparison],
    *,
    at: int | None,
) -> Settled:
    """Decide about a filing by its names, where its opening bears them out, and by its copy."""
    catalogue, chains = names.catalogue, names.chains
    home = names.home(story, at=at)
    home, comparisons, acts = _alive(names, story, home, comparisons, at=at)
    verdict = _apart(chains, decide(comparisons))
    if home is not None:
        links = tuple(link for link in verdict.links if link[1].canon != home.number)
        verdict = Verdict(parent=verdict.parent, bridges=verdict.bridges, links=links)
    near = None if verdict.parent is None else catalogue.canon_at(verdict.parent.canon)
    if home is not None and near is not None and near.number != home.number:
        touched = any(each.canon == home.number for each in comparisons)
        if chains.is_killed(near.number) != chains.is_killed(home.number):
            verdict = Verdict(parent=None, bridges=(), links=verdict.links)
        elif not touched:
            home = None  # two stories under one id: the copy decides
    facts: dict[str, Any] = {} if acts is None else {"acts": acts}
    place = home or near
    chain = None if place is None else chains.of(place.number)
    if _is_version(story, chain, named=home is not None):
        copy = copy_hash(story)
        again = None if chain is None else _sent_before(catalogue.copies, chain, story, copy, narrative)
        if again is not None:
            facts |= {"repeat": True, "again": again.story_id}
        else:
            facts["edition"] = copy
    return Settled(verdict=verdict, home=home, facts=facts)


def _alive(
    names: Names,
    story: Story,
    home: Canon | None,
    comparisons: list[Comparison],
    *,
    at: int | None,
) -> tuple[Canon | None, list[Comparison], dict[str, Any] | None]:
    """Keep a substitute away from the killed story that it replaces, and say in facts which that is."""
    acts = None
    chains = names.chains
    chain = chains.of(home.number) if home is not None else None
    if home is not None and chain is not None and chain.killed and _is_substitute(story, chain):
        acts = action_facts(Action.REPLACE, [home], named_by=NamedBy.SLUG)
        home = None
    if home is not None:
        return home, comparisons, None
    comparisons, killed = _without_killed(chains, comparisons)
    if acts is None and killed is not None:
        acts = action_facts(Action.REPLACE, [names.catalogue.canon_at(killed)], named_by=NamedBy.COPY)
    if acts is None and _SUBSTITUTE.search(story.ed_note or ""):
        named = names.named_in(story, referred([story.ed_note]), at=at)
        acts = action_facts(Action.REPLACE, named, named_by=NamedBy.SLUG) if named else None
    return None, comparisons, acts


def action_facts(
    action: Action, canons: Sequence[Canon], *, named_by: NamedBy, certain: bool = True
) -> dict[str, Any]:
    """Say in facts on which canonical stories an item acts."""
    return {
        "action": action.value,
        "on": [[canon.story_id, named_by.value] for canon in canons],
        "certain": certain,
    }


def copy_hash(story: Story) -> int:
    """Hash what is sampled of a copy: another hash is another copy."""
    number: int = xxhash.xxh3_64_intdigest(story.fingerprint.hashes)
    return number >> 4


def _apart(chains: Chains, verdict: Verdict) -> Verdict:
    """Leave out bridges between what was killed and what was not: a kill does not spread by likeness."""
    if verdict.parent is None or not verdict.bridges:
        return verdict
    killed = chains.is_killed(verdict.parent.canon)
    kept = tuple(each for each in verdict.bridges if chains.is_killed(each.canon) == killed)
    return (
        verdict
        if kept == verdict.bridges
        else Verdict(parent=verdict.parent, bridges=kept, links=verdict.links)
    )


def _without_killed(chains: Chains, comparisons: list[Comparison]) -> tuple[list[Comparison], int | None]:
    """Leave out the killed stories that a new filing is like, but for the killed copy itself.

    The second value numbers the killed story that it would have joined.
    """
    killed = {each.canon for each in comparisons if chains.is_killed(each.canon)}
    if not killed:
        return comparisons, None
    parent = decide(comparisons).parent
    kept = [each for each in comparisons if each.canon not in killed or each.likeness >= ALL_BUT_EQUAL]
    if parent is None or parent.canon not in killed or parent in kept:
        return kept, None
    return kept, parent.canon


def _is_substitute(story: Story, killed: Chain) -> bool:
    """Tell whether a filing with the slug of a killed story replaces it: it says so, or has another id."""
    if _SUBSTITUTE.search(story.ed_note or ""):
        return True
    ours, theirs = (
        {name for name in names if name.startswith("i:")} for names in (names_of(story), killed.names)
    )
    return bool(ours) and bool(theirs) and not ours & theirs


def _is_version(story: Story, chain: Chain | None, *, named: bool) -> bool:
    """Tell whether a filing is a version of a canonical story, and no sidebar or abridged copy of it."""
    if chain is None or not chain.editions or named:
        return True
    if chain.agency and story.agency and chain.agency != story.agency:
        return False
    ours, theirs = set(names_of(story)), set(chain.names)
    if ours & theirs:
        return True
    if chain.slug and story.slug:
        return False
    return not all(any(name.startswith("i:") for name in names) for names in (ours, theirs))


def _sent_before(
    copies: Copies, chain: Chain, story: Story, copy: int, narrative: Callable[[], Narrative]
) -> Edition | None:
    """Find the version that a filing sends again: same copy, and no other words about it."""
    for each in chain.editions:
        told = each.version
        if each.copy != copy or not copies.is_held(each.document):
            continue
        if (story.version_kind, story.version_no) != (told.kind, told.number):
            continue
        if copies.is_bare(each.document):  # its samples are all there is to tell it by
            return each
        if same_words(story.headline or "") != same_words(told.headline or ""):
            continue
        if np.array_equal(narrative().words, copies.narrative(each.document).words):
            return each
    return None
