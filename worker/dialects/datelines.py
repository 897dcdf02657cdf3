"""The dateline that opens wire copy: place, date, agency and a dash."""

import re
from functools import lru_cache
from typing import Final

from worker.dialects.agencies import ALIAS, agency_named
from worker.story import Dateline

_MONTH: Final = (
    r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC"
    r"|ene|feb|mar|abr|may|jun|jul|ago|sep|oct|nov|dic|gen|mag|giu|lug|set|ott|janv|f[ée]vr|avr|juin|juil|ao[uû]t|d[ée]c|mai|Mai|Okt|Dez)[^\W\d]{0,7}\.?"
)
_DATE: Final = rf"(?:{_MONTH}\s?\d{{1,2}}(?:,?\s\d{{4}})?|\d{{1,2}}\.?\s(?:de\s)?{_MONTH}(?:\s\d{{4}})?)"
_DASH: Final = r"(?:\s?[—–―]|\s?--|\s-|\s?\.-|\s_)(?=\s|\Z|[“\"‘'A-ZÀ-Þ])"
_CAPITALS: Final = r"[A-ZÀ-Þ][A-ZÀ-Þ.'’\-]{1,24}(?:\s[A-ZÀ-Þ][A-ZÀ-Þ.'’\-]{0,24}){0,4}"
_REST: Final = r"(?:,\s[A-ZÀ-Þ][^\W\d_.'’\-]{0,20}[\w.'’\-]{0,12}(?:\s[A-ZÀ-Þ][\w.'’\-]{1,20}){0,2}){0,2}"
_COUNTRY: Final = r"(?:\s\([A-ZÀ-Þ][\w.'’\- ]{1,30}\)(?=\s\())?"  # Kyiv (Ukraine) (AFP) –
_JOINED: Final = rf"(?:\s?/\s?{_CAPITALS}){{0,3}}"
_MIXED: Final = r"[A-ZÀ-Þ][\w.'’\-]{1,24}(?:[\s/][A-ZÀ-Þ][\w.'’\-]{0,24}){0,3}"
_AGENCY: Final = rf"\((?P<agency>[^()]{{0,20}}?\b(?:{ALIAS})\b[^()]{{0,30}}|[A-Z][A-Z\w. ]{{1,20}})\)"

_WITH_AGENCY: Final = re.compile(
    rf"""(?:(?P<place>(?:{_CAPITALS}{_JOINED}|{_MIXED}){_REST}{_COUNTRY}),?\s{{0,2}})?
         (?:(?P<date>{_DATE}),?\s{{1,2}})?
         {_AGENCY}
         (?:\s?(?P<after>{_DATE}))?
         {_DASH}""",
    re.VERBOSE,
)
"""``SACRAMENTO, Calif. (Reuters) -``, ``CHICAGO, Feb. 3 (UPI) --``, ``MADRID, 12 may (EFE).-``"""

_WITHOUT_AGENCY: Final = re.compile(
    rf"""(?P<place>{_CAPITALS}{_JOINED}{_REST})
         (?:,?\s\(?(?P<date>{_DATE})\)?,?)?
         (?:\s?[—–―]|\s--|\s-|\s_)(?=\s|[“"‘'A-ZÀ-Þ])""",
    re.VERBOSE,
)
"""``WASHINGTON —``: without an agency only capitals make a place."""

_SWISS: Final = re.compile(
    rf"""(?P<place>{_MIXED}{_REST})(?:,\s(?P<date>{_DATE}))?\s\((?P<agency>ats|sda|awp|SDA|ATS)(?:/\w{{2,6}})?\)
         (?=\s[«“"„]?[A-ZÀ-Þ])""",
    re.VERBOSE,
)
"""``Genève (ats) Le maire``: the agencies of Switzerland write no dash."""

_SLASHED: Final = re.compile(
    rf"(?P<place>{_CAPITALS}{_REST}),\s(?P<date>{_DATE})[.,]?\s/(?P<agency>[A-Z]{{3,12}})/\.?"
)
"""``MOSCOW, January 13. /TASS/.``"""

_REACH: Final = 120
OPENING: Final = ("(/", _REACH)
"""What opens with a dateline opens with two capitals, or holds such a mark within so many characters."""

_LETTERS: Final = re.compile(r"[^\W\d_]{3}")
_NOT_PLACES: Final = frozenset(
    {"UPDATE", "CORRECTION", "CORRECTED", "EDITOR", "EDITORS", "EDITOR'S NOTE", "EDITOR’S NOTE", "NOTE"}
    | {"BREAKING", "EXCLUSIVE", "WATCH", "READ", "MORE", "ADVISORY", "OPINION", "ANALYSIS", "FILE", "PHOTO"}
    | {"PHOTOS", "VIDEO", "LIVE", "Q", "A"}
)


def dateline_of(paragraph: str) -> Dateline | None:
    """Read the dateline that opens ``paragraph``; None when it opens with prose.

    >>> dateline_of("BEIRUT (AP) — The port reopened.").place
    'BEIRUT'
    """
    start = paragraph[:_REACH].lstrip()
    if not start or not (start[0].isupper() or start[0] == "("):
        return None
    return _opening(start)


@lru_cache(maxsize=1_024)
def _opening(start: str) -> Dateline | None:
    """Read the dateline of an opening; a page asks twice, and the copies of one story open alike."""
    if "(" in start:
        found = _WITH_AGENCY.match(start) or _SWISS.match(start)
        if found and (found["place"] or agency_named(found["agency"])):
            return _dateline(
                found, found["date"] or found.groupdict().get("after"), agency_named(found["agency"])
            )
    if "/" in start:
        found = _SLASHED.match(start)
        if found and agency_named(found["agency"]):
            return _dateline(found, found["date"], agency_named(found["agency"]))
    if not start[1:2].isupper():
        return None
    found = _WITHOUT_AGENCY.match(start)
    if found is None or found["place"] in _NOT_PLACES or not _LETTERS.search(found["place"]):
        return None
    return _dateline(found, found["date"], None)


def _dateline(found: re.Match[str], date: str | None, agency: str | None) -> Dateline:
    place = found["place"]
    return Dateline(
        text=found.group().strip(), place=place.rstrip(" ,") if place else None, date=date, agency=agency
    )
