"""State comes back byte for byte: from the log, from a snapshot and the rest of it, from an older log."""

from dataclasses import replace
from functools import cache

import orjson
import pytest
from aiokafka import AIOKafkaProducer, TopicPartition
from structlog.testing import CapturingLogger

from tests.faults.audit import read
from tests.faults.feed import feed
from tests.faults.workers import WorkerProcess
from tests.stream.records import recorded
from topics.catalog import topic_name
from worker.errors import OtherVersion
from worker.pipeline import split
from worker.settings import Settings
from worker.story import Coordinates
from worker.stream import recovery
from worker.stream.incoming import read_payload
from worker.stream.kafka import client_args
from worker.stream.ledger import Ledger
from worker.stream.outgoing import STATE, story_record
from worker.stream.placing import Placing
from worker.stream.recovery import Keeper
from worker.stream.retention import Retention
from worker.stream.topic_id import topic_id
from worker.stream.vitals import Part

pytestmark = pytest.mark.broker

STARTED = 1_760_000_000_000
HOUR = 3_600_000
WINDOW = 40 * HOUR  # stories come an hour apart: some expire


@cache
def records():
    """Records of wire-stories."""
    return list(_records())


def _records():
    for offset, payload in enumerate(feed(120, variants=4)):
        at = STARTED + HOUR * offset
        coordinates = Coordinates(topic="0" * 32, partition=0, offset=offset)
        (story,) = split(
            read_payload(value=payload.body, headers=payload.headers, coordinates=coordinates, appended=at)
        )
        yield recorded(story_record(story, prefix=""), topic_id="", offset=offset, at=at)


class Desk:
    """A placement log on the broker, written as place does, and ways to get the state back."""

    def __init__(self, kafka, prefix, folder):
        self.settings = Settings(
            bootstrap=kafka.bootstrap, prefix=prefix, window_ms=WINDOW, state_dir=folder, state_interval=-1.0
        )
        self.stories_id = ""

    def placing(self):
        return Placing(window=WINDOW, prefix=self.settings.prefix, limit=1 << 20)

    async def fill(self, *, until, snapshot_at=None, change=lambda record: record):
        """Place the first records; write a snapshot behind one of them. Give the placing that did it."""
        self.stories_id = await topic_id(
            topic_name("wire-stories", self.settings.prefix), client_args(self.settings)
        )
        ledger, keeper = Ledger(client_args(self.settings), prefix=self.settings.prefix), self.keeper()
        await ledger.open()
        state = await keeper.recover(ledger, stories_id=self.stories_id, check=lambda: None)
        for origin in records()[:until]:
            written = [change(record) for record in state.placing.handle(origin).records]
            await ledger.write(written)
            if origin.offset == snapshot_at:
                keeper.keep(state.placing, position=origin.offset, mark=ledger.last)
                await keeper.close()
        await ledger.close()
        return state.placing

    def keeper(self):
        return Keeper(self.settings, Part())

    async def recover(self):
        ledger = Ledger(client_args(self.settings), prefix=self.settings.prefix)
        await ledger.open()
        try:
            return await self.keeper().recover(ledger, stories_id=self.stories_id, check=lambda: None)
        finally:
            await ledger.close()

    def snapshot(self):
        return self.settings.state_dir / f"{self.settings.prefix}-place-0.state"


@pytest.fixture
async def desk(kafka, prefix, apply_topics, tmp_path):
    await apply_topics(prefix)
    return Desk(kafka, prefix, tmp_path / "state")


def rest(placing, since):
    return [placing.handle(origin).records for origin in records()[since:]]


async def test_from_the_log_from_a_snapshot_and_undisturbed_it_goes_on_alike(desk):
    undisturbed = await desk.fill(until=80, snapshot_at=60)
    warm = await desk.recover()
    assert (warm.position, warm.read) == (79, 19)
    desk.snapshot().unlink()
    cold = await desk.recover()
    assert (cold.position, cold.read) == (79, 80)
    expected = rest(undisturbed, 80)
    assert rest(warm.placing, 80) == expected
    assert rest(cold.placing, 80) == expected


def damaged(path):
    whole = bytearray(path.read_bytes())
    whole[len(whole) // 2] ^= 1
    path.write_bytes(whole)


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        (damaged, "damaged"),
        (lambda path: path.write_bytes(path.read_bytes()[:-1]), "cut off"),
        (lambda path: path.write_bytes(b""), "no snapshot"),
        (
            lambda path: path.write_bytes(b"\x80\x05something else altogether, and long enough to be read"),
            "no",
        ),
    ],
)
async def test_a_damaged_snapshot_is_deleted_and_the_log_is_read(desk, monkeypatch, fault, why):
    told = CapturingLogger()
    monkeypatch.setattr(recovery, "log", told)
    undisturbed = await desk.fill(until=30, snapshot_at=20)
    fault(desk.snapshot())
    state = await desk.recover()
    assert state.read == 30
    assert not desk.snapshot().exists()
    (ignored,) = [call for call in told.calls if call.args == ("snapshot.ignored",)]
    assert why in str(ignored.kwargs)
    assert rest(state.placing, 110) == rest(undisturbed, 110)


