"""What would a desk call house style? Words of one copy → their plain form, the same in every style book.

A token has a ``key``: two tokens with one key say the same thing. Spelling and abbreviations are
those of ``spelling``; points in initials do not count; numbers, percentages and amounts are read by
value.
"""

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from functools import lru_cache
from itertools import chain, pairwise
from operator import attrgetter
from typing import Final, NamedTuple

from worker.matching.known import Known
from worker.matching.spelling import expand, spell
from worker.matching.words import NUMBERS, fold


class Part(StrEnum):
    """What a token is inside a figure."""

    MONEY = "money"  # $, £, US$
    NUMBER = "number"
    SCALE = "scale"  # million, bn
    PERCENT = "percent"  # %, percent
    PER = "per"  # of per cent


class Slot(StrEnum):
    """What of a fact can stand in the place of a token."""

    FIGURE = "figure"
    DAY = "day"
    MONTH = "month"


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
_STOPS: Final = ",;:?!"
_QUOTES: Final = (("’", "'"), ("‘", "'"), ("“", '"'), ("”", '"'), ("–", "-"), ("—", "-"))


_DAYS: Final = frozenset({"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"})
_MONTHS: Final = frozenset(
    {"january", "february", "march", "april", "may", "june", "july"}
    | {"august", "september", "october", "november", "december"}
)
_COMMON: Final = """
    a about after all also amid an and any are as at be because before but by can earlier even every
    for from had has have he her here his how i if in is it its last later many may more most my new
    no nor not now of on one or other our out she since so some such than that the their them then
    there these they this those though through to today two under until up was we were what when
    where which while who whose why will with would yes yesterday you your president minister prime
    secretary
"""
_NO_NAMES: Final = frozenset(_COMMON.split())  # capital at the head of a quotation, yet no names


class Token(NamedTuple):
    """A word or a figure as it stands (``text``), how it is spelt, and what it says.

    ``capital`` says that it is written with a capital initial, ``honorific`` that it is a form of address
    such as Mr., ``name`` that it can be a name, but at the head of a sentence.
    """

    text: str
    plain: str  # equal when nobody would call the two a change
    key: str  # equal when the two say the same
    part: Part | None
    value: Decimal | None
    capital: bool
    honorific: bool
    name: bool
    slot: Slot | None

    @property
    def figure(self) -> bool:
        """Say whether the token is a number, an amount or a share."""
        return self.part is Part.NUMBER


def _made(text: str, plain: str, key: str, part: Part | None = None, value: Decimal | None = None) -> Token:
    """Make a token, with what follows from its text and key."""
    capital = part is not Part.NUMBER and text[:1].isupper()
    slot = Slot.FIGURE if part is Part.NUMBER else None
    if capital and key in _DAYS:
        slot = Slot.DAY
    elif capital and key in _MONTHS:
        slot = Slot.MONTH
    honorific = key in HONORIFICS
    name = capital and slot is None and not honorific and len(key) > 2 and key not in _NO_NAMES
    return Token(text, plain, key, part, value, capital, honorific, name, slot)


_part_of: Final = attrgetter("part")


def chunks(text: str) -> list[str]:
    """Cut a text at white space; fold typographic quotes and dashes, which no desk counts as its style."""
    if not text.isascii():
        for mark, plain in _QUOTES:
            text = text.replace(mark, plain)
    return text.split()


def tokens(read: Iterable[str]) -> list[Token]:
    """Read the words and figures of chunks in order.

    >>> [(token.text, token.key) for token in tokens(chunks("U.S. labour costs rose five per cent"))]
    [('U.S.', 'US'), ('labour', 'labor'), ('costs', 'costs'), ('rose', 'rose'), ('five per cent', '5%')]
    """
    found = list(chain.from_iterable(map(_CHUNKS.__getitem__, read)))
    if not any(map(_part_of, found)):
        return found
    return _joined(found, [at for at, token in enumerate(found) if token.part is not None])


def chunk_tokens(chunk: str) -> Sequence[Token]:
    """Read the words and figures of a single chunk."""
    found = _CHUNKS[chunk]
    return found if len(found) == 1 else tokens([chunk])


