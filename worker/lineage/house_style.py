"""What would a desk call house style? Words of one copy → their plain form, the same in every style book.

A token has a ``key``: two tokens with one key say the same thing. Spelling and abbreviations are
those of ``spelling``; points in initials do not count; numbers, percentages and amounts are read by
value.
"""

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise
from typing import Final

from worker.matching.spelling import expand, spell
from worker.matching.words import NUMBERS, fold
from worker.values import quick


class Part(StrEnum):
    """What a token is inside a figure."""

    MONEY = "money"  # $, £, US$
    NUMBER = "number"
    SCALE = "scale"  # million, bn
    PERCENT = "percent"  # %, percent
    PER = "per"  # of per cent


_TENS: Final = {
    word: str(value)
    for word, value in zip(
        ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"],
        range(20, 100, 10),
        strict=True,
    )
}
_SCALES: Final = {
    name: Decimal(value)
    for name, value in {
        "hundred": 100,
        "thousand": 1_000,
        "million": 1_000_000,
        "mln": 1_000_000,
        "billion": 1_000_000_000,
        "bn": 1_000_000_000,
        "trillion": 1_000_000_000_000,
    }.items()
}
_SIGNS: Final = {
    **dict.fromkeys(("us$", "$", "£", "€", "¥"), Part.MONEY),
    **dict.fromkeys(("%", "percent", "pct"), Part.PERCENT),
    "per": Part.PER,
}
TOKEN: Final = re.compile(
    r"""
      US\$ | [$£€¥%]
    | \d{1,30}(?:[.,:]\d{1,30}){0,9} [^\W_]{0,9}  # 1,000 10:30 5th 1990s 3bn
    | (?:[A-Za-z]\.){2,8}                        # U.S. p.m.
    | [A-Z]{1,5}-\d{1,4}                         # G-7 COVID-19
    | [Ee]-?mails?\b
    | [^\W\d_]+(?:['’][^\W\d_]+){0,3}\d{0,4}\.?  # the point is dropped unless it abbreviates
    | [^\W_]+
    """,
    re.VERBOSE,
)
_NUMBER: Final = re.compile(r"(?P<digits>\d[\d.,:]*)(?P<tail>[^\W\d_]*)")
_NUMBER_WORDS: Final = {**NUMBERS, **_TENS}
HONORIFICS: Final = frozenset({"mr", "mrs", "ms", "miss", "dr", "sir", "dame", "madame", "monsieur"})
_LONGEST: Final = 60  # characters of a word that are read
_DOTLESS: Final = frozenset({"us", "it", "who", "am", "pm"})  # words when small, initials when capital
_SPOKEN: Final = frozenset(
    {"nato", "covid", "unesco", "unicef", "opec", "nasa", "sars", "mers", "asean"}
)  # Nato in some houses
_INITIALS: Final = {"USA": "US"}
_QUOTES: Final = (("’", "'"), ("‘", "'"), ("“", '"'), ("”", '"'), ("–", "-"), ("—", "-"))


@quick
@dataclass(frozen=True, slots=True)
class Token:
    """A word or a figure as it stands (``text``), how it is spelt, and what it says."""

    text: str
    plain: str  # equal when nobody would call the two a change
    key: str  # equal when the two say the same
    part: Part | None = None
    value: Decimal | None = None

    @property
    def figure(self) -> bool:
        """Say whether the token is a number, an amount or a share."""
        return self.part == Part.NUMBER

    @property
    def honorific(self) -> bool:
        """Say whether the token is a form of address such as Mr."""
        return self.key in HONORIFICS

    @property
    def capital(self) -> bool:
        """Say whether the token is written with a capital initial."""
        return not self.figure and self.text[:1].isupper()


def straight(text: str) -> str:
    """Fold typographic quotes, dashes and white space, which no desk counts as its style."""
    if not text.isascii():
        for mark, plain in _QUOTES:
            text = text.replace(mark, plain)
    return " ".join(text.split())


def tokens(text: str) -> list[Token]:
    """Read the words and figures of a text in order.

    >>> [(token.text, token.key) for token in tokens("U.S. labour costs rose five per cent")]
    [('U.S.', 'US'), ('labour', 'labor'), ('costs', 'costs'), ('rose', 'rose'), ('five per cent', '5%')]
    """
    read = [_token(found[:_LONGEST]) for found in TOKEN.findall(text)]
    return _joined(read) if any(token.part is not None for token in read) else read


