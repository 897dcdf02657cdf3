"""What follows from the evidence? Comparisons → where a story goes, and what ties it to others."""

from dataclasses import dataclass
from operator import itemgetter
from typing import Final

import numpy as np

from worker.lineage.placement import LinkType
from worker.matching.verify import Evidence, Side, solid_words
from worker.values import quick

SAME: Final = 0.5  # share of the shorter one's narrative from which two copies are one story
TOLD_LEAST: Final = 25  # words of narrative that a share can be told from
COMMON_LEAST: Final = 40  # words of common narrative, or
NEARLY_ALL: Final = 0.8  # this share of the shorter narrative
WHOLE: Final = 0.8  # share of all words that decides where there is hardly any narrative
WHOLE_LEAST: Final = 8  # words
HERITAGE: Final = 0.2  # share of what is common with a variant that must come from the canonical copy
ALL_BUT_EQUAL: Final = 950  # thousandths: a copy of a variant belongs where the variant does
DERIVED_LEAST: Final = 50  # words of borrowed narrative, in solid runs, that make a link
EXCERPT: Final = 0.5  # what a word counts there that one of the copies quotes from the other
DERIVED_SHARE: Final = 0.1  # of the shorter narrative
QUOTES_LEAST: Final = 25  # words of common quotation that make a link
LINKS: Final = 4
HOLD_SHARE: Final = 0.9  # a variant whose narrative is in another copy to this share adds nothing
BRIDGE: Final = 0.5  # share of common copy that two canonical stories must have in common to be one


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A held copy, its canonical story and what comparing it found."""

    document: int
    canon: int
    evidence: Evidence

    @property
    def shorter(self) -> Side:
        """Pick the side with less narrative."""
        ours, theirs = self.evidence.ours, self.evidence.theirs
        return ours if ours.told <= theirs.told else theirs

    @property
    def sameness(self) -> int:
        """Measure the common share in thousandths; 0 when the two are not one story.

        What is common with a variant has to come from the canonical copy in part, so that chains of
        half shared copy end.
        """
        share = sameness(self.evidence)
        if not share or self.evidence.inherited is self.evidence.ours.covered:
            return share
        inherited = int(np.count_nonzero(self.evidence.inherited))
        if inherited >= HERITAGE * self.evidence.ours.common or self.likeness >= ALL_BUT_EQUAL:
            return share
        return 0

    @property
    def lent(self) -> int:
        """Count the words, in solid runs, that one tells itself and the other quotes: an excerpt."""
        return 0 if self.evidence.lent is None else solid_words(self.evidence.lent)

    @property
    def likeness(self) -> int:
        """Measure how much the two have in common, both sides together, in thousandths."""
        ours, theirs = self.evidence.ours, self.evidence.theirs
        return 1000 * (ours.shared + theirs.shared) // max(ours.words + theirs.words, 1)


def sameness(evidence: Evidence) -> int:
    """Measure the share of the shorter narrative that is common, in thousandths; 0 below ``SAME``."""
    ours, theirs = evidence.ours, evidence.theirs
    shorter = ours if ours.told <= theirs.told else theirs
    if shorter.told >= TOLD_LEAST:
        enough = shorter.share >= (SAME if shorter.common >= COMMON_LEAST else NEARLY_ALL)
        return round(1000 * shorter.share) if enough else 0
    shorter = ours if ours.words <= theirs.words else theirs
    if shorter.shared >= WHOLE_LEAST and shorter.shared >= WHOLE * shorter.words:
        return 1000 * shorter.shared // shorter.words
    return 0


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Where a story goes: the comparison that places it (None: it founds), bridges and links."""

    parent: Comparison | None
    bridges: tuple[Comparison, ...]
    links: tuple[tuple[LinkType, Comparison], ...]


FOUNDS: Final = Verdict(parent=None, bridges=(), links=())  # what is like nothing


def decide(comparisons: list[Comparison]) -> Verdict:
    """Decide from all comparisons of one story."""
    shares = [(each.sameness, each) for each in comparisons]
    ranked = [(-share * (each.likeness + 1), each.document, each) for share, each in shares if share]
    ranked.sort(key=itemgetter(0, 1))
    same = [each for _, _, each in ranked]
    if not same:
        return Verdict(parent=None, bridges=(), links=_links(comparisons, None))
    home = same[0].canon
    parent = max(
        (each for each in same if each.canon == home), key=lambda each: (each.likeness, -each.document)
    )
    bridges: dict[int, Comparison] = {}
    for each in same:
        if each.canon != home and each.canon not in bridges and _overlap(each, same[0]):
            bridges[each.canon] = each
    joined = {home, *bridges}
    return Verdict(
        parent=parent,
        bridges=tuple(bridges.values()),
        links=_links([each for each in comparisons if each.canon not in joined], parent),
    )


def _overlap(one: Comparison, other: Comparison) -> bool:
    """Tell whether two comparisons explain the same words of the story in hand."""
    a, b = one.evidence.ours.covered, other.evidence.ours.covered
    return bool((a & b).sum() >= BRIDGE * max(min(int(a.sum()), int(b.sum())), 1))


def _borrowed(each: Comparison, parent: Comparison | None) -> tuple[float, float]:
    """Measure what two have in common beside what a parent explains: words, and share of the shorter."""
    shorter = each.shorter
    if parent is not None:
        return solid_words(each.evidence.ours.covered & ~parent.evidence.ours.covered), shorter.share
    excerpt = EXCERPT * each.lent
    return shorter.solid + excerpt, shorter.share + excerpt / max(shorter.told, 1)


def _links(
    comparisons: list[Comparison], parent: Comparison | None
) -> tuple[tuple[LinkType, Comparison], ...]:
    best: dict[int, tuple[int, float, LinkType, Comparison]] = {}
    for each in comparisons:
        quoted = each.shorter.quoted
        common, share = _borrowed(each, parent)
        if common >= DERIVED_LEAST and share >= DERIVED_SHARE:
            rank = (1, common, LinkType.DERIVES_FROM, each)
        elif quoted >= QUOTES_LEAST:
            rank = (0, quoted, LinkType.SHARES_QUOTES, each)
        else:
            continue
        if each.canon not in best or rank[:2] > best[each.canon][:2]:
            best[each.canon] = rank
    ranked = sorted(best.values(), key=lambda rank: (-rank[0], -rank[1], rank[3].document))
    return tuple((kind, each) for _, _, kind, each in ranked[:LINKS])
