"""The local snapshot of the state of ``place``: arrays in one file, checked before they are used.

The log is the truth. A snapshot only shortens the reading of it, so whatever is wrong with one (damaged,
of another version or log, on a full disk) costs time and nothing else. The file is a magic, the size and
the digest of a JSON head, the head, then the arrays; the head has type, shape and digest of each.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from struct import Struct
from typing import Any, BinaryIO, Final

import numpy as np
import numpy.typing as npt
import orjson
import xxhash

MAGIC: Final = b"wiretrace state 1\n"
_SIZES: Final = Struct("<QQ")  # bytes and digest of the head
HEAD_MOST: Final = 64 * 1024 * 1024  # bytes
KINDS: Final = "iu"  # whole numbers; never objects

Arrays = dict[str, npt.NDArray[Any]]


class Unusable(Exception):
    """A snapshot cannot be used; the message says why."""


class Abandoned(Exception):
    """A snapshot was given up before it was written."""


class Snapshots:
    """One file, replaced as a whole. Whoever sets ``abandoned`` ends a write that is under way."""

    def __init__(self, folder: Path, *, prefix: str) -> None:
        self._path = folder / f"{prefix or 'wiretrace'}-place-0.state"
        self._fresh = self._path.with_suffix(".new")
        self.abandoned = False

    def write(self, facts: Mapping[str, Any], arrays: Mapping[str, npt.NDArray[Any]]) -> int:
        """Replace the snapshot; return its bytes. Raises OSError or Abandoned; then the one before stands."""
        rows, at = [], 0
        for name, array in arrays.items():
            rows.append([name, array.dtype.str, array.shape, at, _digest(array)])
            at += array.nbytes
        head = orjson.dumps({"facts": dict(facts), "arrays": rows})
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._fresh.open("wb", buffering=0) as file:
                _write(file, MAGIC + _SIZES.pack(len(head), xxhash.xxh3_64_intdigest(head)) + head)
                for array in arrays.values():
                    self._go_on()
                    _write(file, _bytes(array))
                os.fsync(file.fileno())
            self._fresh.replace(self._path)
            _sync(self._path.parent)
        except (OSError, Abandoned):
            self._fresh.unlink(missing_ok=True)
            raise
        return self._path.stat().st_size

    def _go_on(self) -> None:
        if self.abandoned:
            raise Abandoned

    def read(self) -> tuple[dict[str, Any], Arrays] | None:
        """Read the snapshot, every byte of it checked; None when there is none. Raises Unusable."""
        try:
            with self._path.open("rb", buffering=0) as file:
                return _read(file)
        except FileNotFoundError:
            return None
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise Unusable(str(error)[:200]) from error

    def discard(self) -> None:
        """Remove the snapshot, if the disk lets us; a later one replaces it anyway."""
        for path in (self._path, self._fresh):
            try:
                path.unlink(missing_ok=True)
            except OSError:
                return


def _read(file: BinaryIO) -> tuple[dict[str, Any], Arrays]:
    start = file.read(len(MAGIC) + _SIZES.size)
    if len(start) != len(MAGIC) + _SIZES.size or not start.startswith(MAGIC):
        raise Unusable("it is no snapshot that this worker reads")
    size, digest = _SIZES.unpack_from(start, len(MAGIC))
    left = os.fstat(file.fileno()).st_size - len(start) - size
    if size > HEAD_MOST or left < 0:
        raise Unusable("it is cut off")
    raw = np.empty(size, np.uint8)
    _fill(file, raw)
    if _digest(raw) != digest:
        raise Unusable("its head is damaged")
    head = orjson.loads(raw.tobytes())
    arrays: Arrays = {}
    for name, kind, shape, _, digest in head["arrays"]:
        dtype = np.dtype(kind)
        if dtype.kind not in KINDS:
            raise Unusable(f"its part {name} is of type {kind}")
        size = int(np.prod(shape, dtype=np.int64)) * dtype.itemsize
        left -= size
        if left < 0:
            raise Unusable("it is cut off")
        array = np.empty(shape, dtype)
        _fill(file, array)
        if _digest(array) != digest:
            raise Unusable(f"its part {name} is damaged")
        arrays[name] = array
    if left:
        raise Unusable(f"it has {left} bytes too many")
    return head["facts"], arrays


def _fill(file: BinaryIO, array: npt.NDArray[Any]) -> None:
    view, at = _bytes(array), 0
    while at < len(view):
        count = file.readinto(view[at:])  # type: ignore[attr-defined]  # an unbuffered file has it
        if not count:
            raise Unusable("it is cut off")
        at += count


def _write(file: BinaryIO, data: bytes | memoryview) -> None:
    view, at = memoryview(data), 0
    while at < len(view):
        at += file.write(view[at:])


def _bytes(array: npt.NDArray[Any]) -> memoryview:
    """Look at the bytes of an array, without a copy where it lies in one piece."""
    return np.ascontiguousarray(array).reshape(-1).view(np.uint8).data


def _digest(array: npt.NDArray[Any]) -> int:
    return xxhash.xxh3_64_intdigest(_bytes(array))


def _sync(folder: Path) -> None:
    """Make the new name last."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