async def test_a_snapshot_of_another_window_is_not_used(desk):
    await desk.fill(until=30, snapshot_at=20)
    desk.settings = replace(desk.settings, window_ms=2 * WINDOW)
    assert (await desk.recover()).read == 30


async def test_a_snapshot_of_topics_that_were_made_anew_is_not_used(desk):
    await desk.fill(until=30, snapshot_at=20)
    desk.stories_id = "another"
    assert (await desk.recover()).read == 30


async def test_a_snapshot_of_which_the_log_knows_nothing_is_not_used(desk):
    await desk.fill(until=30, snapshot_at=20)
    newer = desk.snapshot().read_bytes()
    retention = Retention(
        client_args(desk.settings),
        TopicPartition(topic_name("wire-placements", desk.settings.prefix), 0),
        window=WINDOW,
    )
    placements = await read(desk.settings.bootstrap, topic_name("wire-placements", desk.settings.prefix))
    await retention.cut(placements[25].offset)
    state = await desk.recover()
    assert (state.read, state.position) == (5, 29)
    assert newer
    assert not desk.snapshot().exists()


async def test_a_log_of_the_version_before_is_read_beside_its_stories(desk, kafka, prefix):
    async with AIOKafkaProducer(bootstrap_servers=kafka.bootstrap) as producer:
        for origin in records()[:40]:
            await producer.send_and_wait(topic_name("wire-stories", prefix), origin.value)

    def older(record):
        if record.topic != topic_name("wire-placements", prefix):
            return record
        message = orjson.loads(record.value)
        message["facts"].pop("standing", None)
        message["facts"]["version"] = 1
        headers = tuple(each for each in record.headers if each[0] != STATE)
        return replace(record, value=orjson.dumps(message), headers=headers)

    undisturbed = await desk.fill(until=40, change=older)
    state = await desk.recover()
    assert state.read == 40
    assert rest(state.placing, 40) == rest(undisturbed, 40)


async def test_expired_canonical_stories_leave_their_topic(desk, kafka, prefix):
    placing = await desk.fill(until=100)
    records = await read(kafka.bootstrap, topic_name("canonical-stories", prefix))
    present = {record.key for record in records if record.value is not None}
    for record in records:
        if record.value is None:
            present.discard(record.key)
    living = {
        canon.id.encode()
        for canon in map(
            placing._fold._state.catalogue.canon_at, set(placing._fold._state.catalogue.known.values())
        )
    }
    assert present == living
    assert any(record.value is None for record in records)


def decided(facts, **fields):
    message = {
        "schema": "placement.v1",
        "source": {"partition": 0, "offset": 0},
        "at": None,
        "story_id": "s1",
        "redelivery": False,
        "facts": facts,
        "worker": "9.0.0",
    }
    return orjson.dumps({**message, **fields})


async def test_a_placement_of_another_version_is_refused(desk):
    async with AIOKafkaProducer(bootstrap_servers=desk.settings.bootstrap) as producer:
        await producer.send_and_wait(
            topic_name("wire-placements", desk.settings.prefix), decided({}, schema="placement.v2")
        )
    with pytest.raises(OtherVersion, match=r"is of version placement.v2, and .* reads placement.v1"):
        await desk.recover()


@pytest.mark.parametrize(
    ("topic", "value", "sentence"),
    [
        (
            "wire-placements",
            decided({"version": 4, "status": "placed"}),
            "a decision is of version 4, and this worker reads 1 and 2 and 3",
        ),
        (
            "wire-stories",
            b'{"schema": "story.v2", "id": "s1"}',
            "is of version story.v2, and this worker reads story.v1 and tick.v1",
        ),
    ],
    ids=["newer decision", "newer story"],
)
async def test_what_a_newer_worker_wrote_is_refused_with_a_sentence(desk, tmp_path, topic, value, sentence):
    kafka, prefix = desk.settings, desk.settings.prefix
    async with AIOKafkaProducer(bootstrap_servers=kafka.bootstrap) as producer:
        await producer.send_and_wait(topic_name(topic, prefix), value)
    log = tmp_path / "worker.log"
    worker = WorkerProcess(bootstrap=kafka.bootstrap, prefix=prefix, log=log)
    worker.start()
    try:
        assert worker.process.wait(timeout=60) == 2
    finally:
        worker.kill()
    assert sentence in log.read_text()
    assert not await read(kafka.bootstrap, topic_name("canonical-variants", prefix))
