"""Which words of one copy stand in the other, and where? Two copies → matched runs of words.

Equal paragraphs are paired first, then equal sentences, then the sentences most alike, and what a
split or merged sentence left over last. Order does not matter to pairing, so reordered copy stays
whole. The comparison is loose: tense, plurals and the value of figures do not count. Pairs are
found in one fixed orientation, so swapping the copies mirrors the alignment exactly.
"""

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, NamedTuple

from worker import kernels
from worker.matching.narrative import TOLD, Narrative
from worker.matching.sentences import Sentence, sentences
from worker.matching.spelling import spell
from worker.matching.words import words
from worker.values import quick

ALIKE: Final = 0.5  # share of common words, both sentences together, from which two sentences are a pair
ALIKE_IN_BAG: Final = 0.65  # the same for words in any order
INSIDE: Final = 0.75  # the same of the shorter sentence, for one that was cut short or built in
NEVER: Final = 2.0  # such a share that nothing reaches it
LEFTOVER: Final = 0.6  # of a sentence, to be the other half of one already paired
SMALL: Final = 3  # letters of a word that says nothing by itself
LEAST: Final = 4  # words; shorter sentences are alike by chance
LEAST_INSIDE: Final = 6
FUZZY_LIMIT: Final = 256  # sentences a side that are compared with each other; equality has no limit
PARAGRAPH_LIMIT: Final = 2_000  # paragraphs beyond are neither mapped nor counted

Block = tuple[int, int, int]
_Keys = Mapping[int, Sequence[Hashable]] | Sequence[Sequence[Hashable]]


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """A copy prepared for alignment: its paragraphs, and of all together the key and the mask of their words.

    ``starts`` holds the first word of each paragraph, then the number of words. Equal keys mean equal
    folded words; a key has eight bytes a word. The mask holds a byte a word: 1 for narrative, 0 for
    quotation and what is no prose.
    """

    texts: tuple[str, ...]
    starts: Sequence[int]
    keys: bytes
    told: bytes

    def key(self, paragraph: int) -> bytes:
        """Give the key of one paragraph."""
        return self.keys[8 * self.starts[paragraph] : 8 * self.starts[paragraph + 1]]

    def size(self, paragraph: int) -> int:
        """Count the words of one paragraph."""
        return self.starts[paragraph + 1] - self.starts[paragraph]

    def sizes(self) -> list[int]:
        """Count the words of each paragraph."""
        return [stop - start for start, stop in pairwise(self.starts)]

    def words(self) -> int:
        """Count the words of all paragraphs."""
        return self.starts[-1] - self.starts[0]


def prepare(texts: Sequence[str], narrative: Narrative) -> Copy:
    """Prepare paragraphs for alignment; ``narrative`` is what ``narrative.read`` reads from them.

    At most ``PARAGRAPH_LIMIT`` paragraphs are kept.
    """
    starts = narrative.starts[: PARAGRAPH_LIMIT + 1].tolist()
    return Copy(
        texts=tuple(texts[:PARAGRAPH_LIMIT]),
        starts=starts,
        keys=narrative.words[: starts[-1]].tobytes(),
        told=(narrative.marks[: starts[-1]] == TOLD).tobytes(),
    )


class Match(NamedTuple):
    """A passage of one copy and its counterpart in the other.

    ``ours`` and ``theirs`` say where each stands. ``blocks`` are the common runs: first word on both
    sides, counted through the paragraph, and length. ``exact`` says that the words are equal but for
    house style.
    """

    ours: Sentence
    theirs: Sentence
    blocks: tuple[Block, ...]
    exact: bool

    @property
    def common(self) -> int:
        """Count the words in common."""
        return sum([size for _, _, size in self.blocks])

    def mirrored(self) -> "Match":
        """Exchange the sides."""
        return Match(self.theirs, self.ours, tuple([(b, a, size) for a, b, size in self.blocks]), self.exact)


def in_order(ours: Copy, theirs: Copy) -> bool:
    """Say whether these sides are in the fixed orientation in which pairs are looked for."""
    return ours.texts <= theirs.texts


class Alignment(NamedTuple):
    """What of one copy stands in another: ``same`` paragraphs, to the letter, and other ``matches``.

    Both are ordered by their place in ours.
    """

    same: tuple[tuple[int, int], ...]
    matches: tuple[Match, ...]

    def mirrored(self) -> "Alignment":
        """Exchange the sides."""
        return Alignment(
            tuple(sorted([(b, a) for a, b in self.same])),
            tuple(sorted([match.mirrored() for match in self.matches])),
        )


