"""Is a page several stories glued together? Comparisons → where it comes apart.

Marks such as datelines and rules are the business of the formats. Here a page comes apart where
what aligns says so: one run of paragraphs is the copy of one canonical story, the next of another.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt

from worker.lineage.decide import Comparison
from worker.matching.narrative import Mask, Narrative
from worker.matching.sketch import fingerprint
from worker.matching.tokens import Positions, tokens_of
from worker.story import Furniture, Story, joined, story_id

PARAGRAPH: Final = 0.5  # share of a paragraph's narrative that says whose it is
PURE: Final = 0.65  # share of a part's narrative that its own canonical story has
STRAY: Final = 0.1  # share of what a canonical story covers that may stand outside its part
LEAST: Final = 60  # words of common narrative in each part
HEADLINE_MOST: Final = 20  # words
PART: Final = 1_000  # what the parts of part 0 are numbered from: 1000, 2000
_ENDINGS: Final = (".", "!", "?", "”", '"', "…", ":", ";")


Counts = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """Paragraphs ``first`` to before ``last``; ``headed`` says that the first one is a headline."""

    first: int
    last: int
    headed: bool


def segments(story: Story, narrative: Narrative, comparisons: Sequence[Comparison]) -> list[Segment]:
    """Find the parts that a story comes apart into; empty when it is one."""
    best: dict[int, Comparison] = {}
    for each in comparisons:
        if each.evidence.ours.common >= LEAST and (
            each.canon not in best or each.evidence.ours.common > best[each.canon].evidence.ours.common
        ):
            best[each.canon] = each
    if len(best) < 2:
        return []
    starts = narrative.starts
    told = _per_paragraph(narrative.told, starts)
    covered = {canon: _per_paragraph(each.evidence.ours.covered, starts) for canon, each in best.items()}
    ranked = sorted(best, key=lambda canon: (-best[canon].evidence.ours.common, canon))
    for size in range(len(ranked), 1, -1):  # what covers least may have but lent a passage
        found = _apart(story, told, {canon: covered[canon] for canon in ranked[:size]})
        if found:
            return found
    return []


def _apart(story: Story, told: Counts, covered: dict[int, Counts]) -> list[Segment]:
    """Take a page apart into the copy of given canonical stories; empty when they do not account for it."""
    blocks = _blocks(told, covered)
    if len({canon for canon, _ in blocks}) < max(len(blocks), 2):
        return []
    cuts = [0, *(_headline_above(story, first) for _, first in blocks[1:]), len(told)]
    for (canon, _), (first, last) in zip(blocks, pairwise(cuts), strict=True):
        inside = int(covered[canon][first:last].sum())
        if (
            inside < LEAST
            or inside < PURE * told[first:last].sum()
            or inside < (1 - STRAY) * covered[canon].sum()
        ):
            return []
    return [
        Segment(first=first, last=last, headed=place > 0 and first < start)
        for place, ((first, last), (_, start)) in enumerate(zip(pairwise(cuts), blocks, strict=True))
    ]


def _per_paragraph(mask: Mask, starts: Positions) -> Counts:
    sums = np.zeros(len(mask) + 1, np.int64)
    np.cumsum(mask, out=sums[1:])
    counts: Counts = np.diff(sums[starts])
    return counts


def _blocks(told: Counts, covered: dict[int, Counts]) -> list[tuple[int, int]]:
    """List the canonical stories in the order in which they have their paragraphs, with the first of each."""
    canons = sorted(covered)
    table = np.stack([covered[canon] for canon in canons])
    owner, most = table.argmax(axis=0), table.max(axis=0)
    blocks: list[tuple[int, int]] = []
    for place in range(len(told)):
        if most[place] and most[place] >= PARAGRAPH * told[place]:
            canon = canons[int(owner[place])]
            if table[:, place].tolist().count(most[place]) > 1:
                continue  # two canonical stories have it: it says nothing
            if not blocks or blocks[-1][0] != canon:
                blocks.append((canon, place))
    return blocks


def _headline_above(story: Story, first: int) -> int:
    """Tell where a part starts: at the headline above its first paragraph, when there is one."""
    if first:
        text = story.paragraphs[first - 1].text.strip()
        if text and len(text.split()) <= HEADLINE_MOST and not text.endswith(_ENDINGS):
            return first - 1
    return first


def part_of(story: Story, segment: Segment, number: int) -> Story:
    """Cut one part out of a story; the first keeps its credits."""
    first = segment.first + segment.headed
    paragraphs = story.paragraphs[first : segment.last]
    copy = joined(paragraphs)
    coordinates = replace(story.coordinates, part=story.coordinates.part + number * PART)
    headline = story.headline if not number else None
    if segment.headed:
        headline = story.paragraphs[segment.first].text
    part = replace(
        story,
        id=story_id(
            outlet=story.outlet,
            feed=story.feed,
            coordinates=coordinates,
            native_id=story.native_id and f"{story.native_id}#{number}",
            native_version=story.native_version,
            copy=copy,
            headline=headline,
        ),
        coordinates=coordinates,
        headline=headline,
        paragraphs=paragraphs,
        furniture=tuple(
            _moved(each, segment.first)
            for each in story.furniture
            if segment.first <= each.before < segment.last or (not number and not each.before)
        ),
        fingerprint=fingerprint(tokens_of(paragraphs)),
    )
    if number:
        part = replace(part, byline=None, dateline=None, agency=None, credits=(), deck=None)
    return part


def _moved(furniture: Furniture, by: int) -> Furniture:
    return replace(furniture, before=max(furniture.before - by, 0))
