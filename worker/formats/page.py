"""The text of a page, one paragraph a line, made into stories; every line goes to exactly one place."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from worker.dialects.agencies import agency_called, agency_named
from worker.dialects.bulletins import referred
from worker.dialects.bylines import author_names, is_byline
from worker.dialects.credits import agency_of, byline_credit
from worker.dialects.datelines import dateline_of
from worker.dialects.kinds import kind_of
from worker.dialects.language import guess_language
from worker.formats.draft import Draft
from worker.formats.furniture import ends_in_source, heads_related, is_navigation, is_photo_credit
from worker.formats.lines import LONG, Line, ends_sentence, is_title, read_lines, same_words, usual_gap
from worker.formats.split_page import find_cuts, is_clock
from worker.story import Credit, CreditKind, Dateline, Furniture, FurnitureKind, Kind, Paragraph, Role

_HEAD: Final = 15
"""Lines from the top within which a headline, deck, byline and captions are looked for."""

_DECK_LONGEST: Final = 400
_DECK_LINES: Final = 3
_DECK_WORDS: Final = 6
_LEAST_COPY: Final = 2
_REPEATED: Final = 40
_SUBHEAD_LONGEST: Final = 80
_SUBHEAD_WORDS: Final = 10
_NEXT: Final = 60
_SUBHEAD_RUN: Final = 6
_LONG_WORD: Final = re.compile(r"\w{4,30}")
_TWEET: Final = re.compile(r"—.{1,80}\(@\w{1,15}\)\s[A-Z][a-z]{2,8}\s\d{1,2},\s\d{4}$")
_NAME: Final = re.compile(r"(?:[A-ZÀ-Þ][\w.'’\-]{0,20}\s){1,3}[A-ZÀ-Þ][\w.'’\-]{1,20}")
_BULLETS: Final = "•▪●◦‣·*"
_HELPED: Final = re.compile(
    r"(?:^|[.!?”\"]\s{1,3})(?P<line>[A-Z][^!?]{2,240}\scontributed\sto\sthis\s(?:report|story|article)\.?)$"
)
_APART: Final = frozenset({Kind.KILL, Kind.WITHHOLD, Kind.ADVISORY, Kind.DIGEST})
"""What outlets publish as articles although it is none; nothing else of a page tells its kind."""

_SOURCED: Final = re.compile(r"\(([^()]{2,40})\)\.?$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hints:
    """What the markup of a page tells of its lines.

    ``description`` is its summary of itself, ``decks`` are the lines marked as decks, ``marked`` those
    marked as captions, times or bylines.
    """

    description: str | None = None
    decks: tuple[str, ...] = ()
    marked: Mapping[str, FurnitureKind] = field(default_factory=dict)


NO_HINTS: Final = Hints()


@dataclass(slots=True)
class _Sorted:
    """Where the lines of one story go, while they are being sorted."""

    headline: str | None = None
    deck: list[str] = field(default_factory=list)
    byline: str | None = None
    paragraphs: list[Paragraph] = field(default_factory=list)
    furniture: list[Furniture] = field(default_factory=list)
    credits: list[Credit] = field(default_factory=list)

    def peel(self, text: str, kind: FurnitureKind) -> None:
        self.furniture.append(Furniture(text=text, kind=kind, before=len(self.paragraphs)))


def read_page(
    text: str,
    *,
    title: str | None = None,
    byline: str | None = None,
    outlet: str | None = None,
    hints: Hints = NO_HINTS,
) -> Iterator[Draft]:
    """Yield the stories of a page's text; a story without copy is yielded with empty paragraphs.

    ``title``, ``byline`` and ``hints`` are what the payload says beside the text; they belong to the
    first story, the title to every entry of a live file.
    """
    lines = read_lines(text)
    if hints.marked:
        lines = [line if line.kind else line._replace(kind=hints.marked.get(line.text)) for line in lines]
    cuts = find_cuts(lines, title)
    ends = (*cuts.starts[1:], len(lines))
    for number, (start, end) in enumerate(zip(cuts.starts, ends, strict=True)):
        given = title if number == 0 or cuts.live else None
        yield compose(
            lines[start:end],
            title=given,
            byline=byline if number == 0 else None,
            outlet=outlet,
            hints=hints if number == 0 else NO_HINTS,
        )


def compose(
    lines: Sequence[Line],
    *,
    title: str | None = None,
    byline: str | None = None,
    outlet: str | None = None,
    hints: Hints = NO_HINTS,
) -> Draft:
    """Make one story of ``lines``: peel furniture, find headline, deck, byline and dateline."""
    out = _Sorted()
    names = frozenset(same_words(name) for name in (*author_names(byline), byline, outlet) if name)
    start = _sort_head(lines, out, title=title, byline=byline, names=names, hints=hints)
    _sort_body(lines[start:], out, title=title or out.headline, names=author_names(byline or out.byline))
    if not out.paragraphs:
        out = _everything(lines, byline)
    dateline = dateline_of(out.paragraphs[0].text) if out.paragraphs else None
    _add_credits(out, byline or out.byline, dateline)
    given = tuple(out.credits)
    paragraphs = tuple(out.paragraphs)
    kind = kind_of(headline=title or out.headline, paragraphs=paragraphs)
    kind = kind if kind in _APART else Kind.STORY
    named = [title or out.headline, *(part.text for part in paragraphs[:6])]
    return Draft(
        kind=kind,
        refers_to=referred(named) if kind in (Kind.KILL, Kind.WITHHOLD) else (),
        headline=title or out.headline,
        deck="\n".join(out.deck) or None,
        byline=byline or out.byline,
        dateline=dateline,
        agency=agency_of(given) or agency_called(outlet),
        language=guess_language(" ".join(paragraph.text for paragraph in out.paragraphs[:3])),
        credits=given,
        paragraphs=paragraphs,
        furniture=tuple(out.furniture),
    )


def _sort_head(  # noqa: PLR0913 - all that a payload says of the head
    lines: Sequence[Line],
    out: _Sorted,
    *,
    title: str | None,
    byline: str | None,
    names: frozenset[str],
    hints: Hints,
) -> int:
    """Sort the lines above the copy; return the number of the line where the copy begins."""
    head = lines[:_HEAD]
    texts = [line.text for line in lines[: _HEAD + 2]]
    filed = next(
        (number for number, line in enumerate(head) if line.kind is None and dateline_of(line.text)), None
    )
    gapped = usual_gap(lines) > 0
    known = same_words(title) if title else None
    seen: set[str] = set()
    for number, line in enumerate(head):
        text = line.text
        if number == filed:
            return number
        kind = line.kind or _head_furniture(lines, number, gapped=gapped, names=names)
        if kind is None and (text in seen or (len(text) >= LONG and text in texts[number + 1 : number + 3])):
            kind = FurnitureKind.REPEAT if is_title(text) else FurnitureKind.CAPTION
        if kind is None and known and _repeats(text, known):
            kind = FurnitureKind.REPEAT
        signed = kind is None and (is_byline(text) or _is_signed(lines, number, names))
        if signed and (byline or out.byline):
            kind = FurnitureKind.AUTHOR
        if kind:
            _peel(out, line, kind)
        elif signed:
            out.byline = text
        elif known is None and _is_headline(lines, number):
            out.headline = text
            known = same_words(text)
        elif (
            _is_above_clock(lines, number)
            or (known and _is_deck(out, lines, number, filed))
            or _is_summary(lines, number, hints)
        ):
            out.deck.append(text)
        else:
            return number
        seen.add(text)
    return len(head)


def _head_furniture(
    lines: Sequence[Line], number: int, *, gapped: bool, names: frozenset[str]
) -> FurnitureKind | None:
    """Find furniture that only its place above the copy gives away."""
    line = lines[number]
    if len(line.text) <= LONG and same_words(line.text.removeprefix("By ")) in names:
        return FurnitureKind.AUTHOR
    if is_clock(line.text) or is_navigation(line.text):
        return FurnitureKind.OTHER
    if _is_counter(lines, number):
        return FurnitureKind.SHARE
    if sum(other.is_long for other in lines[number + 1 :]) < _LEAST_COPY:
        return None
    if ends_in_source(line.text) or (gapped and _is_beside_picture(lines, number)):
        return FurnitureKind.CAPTION
    return None


def _is_beside_picture(lines: Sequence[Line], number: int) -> bool:
    """Tell whether a line stands without a gap under a photo credit, or as a title over a caption."""
    line = lines[number]
    if number == 0 or dateline_of(line.text):
        return False
    if line.blanks == 0 and is_photo_credit(lines[number - 1].text):
        return True
    below = lines[number + 1]
    return below.blanks == 0 and below.kind is FurnitureKind.CAPTION and line.is_title


def _is_counter(lines: Sequence[Line], number: int) -> bool:
    """Tell whether a bare number is a text size or a share count: it stands under a share button."""
    text = lines[number].text
    return number > 0 and len(text) <= 4 and text.isdigit() and lines[number - 1].kind is FurnitureKind.SHARE


def _is_signed(lines: Sequence[Line], number: int, names: frozenset[str]) -> bool:
    """Tell whether a line is a name with the outlet or a word such as "Opinion contributor" under it."""
    if number + 1 >= len(lines) or _NAME.fullmatch(lines[number].text) is None:
        return False
    below = lines[number + 1].text
    return below.startswith("Opinion ") or (len(below) <= LONG and same_words(below) in names)


def _is_headline(lines: Sequence[Line], number: int) -> bool:
    """Tell whether a line heads the page: the shape of a title, and copy below it."""
    text = lines[number].text
    return is_title(text) and any(line.is_long for line in lines[number + 1 : number + _HEAD])


def _is_above_clock(lines: Sequence[Line], number: int) -> bool:
    """Tell whether a line introduces the first entry of a live file."""
    return (
        number + 1 < len(lines)
        and len(lines[number].text) <= _DECK_LONGEST
        and is_clock(lines[number + 1].text)
    )


def _is_deck(out: _Sorted, lines: Sequence[Line], number: int, filed: int | None) -> bool:
    """Tell whether a line between headline and copy is a deck: before a dateline, or without full stop."""
    text = lines[number].text
    if len(text) > _DECK_LONGEST or len(out.deck) >= _DECK_LINES:
        return False
    if filed is not None:
        return number < filed
    if out.deck or ends_sentence(text) or text.count(" ") < _DECK_WORDS - 1 or text[-1] in ":;,":
        return False
    return sum(line.is_long for line in lines[number + 1 :]) >= 2 and len(text) <= 200


def _is_summary(lines: Sequence[Line], number: int, hints: Hints) -> bool:
    """Tell whether a line is the page's summary of itself, and not the lead.

    It is marked as one, or it is the description and the next line says it again.
    """
    text = lines[number].text
    if text in hints.decks:
        return any(line.is_long for line in lines[number + 1 :])
    if hints.description is None or same_words(text) != same_words(hints.description):
        return False
    below = next((line.text for line in lines[number + 1 :] if line.is_long), "").casefold()
    words = set(_LONG_WORD.findall(text.casefold()))
    return len(words) >= _DECK_WORDS and sum(word in below for word in words) * 2 >= len(words)


def _repeats(text: str, known: str) -> bool:
    """Tell whether ``text`` prints the known headline again, with or without the site's name."""
    if len(text) > len(known) + 4 or len(text) < 8:
        return False
    words = same_words(text)
    return words == known or (len(words) >= 25 and known.startswith(words))


