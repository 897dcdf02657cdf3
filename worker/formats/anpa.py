"""ANPA 1312 as AP sends it: framed stories end to end, with or without their control bytes.

Source: ANPA 1312 (IPTC/NAA, 1989), and the keyword line that AP puts behind STX. One story is::

    SYN SYN SOH v5414 US selector / u i DC3 DC1 BC-Slug 1stLd 02-20 0500 / STX copy ETX trailer / EOT
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Final

from worker.dialects.agencies import agency_named
from worker.dialects.bylines import is_byline
from worker.dialects.signoffs import is_sign_off
from worker.dialects.status import read_urgency
from worker.dialects.versions import read_slugline
from worker.errors import NoCopy
from worker.formats.draft import Item, Source
from worker.formats.times import rfc3339
from worker.formats.wire import Sorter, finish
from worker.story import Credit, CreditKind, Draft, FurnitureKind, Role, Subject

_HEAD: Final = re.compile(
    r"""(?:^|(?<=[\x04\x0c]))[\x00\x16\x7f]{0,16}\x01?
        (?P<number>[A-Za-z]\d{4})\x1f?(?P<selector>[\w\-]{0,16})[ \t]{0,4}\n
        (?P<priority>[a-z])[ ](?P<category>[a-z]{1,3})[\x13\x14]?[\x11\x12]?[ ]
        (?P<keyword>[^\n]{0,60}?)[ \t]{1,12}
        (?P<date>\d\d-\d\d)[ ]{1,4}(?P<count>\d{1,5})[ \t]{0,4}(?=\n|\Z)""",
    re.VERBOSE | re.MULTILINE,
)
"""Both header lines, which are also the only mark of a new story once its SYN and SOH are lost."""

_FRAME: Final = re.compile(r"\x16\x01|\x04")
_TRAILER: Final = re.compile(
    r"(?P<agency>[A-Z]{2,8})-(?P<desk>[A-Z]{2})-(?P<date>\d\d-\d\d-\d\d)[ ]{1,3}(?P<time>\d{4})"
    r"[ ]?(?P<zone>[A-Z]{2,4})?[ ]?<?"
)
_KYODO: Final = re.compile(
    r"^KWS-(?P<hour>\d\d):(?P<minute>\d\d)-(?P<day>\d\d)-(?P<month>\d\d)-(?P<year>\d\d)[ ]{0,3}$",
    re.MULTILINE,
)
"""The trailer of Kyodo: the time in Japan, the day before the month."""

_KEYWORD: Final = re.compile(r"\^?(?:\*\d{1,5}[<=]?[ ]{0,3})?\^?(?P<line>.{3,200}?)[ ]{0,3}[<=]?[ ]{0,3}")
_FIRST: Final = re.compile(
    r"^\^?(?:\*\d{1,5}[<=]?[ ]{0,3}\^?)?(?:AM|PM|BC|AP)-[^\n]{2,120},[ ]?\d{1,5}[ ]?[<=]", re.MULTILINE
)
"""A keyword line with its count of words, which opens a story where no header is left."""

_CYCLE: Final = re.compile(r"(?:AM|PM|BC|AP)-")
_PHOTO: Final = re.compile(
    r"(?:With\s)?(?:AP|EPA|AFP)?\s?(?:Photos?|Graphics?|Video|Audio|Radio|Member)\b.{0,400}"
)
_NOTE: Final = re.compile(
    r"[\[(]?(?:Eds|EDS|Editors?|EDITORS?['’]?S?|Ed|ED)['’]?s?[ ]?(?:NOTE|[Nn]ote)?s?[ ]?[:_—\-]"
)
_TITLE: Final = re.compile(
    r"\b(?:AP|Associated Press|Writers?|Editors?|Correspondents?|Reporters?|Columnists?|Staff|For The)\b"
)
_END: Final = re.compile(r"(?:END|-30-|30|\(END\)|\(MORE\)|MORE|\(more\))[.=<]?")
_MOST_HEADERS: Final = 8
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]{1,8}")
_ZONES: Final = {"GMT": "Z", "UTC": "Z", "EST": "-0500", "EDT": "-0400", "CST": "-0600", "CDT": "-0500"} | {
    "MST": "-0700",
    "MDT": "-0600",
    "PST": "-0800",
    "PDT": "-0700",
}


@dataclass(slots=True)
class _Top:
    """The header lines of one story, while they are read."""

    keyword: str | None = None
    headline: str | None = None
    deck: list[str] = field(default_factory=list)
    byline: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def parse(source: Source) -> Iterator[Item]:
    """Yield the stories and takes of a transmission; one without text is yielded as NoCopy."""
    text = source.text.replace("\r\n", "\n").replace("\r", "\n")
    for chunk in _chunks(text):
        draft = _story(chunk)
        if draft is not None:
            yield replace(draft, warnings=(*source.warnings, *draft.warnings))
        elif len(_CONTROLS.sub(" ", chunk).split()) > 2:
            yield NoCopy("an ANPA frame without text")


def _chunks(text: str) -> Iterator[str]:
    """Cut a transmission where a frame or a header begins, and behind each trailer."""
    cuts = {0, len(text)}
    cuts.update(found.start() for found in _FRAME.finditer(text))
    heads = [found.start() for found in _HEAD.finditer(text)]
    cuts.update(heads or (found.start() for found in _FIRST.finditer(text)))
    for found in _TRAILER.finditer(text):
        line_end = text.find("\n", found.end())
        cuts.add(len(text) if line_end < 0 else line_end)
    ordered = sorted(cuts)
    held = ""
    for start, end in pairwise(ordered):
        chunk = held + text[start:end]
        # The mark of a frame stands before its header, and is no story alone.
        if _CONTROLS.sub("", chunk).strip():
            yield chunk
            held = ""
        else:
            held = ""


def _story(chunk: str) -> Draft | None:
    head = _HEAD.search(chunk)
    body = chunk[head.end() :] if head else chunk
    body = body.partition("\x02")[2] if "\x02" in body else body
    trailer = _TRAILER.search(body)
    kyodo = _KYODO.search(body) if trailer is None else None
    ended = trailer or kyodo
    copy = body[: ended.start()] if ended else body
    copy = copy.split("\x03", 1)[0]
    top = _Top()
    sorter = Sorter()
    _sort(copy.split("\n"), top, sorter)
    if not sorter.paragraphs and top.headline is None:
        return None
    line = top.keyword
    if line is None and head:
        line = " ".join(head["keyword"].split())
    number = head["number"] if head else None
    moment = _moment(trailer) if trailer else _kyodo_moment(kyodo) if kyodo else None
    draft = sorter.fill(
        Draft(
            headline=top.headline,
            deck="\n".join(top.deck) or None,
            byline=", ".join(top.byline) or None,
            transmission_no=number,
            native_ids=(number,) if number else (),
            urgency=read_urgency(head["priority"]) if head else None,
            ed_note="\n".join(top.notes) or None,
            version_created=moment,
            published=moment,
            agency=trailer["agency"] if trailer and trailer["agency"] in {"AP", "UPI", "AFP", "CP"} else None,
            subjects=(Subject(code=head["category"], scheme="anpa-1312"),) if head else (),
        )
    )
    warnings: tuple[str, ...] = ()
    if head is None or "\x02" not in chunk:
        warnings = ("control bytes of the frame are lost",)
    return finish(replace(draft, warnings=warnings), slugline=line, provider=draft.agency)


def _moment(trailer: re.Match[str]) -> str | None:
    month, day, year = trailer["date"].split("-")
    century = "19" if year > "70" else "20"
    time = trailer["time"]
    zone = _ZONES.get(trailer["zone"] or "GMT", "Z")
    return rfc3339(f"{century}{year}{month}{day}T{time[:2]}{time[2:]}00{zone}")


def _kyodo_moment(trailer: re.Match[str]) -> str | None:
    day = f"20{trailer['year']}{trailer['month']}{trailer['day']}"
    return rfc3339(f"{day}T{trailer['hour']}{trailer['minute']}00+0900")


def _unmarked_head(lines: list[str]) -> int:
    """Return how many lines stand over the first indented one where no line is marked as a header."""
    if any(line.startswith("^") for line in lines):
        return 0
    first = next((at for at, line in enumerate(lines) if line.startswith(("\t", "   "))), 0)
    return first if first <= _MOST_HEADERS else 0


def _sort(lines: list[str], top: _Top, sorter: Sorter) -> None:
    """Sort the lines of one story: header lines marked with ``^``, table lines with BS, then copy."""
    open_copy: list[str] = []
    begun = False

    def close() -> None:
        if open_copy:
            _paragraph(" ".join(open_copy), sorter, top)
            open_copy.clear()

    unmarked = _unmarked_head(lines)
    for number, raw in enumerate(lines):
        bare = _CONTROLS.sub(" ", raw).strip()
        if number < unmarked and bare:
            bare = f"^{bare.rstrip('+')}<"
        if raw.startswith("\x08") or "\x1e" in raw or "\x1f" in raw or raw.lstrip(" \t").startswith("\x08"):
            close()
            begun = True
            _row(raw, sorter)
        elif not bare:
            close()
        elif bare[0] == "^" or (top.keyword is None and not begun and _is_keyword(bare)):
            close()
            begun = _header(bare, top, sorter, begun=begun)
        elif raw[:1] in "\t =" or not open_copy:
            close()
            begun = True
            open_copy.append(bare)
        else:
            open_copy.append(bare)
    close()


def _is_keyword(line: str) -> bool:
    found = _KEYWORD.fullmatch(line)
    return found is not None and (_CYCLE.match(found["line"]) is not None or line.startswith("*"))


def _header(line: str, top: _Top, sorter: Sorter, *, begun: bool) -> bool:
    """Place one ``^`` line; return whether the copy has begun."""
    marked = line[-1:] if line[-1:] in "<=" else ""
    text = line.lstrip("^").rstrip("<= ").strip()
    if top.keyword is None and not begun and top.headline is None:
        found = _KEYWORD.fullmatch(line)
        if found and (
            _CYCLE.match(found["line"]) or line.lstrip("^")[:1] == "*" or read_slugline(text).words
        ):
            top.keyword = found["line"]
            return False
    if not text or _END.fullmatch(text):
        return begun
    if _NOTE.match(text):
        top.notes.append(text)
        if begun:
            sorter.peel(text, FurnitureKind.NOTICE)
        return begun
    if begun:
        sorter.add(text, Role.SUBHEAD if marked else Role.COPY)
        return True
    if _PHOTO.fullmatch(text):
        sorter.peel(text, FurnitureKind.NOTICE)
        return False
    return _above(text, marked, top, sorter)


def _above(text: str, marked: str, top: _Top, sorter: Sorter) -> bool:
    """Place a line between keyword and copy: headline, summary, byline, or the first subhead of a table."""
    signed = is_byline(text) or (not top.byline and text.startswith("By ") and marked == "=")
    titled = bool(top.byline) and marked == "=" and _TITLE.search(text) is not None
    if signed or titled:
        top.byline.append(text)
    elif top.byline and marked == "=":
        sorter.add(text, Role.SUBHEAD)
        return True
    elif top.headline is None:
        top.headline = text
    elif marked:
        top.deck.append(text)
    else:
        sorter.add(text)
    return False


def _row(raw: str, sorter: Sorter) -> None:
    """Add one line of a table, its cells between semicolons."""
    cells = _CONTROLS.sub(" ", raw).replace("^", "").strip().rstrip("<=").split(";")
    sorter.add("; ".join(" ".join(cell.split()) for cell in cells), Role.TABLE)


def _paragraph(text: str, sorter: Sorter, top: _Top) -> None:
    flat = " ".join(text.split())
    ended = flat.rstrip("<= ")
    if _END.fullmatch(ended):
        sorter.peel(flat, FurnitureKind.SEPARATOR)
    elif _NOTE.match(flat):
        top.notes.append(ended)
        sorter.peel(ended, FurnitureKind.NOTICE)
    elif is_sign_off(flat):
        sorter.peel(flat, FurnitureKind.CREDIT)
        if agency := agency_named(flat):
            sorter.credits.append(Credit(kind=CreditKind.SOURCE, text=flat, agency=agency))
    else:
        sorter.add(ended if flat[-1] in "<=" else flat)
