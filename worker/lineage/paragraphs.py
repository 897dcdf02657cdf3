"""What became of each paragraph on the way? An alignment → kept, edited, moved, dropped, added.

A paragraph has as many rows as it has counterparts: one that was split in two has two. It is
``kept`` when no word was lost or gained, wherever the borders fall now; ``moved`` when it left its
place, edited or not; its similarity tells.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

from worker.lineage.placement import Change, ParagraphChange
from worker.matching.align import Copy, Match, in_order


def paragraph_changes(ours: Copy, theirs: Copy, matches: Sequence[Match]) -> tuple[ParagraphChange, ...]:
    """Map the paragraphs of ``ours`` (called canonical in the rows) to those of ``theirs``.

    Rows follow the order of ``theirs``; what was dropped stands where it stood in ``ours``.
    ``similarity`` is twice the common words over the words of both paragraphs.
    """
    common: defaultdict[tuple[int, int], int] = defaultdict(int)
    same_left: defaultdict[int, int] = defaultdict(int)
    same_right: defaultdict[int, int] = defaultdict(int)
    for match in matches:
        a, b = match.ours.paragraph, match.theirs.paragraph
        common[a, b] += match.common
        if match.exact:
            same_left[a] += match.ours.stop - match.ours.start
            same_right[b] += match.theirs.stop - match.theirs.start
    pairs = sorted(pair for pair, words in common.items() if words)
    if in_order(ours, theirs):
        staying = _staying(pairs, common)
    else:  # of two chains that weigh the same, the same one is chosen from either side
        turned = {(b, a): words for (a, b), words in common.items()}
        staying = {(a, b) for b, a in _staying(sorted((b, a) for a, b in pairs), turned)}
    at_right: defaultdict[int, list[ParagraphChange]] = defaultdict(list)
    for a, b in pairs:
        size_a, size_b = ours.size(a), theirs.size(b)
        if (a, b) not in staying:
            change = Change.MOVED
        elif same_left[a] >= size_a and same_right[b] >= size_b:
            change = Change.KEPT
        else:
            change = Change.EDITED
        similarity = round(min(2 * common[a, b] / max(size_a + size_b, 1), 1.0), 4)
        at_right[b].append(ParagraphChange(change=change, canonical=a, variant=b, similarity=similarity))
    return tuple(_ordered(ours, theirs, at_right, staying, {a for a, _ in pairs}))


def _ordered(
    ours: Copy,
    theirs: Copy,
    at_right: dict[int, list[ParagraphChange]],
    staying: set[tuple[int, int]],
    matched: set[int],
) -> list[ParagraphChange]:
    """Put the rows in reading order."""
    rows: list[ParagraphChange] = []
    dropped = [a for a in range(len(ours.texts)) if a not in matched and ours.size(a)]
    reach = {b: a for a, b in sorted(staying)}
    done = 0
    for b in range(len(theirs.texts)):
        here = at_right.get(b, [])
        reached = reach.get(b, -1)
        while done < len(dropped) and dropped[done] < reached:
            rows.append(_lone(Change.DROPPED, dropped[done], None))
            done += 1
        if here:
            rows += here
        elif theirs.size(b):
            rows.append(_lone(Change.ADDED, None, b))
    return rows + [_lone(Change.DROPPED, a, None) for a in dropped[done:]]


def _lone(change: Change, canonical: int | None, variant: int | None) -> ParagraphChange:
    return ParagraphChange(change=change, canonical=canonical, variant=variant, similarity=0.0)


def _staying(pairs: list[tuple[int, int]], weight: dict[tuple[int, int], int]) -> set[tuple[int, int]]:
    """Choose the pairs that stay in order and hold the most words; the others moved.

    The heaviest chain that never runs backward, in O(n log n): a Fenwick tree over the right side
    holds the best chain that ends at or before each paragraph.
    """
    if all(before[1] <= after[1] for before, after in pairwise(pairs)):
        return set(pairs)
    rights = sorted({b for _, b in pairs})
    best: list[tuple[int, int]] = [(0, -1)] * (len(rights) + 1)
    previous: list[int] = []
    for index, pair in enumerate(pairs):
        rank = bisect_right(rights, pair[1])
        heaviest, last = (0, -1)
        at = rank
        while at:
            if best[at][0] > heaviest:
                heaviest, last = best[at]
            at -= at & -at
        previous.append(last)
        at = rank
        while at < len(best):
            if best[at][0] < heaviest + weight[pair]:
                best[at] = (heaviest + weight[pair], index)
            at += at & -at
    _, at = max(best, key=lambda entry: entry[0])
    chain = set()
    while at >= 0:
        chain.add(pairs[at])
        at = previous[at]
    return chain
