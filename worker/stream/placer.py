"""The service ``place``: reads wire-stories in order, folds, writes each batch in one transaction."""

import asyncio
import time
from contextlib import suppress
from typing import Any, Final

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, ConsumerRecord, TopicPartition
from aiokafka.errors import IllegalOperation, KafkaError
from mode import Service

from topics.catalog import CANONICAL_VARIANTS, WIRE_STORIES, topic_name
from worker.errors import OtherVersion, Reason
from worker.settings import Settings
from worker.stream import metrics
from worker.stream.halt import halt
from worker.stream.kafka import METADATA_AGE_MS, client_args
from worker.stream.lag import Done
from worker.stream.ledger import Ledger
from worker.stream.memory import give_back
from worker.stream.outgoing import tick_record
from worker.stream.placed import tell_placed
from worker.stream.placing import Handled, Placing
from worker.stream.publish import Outgoing, Publisher
from worker.stream.recovery import Keeper, State
from worker.stream.rejects import Origin, origin_of
from worker.stream.ticking import tick_time
from worker.stream.topic_id import topic_id
from worker.stream.tracing import Handling, Publishing, Tracing, sending
from worker.stream.vitals import Part

log = structlog.get_logger("wiretrace.place")

POLL_MS: Final = 200
RECOVERY_MS: Final = 3_600_000  # the group must not take the partition away while we read the log back
MEASURE_EVERY: Final = 10.0  # seconds between looks at the size of the state, which cost some milliseconds
EXIT_CONFIG: Final = 2  # a person has to see to it; starting again does not help
COMMIT_EVERY: Final = 1.0  # seconds between commits of the group offset, which only operators' tools read
RETRY_AFTER: Final = 1.0  # seconds before the state is read again after a failure


class Lost(Exception):
    """The partition went to somebody else."""


