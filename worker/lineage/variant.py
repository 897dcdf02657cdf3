"""What does one copy do with another? Two prepared copies and their credits → the facts of a variant.

All facts but the relation and the credits are symmetric: exchange the sides and coverage becomes
what novelty leaves, dropped becomes added, and each swap turns round.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Final

from worker.lineage.credits import Attribution, credit, credit_lines
from worker.lineage.differences import Differences, differences
from worker.lineage.paragraphs import paragraph_changes
from worker.lineage.placement import Change, CreditLines, Kept, ParagraphChange, Relation, Swap
from worker.matching.align import Copy, Match, align, in_order, mirror
from worker.matching.words import words

SWAPS_MAX: Final = 32  # distinct swaps of each kind
COMPARED_MAX: Final = 400  # sentence pairs in which swaps are looked for
NARRATIVE_LEAST: Final = 20  # words; a copy with less narrative is measured with its quotations

TOUCHED: Final = 0.02  # of the words may change in a reprint: house style, a dateline, one slip
OWN: Final = 0.10  # of the variant's words are new when a desk did more than trim
WHOLE: Final = 0.90  # of the canonical copy is there when a desk did more than build on it
BRIEF: Final = 1 / 3  # of the canonical copy: less is an excerpt
RUN: Final = 10  # words; people who edit leave runs of ten, a paraphrase leaves hardly any
REWORDED: Final = 0.45  # of the common words stand in such runs: less is paraphrase
REWORDED_LEAST: Final = 6  # reworded passages that must show it
OUT_OF_PLACE: Final = 0.10  # of the canonical words may have moved in a reprint or a trim


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the metadata of a variant tells of its copy; the fields are those of ``Variant``."""

    relation: Relation
    coverage: float
    novelty: float
    agency: str | None
    credit: Kept
    credit_lines: CreditLines
    paragraphs: tuple[ParagraphChange, ...]
    house_style: tuple[Swap, ...]
    names: tuple[Swap, ...]
    figures: tuple[Swap, ...]


def describe(
    *,
    canonical: Copy,
    variant: Copy,
    canonical_credits: Attribution,
    variant_credits: Attribution,
    refiled: bool = False,
) -> Facts:
    """Describe a variant against the copy of its canonical story.

    ``refiled`` says that the variant is a later version of the same item: a writethru, a new take,
    or the same outlet again. ``agency`` is the canonical story's when the variant names none. The
    same function tells a variant against its parent: give the parent as ``canonical``.
    """
    if in_order(canonical, variant):
        matches = align(canonical, variant)
        swaps = _swaps(canonical, variant, matches)
    else:
        turned = align(variant, canonical)
        matches = mirror(turned)
        swaps = _swaps(variant, canonical, turned).turned()
    coverage, novelty = _shares(canonical, variant, matches)
    paragraphs = paragraph_changes(canonical, variant, matches)
    return Facts(
        relation=_relation(
            coverage=coverage,
            novelty=novelty,
            moved=_moved(canonical, paragraphs),
            reworded=_is_reworded(matches),
            refiled=refiled,
        ),
        coverage=coverage,
        novelty=novelty,
        agency=variant_credits.agency or canonical_credits.agency,
        credit=credit(canonical_credits.agency, variant_credits.agency),
        credit_lines=credit_lines(canonical_credits, variant_credits),
        paragraphs=paragraphs,
        house_style=swaps.house_style,
        names=swaps.names,
        figures=swaps.figures,
    )


def _shares(canonical: Copy, variant: Copy, matches: Sequence[Match]) -> tuple[float, float]:
    """Measure how much of the canonical narrative is kept, and how much of the variant's is new.

    A word that is quotation in either copy is quotation in both.
    """
    common = quoted_there = quoted_here = every = 0
    for match in matches:
        ours, theirs = canonical.told[match.ours.paragraph], variant.told[match.theirs.paragraph]
        for first, there, size in match.blocks:
            here, across = ours[first : first + size], theirs[there : there + size]
            both = (int.from_bytes(here) & int.from_bytes(across)).bit_count()
            common += both
            quoted_there += here.count(1) - both
            quoted_here += across.count(1) - both
            every += size
    kept = sum(mask.count(1) for mask in canonical.told) - quoted_there
    own = sum(mask.count(1) for mask in variant.told) - quoted_here
    if min(kept, own) < NARRATIVE_LEAST:
        common, kept, own = every, sum(map(len, canonical.told)), sum(map(len, variant.told))
    coverage = min(common / kept, 1.0) if kept else 0.0
    novelty = max(1 - common / own, 0.0) if own else 0.0
    return round(coverage, 4), round(novelty, 4)