def align(ours: Copy, theirs: Copy) -> Alignment:
    """Match the passages of two copies.

    No word stands in two matches. Cost is linear for equal passages; at most ``FUZZY_LIMIT``
    other sentences a side are compared with each other.
    """
    if not in_order(ours, theirs):
        return align(theirs, ours).mirrored()
    left, right = list(range(len(ours.texts))), list(range(len(theirs.texts)))
    same = tuple(_pop_equal(left, right, ours.texts, theirs.texts, least=1))
    if not left or not right:
        return Alignment(same, ())
    matches: list[Match] = []
    left_keys, right_keys = {a: ours.key(a) for a in left}, {b: theirs.key(b) for b in right}
    for a, b in _pop_equal(left, right, left_keys, right_keys, least=1):
        whole = ours.size(a)
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
    return Alignment(same, tuple(sorted(matches)))


def _pop_equal(
    left: list[int], right: list[int], left_keys: _Keys, right_keys: _Keys, *, least: int
) -> list[tuple[int, int]]:
    """Pair items with equal keys, the k-th with the k-th, and take them out of both lists."""
    waiting: defaultdict[Sequence[Hashable], list[int]] = defaultdict(list)
    for item in reversed(right):
        waiting[right_keys[item]].append(item)
    pairs = []
    for item in left:
        key = left_keys[item]
        if len(key) >= least and (stack := waiting.get(key)):
            pairs.append((item, stack.pop()))
    _drop(left, [a for a, _ in pairs])
    _drop(right, [b for _, b in pairs])
    return pairs


def _drop(items: list[int], gone: list[int]) -> None:
    """Take items out of a list."""
    without = set(gone)
    items[:] = [item for item in items if item not in without]


class _Side:
    """The sentences of one copy that are still looking for a counterpart, and their loose words."""

    def __init__(self, copy: Copy, paragraphs: list[int]) -> None:
        found = [pair for index in paragraphs for pair in sentences(index, copy.texts[index])]
        self.where = [sentence for sentence, _ in found]
        self.loose = [read for _, read in found]
        self.left = list(range(len(found)))
        self._texts = copy.texts

    def text(self, index: int) -> str:
        """Cut out a sentence."""
        s = self.where[index]
        return self._texts[s.paragraph][s.first : s.last]

    def waiting(self) -> list[int]:
        """List the sentences without counterpart, as many as are compared with each other."""
        return self.left[:FUZZY_LIMIT]


def _align_sentences(ours: Copy, theirs: Copy, left: list[int], right: list[int]) -> list[Match]:
    """Match the sentences of the paragraphs that have no equal."""
    a_side, b_side = _Side(ours, left), _Side(theirs, right)
    same = _pop_equal(a_side.left, b_side.left, a_side.loose, b_side.loose, least=LEAST)
    alike = _pop_alike(a_side, b_side)
    matches = [_same(a_side, a, b_side, b) for a, b in same]
    partial = [_match(a_side, a, b_side, b) for a, b in alike]
    # A split sentence leaves its other half on one side only, so the two directions do not compete.
    paired = list(zip(alike, partial, strict=True))
    rest = _hosted(a_side, b_side, [(b, match.blocks, 1) for (_, b), match in paired])
    back = _hosted(b_side, a_side, [(a, match.blocks, 0) for (a, _), match in paired])
    return [*matches, *partial, *rest, *[match.mirrored() for match in back]]


