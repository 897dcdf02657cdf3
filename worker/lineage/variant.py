"""What does one copy do with another? Two prepared copies and their credits → the facts of a variant.

All facts but the relation and the credits are symmetric: exchange the sides and coverage becomes
what novelty leaves, dropped becomes added, and each swap turns round.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Final

from worker.lineage.credits import attribution, credit, credit_lines
from worker.lineage.differences import Differences, differences
from worker.lineage.paragraphs import kept_whole, paragraph_changes
from worker.lineage.placement import Change, ParagraphChange, Relation, Swap, Variant
from worker.matching.align import Alignment, Block, Copy, Match, align, in_order, prepare
from worker.matching.narrative import Narrative
from worker.matching.words import words
from worker.story import Story
from worker.values import quick

SWAPS_MAX: Final = 32  # distinct swaps of each kind
COMPARED_MAX: Final = 400  # sentence pairs in which swaps are looked for
NARRATIVE_LEAST: Final = 20  # words; a copy with less narrative is measured with its quotations

TOUCHED: Final = 0.02  # of the words may change in a reprint: house style, a dateline, one slip
OWN: Final = 0.10  # of the variant's words are new when a desk did more than trim
CUT: Final = 3  # times as much was cut as is new where trimming is what was done
WHOLE: Final = 0.90  # of the canonical copy is there when a desk did more than build on it
BRIEF: Final = 1 / 3  # of the canonical copy: less is an excerpt
RUN: Final = 10  # words; people who edit leave runs of ten, a paraphrase leaves hardly any
REWORDED: Final = 0.45  # of the common words stand in such runs: less is paraphrase
REWORDED_LEAST: Final = 6  # reworded passages that must show it
_AFTER_DATELINE: Final = " \t\xa0—–-:"
SAME_LEDE: Final = 0.6  # of the words of two ledes in common: less is a new lede
OUT_OF_PLACE: Final = 0.10  # of the canonical words may have moved in a reprint or a trim


def describe(  # noqa: PLR0913 - two copies, and what the fold knows of them
    *,
    canonical: Story,
    canonical_narrative: Narrative,
    variant: Story,
    variant_narrative: Narrative,
    agency: str | None = None,
    parent: str | None = None,
    hops: int = 1,
) -> Variant:
    """Describe a story as a variant of its canonical story; sequence and lag are left to the fold.

    ``agency`` is what the canonical story is attributed to, in case its own copy names nobody; a
    variant without credit is attributed to it as well. The narratives are those of the paragraphs.
    """
    ours, theirs = prepare_story(canonical, canonical_narrative), prepare_story(variant, variant_narrative)
    credits_before, credits_after = attribution(canonical), attribution(variant)
    agency = credits_before.agency or agency
    comparison = compare(ours, theirs)
    return Variant(
        relation=relation_of(
            coverage=comparison.coverage,
            novelty=comparison.novelty,
            moved=_moved(ours, comparison.paragraphs),
            reworded=comparison.reworded,
            refiled=is_refiled(canonical, variant) or _is_later(comparison),
        ),
        coverage=comparison.coverage,
        novelty=comparison.novelty,
        sequence=0,
        parent=parent,
        hops=hops,
        agency=credits_after.agency or agency,
        credit=credit(agency, credits_after.agency),
        credit_lines=credit_lines(credits_before, credits_after),
        paragraphs=comparison.paragraphs,
        house_style=comparison.house_style,
        names=comparison.names,
        figures=comparison.figures,
    )


def prepare_story(story: Story, narrative: Narrative) -> Copy:
    """Prepare the copy of a story for alignment, without the dateline: that is credit, not copy."""
    texts = [paragraph.text for paragraph in story.paragraphs]
    copy = prepare(texts, narrative)
    if story.dateline is None or not texts or not texts[0].startswith(story.dateline.text):
        return copy
    peeled = len(words(story.dateline.text))
    return Copy(
        texts=(texts[0][len(story.dateline.text) :].lstrip(_AFTER_DATELINE), *copy.texts[1:]),
        starts=[min(peeled, copy.starts[1]), *copy.starts[1:]],
        keys=copy.keys,
        told=copy.told,
    )


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What two copies alone tell; rows and swaps call ours canonical and theirs variant."""

    coverage: float
    novelty: float
    reworded: bool
    paragraphs: tuple[ParagraphChange, ...]
    house_style: tuple[Swap, ...]
    names: tuple[Swap, ...]
    figures: tuple[Swap, ...]


def compare(ours: Copy, theirs: Copy) -> Comparison:
    """Compare two copies."""
    if ours == theirs:
        return _unchanged(ours)
    if in_order(ours, theirs):
        alignment = align(ours, theirs)
        swaps = _swaps(ours, theirs, alignment.matches)
    else:
        turned = align(theirs, ours)
        alignment = turned.mirrored()
        swaps = _swaps(theirs, ours, turned.matches).turned()
    runs = _runs(ours, theirs, alignment)
    coverage, novelty = _shares(ours, theirs, runs)
    return Comparison(
        coverage=coverage,
        novelty=novelty,
        reworded=_is_reworded(alignment.matches, runs),
        paragraphs=paragraph_changes(ours, theirs, alignment),
        house_style=swaps.house_style,
        names=swaps.names,
        figures=swaps.figures,
    )


def _unchanged(copy: Copy) -> Comparison:
    """Tell what comparing a copy with itself tells."""
    return Comparison(
        coverage=1.0 if copy.words() else 0.0,
        novelty=0.0,
        reworded=False,
        paragraphs=kept_whole(copy),
        house_style=(),
        names=(),
        figures=(),
    )


def is_refiled(canonical: Story, variant: Story) -> bool:
    """Say whether one source sends its own story again: the same item of a feed, or the same outlet."""
    if canonical.native_id is not None and canonical.native_id == variant.native_id:
        return True
    return canonical.outlet is not None and canonical.outlet == variant.outlet


