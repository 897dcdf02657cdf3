"""What is a word? Text → folded words, so that house style does not hide common copy.

Case, accents, typographic quotes and apostrophes, possessives, the points of ``U.S.``, the commas
of ``1,000``, small number words and the percent sign are folded. Scripts that put no space between
words give one word per character.
"""

import re
from itertools import chain
from typing import Final
from unicodedata import combining, normalize

from worker.matching.known import Known

SINGLES: Final = (  # first and last character of the scripts that put no space between words
    (0x0E00, 0x0E7F),  # Thai
    (0x0E80, 0x0EFF),  # Lao
    (0x1000, 0x109F),  # Myanmar
    (0x1780, 0x17FF),  # Khmer
    (0x3040, 0x30FF),  # Hiragana and Katakana
    (0x3400, 0x4DBF),  # Han
    (0x4E00, 0x9FFF),
    (0xF900, 0xFAFF),
)
_SINGLE: Final = "".join(f"{chr(first)}-{chr(last)}" for first, last in SINGLES)
_LETTER: Final = rf"[^\W\d_ʼ\u0300-\u036f\U00010000-\U0010ffff{_SINGLE}]"  # of the basic plane
TOKEN: Final = re.compile(
    rf"""
      (?:[A-Za-z]\.){{2,}}                                   # U.S. p.m.
    | [0-9]+(?:[.,][0-9]+)*                                 # 1,000 3.5
    | [{_SINGLE}]                                           # one word per character
    | {_LETTER}(?:{_LETTER}|[\u0300-\u036f]|['’ʼ＇](?={_LETTER}))*  # word, don't, Biden’s
    | %
    """,
    re.VERBOSE,
)

_COUNT: Final = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
    " sixteen seventeen eighteen nineteen twenty"
)
_RANK: Final = "first second third fourth fifth sixth seventh eighth ninth tenth"
NUMBERS: Final = {word: str(value) for value, word in enumerate(_COUNT.split())}
ORDINALS: Final = {word: str(value) for value, word in enumerate(_RANK.split(), start=1)}
FOLDS: Final = {
    **NUMBERS,
    **ORDINALS,
    "%": "percent",
    "pct": "percent",
    "usa": "us",
    "mr": "",
    "mrs": "",
    "ms": "",
}
_LATIN: Final = str.maketrans({"ß": "ss", "ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i"})
_STOPS: Final = ".,;:?!"
_APOSTROPHES: Final = str.maketrans(dict.fromkeys("'’ʼ＇", ""))


def _fold(token: str) -> str:
    word = token.lower()
    if not word.isascii():
        word = "".join(mark for mark in normalize("NFKD", word) if not combining(mark)).translate(_LATIN)
    if word[0].isdigit():
        return word.replace(",", "")
    if len(word) > 2 and word[-1] == "s" and word[-2] in "'’ʼ＇":
        word = word[:-2]
    if not (word.isascii() and word.isalnum()):
        word = word.translate(_APOSTROPHES).replace(".", "")
    return FOLDS.get(word, word)


_TOKENS: Final = Known(_fold)


def fold(token: str) -> str:
    """Fold one token as ``TOKEN`` finds it; an honorific folds to nothing.

    >>> [fold(token) for token in ("U.S.", "Biden’s", "1,000", "five", "%", "don’t", "Café")]
    ['us', 'biden', '1000', '5', 'percent', 'dont', 'cafe']
    """
    return _TOKENS[token]


def folded(chunk: str) -> tuple[str, ...]:
    """Read the folded words of what stands between two spaces.

    >>> folded("“Biden’s”"), folded("co-op."), folded("Mr.")
    (('biden',), ('co', 'op'), ())
    """
    plain = chunk.rstrip(_STOPS)
    if plain.isascii() and plain.isalpha():  # most are one plain word
        word = plain.lower()
        word = FOLDS.get(word, word)
        return (word,) if word else ()
    return tuple([word for token in TOKEN.findall(chunk) if (word := _TOKENS[token])])


_CHUNKS: Final = Known(folded)


def words(text: str) -> list[str]:
    """Read the folded words of a text in order.

    >>> words("The U.S. said 5% — “Biden’s” café’s five…")
    ['the', 'us', 'said', '5', 'percent', 'biden', 'cafe', '5']
    """
    return list(chain.from_iterable(map(_CHUNKS.__getitem__, text.split())))


def spans(text: str) -> list[tuple[str, int, int]]:
    """Read the folded words of a text with their start and end in it.

    >>> spans("Mr. Lee’s 5%")
    [('lee', 4, 9), ('5', 10, 11), ('percent', 11, 12)]
    """
    return [
        (word, found.start(), found.end())
        for found in TOKEN.finditer(text)
        if (word := _TOKENS[found.group()])
    ]
