"""The core in two sentences: a payload splits into parts, a fold places each story."""

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from operator import attrgetter
from typing import Final

from worker.errors import Reason, TooLarge, TooManyStories, WireError
from worker.formats import PARSERS, Format, Hollow, Item
from worker.formats.sniff import sniff
from worker.formats.times import rfc3339
from worker.matching.sketch import fingerprint
from worker.matching.tokens import tokens_of
from worker.story import Coordinates, Draft, Payload, Story, joined, story_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one payload may cost."""

    payload_bytes: int = 4 * 1024 * 1024
    copy_words: int = 50_000
    stories: int = 500
    nesting: int = 64
    line_bytes: int = 8_192  # of a name, a url or a headline, which many messages repeat


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """A payload, or one part of it, that could not become a story."""

    reason: Reason
    message: str
    part: int | None = None  # None: the payload as a whole


@dataclass(frozen=True, slots=True, kw_only=True)
class Empty:
    """A payload that is sound and holds no story, such as a package of references."""

    reason: str


Part = Story | Rejected | Empty

_LINES: Final = (
    *("outlet", "feed", "url", "headline", "agency", "language", "byline", "slug", "version_kind"),
    *("native_id", "native_version", "transmission_no", "payload_id"),
)
"""Fields of a story that stand in the messages and in the state about it."""

_lines_of: Final = attrgetter(*_LINES)
_WIDEST: Final = 4  # bytes of a character
_NOWHERE: Final = Coordinates(topic="", partition=0, offset=0)
_SOFT_HYPHEN: Final = "\xad"
_JOINT: Final = frozenset({"payload_id", "outlet", "url", "published", "native_ids"})
_TOLD: Final = tuple(each.name for each in fields(Draft) if each.name not in _JOINT)
"""What the draft alone tells of a story; to ``_JOINT`` the payload may add."""

_told_of: Final = attrgetter(*_TOLD)


def split(payload: Payload, limits: Limits = Limits()) -> tuple[Part, ...]:
    """Split a payload into its stories, the parts that were refused, or the one reason why it is empty.

    Never raises for any bytes. A part's place in the answer is its ``part`` number, refused parts
    included, so that a redrive numbers the same story the same. Limits on the payload and on the number
    of stories refuse the payload as a whole, those on copy and lines refuse the one story.
    """
    told: list[tuple[Format, Draft | WireError]] = []
    empty: str | None = None
    try:
        if len(payload.body) > limits.payload_bytes:
            raise TooLarge(f"{len(payload.body)} bytes, the limit is {limits.payload_bytes}")
        for format_, item in _items(payload, limits):
            if isinstance(item, Hollow):
                empty = empty or item.reason
                continue
            if len(told) == limits.stories:
                raise TooManyStories(f"more than {limits.stories} stories in one payload")
            told.append((format_, item))
    except WireError as error:
        return (Rejected(reason=error.reason, message=str(error)),)
    if not told:
        return (Empty(reason=empty or "no story in the payload"),)
    alone = len(told) == 1
    return tuple(
        _rejected(item, None if alone else part)
        if isinstance(item, WireError)
        else _finish(item, payload, format_, limits, None if alone else part)
        for part, (format_, item) in enumerate(told)
    )


def _items(payload: Payload, limits: Limits) -> Iterator[tuple[Format, Item]]:
    """Read the items of every source in a payload; the failure of one source is one item."""
    for source in sniff(
        payload.body,
        payload.content_type,
        nesting=limits.nesting,
        largest=limits.payload_bytes,
        outlet=payload.outlet,
    ):
        if isinstance(source, WireError):
            yield Format.ARTICLE, source
            continue
        try:
            for item in PARSERS[source.format](source):
                yield source.format, item
        except WireError as error:
            yield source.format, error


def _rejected(error: WireError, part: int | None) -> Rejected:
    return Rejected(reason=error.reason, message=str(error), part=part)


def _finish(draft: Draft, payload: Payload, format_: Format, limits: Limits, part: int | None) -> Part:
    """Make a draft a story: give it identity, coordinates and fingerprint; refuse one over a limit."""
    copy = joined(draft.paragraphs)
    if _SOFT_HYPHEN in copy or _SOFT_HYPHEN in (draft.headline or ""):
        draft = _plain(draft)
        copy = joined(draft.paragraphs)
    story = _story(draft, copy, payload, format_, part)
    words = story.fingerprint.words  # not those between spaces, which not every script has
    if words > limits.copy_words:
        return _rejected(TooLarge(f"{words} words of copy, the limit is {limits.copy_words}"), part)
    lines = _lines_of(story)
    if max(map(len, filter(None, lines)), default=0) * _WIDEST > limits.line_bytes:
        for name, line in zip(_LINES, lines, strict=True):
            size = len(line.encode("utf-8", "surrogatepass")) if line else 0
            if size > limits.line_bytes:
                return _rejected(TooLarge(f"{name} has {size} bytes, the limit is {limits.line_bytes}"), part)
    return story


def _story(draft: Draft, copy: str, payload: Payload, format_: Format, part: int | None) -> Story:
    coordinates = payload.coordinates or _NOWHERE
    if coordinates.part != (part or 0):
        coordinates = replace(coordinates, part=part or 0)
    outlet = payload.outlet or draft.outlet
    return Story(
        id=story_id(
            outlet=outlet,
            feed=payload.feed,
            payload_id=payload.id,
            coordinates=coordinates,
            native_id=draft.native_id,
            native_version=draft.native_version,
            copy=copy,
            headline=draft.headline,
        ),
        coordinates=coordinates,
        received=payload.received,
        source_format=format_.value,
        feed=payload.feed,
        payload_id=draft.payload_id or payload.id,
        outlet=outlet,
        url=draft.url or payload.url,
        published=draft.published or rfc3339(payload.published),
        native_ids=draft.native_ids or ((draft.native_id,) if draft.native_id else ()),
        **dict(zip(_TOLD, _told_of(draft), strict=True)),
        fingerprint=fingerprint(tokens_of(draft.paragraphs)),
    )


def _plain(draft: Draft) -> Draft:
    """Drop soft hyphens, which tell a page where a line may break; for matching they part words."""
    return replace(
        draft,
        headline=draft.headline and draft.headline.replace(_SOFT_HYPHEN, ""),
        paragraphs=tuple(
            replace(each, text=each.text.replace(_SOFT_HYPHEN, "")) for each in draft.paragraphs
        ),
    )