def _read(chunk: str) -> tuple[Token, ...]:
    plain = chunk.rstrip(_STOPS)
    found = [plain] if plain.isascii() and plain.isalpha() else TOKEN.findall(chunk)
    return tuple([_token(each[:_LONGEST]) for each in found])


_CHUNKS: Final = Known(_read)  # what stands between two spaces


def _joined(read: list[Token], parts: list[int]) -> list[Token]:
    """Join the tokens that make up one figure: a currency, a number, its scale, the percent sign.

    ``parts`` are the places of all that can be one of these.
    """
    result: list[Token] = []
    done = 0
    for start in parts:
        if start < done:
            continue
        money = read[start].part is Part.MONEY
        at = start + money
        if at == len(read) or read[at].part is not Part.NUMBER or read[at].value is None:
            continue
        value = read[at].value or Decimal(0)
        at += 1
        if at < len(read):
            if _is_tens(read[at - 1]) and _is_unit(read[at]):
                value += read[at].value or 0
                at += 1
            if at < len(read) and read[at].part is Part.SCALE:
                value *= read[at].value or 1
                at += 1
        percent = at < len(read) and read[at].part is Part.PERCENT
        if not percent and at + 1 < len(read) and read[at].part is Part.PER:
            percent = read[at + 1].plain == "cent"
            at += percent
        at += percent
        result += read[done:start]
        result.append(_figure(read[start:at], value, money=money, percent=percent))
        done = at
    return result + read[done:]


def _figure(parts: list[Token], value: Decimal, *, money: bool, percent: bool) -> Token:
    """Make one token of the parts of a figure."""
    if len(parts) == 1:
        return parts[0]
    text = parts[0].text
    for before, part in pairwise(parts):
        close = before.part is Part.MONEY or part.text == "%"
        text += ("" if close else "-" if _is_tens(before) and _is_unit(part) else " ") + part.text
    sign = parts[0].text.upper().replace("US$", "$") if money else ""
    key = f"{sign}{_digits(value)}{'%' if percent else ''}"
    return _made(text, text.lower(), key, Part.NUMBER, value)


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
        return _made(text, low, low, _SIGNS[low])
    if low[0].isdecimal() and (number := _NUMBER.fullmatch(low)) is not None:
        return _numeral(text, number["digits"], number["tail"])
    low = low.rstrip(".")
    if low in _NUMBER_WORDS:
        value = Decimal(_NUMBER_WORDS[low])
        return _made(text.rstrip("."), low, _digits(value), Part.NUMBER, value)
    if low in _SCALES:
        return _made(text.rstrip("."), low, low, Part.SCALE, _SCALES[low])
    return _word(text)


def _numeral(text: str, digits: str, tail: str) -> Token:
    """Read a number in digits, with what is glued to it: 5th, 1990s, 3bn."""
    low = text.lower()
    if tail and tail not in _SCALES:
        return _made(text, low, low)
    try:
        value = Decimal(digits.replace(",", "")) * (_SCALES[tail] if tail else 1)
    except InvalidOperation:  # a time or a list: 10:30, 1.2.3
        return _made(text, low, low, Part.NUMBER)
    return _made(text, low, _digits(value), Part.NUMBER, value)


def _word(text: str) -> Token:
    """Read one word."""
    stem = text[:-2] if text.endswith(("'s", "’s")) else text
    low = stem.lower().rstrip(".")
    full = expand(stem)
    if full is not None or low in HONORIFICS:
        return _made(stem, stem.lower(), full or low)
    if "." not in stem[:-1]:
        stem = stem.removesuffix(".")  # the end of a sentence
    initials = stem.replace(".", "").replace("-", "")
    if not initials.isupper() or len(initials) == 1:
        return _made(stem, low, spell(fold(stem) or low))
    key = _INITIALS.get(initials, initials)
    if key.lower() not in _DOTLESS:
        key = key.lower()
    pointed = "." in stem or "-" in stem
    return _made(stem, stem if pointed or key in _SPOKEN else key, key)
