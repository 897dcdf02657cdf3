"""Read the dead letters of wire-rejects, and put their payloads back on wire-payloads."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import Any, Final, Self

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition

from topics.catalog import WIRE_PAYLOADS, WIRE_REJECTS
from topics.codec import DecodeError
from topics.headers import RejectHeaders, read_headers, write_headers
from worker.settings import Settings
from worker.stream.catalogue import full_name, require
from worker.stream.kafka import client_args

POLL_MS: Final = 500
ATTEMPT: Final = "x-attempt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One dead letter: why, and the record as it was. ``written`` is milliseconds since 1970 UTC."""

    why: RejectHeaders
    headers: tuple[tuple[str, bytes | None], ...]  # of the original record alone
    key: bytes | None
    value: bytes | None
    written: int

    @classmethod
    def of(cls, record: ConsumerRecord) -> Self:
        """Read a record of wire-rejects. Raises DecodeError."""
        why = read_headers(RejectHeaders, record.headers)
        ours = {name for name, _ in write_headers(why)}
        return cls(
            why=why,
            headers=tuple((name, value) for name, value in record.headers if name not in ours),
            key=record.key,
            value=record.value,
            written=record.timestamp,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which letters: of these reasons (none: any), written since then, with an id that begins so."""

    reasons: Collection[str] = ()
    since: int | None = None
    id: str = ""

    def __contains__(self, letter: Letter) -> bool:
        return (
            (not self.reasons or letter.why.error_class in self.reasons)
            and (self.since is None or letter.written >= self.since)
            and letter.why.reject_id.startswith(self.id)
        )


@dataclass(slots=True, kw_only=True)
class Mailbag:
    """The letters found, oldest first, each once; ``unreadable`` counts records that are none."""

    letters: list[Letter] = field(default_factory=list)
    unreadable: int = 0


async def collect(settings: Settings, wanted: Wanted) -> Mailbag:
    """Read wire-rejects to its present end. Raises MissingTopic, KafkaError.

    A letter that was written twice, which a crash may do, counts once.
    """
    name = full_name(WIRE_REJECTS, settings)
    present = await require([WIRE_REJECTS], settings)
    bag = Mailbag()
    found: dict[str, Letter] = {}
    partitions = [TopicPartition(name, number) for number in range(present[name].partitions)]
    async for record in _records(settings, partitions, wanted.since):
        try:
            letter = Letter.of(record)
        except DecodeError:
            bag.unreadable += 1
            continue
        if letter in wanted:
            found.setdefault(letter.why.reject_id, letter)
    bag.letters = sorted(found.values(), key=lambda letter: (letter.written, letter.why.reject_id))
    return bag


async def _records(
    settings: Settings, partitions: list[TopicPartition], since: int | None
) -> AsyncIterator[ConsumerRecord]:
    """Yield the committed records of ``partitions`` from a time to their present end."""
    async with AIOKafkaConsumer(
        **client_args(settings),
        enable_auto_commit=False,
        isolation_level="read_committed",
        max_partition_fetch_bytes=WIRE_REJECTS.max_message_bytes,
    ) as consumer:
        consumer.assign(partitions)
        await consumer.seek_to_beginning(*partitions)
        ends = await consumer.end_offsets(partitions)
        if since is not None:
            times = await consumer.offsets_for_times(dict.fromkeys(partitions, since))
            for partition, found in times.items():
                consumer.seek(partition, ends[partition] if found is None else found.offset)
        waiting = set(partitions)
        while waiting := {each for each in waiting if await consumer.position(each) < ends[each]}:
            for records in (await consumer.getmany(*waiting, timeout_ms=POLL_MS)).values():
                for record in records:
                    yield record


@dataclass(frozen=True, slots=True, kw_only=True)
class Redrive:
    """What a redrive does: the letters whose payloads go out, and for the others why not, counted."""

    going: tuple[Letter, ...]
    staying: dict[str, int]


def plan(letters: Iterable[Letter], *, topic: str, attempts: int) -> Redrive:
    """Choose what can go to ``topic``: whole payloads, each once, refused fewer than ``attempts`` times."""
    going: dict[tuple[int, int, int | None], Letter] = {}
    staying: dict[str, int] = {}
    for letter in letters:
        why = letter.why
        payload = (why.partition, why.offset, why.timestamp)
        if why.topic != topic:
            reason = f"not from {topic}: redrive the payload that it came from"
        elif why.size is not None:
            reason = "only an excerpt was kept"
        elif why.attempt >= attempts:
            times = "once" if attempts == 1 else f"{attempts} times"
            reason = f"refused {times} or more"
        elif payload in going:
            reason = "another part of a payload that goes"
        else:
            going[payload] = letter
            continue
        staying[reason] = staying.get(reason, 0) + 1
    return Redrive(going=tuple(going.values()), staying=staying)


async def send(
    letters: Iterable[Letter], settings: Settings, *, rate: float, tell: Callable[[int], None]
) -> int:
    """Put payloads back on wire-payloads, ``rate`` a second, each acknowledged before the next; count them.

    Key, value and headers are those of the original; ``x-attempt`` alone stays, so that a payload that is
    refused again is known. Raises MissingTopic, KafkaError.
    """
    topic = full_name(WIRE_PAYLOADS, settings)
    present = await require([WIRE_PAYLOADS], settings)
    producer: Any = AIOKafkaProducer(
        **client_args(settings),
        acks="all",
        enable_idempotence=True,
        max_request_size=int(present[topic].config["max.message.bytes"]),
    )
    sent = 0
    async with producer:
        for letter in letters:
            started = asyncio.get_running_loop().time()
            attempt = (ATTEMPT, str(letter.why.attempt).encode())
            await producer.send_and_wait(
                topic, key=letter.key, value=letter.value, headers=[*letter.headers, attempt]
            )
            sent += 1
            tell(sent)
            await asyncio.sleep(max(0.0, started + 1 / rate - asyncio.get_running_loop().time()))
    return sent
