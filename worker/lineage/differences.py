"""What did a desk change inside a sentence, and what did it get wrong? Two sentences → swaps.

House style is what two tokens say in different spellings. Names and figures are told only where the
sentences leave no other reading, since a fact checker wants few alarms and true ones: the names look
alike, or they fill the one gap of an otherwise equal sentence; the figures stand in the same slot.
"""

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from operator import attrgetter
from typing import Final, NamedTuple

from rapidfuzz.distance import Indel

from worker import kernels
from worker.lineage.house_style import Slot, Token, chunk_tokens, chunks, tokens
from worker.lineage.placement import Swap
from worker.lineage.units import is_converted, is_unit
from worker.values import quick

LOOKS_ALIKE: Final = 0.7  # share of common letters from which two names are one name, spelt twice
WORK_MAX: Final = 4_000_000  # tokens times tokens; larger paragraphs are not looked through
GAP_MAX: Final = 5  # tokens; in a wider gap two figures are not each other's counterpart
SAME_SENTENCE: Final = 0.55  # share of common tokens from which two figures may be compared
NAME_MAX: Final = 3  # words of a name
CONTEXT: Final = 4  # tokens of a sentence to each word of a name that fills its one gap
TEXT_MAX: Final = 80  # characters of a swap

_ENDINGS: Final = frozenset(
    {
        "",
        "a",
        "ain",
        "an",
        "ans",
        "e",
        "ean",
        "er",
        "ers",
        "ese",
        "i",
        "ia",
        "ian",
        "ians",
        "ic",
        "ish",
        "is",
        "ites",
    }
    | {"ism", "ist", "ists", "n", "ns", "man", "men", "s", "y"}
)
Words = AbstractSet[str]

_key_of: Final = attrgetter("key")


@quick
@dataclass(frozen=True, slots=True)
class Differences:
    """What differs between two sentences; the first side of each swap is ours."""

    house_style: tuple[Swap, ...] = ()
    names: tuple[Swap, ...] = ()
    figures: tuple[Swap, ...] = ()


_NONE: Final = Differences()


class _Gap(NamedTuple):
    """Tokens ``a`` to ``b`` of ours stand where tokens ``c`` to ``d`` of theirs stand."""

    a: int
    b: int
    c: int
    d: int


def differences(ours: str, theirs: str, *, known: Callable[[str], bool]) -> Differences:
    """Compare two aligned sentences.

    ``known`` tells whether both copies use a folded word anywhere: one such name is no misspelling
    of another.
    """
    before, after = chunks(ours), chunks(theirs)
    if before == after:
        return _NONE
    if (respelt := _respelt_only(before, after)) is not None:
        return Differences(house_style=tuple(respelt)) if respelt else _NONE
    left, right = tokens(before), tokens(after)
    if len(left) * len(right) > WORK_MAX:
        return _NONE
    left_keys, right_keys = list(map(_key_of, left)), list(map(_key_of, right))
    style: list[Swap] = []
    gaps: list[_Gap] = []
    at_left = at_right = common = 0
    for a, b, size in [*kernels.runs(left_keys, right_keys), (len(left), len(right), 0)]:
        if a > at_left or b > at_right:
            gaps.append(_Gap(at_left, a, at_right, b))
        at_left, at_right, common = a + size, b + size, common + size
        style += [
            _respelt(one, other)
            for one, other in zip(left[a:at_left], right[b:at_right], strict=True)
            if one.plain != other.plain
        ]
    if not gaps:
        return Differences(house_style=tuple(style))
    sentence = _Sentences(left, right, frozenset(left_keys), frozenset(right_keys))
    converted, figures = _figures(sentence, gaps, alike=2 * common / (len(left) + len(right)))
    style += _honorifics(sentence, gaps) + converted
    return Differences(tuple(style), tuple(_names(sentence, gaps, known)), tuple(figures))


class _Sentences(NamedTuple):
    left: list[Token]
    right: list[Token]
    left_keys: frozenset[str]
    right_keys: frozenset[str]


