"""The text of a page, one paragraph a line, made into stories; every line goes to exactly one place."""

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

from worker.dialects.agencies import agency_called, agency_named
from worker.dialects.bulletins import referred
from worker.dialects.bylines import author_names, is_byline
from worker.dialects.credits import agency_of, byline_credit
from worker.dialects.datelines import dateline_of
from worker.dialects.kinds import page_kind
from worker.dialects.language import guess_language
from worker.formats.furniture import heads_related, is_navigation
from worker.formats.lines import Line, ends_sentence, read_lines, same_words
from worker.formats.page_head import (
    NO_HINTS,
    Hints,
    Names,
    Sorted,
    is_counter,
    longest_repeat,
    peel_line,
    repeats,
    sort_head,
)
from worker.formats.split_page import find_cuts
from worker.story import Credit, CreditKind, Dateline, Draft, FurnitureKind, Kind, Paragraph, Role

_REPEATED: Final = 40
_SUBHEAD_LONGEST: Final = 80
_SUBHEAD_WORDS: Final = 10
_NEXT: Final = 60
_SUBHEAD_RUN: Final = 6
_BIO_WITHIN: Final = 3
_TWEET: Final = re.compile(r"—.{1,80}\(@\w{1,15}\)\s[A-Z][a-z]{2,8}\s\d{1,2},\s\d{4}$")
_BULLETS: Final = "•▪●◦‣·*"
_HELPED: Final = re.compile(
    r"(?:^|[.!?”\"]\s{1,3})(?P<line>[A-Z][^!?]{2,240}\scontributed\sto\sthis\s(?:report|story|article)\.?)$"
)
# Members of enums by names of their own: the way through the class is slow.
_SHARE: Final = FurnitureKind.SHARE
_PROMOTION: Final = FurnitureKind.PROMOTION
_REPEAT: Final = FurnitureKind.REPEAT
_LAST: Final = (FurnitureKind.CREDIT, FurnitureKind.COPYRIGHT)
_COPY: Final = Role.COPY
_SUBHEAD: Final = Role.SUBHEAD
_SOURCED: Final = re.compile(r"\(([^()]{2,40})\)\.?$")


def read_page(
    text: str,
    *,
    title: str | None = None,
    byline: str | None = None,
    outlet: str | None = None,
    hints: Hints = NO_HINTS,
    **told: Any,  # noqa: ANN401 - fields of the draft
) -> Iterator[Draft]:
    """Yield the stories of a page's text; a story without copy is yielded with empty paragraphs.

    ``title``, ``byline`` and ``hints`` are what the payload says beside the text; they belong to the
    first story, the title to every entry of a live file. ``told`` are fields of every story; without
    a language it is guessed.
    """
    page = read_lines(text, hints.marked)
    lines = page.rows
    cuts = find_cuts(page, title)
    ends = (*cuts.starts[1:], len(lines))
    for number, (start, end) in enumerate(zip(cuts.starts, ends, strict=True)):
        given = title if number == 0 or cuts.live else None
        yield _compose(
            lines[start:end],
            title=given,
            byline=byline if number == 0 else None,
            outlet=outlet,
            hints=hints if number == 0 else NO_HINTS,
            **told,
        )


def _compose(
    lines: Sequence[Line],
    *,
    title: str | None,
    byline: str | None,
    outlet: str | None,
    hints: Hints,
    **told: Any,  # noqa: ANN401 - fields of the draft
) -> Draft:
    """Make one story of ``lines``: peel furniture, find headline, deck, byline and dateline."""
    out = Sorted()
    authors = author_names(byline)
    names = Names((*authors, byline, outlet))
    start = sort_head(lines, out, title=title, byline=byline, names=names, hints=hints)
    signed = authors if byline else author_names(out.byline)
    _sort_body(lines[start:], out, title=title or out.headline, names=signed)
    if not out.paragraphs:
        out = _everything(lines, byline)
    dateline = dateline_of(out.paragraphs[0].text) if out.paragraphs else None
    _add_credits(out, byline or out.byline, dateline)
    given = tuple(out.credits)
    paragraphs = tuple(out.paragraphs)
    kind = page_kind(title or out.headline, paragraphs)
    if not told.get("language"):
        told["language"] = guess_language(" ".join([part.text for part in paragraphs[:3]]))
    refers_to: tuple[str, ...] = ()
    if kind in (Kind.KILL, Kind.WITHHOLD):
        refers_to = referred([title or out.headline, *(part.text for part in paragraphs[:6])])
    return Draft(
        outlet=outlet,
        kind=kind,
        refers_to=refers_to,
        headline=title or out.headline,
        deck="\n".join(out.deck) or None,
        byline=byline or out.byline,
        dateline=dateline,
        agency=agency_of(given) or agency_called(outlet),
        credits=given,
        paragraphs=paragraphs,
        furniture=tuple(out.furniture),
        **told,
    )


