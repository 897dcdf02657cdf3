"""How is a story kept in memory? Compressed whole, because variants are described against it."""

from typing import Any

import cramjam
import orjson

from worker.story import (
    Coordinates,
    Credit,
    CreditKind,
    Dateline,
    Kind,
    Paragraph,
    Role,
    Story,
)


def pack(story: Story) -> bytes:
    """Compress a story without its furniture, warnings and fingerprint."""
    place = story.coordinates
    dateline = story.dateline
    record: list[object] = [
        story.id,
        [place.topic, place.partition, place.offset, place.part],
        [story.received, story.source_format, story.payload_id, story.outlet, story.feed, story.url],
        [story.published, story.kind, story.headline, story.deck, story.byline, story.agency],
        [story.language, story.native_id, story.native_version],
        dateline and [dateline.text, dateline.place, dateline.date, dateline.agency],
        [[credit.kind, credit.text, credit.agency] for credit in story.credits],
        [paragraph.text for paragraph in story.paragraphs],
        [
            [at, paragraph.role]
            for at, paragraph in enumerate(story.paragraphs)
            if paragraph.role != Role.COPY
        ],
    ]
    return bytes(cramjam.lz4.compress_block(_dumps(record)))


def unpack(packed: bytes) -> Story:
    """Read a packed story back."""
    record: list[Any] = orjson.loads(bytes(cramjam.lz4.decompress_block(packed)))
    story_id, place, source, facts, native, dateline, credit_lines, texts, roles = record
    role_at = dict(map(tuple, roles))
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
            Paragraph(text=text, role=Role(role_at.get(at, Role.COPY))) for at, text in enumerate(texts)
        ),
    )


def _dumps(record: list[object]) -> bytes:
    """Write JSON; lone surrogates, which UTF-8 cannot hold, become question marks."""
    try:
        return orjson.dumps(record)
    except orjson.JSONEncodeError:
        return orjson.dumps(_clean(record))


def _clean(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, list):
        return [_clean(item) for item in value]
    return value
