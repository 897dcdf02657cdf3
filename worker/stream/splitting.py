"""One payload record → the records that it becomes: its stories, then its rejects. No Kafka, no loop."""

import resource
import time
import traceback
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from topics.catalog import WIRE_STORIES
from topics.codec import EncodeError
from worker.errors import BadHeaders, Reason
from worker.pipeline import Empty, Limits, Part, Rejected, split
from worker.story import Coordinates, Story
from worker.stream.deadline import OutOfTime, deadline
from worker.stream.incoming import read_payload
from worker.stream.outgoing import story_record
from worker.stream.publish import Outgoing
from worker.stream.rejects import Origin, reject


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Under what terms a payload is split: ``seconds`` and ``memory`` bytes at most."""

    prefix: str
    limits: Limits
    seconds: float
    memory: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What became of a payload: its records, a format a story, a reason a reject, seconds of work.

    ``defect`` is the traceback of a fault of ours.
    """

    records: tuple[Outgoing, ...]
    formats: tuple[str, ...]
    reasons: tuple[str, ...]
    seconds: float
    defect: str | None = None

    @property
    def stories(self) -> int:
        """Count the stories among the records."""
        return len(self.formats)

    @property
    def outcome(self) -> str:
        """Say in a word what became of the payload."""
        return "split" if self.stories else "rejected" if self.reasons else "empty"


def bound_memory(size: int) -> None:
    """Let this process take at most ``size`` bytes for data; more is a MemoryError, where the system can."""
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_DATA, (size, size))


def answer(origin: Origin, terms: Terms) -> Answer:
    """Split one payload record; never raises, a defect of ours is a reject too."""
    started = time.perf_counter()
    defect: str | None = None
    parts: Sequence[Part]
    try:
        with deadline(terms.seconds):
            parts = _split_payload(origin, terms.limits)
    except OutOfTime:
        message = f"not split within {terms.seconds:g} s"
        parts = (Rejected(reason=Reason.TOO_SLOW, message=message),)
    except MemoryError:
        message = f"not split with {terms.memory >> 20} MiB of memory"
        parts = (Rejected(reason=Reason.OUT_OF_MEMORY, message=message),)
    except BadHeaders as error:
        parts = (Rejected(reason=error.reason, message=str(error)),)
    except Exception as error:  # noqa: BLE001 - told with the answer
        defect = traceback.format_exc()
        parts = (Rejected(reason=Reason.INTERNAL, message=f"{type(error).__name__}: {error}"),)
    made = [_record_of(part, origin, terms) for part in parts]
    made.sort(key=lambda each: not isinstance(each[0], Story))  # stories in their order, then rejects
    return Answer(
        records=tuple(record for _, record in made),
        formats=tuple(part.source_format for part, _ in made if isinstance(part, Story)),
        reasons=tuple(part.reason.value for part, _ in made if isinstance(part, Rejected)),
        seconds=time.perf_counter() - started,
        defect=defect,
    )


def refusal(origin: Origin, terms: Terms, reason: Reason, message: str) -> Answer:
    """Refuse a payload that nobody could split."""
    _, letter = _record_of(Rejected(reason=reason, message=message), origin, terms)
    return Answer(records=(letter,), formats=(), reasons=(reason.value,), seconds=0.0)


def _split_payload(origin: Origin, limits: Limits) -> tuple[Part, ...]:
    payload = read_payload(
        value=origin.value,
        headers=origin.headers,
        coordinates=Coordinates(topic=origin.topic_id, partition=origin.partition, offset=origin.offset),
        appended=origin.timestamp or 0,
    )
    return split(payload, limits)


def _record_of(part: Part, origin: Origin, terms: Terms) -> tuple[Part, Outgoing]:
    """Return what a part becomes on the topics, and the part: a story that cannot be sent is a reject."""
    if isinstance(part, Story):
        sent = _sendable(part, terms.prefix, origin.timestamp)
        if isinstance(sent, Outgoing):
            return part, sent
        part = sent
    letter = Rejected(reason=Reason.NO_COPY, message=part.reason) if isinstance(part, Empty) else part
    return part, reject(
        origin,
        prefix=terms.prefix,
        stage="split",
        reason=letter.reason,
        message=letter.message,
        limit=terms.limits.payload_bytes,
        part=letter.part,
    )


def _sendable(story: Story, prefix: str, arrived: int | None) -> Outgoing | Rejected:
    """Return the record of a story, or say why there can be none."""
    part = story.coordinates.part
    try:
        record = story_record(story, prefix=prefix, arrived=arrived)
    except EncodeError as error:
        return Rejected(reason=Reason.MALFORMED, message=str(error), part=part)
    if record.size() > WIRE_STORIES.max_message_bytes:
        return Rejected(
            reason=Reason.TOO_LARGE, message="the story as JSON is over the topic's limit", part=part
        )
    return record