def _swap(ours: str, theirs: str) -> Swap:
    return Swap(canonical=ours[:TEXT_MAX], variant=theirs[:TEXT_MAX])


def _respelt(a: Token, b: Token) -> Swap:
    """Tell how one thing is written twice; ``2%`` and ``2 percent`` differ in the sign alone."""
    if a.figure and b.figure and a.text[0].isdigit():
        number = 0
        while number < min(len(a.text), len(b.text)) and a.text[number] == b.text[number]:
            number += 1
        ours, theirs = a.text[number:].strip(" -"), b.text[number:].strip(" -")
        if number and ours and theirs and not (ours[0].isdigit() or theirs[0].isdigit()):
            return _swap(ours, theirs)
    short = a.text[-1] == "." or b.text[-1] == "."
    if not short and a.text[:1].isupper() != b.text[:1].isupper():  # the case is the place in the sentence
        return _swap(a.text.lower(), b.text.lower())
    return _swap(a.text, b.text)


def _respelt_only(ours: list[str], theirs: list[str]) -> list[Swap] | None:
    """Tell the swaps of sentences that differ in house style alone, word for word, or None.

    Most sentences of a reprint end here, at a tenth of the cost.
    """
    if len(ours) != len(theirs):
        return None
    swaps: list[Swap] = []
    for ours_chunk, theirs_chunk in zip(ours, theirs, strict=True):
        if ours_chunk != theirs_chunk:
            left, right = chunk_tokens(ours_chunk), chunk_tokens(theirs_chunk)
            if [token.key for token in left] != [token.key for token in right]:
                return None
            swaps += [_respelt(a, b) for a, b in zip(left, right, strict=True) if a.plain != b.plain]
    return swaps


def _honorifics(sentence: _Sentences, gaps: list[_Gap]) -> list[Swap]:
    """Tell the forms of address that one side puts before a name and the other leaves out."""
    swaps = []
    for a, b, c, d in gaps:
        after = sentence.left[b] if b < len(sentence.left) else None
        if after is None or not after.capital:
            continue
        if b > a and c == d and (title := sentence.left[b - 1]).honorific:
            swaps.append(_swap(f"{title.text} {after.text}", after.text))
        elif d > c and a == b and (title := sentence.right[d - 1]).honorific:
            swaps.append(_swap(after.text, f"{title.text} {after.text}"))
    return swaps


def _figures(sentence: _Sentences, gaps: list[_Gap], *, alike: float) -> tuple[list[Swap], list[Swap]]:
    """Tell the converted measures and the figures, days and months that differ in one slot."""
    converted: list[Swap] = []
    differ: list[Swap] = []
    if alike < SAME_SENTENCE:
        return converted, differ
    for gap in gaps:
        if gap.b - gap.a > GAP_MAX or gap.d - gap.c > GAP_MAX:
            continue
        ours = _slots(sentence.left, gap.a, gap.b, sentence.right_keys)
        theirs = _slots(sentence.right, gap.c, gap.d, sentence.left_keys)
        for slot in Slot if ours and theirs else ():
            left = [i for i in ours if sentence.left[i].slot is slot]
            right = [j for j in theirs if sentence.right[j].slot is slot]
            if len(left) != 1 or len(right) != 1:  # one against one; more are not each other's counterpart
                continue
            a, b = sentence.left[left[0]], sentence.right[right[0]]
            unit_a, unit_b = _after(sentence.left, left[0]), _after(sentence.right, right[0])
            if unit_a != unit_b and is_unit(unit_a) and is_unit(unit_b):
                if is_converted(a.value, unit_a, b.value, unit_b):
                    converted.append(_swap(f"{a.text} {unit_a}", f"{b.text} {unit_b}"))
            elif _is_same_kind(a, b):
                differ.append(_swap(a.text, b.text))
    return converted, differ


def _slots(side: list[Token], first: int, last: int, other: Words) -> list[int]:
    """List the figures, days and months of a gap that the other sentence lacks."""
    return [i for i in range(first, last) if side[i].slot is not None and side[i].key not in other]


