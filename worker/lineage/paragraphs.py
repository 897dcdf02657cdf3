"""What became of each paragraph on the way? An alignment → kept, edited, moved, dropped, added.

A paragraph has as many rows as it has counterparts: one that was split in two has two. It is
``kept`` when no word was lost or gained, wherever the borders fall now; ``moved`` when it left its
place, edited or not; its similarity tells.
"""

from bisect import bisect_right
from collections import defaultdict
from functools import lru_cache

from worker.lineage.placement import Change, ParagraphChange
from worker.matching.align import Alignment, Copy, in_order

Pair = tuple[int, int]


def paragraph_changes(ours: Copy, theirs: Copy, alignment: Alignment) -> tuple[ParagraphChange, ...]:
    """Map the paragraphs of ``ours`` (called canonical in the rows) to those of ``theirs``.

    Rows follow the order of ``theirs``; what was dropped stands where it stood in ``ours``.
    ``similarity`` is twice the common words over the words of both paragraphs.
    """
    common: defaultdict[Pair, int] = defaultdict(int)
    sizes_left, sizes_right = ours.sizes(), theirs.sizes()
    same_left, same_right = [0] * len(sizes_left), [0] * len(sizes_right)
    for a, b in alignment.same:
        common[a, b] = same_left[a] = same_right[b] = sizes_left[a]
    for match in alignment.matches:
        left, right, _, exact = match
        a, b = left.paragraph, right.paragraph
        if exact:
            words = left.stop - left.start
            common[a, b] += words
            same_left[a] += words
            same_right[b] += right.stop - right.start
        else:
            common[a, b] += match.common
    pairs = sorted([pair for pair, words in common.items() if words])
    moved = _moved(pairs, common, turned=not in_order(ours, theirs))
    at_right: dict[int, list[ParagraphChange]] = {}
    for pair in pairs:
        a, b = pair
        if pair in moved:
            change = Change.MOVED
        elif same_left[a] >= sizes_left[a] and same_right[b] >= sizes_right[b]:
            change = Change.KEPT
        else:
            change = Change.EDITED
        twice, both = 2 * common[pair], sizes_left[a] + sizes_right[b]
        similarity = round(twice / both, 4) if twice < both else 1.0
        at_right.setdefault(b, []).append(_row(change, a, b, similarity))
    matched = {a for a, _ in pairs}
    dropped = [a for a, size in enumerate(sizes_left) if size and a not in matched]
    reach = {b: a for a, b in pairs if (a, b) not in moved}
    return tuple(_ordered(sizes_right, at_right, dropped, reach))


def kept_whole(copy: Copy) -> tuple[ParagraphChange, ...]:
    """Map the paragraphs of a copy to themselves."""
    return tuple([_row(Change.KEPT, at, at, 1.0) for at, size in enumerate(copy.sizes()) if size])


def _ordered(
    sizes: list[int], at_right: dict[int, list[ParagraphChange]], dropped: list[int], reach: dict[int, int]
) -> list[ParagraphChange]:
    """Put the rows in reading order; ``reach`` is the last of ours that stays at each of theirs."""
    rows: list[ParagraphChange] = []
    done = 0
    for b, size in enumerate(sizes):
        reached = reach.get(b, -1)
        while done < len(dropped) and dropped[done] < reached:
            rows.append(_row(Change.DROPPED, dropped[done], None, 0.0))
            done += 1
        if b in at_right:
            rows += at_right[b]
        elif size:
            rows.append(_row(Change.ADDED, None, b, 0.0))
    return rows + [_row(Change.DROPPED, a, None, 0.0) for a in dropped[done:]]


@lru_cache(maxsize=4_096)  # most rows are those of other variants too
def _row(change: Change, canonical: int | None, variant: int | None, similarity: float) -> ParagraphChange:
    return ParagraphChange(change=change, canonical=canonical, variant=variant, similarity=similarity)


def _moved(pairs: list[Pair], common: dict[Pair, int], *, turned: bool) -> set[Pair]:
    """Choose the pairs that left their place; of two ways that weigh the same, one from either side."""
    rights = [b for _, b in pairs]
    if rights == sorted(rights):
        return set()
    if not turned:
        return set(pairs) - _staying(pairs, common)
    back = {(b, a): words for (a, b), words in common.items()}
    return set(pairs) - {(a, b) for b, a in _staying(sorted([(b, a) for a, b in pairs]), back)}


def _staying(pairs: list[Pair], weight: dict[Pair, int]) -> set[Pair]:
    """Choose the pairs that stay in order and hold the most words; the others moved.

    The heaviest chain that never runs backward, in O(n log n): a Fenwick tree over the right side
    holds the best chain that ends at or before each paragraph.
    """
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
