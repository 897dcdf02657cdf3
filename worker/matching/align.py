"""Which words of one copy stand in the other, and where? Two copies → matched runs of words.

Equal paragraphs are paired first, then equal sentences, then the sentences most alike, and what a
split or merged sentence left over last. Order does not matter to pairing, so reordered copy stays
whole. The comparison is loose: tense, plurals and the value of figures do not count. Pairs are
found in one fixed orientation, so swapping the copies mirrors the alignment exactly.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from rapidfuzz.distance import Indel, LCSseq
from rapidfuzz.process import cdist

from worker.matching.narrative import TOLD, Narrative
from worker.matching.sentences import Sentence, sentences
from worker.matching.spelling import spell
from worker.matching.words import words
from worker.values import quick

ALIKE: Final = 0.5  # share of common words, both sentences together, from which two sentences are a pair
ALIKE_IN_BAG: Final = 0.65  # the same for words in any order
INSIDE: Final = 0.75  # the same of the shorter sentence, for one that was cut short or built in
LEFTOVER: Final = 0.6  # of a sentence, to be the other half of one already paired
SMALL: Final = 3  # letters of a word that says nothing by itself
LEAST: Final = 4  # words; shorter sentences are alike by chance
LEAST_INSIDE: Final = 6
FUZZY_LIMIT: Final = 256  # sentences a side that are compared with each other; equality has no limit
PARAGRAPH_LIMIT: Final = 2_000  # paragraphs beyond are neither mapped nor counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """A copy prepared for alignment: its paragraphs, and of each the key and the mask of its words.

    Equal keys mean equal folded words. The mask holds a byte a word: 1 for narrative, 0 for
    quotation and what is no prose.
    """

    texts: tuple[str, ...]
    keys: tuple[bytes, ...]
    told: tuple[bytes, ...]


def prepare(texts: Sequence[str], narrative: Narrative) -> Copy:
    """Prepare paragraphs for alignment; ``narrative`` is what ``narrative.read`` reads from them.

    At most ``PARAGRAPH_LIMIT`` paragraphs are kept.
    """
    starts = narrative.starts[: PARAGRAPH_LIMIT + 1].tolist()
    keys, told = narrative.words.tobytes(), (narrative.marks == TOLD).tobytes()
    places = list(pairwise(starts))
    return Copy(
        texts=tuple(texts[:PARAGRAPH_LIMIT]),
        keys=tuple(keys[8 * start : 8 * stop] for start, stop in places),
        told=tuple(told[start:stop] for start, stop in places),
    )


@quick
@dataclass(frozen=True, slots=True)
class Match:
    """A passage of one copy and its counterpart in the other.

    ``ours`` and ``theirs`` say where each stands. ``blocks`` are the common runs: first word on both
    sides, counted through the paragraph, and length. ``exact`` says that the words are equal but for
    house style.
    """

    ours: Sentence
    theirs: Sentence
    blocks: tuple[tuple[int, int, int], ...]
    exact: bool

    @property
    def common(self) -> int:
        """Count the words in common."""
        return sum(size for _, _, size in self.blocks)

    def mirrored(self) -> "Match":
        """Exchange the sides."""
        return Match(self.theirs, self.ours, tuple((b, a, size) for a, b, size in self.blocks), self.exact)


def in_order(ours: Copy, theirs: Copy) -> bool:
    """Say whether these sides are in the fixed orientation in which pairs are looked for."""
    return ours.texts <= theirs.texts


def mirror(matches: Sequence[Match]) -> tuple[Match, ...]:
    """Exchange the sides of an alignment."""
    return tuple(sorted((match.mirrored() for match in matches), key=_place))


def align(ours: Copy, theirs: Copy) -> tuple[Match, ...]:
    """Match the passages of two copies, ordered by their place in ``ours``.

    No word stands in two matches. Cost is linear for equal passages; at most ``FUZZY_LIMIT``
    other sentences a side are compared with each other.
    """
    if not in_order(ours, theirs):
        return mirror(align(theirs, ours))
    matches: list[Match] = []
    left, right = list(range(len(ours.texts))), list(range(len(theirs.texts)))
    same = _pop_equal(left, right, ours.texts.__getitem__, theirs.texts.__getitem__, least=1)
    same += _pop_equal(left, right, ours.keys.__getitem__, theirs.keys.__getitem__, least=1)
    for a, b in same:
        whole = len(ours.told[a])
        matches.append(
            Match(
                Sentence(a, 0, whole, 0, len(ours.texts[a])),
                Sentence(b, 0, whole, 0, len(theirs.texts[b])),
                ((0, 0, whole),),
                exact=True,
            )
        )
    if left and right:
        matches += _align_sentences(ours, theirs, left, right)
    return tuple(sorted(matches, key=_place))


def _place(match: Match) -> tuple[int, int, int, int]:
    return match.ours.paragraph, match.ours.start, match.theirs.paragraph, match.theirs.start


def _pop_equal(
    left: list[int],
    right: list[int],
    left_key: Callable[[int], Sequence[Hashable]],
    right_key: Callable[[int], Sequence[Hashable]],
    *,
    least: int,
) -> list[tuple[int, int]]:
    """Pair items with equal keys, the k-th with the k-th, and take them out of both lists."""
    waiting: defaultdict[Sequence[Hashable], list[int]] = defaultdict(list)
    for item in reversed(right):
        waiting[right_key(item)].append(item)
    pairs = []
    for item in left:
        key = left_key(item)
        if len(key) >= least and (stack := waiting.get(key)):
            pairs.append((item, stack.pop()))
    gone_left, gone_right = {a for a, _ in pairs}, {b for _, b in pairs}
    left[:] = [item for item in left if item not in gone_left]
    right[:] = [item for item in right if item not in gone_right]
    return pairs


_Words = Mapping[int, Sequence[str]] | Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class _Side:
    """The sentences of one copy that are still looking for a counterpart, and their loose words."""

    where: list[Sentence]
    loose: list[tuple[str, ...]]
    texts: tuple[str, ...]

    @classmethod
    def of(cls, copy: Copy, paragraphs: list[int]) -> "_Side":
        found = [pair for index in paragraphs for pair in sentences(index, copy.texts[index])]
        return cls([sentence for sentence, _ in found], [read for _, read in found], copy.texts)

    def text(self, index: int) -> str:
        """Cut out a sentence."""
        s = self.where[index]
        return self.texts[s.paragraph][s.first : s.last]


def _align_sentences(ours: Copy, theirs: Copy, left: list[int], right: list[int]) -> list[Match]:
    """Match the sentences of the paragraphs that have no equal."""
    a_side, b_side = _Side.of(ours, left), _Side.of(theirs, right)
    a_left, b_left = list(range(len(a_side.where))), list(range(len(b_side.where)))
    pairs = _pop_equal(a_left, b_left, a_side.loose.__getitem__, b_side.loose.__getitem__, least=LEAST)
    matches = [_match(a_side, a, b_side, b) for a, b in pairs]
    alike = _pop_alike(a_left, b_left, a_side, b_side)
    partial = [_match(a_side, a, b_side, b) for a, b in alike]
    # A split sentence leaves its other half on one side only, so the two directions do not compete.
    used_a: list[tuple[int, set[int]]] = []
    used_b: list[tuple[int, set[int]]] = []
    for match, (a, b) in zip(partial, alike, strict=True):
        used_a.append((a, {at for first, _, size in match.blocks for at in range(first, first + size)}))
        used_b.append((b, {at for _, first, size in match.blocks for at in range(first, first + size)}))
    rest = _hosted(a_side, a_left, b_side, used_b)
    back = _hosted(b_side, b_left, a_side, used_a)
    return [*matches, *partial, *rest, *(match.mirrored() for match in back)]


def _hosted(side: _Side, left: list[int], other: _Side, hosts: list[tuple[int, set[int]]]) -> list[Match]:
    """Match sentences without counterpart with what is unmatched in the sentences of the other side."""
    waiting = left[:FUZZY_LIMIT]
    if not waiting or not hosts:
        return []
    free = [
        [(at, word) for at, word in enumerate(other.loose[host], other.where[host].start) if at not in used]
        for host, used in hosts
    ]
    common = cdist(
        [side.loose[item] for item in waiting],
        [[word for _, word in each] for each in free],
        scorer=LCSseq.similarity,
        dtype=np.int32,
    )
    matches: list[Match] = []
    taken: set[int] = set()
    for row in np.argsort(-common.max(axis=1), kind="stable").tolist():
        item, host = waiting[row], int(common[row].argmax())
        need = max(LEAST + 1, LEFTOVER * len(side.loose[item]))
        if common[row, host] < need or host in taken:
            continue
        taken.add(host)
        ours, theirs = side.where[item], other.where[hosts[host][0]]
        found = Indel.opcodes(side.loose[item], [word for _, word in free[host]]).as_matching_blocks()
        blocks = tuple(
            (ours.start + block.a + step, free[host][block.b + step][0], 1)
            for block in found
            for step in range(block.size)
        )
        matches.append(Match(ours, theirs, blocks, exact=False))
    return matches


def _match(a_side: _Side, a: int, b_side: _Side, b: int) -> Match:
    """Match two sentences word by word."""
    ours, theirs = a_side.where[a], b_side.where[b]
    blocks: tuple[tuple[int, int, int], ...]
    if a_side.loose[a] == b_side.loose[b]:
        blocks = ((ours.start, theirs.start, ours.stop - ours.start),)
        return Match(ours, theirs, blocks, exact=_is_same(a_side.text(a), b_side.text(b)))
    blocks = tuple(
        (ours.start + at, theirs.start + there, size)
        for at, there, size in _runs(a_side.loose[a], b_side.loose[b])
    )
    return Match(ours, theirs, blocks, exact=False)


def _is_same(ours: str, theirs: str) -> bool:
    """Say whether two sentences are equal but for house style, tenses and figures included."""
    return ours == theirs or [*map(spell, words(ours))] == [*map(spell, words(theirs))]


def _runs(ours: Sequence[str], theirs: Sequence[str]) -> list[tuple[int, int, int]]:
    """Find the common runs of two sentences, those of a clause that changed its place included."""
    runs: list[tuple[int, int, int]] = []
    free_a, free_b = set(range(len(ours))), set(range(len(theirs)))
    for block in Indel.opcodes(ours, theirs).as_matching_blocks():
        if block.size:
            runs.append((block.a, block.b, block.size))
            free_a.difference_update(range(block.a, block.a + block.size))
            free_b.difference_update(range(block.b, block.b + block.size))
    # Small words are everywhere; they prove no clause.
    rest_a = [at for at in sorted(free_a) if len(ours[at]) > SMALL]
    rest_b = [at for at in sorted(free_b) if len(theirs[at]) > SMALL]
    if len(rest_a) > 1 and len(rest_b) > 1:
        again = Indel.opcodes([ours[at] for at in rest_a], [theirs[at] for at in rest_b])
        for block in again.as_matching_blocks():
            runs += [(rest_a[block.a + i], rest_b[block.b + i], 1) for i in range(block.size)]
    return runs


def _pop_alike(a_left: list[int], b_left: list[int], a_side: _Side, b_side: _Side) -> list[tuple[int, int]]:
    """Pair the sentences most alike, best first, one to one, and take them out of both lists.

    Sentences whose clauses changed places share few words in order; the second round compares
    sorted words, hence without order.
    """
    pairs = _pop_best(a_left, b_left, a_side.loose, b_side.loose, alike=ALIKE, inside=INSIDE)
    if a_left and b_left:
        a_bags = {a: sorted(a_side.loose[a]) for a in a_left}
        b_bags = {b: sorted(b_side.loose[b]) for b in b_left}
        pairs += _pop_best(a_left, b_left, a_bags, b_bags, alike=ALIKE_IN_BAG, inside=2.0)
    return pairs


def _pop_best(  # noqa: PLR0913 - two sides and two bounds
    a_left: list[int],
    b_left: list[int],
    a_words: _Words,
    b_words: _Words,
    *,
    alike: float,
    inside: float,
) -> list[tuple[int, int]]:
    """Pair what has the largest share of words in common in the same order."""
    rows, columns = a_left[:FUZZY_LIMIT], b_left[:FUZZY_LIMIT]
    if not rows or not columns:
        return []
    common = cdist(
        [a_words[a] for a in rows],
        [b_words[b] for b in columns],
        scorer=LCSseq.similarity,
        dtype=np.int32,
    )
    a_size = np.array([len(a_words[a]) for a in rows])[:, None]
    b_size = np.array([len(b_words[b]) for b in columns])[None, :]
    of_both = 2 * common / (a_size + b_size)
    of_shorter = common / np.minimum(a_size, b_size)
    good = (of_both >= alike) & (common >= LEAST)
    good |= (of_shorter >= inside) & (common >= LEAST_INSIDE)
    at_a, at_b = np.nonzero(good)
    best = np.argsort(-(of_both[at_a, at_b] + 0.5 * of_shorter[at_a, at_b]), kind="stable")
    pairs: list[tuple[int, int]] = []
    taken_a: set[int] = set()
    taken_b: set[int] = set()
    for index in best.tolist():
        a, b = rows[int(at_a[index])], columns[int(at_b[index])]
        if a not in taken_a and b not in taken_b:
            pairs.append((a, b))
            taken_a.add(a)
            taken_b.add(b)
    a_left[:] = [a for a in a_left if a not in taken_a]
    b_left[:] = [b for b in b_left if b not in taken_b]
    return pairs