def _after(side: list[Token], index: int) -> str:
    return side[index + 1].key if index + 1 < len(side) else ""


def _is_same_kind(a: Token, b: Token) -> bool:
    """Say whether two figures count the same: percent, one currency, or things at one scale."""
    longer, shorter = sorted((a.plain, b.plain), key=len, reverse=True)
    if longer.startswith(f"{shorter} "):  # 22 million and the 22 of "22 to 23 million"
        return False
    return _sign(a) == _sign(b)


def _sign(token: Token) -> tuple[bool, str]:
    return token.key.endswith("%"), token.key[0] if token.key[0] in "$£€¥" else ""


def _names(sentence: _Sentences, gaps: list[_Gap], known: Callable[[str], bool]) -> list[Swap]:
    """Tell the names that look alike and the names beside them, or the one gap of an equal sentence."""
    ours = [
        i
        for gap in gaps
        for i in range(max(gap.a, 1), gap.b)  # the first word is always capital
        if sentence.left[i].name and sentence.left[i].key not in sentence.right_keys
    ]
    if not ours:
        return []
    theirs = [
        j
        for gap in gaps
        for j in range(max(gap.c, 1), gap.d)
        if sentence.right[j].name and sentence.right[j].key not in sentence.left_keys
    ]
    if not theirs:
        return []
    pairs = _lookalikes(sentence, ours, theirs, known)
    for i, j in tuple(pairs.items()):
        for step in (-1, 1):
            if i + step in ours and j + step in theirs and i + step not in pairs:
                pairs[i + step] = j + step
    if not pairs and len(gaps) == 1 and _is_one_name(sentence, gaps[0], ours, theirs, known):
        pairs = dict(zip(ours, theirs, strict=True))
    return [_swap(sentence.left[i].text, sentence.right[j].text) for i, j in sorted(pairs.items())]


def _is_one_name(
    sentence: _Sentences, gap: _Gap, ours: list[int], theirs: list[int], known: Callable[[str], bool]
) -> bool:
    """Say whether an otherwise equal sentence has one name for another, neither known to both copies."""
    if list(range(gap.a, gap.b)) != ours or list(range(gap.c, gap.d)) != theirs:
        return False
    if len(ours) != len(theirs) or len(ours) > NAME_MAX or len(sentence.left) < CONTEXT * len(ours):
        return False
    words = [sentence.left[i] for i in ours] + [sentence.right[j] for j in theirs]
    initials = {word.text.isupper() for word in words}  # GOP for Republican is no other name
    derived = any(_is_derived(a.key, b.key) for a, b in zip(words, words[len(ours) :], strict=False))
    return len(initials) == 1 and not derived and not any(known(word.key) for word in words)


def _lookalikes(
    sentence: _Sentences, ours: list[int], theirs: list[int], known: Callable[[str], bool]
) -> dict[int, int]:
    """Pair names that are spelt alike, best first, one to one."""
    scored = sorted(
        (-likeness, i, j)
        for i in ours
        for j in theirs
        if (likeness := Indel.normalized_similarity(sentence.left[i].key, sentence.right[j].key))
        >= LOOKS_ALIKE
        and not _is_derived(sentence.left[i].key, sentence.right[j].key)
        and not (known(sentence.left[i].key) and known(sentence.right[j].key))
    )
    pairs: dict[int, int] = {}
    for _, i, j in scored:
        if i not in pairs and j not in pairs.values():
            pairs[i] = j
    return pairs


def _is_derived(a: str, b: str) -> bool:
    """Say whether two names are forms of one, as Korea and Korean are.

    >>> [_is_derived(*pair) for pair in (("ukraine", "ukrainian"), ("anne", "ann"), ("giorgia", "giorgio"))]
    [True, False, False]
    """
    same = 0
    while same < min(len(a), len(b)) and a[same] == b[same]:
        same += 1
    ends = {a[same:], b[same:]}
    return same > 3 and ends <= _ENDINGS and ends != {"", "e"}
