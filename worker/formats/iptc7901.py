"""IPTC 7901, the text transmission format that dpa and others still send.

Source: IPTC 7901 (1995). One message is::

    SOH eca062 4 i 211 routing   dpa 061 / keywords/ / STX heading = / text ETX 131137 GMT Nov 13 DEL DEL EOT
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Final

from worker.dialects.agencies import agency_called, agency_named
from worker.dialects.bylines import is_byline
from worker.dialects.credits import agency_of
from worker.dialects.signoffs import is_sign_off
from worker.dialects.status import read_urgency
from worker.dialects.versions import Version, read_version
from worker.errors import NoCopy
from worker.formats.draft import Item, Source
from worker.formats.frames import CLOSED, LOST_HEAD
from worker.formats.times import rfc3339
from worker.formats.wire import Sorter, finish
from worker.story import Credit, CreditKind, Draft, FurnitureKind, Role, Subject

_HEAD: Final = re.compile(
    r"""(?P<source>[A-Za-z]{2,4})(?P<number>\d{1,5})[ ]{1,4}(?P<priority>[1-9])[ ]{1,4}
        (?P<category>[a-zA-Z]{1,6})(?:[ ]{1,4}(?P<words>\d{1,5}))?(?P<routing>[^\n]{0,60})""",
    re.VERBOSE,
)
_RUNNING: Final = re.compile(r"(?P<agency>[A-Za-z]{2,10})[ ]{1,3}(?P<number>\d{1,6})[ ]{0,3}$")
_ENDED: Final = re.compile(
    r"(?P<day>\d\d)(?P<hour>\d\d)(?P<minute>\d\d)\s{0,2}(?P<zone>[A-Z]{3,4})?\s{0,2}(?P<month>[^\W\d]{3})[^\W\d]{0,7}\.?\s{1,2}(?P<year>\d\d)"
)
_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        (
            "jan",
            "feb",
            "mar mär mrz",
            "apr",
            "may mai",
            "jun",
            "jul",
            "aug",
            "sep",
            "oct okt",
            "nov",
            "dec dez",
        ),
        1,
    )
    for name in names.split()
}
_ZONES: Final = {
    "GMT": "Z",
    "UTC": "Z",
    "MEZ": "+0100",
    "CET": "+0100",
    "MESZ": "+0200",
    "CEST": "+0200",
    "BST": "+0100",
}
_STATUS: Final = re.compile(
    r"\(?(?:(?:\d{1,2}(?:ST|ND|RD|TH|\.)\s)?(?:LEAD|ROUNDUP|UPDATE|EXTRA|URGENT|REFILE|CORRECTION|CORRECTED"
    r"|REPEAT|ADVISORY|SUMMARY|FLASH|BULLETIN|PREVIEW|FEATURE|NEWS FEATURE|BACKGROUND|PROFILE|INTERVIEW"
    r"|ANALYSIS|NEWSFEATURE|HOLD HOLD HOLD|KILL KILL KILL|EIL|EILMELDUNG|KORREKTUR|BERICHTIGUNG"
    r"|ZUSAMMENFASSUNG|HINTERGRUND|WIEDERHOLUNG|ACHTUNG|NET)(?:[\s:\-].{0,40})?)\)?[\s:]{0,3}",
    re.IGNORECASE,
)
_TAIL: Final = re.compile(r"#{1,3}\s{0,2}\S|\*\s\*\s\*\s\*|\*{4}")
_NOTES: Final = re.compile(
    r"#{1,3}\s{0,2}(?:Note\sto\seditors|Editor'?s'?\snote|Redaktionelle[r]?\sHinweis\w{0,3})",
    re.IGNORECASE,
)
_SIGNED: Final = re.compile(r"(?:dpa|afp|apa|sda|ots|rtr|ap)(?:[ /-][a-zäöü]{2,4}){1,8}")
_ORIGIN: Final = re.compile(
    r"\((?P<line>[a-z]{2,5}(?:/[A-Za-z]{2,8}){1,4})\)$|^Distributed by (?P<by>.{3,60}?)\.?$"
)
_INDENT: Final = 3
_SPACED: Final = re.compile(r"\S(?:\s{3,}\S+){2,}")


@dataclass(slots=True)
class _Heading:
    """The lines between STX and the equals sign."""

    headline: str | None = None
    byline: str | None = None
    labels: list[Version] = field(default_factory=list)
    types: list[str] = field(default_factory=list)


def parse(source: Source) -> Iterator[Item]:
    """Yield the messages of a transmission; one without heading and text is yielded as NoCopy."""
    text = source.text.replace("\r\n", "\n").replace("\r", "\n")
    if "\x01" not in text:
        text = _reframed(text)
    for message in text.split("\x01")[1:]:
        draft = _message(message.split("\x04", 1)[0])
        if draft is None:
            yield NoCopy("an IPTC 7901 message without text")
        else:
            yield replace(draft, warnings=(*source.warnings, *draft.warnings))


def _reframed(text: str) -> str:
    """Put back the control bytes that a transmission lost, before its headers and its closing dates."""
    return CLOSED.sub("\x03\\g<0>", LOST_HEAD.sub("\x01\\g<0>", text))


def _message(message: str) -> Draft | None:
    top, stx, rest = message.partition("\x02")
    if not stx:  # without STX the keyword line, which ends in a slash, is the last of the header
        top, rest = _cut_header(message)
    copy, _, end = rest.partition("\x03")
    header, _, words = top.strip("\x00\x16\x7f \n").partition("\n")
    head = _HEAD.match(header)
    heading, lines = _read_heading(copy.strip("\n").split("\n"))
    sorter = Sorter()
    note = _sort(lines, sorter)
    if heading.headline is None and not sorter.paragraphs:
        return None
    slug = " ".join(line.strip().strip("/").strip() for line in words.split("\n") if line.strip())
    running = _RUNNING.search(head["routing"]) if head else None
    number = f"{running['agency']} {running['number']}" if running else None
    agency = agency_called(running["agency"]) if running else None
    return finish(
        sorter.fill(
            Draft(
                headline=heading.headline,
                byline=heading.byline,
                slug=slug or None,
                transmission_no=number,
                native_ids=tuple(
                    name for name in (f"{head['source']}{head['number']}" if head else None, number) if name
                ),
                urgency=read_urgency(head["priority"]) if head else None,
                agency=agency_of(tuple(c for c in sorter.credits if c.kind is CreditKind.SOURCE)) or agency,
                distributor=agency,
                editorial_types=tuple(heading.types),
                ed_note=note,
                version_created=_moment(end),
                published=_moment(end),
                subjects=(Subject(code=head["category"], scheme="iptc-7901"),) if head else (),
                warnings=_warnings(head is not None, bool(stx)),
            )
        ),
        labels=heading.labels,
        provider=running["agency"] if running else None,
    )


def _warnings(headed: bool, framed: bool) -> tuple[str, ...]:  # noqa: FBT001 - two facts, one question
    lost = () if framed else ("control bytes of the frame are lost",)
    return lost if headed else (*lost, "the header of the message cannot be read")


def _cut_header(message: str) -> tuple[str, str]:
    lines = message.split("\n")
    cut = 1
    for number, line in enumerate(lines[1:6], 1):
        if line.strip().endswith("/"):
            cut = number + 1
    if cut == 1 and _is_keyword_alone(lines):
        cut = 3
    return "\n".join(lines[:cut]), "\n".join(lines[cut:])


def _is_keyword_alone(lines: Sequence[str]) -> bool:
    """Tell whether a keyword line without slash stands between blank lines over a heading, as ATS has it."""
    blank, word, below = (*(line.strip() for line in lines[1:4]), "x", "x", "x")[:3]
    return not blank and bool(word) and not below and any(line.rstrip().endswith("=") for line in lines[4:12])


def _read_heading(lines: Sequence[str]) -> tuple[_Heading, Sequence[str]]:
    """Read the lines up to the equals sign; without one the first line is the headline."""
    heading = _Heading()
    end = next((number for number, line in enumerate(lines[:12]) if line.rstrip().endswith("=")), None)
    if end is None:
        end = next((number for number, line in enumerate(lines) if line.strip()), len(lines) - 1)
    titles: list[str] = []
    for raw in lines[: end + 1]:
        line = raw.strip().removesuffix("=").strip()
        if not line:
            continue
        if is_byline(line) and titles:
            heading.byline = line
        elif _STATUS.fullmatch(line) and (line.isupper() or line[0] == "(" or read_version(line)):
            heading.types.append(line)
            if version := read_version(line.strip("() ")):
                heading.labels.append(version)
        else:
            titles.append(line)
    heading.headline = titles[-1] if titles else (heading.types[-1] if heading.types else None)
    if len(titles) > 1 and not titles[-2].endswith((".", ":")) and titles[-1][:1].islower():
        heading.headline = f"{titles[-2]} {titles[-1]}"  # a long headline is wrapped too
    return heading, lines[end + 1 :]


def _sort(lines: Sequence[str], sorter: Sorter) -> str | None:
    """Join wrapped lines into paragraphs; put the tail aside; return the notes for editors in it."""
    notes: list[str] = []
    block: list[str] = []
    tail: str | None = None

    def close() -> None:
        if block:
            _add(block, sorter)
            block.clear()

    for raw in lines:
        line = raw.replace("\x7f", "").strip()
        if line and (_TAIL.match(line) or tail is not None):
            close()
            if _TAIL.match(line):
                tail = "note" if _NOTES.match(line) else "tail"
            elif tail == "note":
                notes.append(line.lstrip("- "))
            separator = line.startswith("*") and not line.strip("* ")
            sorter.peel(line, FurnitureKind.SEPARATOR if separator else FurnitureKind.OTHER)
            continue
        if not line:
            close()
            continue
        indented = len(raw) - len(raw.lstrip(" ")) >= _INDENT
        if indented and not _SPACED.search(line):
            close()
        block.append(line)
    close()
    return " ".join(notes) or None


def _add(block: Sequence[str], sorter: Sorter) -> None:
    if len(block) > 1 and sum(_SPACED.search(line) is not None for line in block) * 2 > len(block):
        for line in block:
            sorter.add("; ".join(part.strip() for part in re.split(r"\s{3,}", line)), Role.TABLE)
        return
    pieces = [block[0]]
    for above, line in pairwise(block):
        hyphened = above[-1:] == "-" and above[-2:-1].isalpha() and line[:1].islower()
        pieces += ("" if hyphened else " ", line)
    text = "".join(pieces)
    if len(block) == 1 and (_SIGNED.fullmatch(text) or is_sign_off(text)):
        sorter.peel(text, FurnitureKind.OTHER)
        return
    origin = _ORIGIN.search(text)
    if origin:
        names = [origin["by"]] if origin["by"] else origin["line"].split("/")
        agency = next((found for name in names if (found := agency_called(name) or agency_named(name))), None)
        sorter.credits.append(Credit(kind=CreditKind.SOURCE, text=origin.group(), agency=agency))
        if origin["by"]:
            sorter.peel(text, FurnitureKind.CREDIT)
            return
    sorter.add(text)


def _moment(text: str) -> str | None:
    found = _ENDED.search(text)
    month = _MONTHS.get(found["month"].lower()) if found else None
    if found is None or month is None:
        return None
    zone = _ZONES.get(found["zone"] or "GMT", "Z")
    return rfc3339(f"20{found['year']}{month:02}{found['day']}T{found['hour']}{found['minute']}00{zone}")