def _is_later(comparison: Comparison) -> bool:
    """Say whether a copy tells a later state of the story: a new lede and new figures on the old body."""
    lede = next((row for row in comparison.paragraphs if row.canonical == 0), None)
    new_lede = lede is None or lede.variant != 0 or lede.similarity < SAME_LEDE
    return new_lede and bool(comparison.figures) and comparison.coverage > BRIEF and comparison.novelty > OWN


def _runs(canonical: Copy, variant: Copy, alignment: Alignment) -> list[Block]:
    """List the common runs: first word in both copies, and length."""
    ours, theirs = canonical.starts, variant.starts
    runs = [(ours[a], theirs[b], ours[a + 1] - ours[a]) for a, b in alignment.same]
    for left, right, blocks, _ in alignment.matches:
        start, across = ours[left.paragraph], theirs[right.paragraph]
        runs += [(start + first, across + there, size) for first, there, size in blocks]
    return runs


def _shares(canonical: Copy, variant: Copy, runs: Sequence[Block]) -> tuple[float, float]:
    """Measure how much of the canonical narrative is kept, and how much of the variant's is new.

    A word that is quotation in either copy is quotation in both.
    """
    common = quoted_there = quoted_here = 0
    for first, there, size in runs:
        ours, theirs = canonical.told[first : first + size], variant.told[there : there + size]
        told = ours.count(1)
        if ours == theirs:
            common += told
        else:
            both = (int.from_bytes(ours) & int.from_bytes(theirs)).bit_count()
            common += both
            quoted_there += told - both
            quoted_here += theirs.count(1) - both
    kept = canonical.told.count(1, canonical.starts[0]) - quoted_there
    own = variant.told.count(1, variant.starts[0]) - quoted_here
    if min(kept, own) < NARRATIVE_LEAST:
        common, kept, own = sum([size for _, _, size in runs]), canonical.words(), variant.words()
    coverage = min(common / kept, 1.0) if kept else 0.0
    familiar = min(common / own, 1.0) if own else 1.0
    return round(coverage, 4), round(1 - round(familiar, 4), 4)  # rounded alike from either side


def _is_reworded(matches: Sequence[Match], runs: Sequence[Block]) -> bool:
    """Say whether passage after passage was put in other words."""
    if sum([not match.exact for match in matches]) < REWORDED_LEAST:
        return False
    sizes = [size for _, _, size in runs]
    return sum([size for size in sizes if size >= RUN]) < REWORDED * sum(sizes)


def _moved(canonical: Copy, paragraphs: Sequence[ParagraphChange]) -> float:
    """Measure how much of the canonical copy stands elsewhere in the variant, 0 to 1."""
    moved = {row.canonical for row in paragraphs if row.change is Change.MOVED and row.canonical is not None}
    return sum([canonical.size(place) for place in moved]) / max(canonical.words(), 1)


def relation_of(*, coverage: float, novelty: float, moved: float, reworded: bool, refiled: bool) -> Relation:
    """Name what was done to the copy, by these steps; the first that fits counts.

    - ``verbatim``: at most 2 % of the words dropped, at most 2 % new, which leaves house style, and
      the paragraphs in place;
    - ``paraphrased``: passage after passage has its counterpart, but less than 45 % of the common
      words stand in runs of ten (edited copy leaves 60 to 100 %, machine paraphrase under 30 %);
    - ``updated``: another text of the same item, or of the same outlet; or by its own evidence, see
      ``_is_later``;
    - ``excerpted``: at most a third is kept and at most a third is new: a brief or a digest item;
    - ``trimmed``: at most 10 % is new, three times as much was cut, and little moved;
    - ``expanded``: at least 90 % is kept and more than 10 % is new;
    - ``edited``: everything between.
    """
    in_place = moved <= OUT_OF_PLACE
    steps = (
        (Relation.VERBATIM, coverage >= 1 - TOUCHED and novelty <= TOUCHED and in_place),
        (Relation.PARAPHRASED, reworded),
        (Relation.UPDATED, refiled),
        (Relation.EXCERPTED, coverage <= BRIEF and novelty <= BRIEF),
        (Relation.TRIMMED, novelty <= min(OWN, max(TOUCHED, (1 - coverage) / CUT)) and in_place),
        (Relation.EXPANDED, coverage >= WHOLE and novelty > OWN),
        (Relation.EDITED, True),
    )
    return next(relation for relation, fits in steps if fits)


@quick
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
    """Answers whether both copies use a folded word; reads each copy at the first question that needs it."""

    def __init__(self, ours: Copy, theirs: Copy) -> None:
        self._copies = ours, theirs

    @cached_property
    def _ours(self) -> frozenset[str]:
        return _vocabulary(self._copies[0])

    @cached_property
    def _theirs(self) -> frozenset[str]:
        return _vocabulary(self._copies[1])

    def __call__(self, word: str) -> bool:
        return word in self._theirs and word in self._ours


def _vocabulary(copy: Copy) -> frozenset[str]:
    """List the folded words of a copy."""
    return frozenset([word for text in copy.texts for word in words(text)])


def _distinct(swaps: Iterable[Swap]) -> tuple[Swap, ...]:
    """Keep the first of the swaps that differ in case alone."""
    first: dict[tuple[str, str], Swap] = {}
    for swap in swaps:
        first.setdefault((swap.canonical.lower(), swap.variant.lower()), swap)
    return tuple(islice(first.values(), SWAPS_MAX))


def _turned(swaps: tuple[Swap, ...]) -> tuple[Swap, ...]:
    return tuple(Swap(canonical=swap.variant, variant=swap.canonical) for swap in swaps)