def _sort_body(lines: Sequence[Line], out: _Sorted, *, title: str | None, names: tuple[str, ...]) -> None:
    """Sort the lines from the first paragraph of copy to the end."""
    known = same_words(title) if title else None
    tail, related = _tail(lines)
    printed: set[str] = set()
    for number, line in enumerate(lines):
        text = line.text
        kind = line.kind
        if kind is None and len(text) <= 4 and _is_counter(lines, number):
            kind = FurnitureKind.SHARE
        elif kind is None and number >= tail:
            following = lines[number + 1] if number + 1 < len(lines) else None
            if following is not None and following.kind is FurnitureKind.PROMOTION:
                kind = FurnitureKind.PROMOTION
            else:
                kind = FurnitureKind.RELATED if number >= related else FurnitureKind.OTHER
        elif kind is None and (text in printed or (known and _repeats(text, known))):
            kind = FurnitureKind.REPEAT
        elif kind is None and names and number + 3 >= len(lines) and _is_bio(text, names):
            kind = FurnitureKind.AUTHOR
        if kind:
            _peel(out, line, kind)
            continue
        if len(text) >= _REPEATED:
            printed.add(text)
        out.paragraphs.append(Paragraph(text=text, role=_role(lines, number)))


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
        elif not titled and (
            line.kind in (FurnitureKind.CREDIT, FurnitureKind.COPYRIGHT)
            or (line.kind is None and is_navigation(line.text))
        ):
            tail = number
    return tail, related