def _sort_body(lines: Sequence[Line], out: Sorted, *, title: str | None, names: tuple[str, ...]) -> None:
    """Sort the lines from the first paragraph of copy to the end."""
    known = same_words(title) if title else None
    tail, related = _tail(lines)
    signed = len(lines) - _BIO_WITHIN if names else len(lines)
    sure = min(tail, signed)
    longest = longest_repeat(known) if known else 0
    short = max(_SUBHEAD_LONGEST, longest)
    paragraphs = out.paragraphs
    printed: set[str] = set()
    for number, line in enumerate(lines):
        text = line.text
        if line.is_plain and number < sure and len(text) > short and text not in printed:
            printed.add(text)
            paragraphs.append(Paragraph(text=text))
            continue
        kind = line.kind
        if kind:
            pass
        elif len(text) <= 4 and is_counter(lines, number):
            kind = _SHARE
        elif number >= tail:
            kind = _tail_kind(lines, number, related)
        elif text in printed or (known and len(text) <= longest and repeats(text, known)):
            kind = _REPEAT
        elif number >= signed and _is_bio(text, names):
            kind = FurnitureKind.AUTHOR
        if kind:
            peel_line(out, line, kind)
            continue
        if len(text) >= _REPEATED:
            printed.add(text)
        paragraphs.append(Paragraph(text=text, role=_role(lines, number)))


def _tail(lines: Sequence[Line]) -> tuple[int, int]:
    """Return the line from which on nothing is copy, and the line from which on all is about other stories.

    The first is behind a contributor or copyright line with no copy below it, at a menu at the foot, or
    at a heading such as ``RELATED STORIES`` with nothing but titles below it, which is the second.
    """
    tail = related = len(lines)
    titled = False
    for number in range(len(lines) - 1, -1, -1):
        line = lines[number]
        if line.kind is None and (len(line.text) >= _NEXT or ends_sentence(line.text)):
            titled = True
            if not line.is_title:
                break
        if heads_related(line.text):
            tail = related = number
        elif not titled and (line.kind in _LAST or (line.kind is None and is_navigation(line.text))):
            tail = number
    return tail, related


def _tail_kind(lines: Sequence[Line], number: int, related: int) -> FurnitureKind:
    """Say what a line of the tail is whose shape does not say it."""
    if number + 1 < len(lines) and lines[number + 1].kind is _PROMOTION:
        return _PROMOTION
    return FurnitureKind.RELATED if number >= related else FurnitureKind.OTHER


def _is_bio(text: str, names: tuple[str, ...]) -> bool:
    """Tell whether a last line says who its author is."""
    return text.startswith(names) and any(
        text.startswith(name)
        and re.match(r",?\s(?:is|was|are|writes|teaches|covers|reports)\b", text[len(name) :])
        for name in names
    )


def _role(lines: Sequence[Line], number: int) -> Role:
    text = lines[number].text
    if text[0] in _BULLETS and text[1:2].isspace():
        return Role.LIST
    if text[-1].isdigit() and _TWEET.search(text[-140:]):
        return Role.QUOTE
    if not _is_short(text) or (text[0].islower() and not (number and _is_short(lines[number - 1].text))):
        return _COPY
    for line in lines[number + 1 : number + 1 + _SUBHEAD_RUN]:
        if line.kind is not None:
            continue
        if len(line.text) >= _NEXT and ends_sentence(line.text):
            return _SUBHEAD
        if not _is_short(line.text):
            break
    return _COPY


def _is_short(text: str) -> bool:
    """Tell whether a line has the shape of a subhead, or of one line of it."""
    return (
        len(text) <= _SUBHEAD_LONGEST
        and text[-1] not in ".!?,;:…"
        and text.count(" ") < _SUBHEAD_WORDS
        and not (text[0] in '"“' and text[-1] in '"”')
        and not ends_sentence(text)
    )


def _everything(lines: Sequence[Line], byline: str | None) -> Sorted:
    """Take as copy all that has not furniture's shape: a text this short has no head."""
    out = Sorted()
    for number, line in enumerate(lines):
        if kind := line.kind or (_SHARE if is_counter(lines, number) else None):
            peel_line(out, line, kind)
        elif byline is None and out.byline is None and is_byline(line.text):
            out.byline = line.text
        else:
            out.paragraphs.append(Paragraph(text=line.text))
    return out


def _add_credits(out: Sorted, byline: str | None, dateline: Dateline | None) -> None:
    """Add the credits that stand inside byline and copy to those that are lines of their own."""
    if dateline and dateline.agency:
        out.credits.insert(0, Credit(kind=CreditKind.DATELINE, text=dateline.text, agency=dateline.agency))
    if credit := byline_credit(byline):
        out.credits.append(credit)
    for paragraph in out.paragraphs[-2:]:
        text = paragraph.text
        if "contributed to this" in text[-40:] and (helped := _HELPED.search(text)):
            line = helped["line"]
            out.credits.append(Credit(kind=CreditKind.CONTRIBUTOR, text=line, agency=agency_named(line)))
    if out.paragraphs and ")" in out.paragraphs[-1].text[-2:]:
        source = _SOURCED.search(out.paragraphs[-1].text)
        if source and (agency := agency_called(source[1])):
            out.credits.append(Credit(kind=CreditKind.SOURCE, text=source.group(), agency=agency))
