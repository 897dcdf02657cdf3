"""Records whose header names are not UTF-8, as a producer in C writes them: read like any other."""

import struct

import orjson
import pytest
from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.client import AIOKafkaClient
from aiokafka.codec import gzip_encode, lz4_encode, snappy_encode, zstd_encode
from aiokafka.consumer import fetcher
from aiokafka.protocol.produce import ProduceRequest
from aiokafka.record.default_records import DefaultRecordBatchBuilder
from aiokafka.record.memory_records import MemoryRecords
from aiokafka.record.util import calc_crc32c

from tests.stream.test_worker import COPY, EVENT, arrive, running
from topics.catalog import topic_name
from worker.stream.header_names import read_any_header_names, readable

CODECS = [bytes, gzip_encode, snappy_encode, lz4_encode, zstd_encode]
LATIN = "Größe".encode("latin-1")
ASKED = "Gr__e"  # what the builder takes, and what the name is read as


def batch(headers, *, codec=0, values=(b"one", b"two", b"three")):
    """Build a batch of records with ``headers``, in which ``ASKED`` is made ``LATIN``."""
    builder = DefaultRecordBatchBuilder(2, 0, 0, -1, -1, -1, 1 << 20)
    for number, value in enumerate(values):
        builder.append(number, 1_000 + number, b"desk", value, headers if number == 1 else [("ok", b"1")])
    plain = bytes(builder.build()).replace(ASKED.encode(), LATIN)
    made = bytearray(plain[:61] + CODECS[codec](plain[61:]))
    made[22] |= codec
    made[8:12] = (len(made) - 12).to_bytes(4, "big")
    made[17:21] = struct.pack(">I", calc_crc32c(bytes(made[21:])))
    return bytes(made)


@pytest.fixture
def patched(monkeypatch):
    monkeypatch.setattr(fetcher, "MemoryRecords", MemoryRecords)
    read_any_header_names()
    return fetcher.MemoryRecords


def records_of(batches):
    """Read all records as the fetcher does."""
    found = []
    while batches.has_next():
        each = batches.next_batch()
        assert each.validate_crc()
        found += [(r.offset, r.timestamp, r.key, r.value, tuple(r.headers)) for r in each]
    return found


@pytest.mark.parametrize("codec", range(len(CODECS)))
def test_each_record_comes_once_with_its_name_made_readable(patched, codec):
    headers = [("ok", b"1"), (ASKED, b"\xff"), ("größe", None), ("last", b"")]
    data = batch(headers, codec=codec)
    with pytest.raises(UnicodeDecodeError):
        records_of(MemoryRecords(data))
    plain = [("ok", b"1")]
    expected = [
        (number, 1_000 + number, b"desk", value, tuple(told))
        for number, value, told in [
            (0, b"one", plain),
            (1, b"two", [("ok", b"1"), ("Gr??e", b"\xff"), ("größe", None), ("last", b"")]),
            (2, b"three", plain),
        ]
    ]
    assert records_of(patched(data)) == expected
    assert records_of(patched(data + data)) == expected * 2


@pytest.mark.parametrize("codec", range(len(CODECS)))
def test_a_batch_that_can_be_read_stays_as_it_is(patched, codec):
    data = batch([("ok", b"1"), ("größe", b"2")], codec=codec, values=(b"", b"x" * 70_000, b"y"))
    assert records_of(patched(data)) == records_of(MemoryRecords(data))
    assert readable(data)[61:] == readable(readable(data))[61:]


@pytest.mark.broker
async def test_the_worker_places_a_payload_with_such_a_header_and_goes_on(
    kafka, prefix, apply_topics, tmp_path
):
    await apply_topics(prefix)
    topic = topic_name("wire-payloads", prefix)
    client = AIOKafkaClient(bootstrap_servers=kafka.bootstrap)
    await client.bootstrap()
    try:
        await client.force_metadata_update()
        data = batch([*EVENT, (ASKED, b"9")], values=(b" ", COPY, b" "))
        request = ProduceRequest(None, -1, 10_000, [(topic, [(0, data)])])
        answer = await client.send(client.cluster.leader_for_partition(TopicPartition(topic, 0)), request)
        assert answer.topics[0][1][0][1] == 0
    finally:
        await client.close()
    async with (
        AIOKafkaProducer(bootstrap_servers=kafka.bootstrap) as producer,
        running(kafka, prefix, tmp_path),
    ):
        await producer.send_and_wait(topic, COPY + b" Work begins in May.", partition=0, headers=EVENT)
        placed = await arrive(kafka.bootstrap, topic_name("canonical-variants", prefix), 2)
        letters = await arrive(kafka.bootstrap, topic_name("wire-rejects", prefix), 2)
    assert {orjson.loads(each.value)["status"] for each in placed} == {"placed"}
    assert len(placed) == len(letters) == 2
