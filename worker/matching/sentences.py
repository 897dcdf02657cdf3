"""Where do the sentences of a paragraph end? Text → spans of words, never a sentence without bound."""

import re
from functools import lru_cache
from typing import Final, NamedTuple

from worker.matching.loose import loose_words
from worker.matching.words import spans

KNOWN: Final = 600  # characters; shorter sentences are remembered, since many copies have the same
LONGEST: Final = 100  # words; what runs on longer is cut, so that comparing has a bound
_END: Final = re.compile(
    r"""[.!?…。！？؟۔]
        (?: (?<=[。！？؟۔])
          | (?<!\b(?i:[a-z])\.)  # no initial, and no abbreviation of two letters, three, four or five
            (?<!\b(?i:mr|ms|dr|st|mt|ft|jr|sr|lt|no|vs|co|ga|la|ky|md|mo|pa|va|vt)\.)
            (?<!\b(?i:mrs|gen|col|sgt|cpl|adm|gov|sen|rep|rev|hon|inc|ltd|jan|feb|aug|oct|nov|dec|ala|ark|del|fla
                |ill|ind|kan|neb|nev|ore|tex|wis|wyo)\.)
            (?<!\b(?i:capt|prof|corp|sept|ariz|colo|conn|mass|mich|minn|miss|mont|okla|tenn|wash)\.)
            (?<!\b(?i:calif)\.)
            ["'”’»)\]]{0,3}\s{1,4}(?=["'“‘«(\[]{0,3}[^\W_a-z]))""",
    re.VERBOSE,
)

_known: Final = lru_cache(maxsize=4_096)(loose_words)


class Sentence(NamedTuple):
    """A stretch of a paragraph, in words (``start`` to ``stop``) and characters (``first`` to ``last``).

    Positions count from 0, ends are exclusive.
    """

    paragraph: int
    start: int
    stop: int
    first: int
    last: int


def sentences(paragraph: int, text: str) -> list[tuple[Sentence, tuple[str, ...]]]:
    """Read the sentences of a paragraph that hold words, in order, each with its loose words.

    They share out the words of the paragraph without rest. A full stop after an abbreviation or an
    initial ends nothing.
    """
    result: list[tuple[Sentence, tuple[str, ...]]] = []
    start = first = 0
    for last in [*[end.end() for end in _END.finditer(text)], len(text)]:
        sentence = text[first:last]
        read = _known(sentence) if len(sentence) < KNOWN else loose_words(sentence)
        if not read:
            continue
        stop = start + len(read)
        whole = Sentence(paragraph, start, stop, first, last)
        if len(read) <= LONGEST:
            result.append((whole, read))
        else:
            result += [(each, read[each.start - start : each.stop - start]) for each in _cut(whole, text)]
        first, start = last, stop
    return result


def _cut(sentence: Sentence, text: str) -> list[Sentence]:
    """Cut a sentence into pieces of ``LONGEST`` words."""
    begins = [sentence.first + begin for _, begin, _ in spans(text[sentence.first : sentence.last])]
    begins[0] = sentence.first
    pieces = []
    for at in range(0, len(begins), LONGEST):
        after = at + LONGEST
        stop = min(sentence.start + after, sentence.stop)
        last = begins[after] if after < len(begins) else sentence.last
        pieces.append(Sentence(sentence.paragraph, sentence.start + at, stop, begins[at], last))
    return pieces
