"""Messages of the contract to records, with their CloudEvents headers."""

from dataclasses import replace
from typing import Final

from topics import messages as wire
from topics.catalog import CANONICAL_STORIES, CANONICAL_VARIANTS, WIRE_PLACEMENTS, WIRE_STORIES, topic_name
from topics.codec import encode
from topics.headers import PREFIX, EventHeaders, write_headers
from topics.times import time_text
from worker import VERSION
from worker.lineage.placement import Status, Step
from worker.story import Story
from worker.stream import mapping
from worker.stream.publish import Outgoing

EVENT: Final = "dev.wiretrace."
STATE: Final = "state"  # header of wire-placements: the imprints of a decision, bytes of place's own


def story_record(story: Story, *, prefix: str, arrived: int | None = None) -> Outgoing:
    """Return the record of a story for wire-stories.

    ``arrived`` is when the broker got its payload, milliseconds since 1970 UTC.
    """
    message = mapping.story_to_wire(story)
    return _record(
        message,
        WIRE_STORIES.name,
        prefix,
        event="story.split",
        id_=story.id,
        time=message.received,
        arrived=None if arrived is None else time_text(arrived),
    )


def tick_record(at: int, *, prefix: str) -> Outgoing:
    """Return the record that says that stream time is ``at``, milliseconds since 1970 UTC."""
    message = mapping.tick_to_wire(at)
    return _record(message, WIRE_STORIES.name, prefix, event="tick", id_=message.at, time=message.at)


def step_records(step: Step, *, offset: int, prefix: str) -> list[Outgoing]:
    """Return all that one step of the fold publishes, in order.

    Lapses, merges, variants, reaches, snapshots, tombstones of the snapshots that expired, decision.

    ``offset`` is that of the record of wire-stories which the step decided. A story that is held is in the
    decision alone.
    """
    decision = mapping.decision_to_wire(step.decision, offset=offset, worker=VERSION)
    at = decision.at
    records = []
    for lapse in step.lapses:
        lapsed = mapping.lapse_to_wire(lapse)
        identity = f"{lapsed.canonical_id}/{lapsed.sequence}"
        records.append(
            _record(lapsed, CANONICAL_VARIANTS.name, prefix, event="canonical.lapsed", id_=identity, time=at)
        )
    for merge in step.merges:
        merged = mapping.merge_to_wire(merge)
        identity = f"{merged.canonical_id}/{merged.into}"
        records.append(
            _record(merged, CANONICAL_VARIANTS.name, prefix, event="canonical.merged", id_=identity, time=at)
        )
    for placement in step.placements:
        if placement.status is Status.HELD:
            continue
        message = mapping.placement_to_wire(placement)
        identity = f"{message.story_id}/{message.sequence or 0}"
        records.append(
            _record(message, CANONICAL_VARIANTS.name, prefix, event="variant.placed", id_=identity, time=at)
        )
    for reach in step.reaches:
        told = mapping.reach_to_wire(reach)
        identity = f"{told.canonical_id}/{told.sequence}"
        records.append(
            _record(told, CANONICAL_VARIANTS.name, prefix, event="canonical.reached", id_=identity, time=at)
        )
    for canonical in step.canonicals:
        snapshot = mapping.canonical_to_wire(canonical)
        identity = f"{snapshot.canonical_id}/{snapshot.sequence}"
        records.append(
            _record(
                snapshot, CANONICAL_STORIES.name, prefix, event="canonical.changed", id_=identity, time=at
            )
        )
    stories = topic_name(CANONICAL_STORIES.name, prefix)
    records += [Outgoing(topic=stories, key=each.encode(), value=None) for each in step.expired]
    decided = _record(
        decision,
        WIRE_PLACEMENTS.name,
        prefix,
        event="story.decided",
        id_=str(offset),
        time=at,
        key=step.decision.story_id,
    )
    if imprints := step.decision.imprints:
        decided = replace(decided, headers=(*decided.headers, (STATE, imprints)))
    return [*records, decided]


def _record(  # noqa: PLR0913 - the attributes of a CloudEvent
    message: wire.Message,
    topic: str,
    prefix: str,
    *,
    event: str,
    id_: str,
    time: str | None,
    key: str | None = None,
    arrived: str | None = None,
) -> Outgoing:
    if isinstance(message, wire.PlacementV1 | wire.TickV1 | wire.ArticleV1):
        raw_key = None if key is None else key.encode()
    else:
        raw_key = mapping.record_key(message)
    headers = EventHeaders(
        id=id_,
        type=f"{EVENT}{event}.v1",
        time=time,
        dataschema=f"{PREFIX}{message.schema}",
        partitionkey=None if raw_key is None else raw_key.decode(),
        payloadtime=arrived,
    )
    return Outgoing(
        topic=topic_name(topic, prefix),
        key=raw_key,
        value=encode(message),
        headers=tuple(write_headers(headers)),
    )