class Placer(Service, ConsumerRebalanceListener):
    """One owner of the matching partition folds at a time; every failure ends in reading the log again."""

    def __init__(
        self,
        settings: Settings,
        publisher: Publisher,
        part: Part,
        tracing: Tracing,
        **kwargs: Any,  # noqa: ANN401 - mode's
    ) -> None:
        self._settings = settings
        self._publisher = publisher
        self._tracing = tracing
        self._part = part
        self._args = client_args(settings)
        self._partition = TopicPartition(topic_name(WIRE_STORIES.name, settings.prefix), 0)
        self._busy = asyncio.Lock()  # held while a batch is folded and written: a rebalance waits for it
        self._owner = False
        self._keeper = Keeper(settings, part)
        self._generation = 0  # counts assignments; state of an older one is stale
        self._poison: int | None = None  # offset at which the fold broke
        self._topic_id = ""
        self._position = -1  # offset of the last decision
        self._measured = -MEASURE_EVERY  # when the size of the state was last measured
        self._committed = 0.0  # when the group offset was last committed
        self._consumer = AIOKafkaConsumer(
            **self._args,
            group_id=settings.place_group,
            group_instance_id=settings.instance_id and f"{settings.instance_id}-place",
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            session_timeout_ms=round(settings.session_timeout * 1000),
            max_poll_interval_ms=RECOVERY_MS,
            metadata_max_age_ms=METADATA_AGE_MS,
            heartbeat_interval_ms=round(settings.session_timeout * 100),
            max_partition_fetch_bytes=8 * 1024 * 1024,
        )
        super().__init__(**kwargs)

    # -- group

    async def on_partitions_revoked(self, revoked: set[TopicPartition]) -> None:
        """Let the batch under way end, then stop placing."""
        async with self._busy:
            self._owner = False
        if revoked:
            log.info("place.revoked")

    async def on_partitions_assigned(self, assigned: set[TopicPartition]) -> None:
        """Note the new assignment; the loop recovers before it places."""
        self._generation += 1
        self._owner = self._partition in assigned
        self._part.recovered = not self._owner
        self._part.assigned = len(assigned)
        self._part.progress = time.monotonic()
        log.info("place.assigned", owner=self._owner)

    # -- life-cycle

    async def on_start(self) -> None:
        """Join the group."""
        await self._consumer.start()
        self._consumer.subscribe([self._partition.topic], listener=self)

    async def on_stop(self) -> None:
        """Leave the group when the batch under way is written."""
        async with self._busy:
            self._owner = False
            await self._commit()
        await self._consumer.stop()
        await self._keeper.abandon()

    @Service.task
    async def _run(self) -> None:
        while not self.should_stop:
            if not self._owner:
                await self._idle()
                continue
            ledger = Ledger(self._args, prefix=self._settings.prefix)
            try:
                await self._own(ledger)
            except OtherVersion as error:
                halt("place.other_version", code=EXIT_CONFIG, message=str(error))
            except (Lost, KafkaError, IllegalOperation, OSError) as error:  # the third: fenced in mid batch
                await self._interrupted(error)
            finally:
                metrics.PLACING.set(0)
                metrics.STATE_BYTES.clear()
                metrics.WINDOW_STORIES.set(0)
                await ledger.close()
                give_back()

    async def _interrupted(self, error: Exception) -> None:
        """Tell that placing stopped, unless it was asked to, and wait before the state is read again."""
        if self.should_stop:
            return
        metrics.TRANSACTIONS.labels("failed").inc()
        self._part.recovered = not self._owner
        log.warning("place.interrupted", error=type(error).__name__, message=str(error)[:200])
        await self.sleep(RETRY_AFTER)

    async def _idle(self) -> None:
        """Keep the membership alive while another worker owns the partition."""
        self._part.progress = time.monotonic()
        await self._consumer.getmany(timeout_ms=POLL_MS)

    async def _own(self, ledger: Ledger) -> None:
        """Recover, then place until the assignment changes. Raises Lost, KafkaError."""
        generation = self._generation
        await ledger.open()
        self._topic_id = await topic_id(self._partition.topic, self._args)
        self._part.recovered = False
        state = await self._keeper.recover(
            ledger, stories_id=self._topic_id, check=lambda: self._check(generation)
        )
        placing, position = state.placing, state.position
        self._position = position
        self._check(generation)
        if position < 0 and await self._published():  # all of it would be placed, and told, again
            halt("place.decisions_missing")
        end = (await self._consumer.end_offsets([self._partition]))[self._partition]
        if position >= end:  # what comes would be taken for placed: the log is not the one of our decisions
            halt("place.log_replaced", topic=self._partition.topic, position=position, end=end)
        self._consumer.seek(self._partition, max(position, 0))  # one back: to know the log again
        self._part.recovered = True
        metrics.PLACING.set(1)
        last, appended = time.monotonic(), None
        while not self.should_stop:
            batches = await self._consumer.getmany(timeout_ms=POLL_MS, max_records=self._settings.place_batch)
            async with self._busy:
                self._check(generation)
                batch = batches.get(self._partition, [])
                self._know_again(batch, state)
                appended = batch[-1].timestamp if batch else appended
                records = [r for r in batch if r.offset > position]
                if records:
                    position = self._position = await self._place(ledger, placing, records, position)
                    last = time.monotonic()
                    self._keeper.keep(placing, position=position, mark=ledger.last)
                self._report(placing)
                if time.monotonic() - self._committed > COMMIT_EVERY:
                    await self._commit()
            if time.monotonic() - last > self._settings.tick_interval:
                last = time.monotonic()
                await self._tick(placing.now, appended)

    def _know_again(self, records: list[ConsumerRecord], state: State) -> None:
        """Halt when the record of the last decision read back is another one than it was made for."""
        for record in records:
            if record.offset == state.position and state.story_id not in {None, (record.key or b"").decode()}:
                halt("place.log_replaced", topic=record.topic, position=state.position)

    async def _published(self) -> bool:
        """Tell whether placements were published and are kept."""
        topic = topic_name(CANONICAL_VARIANTS.name, self._settings.prefix)
        partitions = [TopicPartition(topic, number) for number in range(CANONICAL_VARIANTS.partitions)]
        starts = await self._consumer.beginning_offsets(partitions)
        return bool(await self._consumer.end_offsets(partitions) != starts)

    async def _tick(self, stream: int | None, appended: int | None) -> None:
        """Say on the story log that time passes."""
        now, window = int(time.time() * 1000), self._settings.window_ms
        at = tick_time(now, stream=stream, appended=appended, window=window)
        for receipt in await self._publisher.publish([tick_record(at, prefix=self._settings.prefix)]):
            await receipt

    def _check(self, generation: int) -> None:
        if not self._owner or generation != self._generation:
            raise Lost

    # -- state

    async def _place(
        self, ledger: Ledger, placing: Placing, records: list[ConsumerRecord], position: int
    ) -> int:
        """Fold and write one batch; return the new position. Raises Lost when the fold broke."""
        outgoing: list[Outgoing] = []
        handled: list[tuple[Handled, Handling, Publishing]] = []
        for record in records:
            if position >= 0 and record.offset > position + 1:
                log.warning("place.gap", expected=position + 1, offset=record.offset)
            origin = origin_of(record, self._topic_id)
            with (
                self._tracing.handling("place", origin) as trace,
                metrics.STAGE_SECONDS.labels("place").time(),
            ):
                result = self._fold(placing, origin)
                trace.tell(result.facts())
            records_out, publishing = trace.publish(result.records)
            outgoing += records_out
            handled.append((result, trace, publishing))
            position = record.offset
            await asyncio.sleep(0)  # what split publishes, probes and heartbeats share this loop
        under_way = [publishing for *_, publishing in handled]
        with sending(under_way), metrics.STAGE_SECONDS.labels("commit").time():
            await ledger.write(outgoing)
        metrics.TRANSACTIONS.labels("committed").inc()
        for (result, trace, _), record in zip(handled, records, strict=True):
            tell_placed(result, record, trace)
        return position

    def _fold(self, placing: Placing, origin: Origin) -> Handled:
        if origin.offset == self._poison:
            return placing.refuse(origin, Reason.INTERNAL, "the fold broke at this record")
        try:
            return placing.handle(origin)
        except OtherVersion:
            raise
        except Exception as error:
            # The state may be half changed: read it back, and refuse this record when it comes again.
            self._poison = origin.offset
            log.exception("place.broke", offset=origin.offset)
            raise Lost from error

    # -- outside view

    def done(self) -> Done | None:
        """Tell how far this worker has placed: nothing while another does, None during a rebuild."""
        if self._part.assigned is None or not self._part.recovered:
            return None
        return {self._partition: self._position + 1} if self._owner else {}

    def _report(self, placing: Placing) -> None:
        if time.monotonic() - self._measured > MEASURE_EVERY:
            self._measured = time.monotonic()
            for kind, size in placing.size().items():
                metrics.STATE_BYTES.labels(kind).set(size)
            metrics.WINDOW_STORIES.set(placing.canonicals())

    async def _commit(self) -> None:
        """Commit the group offset; the position itself stands in the placement log."""
        self._committed = time.monotonic()
        if self._position >= 0:
            with suppress(KafkaError):
                await self._consumer.commit({self._partition: self._position + 1})