def _is_reworded(matches: Sequence[Match]) -> bool:
    """Say whether passage after passage was put in other words."""
    if sum(not match.exact for match in matches) < REWORDED_LEAST:
        return False
    sizes = [size for match in matches for _, _, size in match.blocks]
    return sum(size for size in sizes if size >= RUN) < REWORDED * sum(sizes)


def _moved(canonical: Copy, paragraphs: Sequence[ParagraphChange]) -> float:
    """Measure how much of the canonical copy stands elsewhere in the variant, 0 to 1."""
    sizes = list(map(len, canonical.told))
    moved = {row.canonical for row in paragraphs if row.change == Change.MOVED}
    return sum(sizes[place] for place in moved if place is not None) / max(sum(sizes), 1)


def _relation(*, coverage: float, novelty: float, moved: float, reworded: bool, refiled: bool) -> Relation:
    """Name what was done to the copy, by these steps; the first that fits counts.

    - ``verbatim``: at most 2 % of the words dropped, at most 2 % new, which leaves house style, and
      the paragraphs in place;
    - ``updated``: another text of the same item, or of the same outlet;
    - ``paraphrased``: passage after passage has its counterpart, but less than 45 % of the common
      words stand in runs of ten (edited copy leaves 60 to 100 %, machine paraphrase under 30 %);
    - ``excerpted``: at most a third is kept and at most a third is new: a brief or a digest item;
    - ``trimmed``: at most 10 % is new and little moved, so what was done is cutting;
    - ``expanded``: at least 90 % is kept and more than 10 % is new;
    - ``edited``: everything between.
    """
    in_place = moved <= OUT_OF_PLACE
    steps = (
        (Relation.VERBATIM, coverage >= 1 - TOUCHED and novelty <= TOUCHED and in_place),
        (Relation.UPDATED, refiled),
        (Relation.PARAPHRASED, reworded),
        (Relation.EXCERPTED, coverage <= BRIEF and novelty <= BRIEF),
        (Relation.TRIMMED, novelty <= OWN and in_place),
        (Relation.EXPANDED, coverage >= WHOLE and novelty > OWN),
        (Relation.EDITED, True),
    )
    return next(relation for relation, fits in steps if fits)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Swaps:
    house_style: tuple[Swap, ...]
    names: tuple[Swap, ...]
    figures: tuple[Swap, ...]

    def turned(self) -> "_Swaps":
        """Exchange the sides."""
        return _Swaps(
            house_style=_turned(self.house_style), names=_turned(self.names), figures=_turned(self.figures)
        )


def _swaps(ours: Copy, theirs: Copy, matches: Sequence[Match]) -> _Swaps:
    """Collect the swaps of all paired sentences, each distinct one once.

    The caller keeps to the fixed orientation of ``align``, so that the bounds cut off the same ones
    whichever side is canonical.
    """
    known = _Known(ours, theirs)
    found: list[Differences] = []
    for match in matches:
        here = ours.texts[match.ours.paragraph][match.ours.first : match.ours.last]
        there = theirs.texts[match.theirs.paragraph][match.theirs.first : match.theirs.last]
        if here != there and len(found) < COMPARED_MAX:
            found.append(differences(here, there, known=known))
    return _Swaps(
        house_style=_distinct(swap for each in found for swap in each.house_style),
        names=_distinct(swap for each in found for swap in each.names),
        figures=_distinct(swap for each in found for swap in each.figures),
    )


class _Known:
    """Answers whether both copies use a folded word; reads the copies at the first question."""

    def __init__(self, ours: Copy, theirs: Copy) -> None:
        self._copies = ours, theirs

    @cached_property
    def _words(self) -> set[str]:
        ours, theirs = ({word for text in copy.texts for word in words(text)} for copy in self._copies)
        return ours & theirs

    def __call__(self, word: str) -> bool:
        return word in self._words


def _distinct(swaps: Iterable[Swap]) -> tuple[Swap, ...]:
    """Keep the first of the swaps that differ in case alone."""
    first: dict[tuple[str, str], Swap] = {}
    for swap in swaps:
        first.setdefault((swap.canonical.lower(), swap.variant.lower()), swap)
    return tuple(islice(first.values(), SWAPS_MAX))


def _turned(swaps: tuple[Swap, ...]) -> tuple[Swap, ...]:
    return tuple(Swap(canonical=swap.variant, variant=swap.canonical) for swap in swaps)
