"""How is a story kept? Compressed whole, because variants are described against it."""

from base64 import b64encode
from binascii import a2b_base64
from collections.abc import Sequence
from dataclasses import fields
from operator import attrgetter
from typing import Any, Final

import cramjam
import orjson

from worker.story import (
    Coordinates,
    Credit,
    CreditKind,
    Dateline,
    Fingerprint,
    Furniture,
    FurnitureKind,
    Kind,
    Paragraph,
    PubStatus,
    Role,
    Story,
    Subject,
)

_SELDOM: Final = {
    each.name: each.default
    for each in fields(Story)
    if each.name
    not in {
        *("id", "coordinates", "received", "source_format", "payload_id", "outlet", "feed", "url"),
        *("published", "kind", "headline", "deck", "byline", "agency", "language", "native_id"),
        *("native_version", "dateline", "credits", "paragraphs"),  # these stand in the list,
        *("furniture", "warnings", "fingerprint"),  # and these are left out
    }
}
"""Fields that most stories do not have, with the value that then stands for them."""

_seldom_of: Final = attrgetter(*_SELDOM)
_ABSENT: Final = tuple(_SELDOM.values())
_COPY: Final = Role.COPY

_APART: Final = ("furniture", "warnings")
"""Fields that are kept of a story alone which has not been published yet."""


def pack(story: Story, *, copy: bool = True, whole: bool = False) -> bytes:
    """Compress a story, see ``written``."""
    return squeezed(written(story, copy=copy, whole=whole))


def written(story: Story, *, copy: bool = True, whole: bool = False) -> bytes:
    """Write a story as JSON without its fingerprint, and without ``copy`` when told so.

    Furniture and warnings are left out as well, if it is not to be ``whole``. A story that has no copy (any
    more) keeps its fingerprint.
    """
    paragraphs = story.paragraphs if copy else ()
    place = story.coordinates
    dateline, seldom = story.dateline, _seldom_of(story)
    record: list[object] = [
        story.id,
        [place.topic, place.partition, place.offset, place.part],
        [story.received, story.source_format, story.payload_id, story.outlet, story.feed, story.url],
        [story.published, story.kind, story.headline, story.deck, story.byline, story.agency],
        [story.language, story.native_id, story.native_version],
        dateline and [dateline.text, dateline.place, dateline.date, dateline.agency],
        [[credit.kind, credit.text, credit.agency] for credit in story.credits],
        [paragraph.text for paragraph in paragraphs],
        [[at, paragraph.role] for at, paragraph in enumerate(paragraphs) if paragraph.role is not _COPY],
        ({} if seldom == _ABSENT else _told(seldom))
        | ({name: getattr(story, name) for name in _APART} if whole else {})
        | ({"fingerprint": _sketch(story.fingerprint)} if _is_bare(story) else {}),
    ]
    return _dumps(record)


def _told(seldom: Sequence[object]) -> dict[str, object]:
    """Name the fields that a story has."""
    told = zip(_SELDOM.items(), seldom, strict=True)
    return {name: value for (name, absent), value in told if value != absent}


def unpack(packed: bytes, *, copy: bool = True) -> Story:
    """Read a packed story back, all of it or all but its ``copy``."""
    record = expand(packed)
    story_id, place, source, facts, native, dateline, credit_lines, texts, roles, seldom = record
    role_at = {at: Role(role) for at, role in roles}
    return Story(
        id=story_id,
        coordinates=Coordinates(topic=place[0], partition=place[1], offset=place[2], part=place[3]),
        received=source[0],
        source_format=source[1],
        payload_id=source[2],
        outlet=source[3],
        feed=source[4],
        url=source[5],
        published=facts[0],
        kind=Kind(facts[1]),
        headline=facts[2],
        deck=facts[3],
        byline=facts[4],
        agency=facts[5],
        language=native[0],
        native_id=native[1],
        native_version=native[2],
        dateline=dateline
        and Dateline(text=dateline[0], place=dateline[1], date=dateline[2], agency=dateline[3]),
        credits=tuple(
            Credit(kind=CreditKind(kind), text=text, agency=agency) for kind, text, agency in credit_lines
        ),
        paragraphs=tuple(
            Paragraph(text=text, role=role_at.get(at, Role.COPY))
            for at, text in enumerate(texts if copy else ())
        ),
        **{name: _seldom(name, value) for name, value in seldom.items()},
    )


def _seldom(name: str, value: Any) -> Any:  # noqa: ANN401 - any field
    """Give a field that JSON has changed its type back."""
    if name == "subjects":
        return tuple(Subject(**each) for each in value)
    if name == "furniture":
        return tuple(
            Furniture(text=each["text"], kind=FurnitureKind(each["kind"]), before=each["before"])
            for each in value
        )
    if name == "pub_status":
        return PubStatus(value)
    if name == "fingerprint":
        return Fingerprint(version=value[0], words=value[1], hashes=a2b_base64(value[2]))
    return tuple(value) if isinstance(value, list) else value


def _is_bare(story: Story) -> bool:
    return not story.paragraphs and bool(story.fingerprint.hashes)


def _sketch(found: Fingerprint) -> list[object]:
    return [found.version, found.words, b64encode(found.hashes).decode("ascii")]


def compress(record: list[Any]) -> bytes:
    """Pack a list of JSON values."""
    return squeezed(_dumps(record))


def squeezed(raw: bytes) -> bytes:
    """Compress JSON."""
    return bytes(cramjam.lz4.compress_block(raw))


def expand(packed: bytes) -> list[Any]:
    """Unpack what ``compress`` packed."""
    record: list[Any] = orjson.loads(bytes(cramjam.lz4.decompress_block(packed)))
    return record


def _dumps(record: list[object]) -> bytes:
    """Write JSON; lone surrogates, which UTF-8 cannot hold, become question marks."""
    try:
        return orjson.dumps(record)
    except orjson.JSONEncodeError:
        return orjson.dumps(_clean(record))


def _clean(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, list | tuple):
        return [_clean(item) for item in value]
    if isinstance(value, dict):
        return {name: _clean(item) for name, item in value.items()}
    if isinstance(value, Furniture):
        return {"text": _clean(value.text), "kind": value.kind, "before": value.before}
    if isinstance(value, Subject):
        return {"code": _clean(value.code), "scheme": _clean(value.scheme)}
    return value