def _is_bio(text: str, names: tuple[str, ...]) -> bool:
    """Tell whether a last line says who its author is."""
    return any(
        text.startswith(name)
        and re.match(r",?\s(?:is|was|are|writes|teaches|covers|reports)\b", text[len(name) :])
        for name in names
    )


def _role(lines: Sequence[Line], number: int) -> Role:
    text = lines[number].text
    if text[0] in _BULLETS and text[1:2].isspace():
        return Role.LIST
    if "(@" in text and _TWEET.search(text[-140:]):
        return Role.QUOTE
    if not _is_short(text) or (text[0].islower() and not (number and _is_short(lines[number - 1].text))):
        return Role.COPY
    for line in lines[number + 1 : number + 1 + _SUBHEAD_RUN]:
        if line.kind is not None:
            continue
        if len(line.text) >= _NEXT and ends_sentence(line.text):
            return Role.SUBHEAD
        if not _is_short(line.text):
            break
    return Role.COPY


def _is_short(text: str) -> bool:
    """Tell whether a line has the shape of a subhead, or of one line of it."""
    return (
        len(text) <= _SUBHEAD_LONGEST
        and text[-1] not in ".!?,;:…"
        and text.count(" ") < _SUBHEAD_WORDS
        and not (text[0] in '"“' and text[-1] in '"”')
        and not ends_sentence(text)
    )


def _peel(out: _Sorted, line: Line, kind: FurnitureKind) -> None:
    out.peel(line.text, kind)
    if line.credit:
        out.credits.append(line.credit)


def _everything(lines: Sequence[Line], byline: str | None) -> _Sorted:
    """Take as copy all that has not furniture's shape: a text this short has no head."""
    out = _Sorted()
    for number, line in enumerate(lines):
        if kind := line.kind or (FurnitureKind.SHARE if _is_counter(lines, number) else None):
            _peel(out, line, kind)
        elif byline is None and out.byline is None and is_byline(line.text):
            out.byline = line.text
        else:
            out.paragraphs.append(Paragraph(text=line.text))
    return out


def _add_credits(out: _Sorted, byline: str | None, dateline: Dateline | None) -> None:
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
