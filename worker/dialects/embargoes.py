"""Release times in prose: ``EMBARGOED UNTIL 0001 GMT Monday``, ``For use Sunday, Dec. 6``, ``Adv 12``.

Conventions of the trade: a day without a time begins one minute past midnight where its agency is; on the PM
cycle, which is for afternoon papers, at noon. A day without month or year is the next one from when the
copy was written, a weekday the next of its name, a time alone the next such time. What contradicts itself
is unreadable, and the copy stays held.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from typing import Final

from worker.dialects.zones import local_time

_MONTH_NAMES: Final = (
    "jan january januar janvier janv enero ene gennaio gen januari",
    "feb february februar février févr febrero febbraio februari",
    "mar march märz mars marzo maart",
    "apr april avril avr abril abr aprile",
    "may mai mayo maggio mag mei maj",
    "jun june juni juin junio giugno giu",
    "jul july juli juillet juil julio luglio lug",
    "aug august août agosto ago augustus augusti",
    "sep sept september septembre septiembre settembre set",
    "oct october oktober okt octobre octubre ottobre ott",
    "nov november novembre noviembre",
    "dec december dezember dez décembre déc diciembre dic dicembre",
)
_MONTHS: Final = {name: month for month, names in enumerate(_MONTH_NAMES, 1) for name in names.split()}
_DAY_NAMES: Final = (
    "mon monday montag lundi lunes lunedì maandag måndag",
    "tue tues tuesday dienstag mardi martes martedì dinsdag tisdag",
    "wed weds wednesday mittwoch mercredi miércoles mercoledì woensdag onsdag",
    "thu thur thurs thursday donnerstag jeudi jueves giovedì donderdag torsdag",
    "fri friday freitag vendredi viernes venerdì vrijdag fredag",
    "sat saturday samstag sonnabend samedi sábado sabato zaterdag lördag",
    "sun sunday sonntag dimanche domingo domenica zondag söndag",
)
_DAYS: Final = {name: day for day, names in enumerate(_DAY_NAMES) for name in names.split()}
_OFFSETS: Final = {
    "GMT": 0, "UTC": 0, "BST": 60, "CET": 60, "MEZ": 60, "CEST": 120, "MESZ": 120, "EST": -300, "EDT": -240,
    "CST": -360, "CDT": -300, "MST": -420, "MDT": -360, "PST": -480, "PDT": -420, "JST": 540, "AEST": 600,
    "AEDT": 660,
}  # fmt: skip
"""Minutes from UTC."""

_EASTERN: Final = "ET"
_ZONE: Final = "|".join((*_OFFSETS, _EASTERN))
_MONTH: Final = "|".join(sorted(_MONTHS, key=len, reverse=True))

_CERTAIN: Final = re.compile(
    r"""\b(?:EMBARGO(?:ED)?\b(?!\s(?:LIFTED|EXPIRED|OVER|IS|HAS))
        |[Ee]mbargo(?:ed)?(?:\s?:|\s(?:until|till?|for|to|jusqu|bis|hasta|fino|tot|before)\b|\s(?=\d))
        |HOLD\sFOR\sRELEASE|[Hh]old\sfor\srelease|(?i:sperrfrist)\b
        |(?i:not\sfor\s(?:publication|release|use|broadcast)\s(?:before|until|till)\b))""",
    re.VERBOSE,
)
"""Words that hold copy back whether their time can be read or not."""

_LIKELY: Final = re.compile(r"\b(?i:for\s(?:use|release|publication)|moved\sin\sadvance|adv(?:ance)?\sfor)\b")
"""Words that hold copy back when a time in the future follows."""

_OPENING: Final = re.compile(
    r"\W{0,3}(?:STRICT(?:LY)?\s|NOTE\s)?(?:EMBARGO(?:ED)?(?:\s?:|\s(?:UNTIL|TILL?|FOR|TO|NOT|BEFORE)\b|\s\d)"
    r"|HOLD\sFOR\sRELEASE\b|SPERRFRIST\b|Sperrfrist\b|Embargoed\s(?:until|to|for)\b"
    r"|NOT\sFOR\s(?:RELEASE|PUBLICATION|USE)\b)"
)
"""How a headline or paragraph begins that is no news of a trade embargo."""

_REACH: Final = 140
_TIME: Final = re.compile(
    rf"""(?<![\w.,/:\-])(?:(?P<noon>noon|midday)|(?P<midnight>midnight)
        |(?P<hour>\d{{1,2}})(?:[:.](?P<minute>[0-5]\d))?\s?(?P<half>[ap])\.?\s?m\b\.?
        |(?P<clock>[01]?\d|2[0-3])[:.h](?P<past>[0-5]\d)(?![\d.])(?:\s?(?:hours|hrs|Uhr|h))?
        |(?P<military>(?:[01]\d|2[0-3])[0-5]\d)
            (?=\s?(?:hours|hrs|h\b|Uhr|\(?(?:{_ZONE})\b)|(?<!20\d\d)(?<!19\d\d)(?!\d))
            (?:\s?(?:hours|hrs|Uhr|h\b))?
        |(?P<uhr>[01]?\d|2[0-4])\sUhr)
        (?:\s?\(?(?P<zone>{_ZONE})\b)?""",
    re.VERBOSE | re.IGNORECASE,
)
_DATE: Final = re.compile(
    rf"""(?<![\w.])(?:(?P<iso>\d{{4}}-\d\d-\d\d)
        |(?P<name>{_MONTH})\.?\s(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\b(?:,?\s(?P<year>\d{{4}})\b)?
        |(?P<first>\d{{1,2}})(?:st|nd|rd|th|\.|er)?\s(?:of\s|de\s)?(?P<of>{_MONTH})\b\.?
            (?:,?\s(?:de\s)?(?P<in>\d{{4}})\b)?
        |(?P<dd>\d{{1,2}})\.(?P<mm>\d{{1,2}})\.(?P<yyyy>\d{{4}})?(?!\d))""",
    re.VERBOSE | re.IGNORECASE,
)
_WEEKDAY: Final = re.compile(
    rf"\b(?P<day>{'|'.join(sorted(_DAYS, key=len, reverse=True))})\b\.?", re.IGNORECASE
)
_ADVANCE: Final = re.compile(r"adv(?:ance)?\s{0,2}(?:for\s)?(?P<rest>.{0,40})", re.IGNORECASE)
_BARE_DAY: Final = re.compile(r"(?P<day>\d{1,2})(?:\s?(?:-|and|&)\s?\d{1,2})?\b")
_LONG_AGO: Final = timedelta(days=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Embargo:
    """A hold that was found: until when (RFC 3339; None when that cannot be read), and its words."""

    until: str | None
    words: str


@dataclass(frozen=True, slots=True)
class _Writing:
    """When, for which cycle and by whom the copy was written."""

    at: datetime | None
    noon: bool
    agency: str | None


def find_embargo(  # noqa: PLR0913 - where an embargo is said, and what its words are relative to
    *,
    notes: Iterable[str | None] = (),
    openings: Iterable[str | None] = (),
    advance: str | None = None,
    written: str | None = None,
    cycle: str | None = None,
    agency: str | None = None,
) -> Embargo | None:
    """Find what holds copy back until a time; None when nothing does.

    ``notes`` speak to editors, ``openings`` are headline and first paragraphs, ``advance`` is a label such as
    ``Adv 12``. ``written`` is RFC 3339; without it only whole dates can be read. ``cycle`` is AM, PM or BC.

    >>> find_embargo(notes=["EMBARGOED until 0001 GMT Dec. 7"], written="2026-12-05T10:00:00Z").until
    '2026-12-07T00:01:00Z'
    """
    writing = _Writing(datetime.fromisoformat(written) if written else None, cycle == "PM", agency)
    found: list[Embargo] = []
    if advance:
        told = _ADVANCE.match(advance)
        found.append(
            Embargo(until=_release(told["rest"], writing, bare=True) if told else None, words=advance)
        )
    found.extend(
        Embargo(until=_release(text[:_REACH], writing), words=text[:_REACH])
        for text in openings
        if text and _OPENING.match(text)
    )
    for text in notes:
        found.extend(_in_note(text or "", writing))
    return next((each for each in found if each.until), next(iter(found), None))


def _in_note(text: str, writing: _Writing) -> Iterable[Embargo]:
    for pattern in (_CERTAIN, _LIKELY):
        for trigger in pattern.finditer(text[:4_000]):
            words = text[trigger.start() : trigger.start() + _REACH]
            until = _release(text[trigger.end() : trigger.end() + _REACH], writing)
            later = until is not None and (writing.at is None or datetime.fromisoformat(until) > writing.at)
            if pattern is _CERTAIN or later:
                yield Embargo(until=until, words=words)


def _release(text: str, writing: _Writing, *, bare: bool = False) -> str | None:
    """Read the moment that words name; None when they name none, or two that contradict each other."""
    clock = _TIME.search(text)
    at = _clock(clock) if clock else None
    if clock and at is None:
        return None
    rest = f"{text[: clock.start()]} {text[clock.end() :]}" if clock else text
    day = _day(rest, writing, bare=bare)
    if day is False or (day is None and at is None):
        return None
    zone = clock["zone"].upper() if clock and clock["zone"] else None
    if isinstance(day, date):
        return _text(
            _moment(day, at or time(12 if writing.noon else 0, 0 if writing.noon else 1), zone, writing)
        )
    if writing.at is None or at is None:
        return None
    local = writing.at.astimezone(_moment(writing.at.date(), at, zone, writing).tzinfo)
    moment = _moment(local.date(), at, zone, writing)
    return _text(
        moment if moment >= writing.at else _moment(local.date() + timedelta(days=1), at, zone, writing)
    )


def _clock(found: re.Match[str]) -> time | None:
    """Read a time of day; midnight is that with which its day begins."""
    if found["noon"]:
        return time(12)
    if found["midnight"]:
        return time(0)
    if found["half"]:
        hour = int(found["hour"])
        late = 12 if found["half"] in "pP" else 0
        return time(hour % 12 + late, int(found["minute"] or 0)) if 1 <= hour <= 12 else None
    if found["military"]:
        return time(int(found["military"][:2]), int(found["military"][2:]))
    if found["uhr"]:
        return time(int(found["uhr"]) % 24)
    return time(int(found["clock"]), int(found["past"]))


def _day(text: str, writing: _Writing, *, bare: bool) -> "date | bool | None":
    """Read a day; None when none is named, False when what is named cannot be."""
    try:
        day = _dated(text, writing)
    except ValueError:
        return False
    weekday = _WEEKDAY.search(text)
    wanted = _DAYS[weekday["day"].lower()] if weekday else None
    if day is not None:
        return False if wanted is not None and day.weekday() != wanted else day
    if writing.at is None:
        return False if weekday or (bare and _BARE_DAY.match(text)) else None
    today = writing.at.date()
    if wanted is not None:
        return today + timedelta(days=(wanted - today.weekday()) % 7)
    number = _BARE_DAY.match(text.strip()) if bare else None
    return _next(int(number["day"]), today) if number else None


def _dated(text: str, writing: _Writing) -> date | None:
    """Read a date with its month. Raises ValueError for one that is in no calendar."""
    found = _DATE.search(text)
    if found is None:
        return None
    if found["iso"]:
        return date.fromisoformat(found["iso"])
    if found["mm"]:
        day, month, year = int(found["dd"]), int(found["mm"]), found["yyyy"]
    else:
        day = int(found["day"] or found["first"])
        month = _MONTHS[(found["name"] or found["of"]).lower()]
        year = found["year"] or found["in"]
    if year:
        return date(int(year), month, day)
    if writing.at is None:
        raise ValueError("a date without its year")
    near = date(writing.at.year, month, day)
    return near if near >= writing.at.date() - _LONG_AGO else date(writing.at.year + 1, month, day)


def _next(day: int, today: date) -> "date | bool":
    """Return the next day of this number, today included; False for one that no month has in reach."""
    for step in range(62):
        if (today + timedelta(days=step)).day == day:
            return today + timedelta(days=step)
    return False


def _moment(day: date, at: time, zone: str | None, writing: _Writing) -> datetime:
    naive = datetime.combine(day, at)
    if zone in _OFFSETS:
        return naive.replace(tzinfo=timezone(timedelta(minutes=_OFFSETS[zone])))
    return local_time(naive, "AP" if zone == _EASTERN else writing.agency)


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