def _hosted(side: _Side, other: _Side, hosts: list[tuple[int, tuple[Block, ...], int]]) -> list[Match]:
    """Match sentences without counterpart with what is unmatched in the sentences of the other side.

    ``hosts`` are paired sentences of that side, each with its blocks, and which place in a block is its own.
    """
    waiting = [item for item in side.waiting() if len(side.loose[item]) > LEAST]
    free = [
        (host, _unmatched(other.where[host], len(other.loose[host]), blocks, own))
        for host, blocks, own in (hosts if waiting else ())
        if len(other.loose[host]) - sum([size for _, _, size in blocks]) > LEAST
    ]
    if not free:  # of most pairs little is left
        return []
    words = [[other.loose[host][at] for at in places] for host, places in free]
    best = kernels.hosts([side.loose[item] for item in waiting], words, LEFTOVER, LEAST + 1)
    matches: list[Match] = []
    taken: set[int] = set()
    for row in sorted(range(len(waiting)), key=lambda row: -best[row][1]):
        item, (host, common) = waiting[row], best[row]
        if not common:
            break
        if host in taken:
            continue
        taken.add(host)
        ours, (paired, places) = side.where[item], free[host]
        theirs = other.where[paired]
        blocks = [
            (ours.start + at + step, theirs.start + places[there + step], 1)
            for at, there, size in kernels.runs(side.loose[item], words[host])
            for step in range(size)
        ]
        matches.append(Match(ours, theirs, tuple(blocks), exact=False))
    return matches


def _unmatched(sentence: Sentence, size: int, blocks: tuple[Block, ...], own: int) -> list[int]:
    """List the words of a paired sentence that stand in no block, counted through the sentence."""
    used = {place for block in blocks for place in range(block[own], block[own] + block[2])}
    return [at for at in range(size) if sentence.start + at not in used]


def _same(a_side: _Side, a: int, b_side: _Side, b: int) -> Match:
    """Match two sentences with the same loose words."""
    ours, theirs = a_side.where[a], b_side.where[b]
    blocks = ((ours.start, theirs.start, ours.stop - ours.start),)
    return Match(ours, theirs, blocks, exact=_is_same(a_side.text(a), b_side.text(b)))


def _is_same(ours: str, theirs: str) -> bool:
    """Say whether two sentences are equal but for house style, tenses and figures included."""
    if ours == theirs:
        return True
    here, there = words(ours), words(theirs)
    if here == there:
        return True
    return [spell(word) for word in here] == [spell(word) for word in there]


def _match(a_side: _Side, a: int, b_side: _Side, b: int) -> Match:
    """Match two sentences word by word."""
    ours, theirs = a_side.where[a], b_side.where[b]
    runs = _runs(a_side.loose[a], b_side.loose[b])
    blocks = tuple([(ours.start + at, theirs.start + there, size) for at, there, size in runs])
    return Match(ours, theirs, blocks, exact=False)


def _runs(ours: Sequence[str], theirs: Sequence[str]) -> list[Block]:
    """Find the common runs of two sentences, those of a clause that changed its place included."""
    runs = kernels.runs(ours, theirs)
    rest_a: list[int] = []
    rest_b: list[int] = []
    a = b = 0
    for at, there, size in [*runs, (len(ours), len(theirs), 0)]:
        # Small words are everywhere; they prove no clause.
        rest_a += [place for place in range(a, at) if len(ours[place]) > SMALL]
        rest_b += [place for place in range(b, there) if len(theirs[place]) > SMALL]
        a, b = at + size, there + size
    if len(rest_a) > 1 and len(rest_b) > 1:
        again = kernels.runs([ours[at] for at in rest_a], [theirs[at] for at in rest_b])
        for a, b, size in again:
            runs += [(rest_a[a + step], rest_b[b + step], 1) for step in range(size)]
    return runs


def _pop_alike(a_side: _Side, b_side: _Side) -> list[tuple[int, int]]:
    """Pair the sentences most alike, best first, one to one, and take them out of both sides.

    Sentences whose clauses changed places share few words in order; the second round compares
    words in any order.
    """
    pairs = _pop_best(a_side, b_side, alike=ALIKE, inside=INSIDE, ordered=True)
    return pairs + _pop_best(a_side, b_side, alike=ALIKE_IN_BAG, inside=NEVER, ordered=False)


def _pop_best(
    a_side: _Side, b_side: _Side, *, alike: float, inside: float, ordered: bool
) -> list[tuple[int, int]]:
    """Pair what has the largest share of words in common, in the same order or in any."""
    rows, columns = a_side.waiting(), b_side.waiting()
    if not rows or not columns:
        return []
    a_words, b_words = [a_side.loose[a] for a in rows], [b_side.loose[b] for b in columns]
    best = kernels.pairs(a_words, b_words, alike, LEAST, inside, LEAST_INSIDE, ordered)
    pairs = [(rows[row], columns[column]) for row, column in best]
    _drop(a_side.left, [a for a, _ in pairs])
    _drop(b_side.left, [b for _, b in pairs])
    return pairs
