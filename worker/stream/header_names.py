"""How to read records whose header names are not UTF-8? As they are, with ``?`` for what cannot be read.

Kafka's protocol wants UTF-8, no broker checks it, and a producer in C writes what it is given. aiokafka
raises UnicodeDecodeError at such a record, each time that it comes to it: one would stop its partition.
Format: Kafka protocol, record batch of magic 2; batches before it know no headers.
"""

from collections.abc import Callable, Iterator
from typing import Any, Final

from aiokafka.codec import gzip_decode, lz4_decode, snappy_decode, zstd_decode
from aiokafka.consumer import fetcher
from aiokafka.record.default_records import DefaultRecordBatch
from aiokafka.record.memory_records import MemoryRecords
from aiokafka.record.util import decode_varint

Record = Any  # of aiokafka, which gives it no public name

_LENGTH: Final = slice(8, 12)  # of a batch, behind it
_ATTRIBUTES: Final = 22  # their lower byte
_HEAD: Final = 61  # bytes before the first record
_COUNT: Final = slice(57, 61)  # of records
_CODEC: Final = 0x07
_DECODERS: Final[dict[int, Callable[[bytes], bytes]]] = {
    0: bytes,
    1: gzip_decode,
    2: snappy_decode,
    3: lz4_decode,
    4: zstd_decode,
}
_READABLE: Final = bytes(each if each < 0x80 else ord("?") for each in range(256))


def read_any_header_names() -> None:
    """Let every consumer of this process read records whatever the bytes of their header names are."""
    fetcher.MemoryRecords = _Records


class _Records:
    """The batches of a fetched partition, as aiokafka reads them."""

    def __init__(self, data: bytes) -> None:
        self._data = memoryview(data)
        self._at = 0
        self._records = MemoryRecords(data)
        self.has_next = self._records.has_next
        self.size_in_bytes = self._records.size_in_bytes

    def next_batch(self) -> "_Batch":
        """Give the next batch, which knows its own bytes."""
        batch = self._records.next_batch()
        start = self._at
        self._at += 12 + int.from_bytes(self._data[start:][_LENGTH], "big")
        return _Batch(batch, self._data[start : self._at])


class _Batch:
    """A batch that is read once more, with other header names, when its own cannot be read."""

    def __init__(self, batch: Any, data: memoryview) -> None:  # noqa: ANN401 - of two classes
        self._batch = batch
        self._data = data

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the fetcher asks of a batch
        return getattr(self._batch, name)

    def __next__(self) -> Record:
        return next(self._batch)

    def __iter__(self) -> Iterator[Record]:
        read = 0
        try:
            for record in self._batch:
                yield record
                read += 1
        except UnicodeDecodeError:
            again = iter(DefaultRecordBatch(readable(self._data)))
            for number, record in enumerate(again):
                if number >= read:
                    yield record


def readable(batch: bytes | memoryview) -> bytes:
    """Copy a sound batch, not compressed and with readable header names, for reading alone: its CRC is wrong.

    In a name that is not UTF-8 each byte beyond ASCII becomes ``?``; keys, values and other names stay.
    """
    head, packed = bytearray(batch[:_HEAD]), bytes(batch[_HEAD:])
    records = bytearray(_DECODERS[head[_ATTRIBUTES] & _CODEC](packed))
    head[_ATTRIBUTES] &= ~_CODEC
    head[_LENGTH] = (_HEAD - 12 + len(records)).to_bytes(4, "big")
    at = 0
    for _ in range(int.from_bytes(head[_COUNT], "big")):
        at = _mend(records, at)
    return bytes(head + records)


def _mend(records: bytearray, at: int) -> int:
    """Make the header names of the record at ``at`` readable, and return where the next one begins."""
    size, at = decode_varint(records, at)
    end: int = at + size
    for _ in range(3):  # attributes, time, offset
        _, at = decode_varint(records, at)
    for _ in range(2):  # key, value
        size, at = decode_varint(records, at)
        at += max(size, 0)
    count, at = decode_varint(records, at)
    for _ in range(count):
        size, at = decode_varint(records, at)
        name = records[at : at + size]
        try:
            name.decode("utf-8")
        except UnicodeDecodeError:
            records[at : at + size] = name.translate(_READABLE)
        at += size
        size, at = decode_varint(records, at)
        at += max(size, 0)
    return end
