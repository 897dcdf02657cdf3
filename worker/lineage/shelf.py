"""Where do packed copies lie? In large blocks, so that a story costs no object of its own."""

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from worker.lineage.arrays import Arrays

BLOCK: Final = 1 << 22  # bytes
SPARSE: Final = 2  # a block is copied out when less than one byte in so many is alive

Bytes = npt.NDArray[np.uint8]


class Shelf:
    """Byte strings by place. A block of which little is left is ``sparse``: its owner moves the rest."""

    __slots__ = ("_alive", "_blocks", "_last", "_shared", "sparse")

    def __init__(self) -> None:
        self._blocks: dict[int, bytearray | Bytes] = {0: bytearray()}
        self._alive: dict[int, int] = {0: 0}  # bytes in use, by block
        self._last = 0
        self.sparse: list[int] = []
        self._shared: set[int] = set()  # blocks that a capture holds as well, and nobody may change

    def add(self, piece: bytes) -> int:
        """Keep a byte string; return its place."""
        block = self._blocks[self._last]
        if len(block) + len(piece) > BLOCK and len(block):
            self._last += -(-len(block) // BLOCK)  # one that is larger than a block takes several numbers
            block = self._blocks[self._last] = bytearray()
            self._alive[self._last] = 0
        start = len(block)
        block += piece  # type: ignore[operator]  # the last block is a bytearray
        self._alive[self._last] += len(piece)
        return self._last * BLOCK + start

    def get(self, place: int, size: int) -> bytes:
        """Give a byte string back."""
        number, start = divmod(place, BLOCK)
        return bytes(self._blocks[number][start : start + size])

    def drop(self, place: int, size: int) -> None:
        """Forget a byte string; a block goes with its last."""
        number = place // BLOCK
        alive = self._alive[number] = self._alive[number] - size
        if number == self._last:
            return
        if not alive:
            del self._blocks[number], self._alive[number]
        elif alive * SPARSE < len(self._blocks[number]) and number not in self.sparse:
            self.sparse.append(number)

    def wipe(self, place: int, size: int) -> None:
        """Overwrite a byte string, then forget it."""
        number, start = divmod(place, BLOCK)
        if number in self._shared:
            self._blocks[number] = bytearray(self._blocks[number])
            self._shared.discard(number)
        self._blocks[number][start : start + size] = bytes(size)
        self.drop(place, size)

    def within(self, places: npt.NDArray[np.int64], number: int) -> list[int]:
        """List which of many places, -1 for none, lie in a block."""
        if number not in self._blocks:
            return []
        return np.flatnonzero((places >= 0) & (places // BLOCK == number)).tolist()

    def size(self) -> int:
        """Count the bytes of the blocks."""
        return sum(map(len, self._blocks.values()))

    def capture(self) -> dict[str, npt.NDArray[Any]]:
        """Give the blocks as arrays that nobody changes any more: what is added next goes to a new one."""
        if len(self._blocks[self._last]):
            number = self._last
            self._last += -(-len(self._blocks[number]) // BLOCK)
            self._blocks[self._last], self._alive[self._last] = bytearray(), 0
            if not self._alive[number]:
                del self._blocks[number], self._alive[number]
        numbers = [number for number in self._blocks if number != self._last]
        self._shared = set(numbers)
        blocks = {f"block{number}": np.frombuffer(self._blocks[number], np.uint8) for number in numbers}
        return {
            **blocks,
            "blocks": np.array(numbers, np.int64),
            "alive": np.array([self._alive[number] for number in numbers], np.int64),
            "last": np.array([self._last], np.int64),
        }

    def resume(self, arrays: Arrays) -> None:
        """Take over what ``capture`` gave."""
        (self._last,) = arrays["last"].tolist()
        numbers = arrays["blocks"].tolist()
        self._blocks = {number: arrays[f"block{number}"].view(np.uint8) for number in numbers}
        self._alive = dict(zip(numbers, arrays["alive"].tolist(), strict=True))
        self._blocks[self._last], self._alive[self._last] = bytearray(), 0
        self.sparse = []
        self._shared = set(numbers)