def _joined(read: list[Token]) -> list[Token]:
    """Join the tokens that make up one figure: a currency, a number, its scale, the percent sign."""
    result: list[Token] = []
    at = 0
    while at < len(read):
        start = at
        money = read[at].part == Part.MONEY
        at += money
        if at == len(read) or read[at].value is None or read[at].part != Part.NUMBER:
            at = start + 1
            result.append(read[start])
            continue
        value = read[at].value or Decimal(0)
        at += 1
        if _is_tens(read[at - 1]) and at < len(read) and _is_unit(read[at]):
            value += read[at].value or 0
            at += 1
        if at < len(read) and read[at].part == Part.SCALE:
            value *= read[at].value or 1
            at += 1
        percent = at < len(read) and read[at].part == Part.PERCENT
        if not percent and at + 1 < len(read) and read[at].part == Part.PER:
            percent = read[at + 1].plain == "cent"
            at += percent
        at += percent
        result.append(_figure(read[start:at], value, money=money, percent=percent))
    return result


def _figure(parts: list[Token], value: Decimal, *, money: bool, percent: bool) -> Token:
    """Make one token of the parts of a figure."""
    if len(parts) == 1:
        return parts[0]
    text = parts[0].text
    for before, part in pairwise(parts):
        close = before.part == Part.MONEY or part.text == "%"
        text += ("" if close else "-" if _is_tens(before) and _is_unit(part) else " ") + part.text
    sign = parts[0].text.upper().replace("US$", "$") if money else ""
    key = f"{sign}{_digits(value)}{'%' if percent else ''}"
    return Token(text=text, plain=text.lower(), key=key, part=Part.NUMBER, value=value)


def _is_tens(token: Token) -> bool:
    return token.plain in _TENS


def _is_unit(token: Token) -> bool:
    return token.plain in NUMBERS and token.value is not None and 0 < token.value < 10


def _digits(value: Decimal) -> str:
    return f"{value.normalize():f}"


@lru_cache(maxsize=65_536)
def _token(text: str) -> Token:
    """Read one match of ``TOKEN``."""
    low = text.lower()
    if low in _SIGNS:
        return Token(text=text, plain=low, key=low, part=_SIGNS[low])
    number = _NUMBER.fullmatch(low)
    if number is not None:
        return _numeral(text, number["digits"], number["tail"])
    low = low.rstrip(".")
    if low in _NUMBER_WORDS:
        value = Decimal(_NUMBER_WORDS[low])
        return Token(text=text.rstrip("."), plain=low, key=_digits(value), part=Part.NUMBER, value=value)
    if low in _SCALES:
        return Token(text=text.rstrip("."), plain=low, key=low, part=Part.SCALE, value=_SCALES[low])
    return _word(text)


def _numeral(text: str, digits: str, tail: str) -> Token:
    """Read a number in digits, with what is glued to it: 5th, 1990s, 3bn."""
    low = text.lower()
    if tail and tail not in _SCALES:
        return Token(text=text, plain=low, key=low)
    try:
        value = Decimal(digits.replace(",", "")) * (_SCALES[tail] if tail else 1)
    except InvalidOperation:  # a time or a list: 10:30, 1.2.3
        return Token(text=text, plain=low, key=low, part=Part.NUMBER)
    return Token(text=text, plain=low, key=_digits(value), part=Part.NUMBER, value=value)


def _word(text: str) -> Token:
    """Read one word."""
    stem = text[:-2] if text[-2:] in ("'s", "’s") else text
    low = stem.lower().rstrip(".")
    full = expand(stem)
    if full is not None or low in HONORIFICS:
        return Token(text=stem, plain=stem.lower(), key=full or low)
    if "." not in stem[:-1]:
        stem = stem.removesuffix(".")  # the end of a sentence
    initials = stem.replace(".", "").replace("-", "")
    if not initials.isupper() or len(initials) == 1:
        return Token(text=stem, plain=low, key=spell(fold(stem) or low))
    key = _INITIALS.get(initials, initials)
    if key.lower() not in _DOTLESS:
        key = key.lower()
    pointed = "." in stem or "-" in stem
    return Token(text=stem, plain=stem if pointed or key in _SPOKEN else key, key=key)
