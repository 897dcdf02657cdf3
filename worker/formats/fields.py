"""Fields of marked-up wire items: times with their agency's zone, ids without repeats, credits of fields."""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Final

from worker.dialects.agencies import PRESS_RELEASES, agency_at
from worker.dialects.credits import agency_of
from worker.dialects.datelines import dateline_of
from worker.formats.lines import same_words
from worker.formats.times import has_zone, rfc3339
from worker.formats.wiretext import line_of
from worker.story import Credit, CreditKind, Dateline, Draft, Role, Subject

_YEARS: Final = range(1850, 2200)
_SHOWN: Final = 40
_FILED: Final = re.compile(
    r",?\s(?:\d{1,2}\.?\s)?(?:Jan|Feb|Mar|Apr|May|Mai|Jun|Jul|Aug|Sep|Oct|Okt|Nov|Dec|Dez)[a-z]{0,6}\.?(?:[\s,(].{0,60})?$"
    r"|\s\(.{1,40}\).{0,4}$"
)
"""Date and agency behind the place of a dateline: ``SYDNEY March 22 AAP -``."""


def told_time(value: str | None, name: str, warnings: list[str], *, agency: str | None = None) -> str | None:
    """Read a time; what is no time, or has no zone, is said in ``warnings``. Empty is absent."""
    if value is None or not (text := value.strip()):
        return None
    moment = rfc3339(text, agency=agency)
    if moment is None or int(moment[:4]) not in _YEARS:
        warnings.append(f"{name} is no date: {text[:_SHOWN]!r}")
        return None
    if len(text) > len("2020-01-01") and not has_zone(text):
        warnings.append(f"{name} has no zone: read as {agency or 'UTC'}'s")
    return moment


def earliest(times: Iterable[str | None]) -> str | None:
    """Choose the first of the times that are there; each has its offset."""
    return min((time for time in times if time), key=datetime.fromisoformat, default=None)


def once(values: Iterable[str | None]) -> tuple[str, ...]:
    """Keep the values that are there, each once, in order."""
    return tuple(dict.fromkeys(text for value in values if (text := line_of(value))))


def subjects_of(pairs: Iterable[tuple[str | None, str | None]]) -> tuple[Subject, ...]:
    """Make subjects of pairs of scheme and code, each once."""
    found = dict.fromkeys((scheme or None, code.strip()) for scheme, code in pairs if code and code.strip())
    return tuple(Subject(scheme=scheme, code=code) for scheme, code in found)


def qualified(qcode: str | None) -> tuple[str | None, str | None]:
    """Cut a code of NewsML-G2 such as ``subj:04015000`` into scheme and code."""
    if not qcode:
        return None, None
    scheme, colon, code = qcode.partition(":")
    return (scheme, code) if colon and code else (None, qcode)


def code_of(qcode: str | None) -> str | None:
    """Return the code of a qualified code or URI, without its scheme."""
    return qcode.rstrip("/").replace("/", ":").rsplit(":", 1)[-1] or None if qcode else None


def field_credits(names: Iterable[str | None]) -> tuple[Credit, ...]:
    """Make credits of fields that name the agency of an item, the surest first, each agency once."""
    found: dict[str, Credit] = {}
    for name in once(names):
        if agency := agency_at(name):
            found.setdefault(agency, Credit(kind=CreditKind.FIELD, text=name, agency=agency))
    return tuple(found.values())


def owner_of(credits_given: tuple[Credit, ...]) -> str | None:
    """Return the press-release service that a field names: it outranks the agency that relays it."""
    return next((each.agency for each in credits_given if each.agency in PRESS_RELEASES), None)


def zone_of(credits_given: tuple[Credit, ...]) -> str | None:
    """Return the agency in whose zone an item writes times: that of its fields."""
    return agency_of(credits_given)


def with_dateline(
    draft: Draft, text: str | None, *, place: str | None = None, date: str | None = None
) -> Draft:
    """Add the dateline that a field tells; what the copy itself opens with outranks it.

    A field that holds a time or a number (Reuters, ANA-MPA) is none.
    """
    told = line_of(text) or line_of(place)
    if told is None or told[0].isdigit():
        return draft
    read = dateline_of(f"{told} ") or dateline_of(f"{told} — ")
    place = line_of(place) or (read.place if read else None) or _FILED.sub("", told).rstrip(" -—–_,")
    first = next((part.text for part in draft.paragraphs if part.role is Role.COPY), "")
    own = dateline_of(first)
    if own:
        return replace(draft, dateline=replace(own, place=own.place or place, date=own.date or date))
    return replace(
        draft,
        dateline=Dateline(
            text=told,
            place=place,
            date=(read.date if read else None) or date,
            agency=read.agency if read else None,
        ),
    )


def deck_of(draft: Draft, *texts: str | None) -> str | None:
    """Choose the first text that is neither the headline nor the opening of the copy again."""
    lines = [line for text in texts if (line := line_of(text))]
    if not lines:
        return None
    opening = same_words(draft.paragraphs[0].text) if draft.paragraphs else ""
    headline = same_words(draft.headline) if draft.headline else ""
    for line in lines:
        if (words := same_words(line)) != headline and not opening.startswith(words):
            return line
    return None


def with_deck(draft: Draft, *texts: str | None) -> Draft:
    """Add the deck that the first of these texts is which says what headline and opening do not."""
    deck = deck_of(draft, *texts)
    return replace(draft, deck=deck) if deck else draft


def with_distributor(draft: Draft, sender: str | None) -> Draft:
    """Say who sent an item when that is not the agency that wrote it."""
    name = agency_at(sender) or line_of(sender)
    told = name if name != draft.agency else None
    return draft if draft.distributor == told else replace(draft, distributor=told)
