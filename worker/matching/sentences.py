"""Where do the sentences of a paragraph end? Text → spans of words, never a sentence without bound."""

import re
from dataclasses import dataclass
from typing import Final

from worker.matching.loose import loose_words
from worker.matching.words import spans
from worker.values import quick

LONGEST: Final = 100  # words; what runs on longer is cut, so that comparing has a bound
_END: Final = re.compile(r"[.!?…][\"'”’»)\]]{0,3}\s{1,4}(?=[\"'“‘«(\[]{0,3}[^\W_a-z])|[。！？؟۔]")
_ABBREVIATED: Final = re.compile(
    r"""(?:\b(?:mr|mrs|ms|dr|st|mt|ft|jr|sr|lt|gen|col|capt|sgt|cpl|adm|gov|sen|rep|rev|prof|hon|no|vs|inc|corp|co|ltd
        |jan|feb|aug|sept|oct|nov|dec|ala|ariz|ark|calif|colo|conn|del|fla|ga|ill|ind|kan|ky|la|md|mass|mich
        |minn|miss|mo|mont|neb|nev|okla|ore|pa|tenn|tex|va|vt|wash|wis|wyo)
        |(?:\b[a-z]\.){0,6}\b[a-z])\.$""",
    re.IGNORECASE | re.VERBOSE,
)


@quick
@dataclass(frozen=True, slots=True)
class Sentence:
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
    cuts = [
        end.end()
        for end in _END.finditer(text)
        if not _ABBREVIATED.search(text[max(end.start() - 15, 0) : end.start() + 1])
    ]
    cuts.append(len(text))
    result: list[tuple[Sentence, tuple[str, ...]]] = []
    start = first = 0
    for last in cuts:
        read = loose_words(text[first:last])
        if not read:
            continue
        stop = start + len(read)
        whole = Sentence(paragraph, start, stop, first, last)
        pieces = [whole] if len(read) <= LONGEST else _cut(whole, text)
        result += [(piece, read[piece.start - start : piece.stop - start]) for piece in pieces]
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
