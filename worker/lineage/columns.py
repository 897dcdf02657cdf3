"""What is known of each of many numbered things? Arrays side by side; a number finds its row.

Numbers rise without end. Rows of recent numbers stand in order from ``base``; of older ones only those
that are alive are kept, before them, so that a thing that lives long does not keep the rows of others.
"""

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from worker.lineage.arrays import Arrays

START: Final = 1_024
FEW: Final = 4  # old rows are moved together when less than one row in so many of them is alive

Rows = npt.NDArray[np.int64]
Column = tuple[npt.NDArray[Any], Rows, int, int]  # see ``Columns.column``


class Columns:
    """Rows of fixed fields; ``values[name][row(number)]`` is a field, ``get`` reads a plain number."""

    __slots__ = ("_base", "_before", "_cells", "_elders", "_fields", "_gone", "_widths", "used", "values")

    def __init__(self, gone: str, **fields: tuple[npt.DTypeLike, int, int]) -> None:
        """Name the fields: type, width (1 for a plain number) and the value of a row that is not there.

        A row is alive while its field ``gone`` is not that value.
        """
        self._fields = fields
        self._gone = gone
        self._widths = {name: np.dtype(dtype).itemsize * width for name, (dtype, width, _) in fields.items()}
        self._elders: Rows = np.empty(
            0, np.int64
        )  # numbers of the rows that stand before those from ``base``
        self._base = 0
        self._before = 0  # numbers that have no row
        self.used = 0  # numbers given out
        self.values: dict[str, npt.NDArray[Any]]
        self._cells: dict[str, memoryview]  # the same in half the time; wide fields as bytes
        self._take({name: self._empty(name, START) for name in fields})

    def grow(self, **plain: int) -> int:
        """Add a row, with some of its plain numbers; return its number.

        Rows change their places, numbers do not.
        """
        number, cells = self.used, self._cells
        row = number - self._before
        if row >= len(cells[self._gone]):
            self._make_room()
            row, cells = number - self._before, self._cells
        self.used += 1
        for name, value in plain.items():
            cells[name][row] = value
        return number

    def row(self, number: int) -> int:
        """Find the row of a number, -1 when it is gone."""
        if number >= self._base:
            return number - self._before
        place = int(self._elders.searchsorted(number))
        return place if place < len(self._elders) and self._elders[place] == number else -1

    def get(self, name: str, number: int) -> int:
        """Read a plain number; of a thing that is gone, what a row has that is not there."""
        row = number - self._before if number >= self._base else self.row(number)
        found: int = self._cells[name][row] if row >= 0 else self._fields[name][2]
        return found

    def set(self, name: str, number: int, value: int) -> None:
        """Write a plain number."""
        self._cells[name][number - self._before if number >= self._base else self.row(number)] = value

    def put(self, number: int, **fields: int) -> None:
        """Write plain numbers of one row."""
        row, cells = self.row(number), self._cells
        for name, value in fields.items():
            cells[name][row] = value

    def get_wide(self, name: str, number: int) -> memoryview:
        """View the bytes of a wide field, of a thing that is there."""
        width = self._widths[name]
        at = self.row(number) * width
        return self._cells[name][at : at + width]

    def set_wide(self, name: str, number: int, packed: bytes) -> None:
        """Write the bytes of a wide field, or the first of them."""
        self.get_wide(name, number)[: len(packed)] = packed

    def column(self, name: str) -> Column:
        """Give a field of 64 bits for kernels to read: values, elders, base, and what is read of the gone."""
        return self.values[name], self._elders, self._base, self._fields[name][2]

    def alive(self) -> Rows:
        """List the numbers of the rows that are there."""
        rows = np.flatnonzero(self._living())
        elders = len(self._elders)
        recent = rows[rows >= elders] - elders + self._base
        return np.concatenate((self._elders[rows[rows < elders]], recent))

    def size(self) -> int:
        """Count the bytes."""
        return sum(column.nbytes for column in self.values.values()) + self._elders.nbytes

    def capture(self) -> dict[str, npt.NDArray[Any]]:
        """Copy the rows that are in use."""
        rows = {name: column[: self.row(self.used)].copy() for name, column in self.values.items()}
        return {**rows, "elders": self._elders, "from": np.array([self._base, self.used], np.int64)}

    def resume(self, arrays: Arrays) -> None:
        """Take over what ``capture`` gave."""
        self._elders = arrays["elders"]
        self._base, self.used = arrays["from"].tolist()
        rows = self.used - self._base + len(self._elders)
        columns = {name: self._empty(name, max(START, rows + rows // 4)) for name in self._fields}
        for name, column in columns.items():
            column[:rows] = arrays[name]
        self._take(columns)

    def _living(self) -> npt.NDArray[np.bool_]:
        living: npt.NDArray[np.bool_] = self.values[self._gone] != self._fields[self._gone][2]
        return living

    def _empty(self, name: str, size: int) -> npt.NDArray[Any]:
        dtype, width, value = self._fields[name]
        return np.full(size if width == 1 else (size, width), value, dtype)

    def _make_room(self) -> None:
        """Move the living of the older half together when they are few, else double the rows."""
        size, elders = len(self.values[self._gone]), len(self._elders)
        cut = elders + (size - elders) // 2
        kept = np.flatnonzero(self._living()[:cut])
        if len(kept) * FEW > cut:
            kept, cut, grown = np.arange(elders), elders, 2 * size
        else:
            grown = size
        columns = {name: self._empty(name, grown) for name in self._fields}
        for name, column in columns.items():
            column[: len(kept)] = self.values[name][kept]
            column[len(kept) : len(kept) + size - cut] = self.values[name][cut:]
        young = kept[kept >= elders] - elders + self._base
        self._elders = np.concatenate((self._elders[kept[kept < elders]], young))
        self._base += cut - elders
        self._take(columns)

    def _take(self, columns: dict[str, npt.NDArray[Any]]) -> None:
        """Go on with other arrays."""
        self.values = columns
        self._cells = {
            name: (each if each.ndim == 1 else each.reshape(-1).view(np.uint8)).data
            for name, each in columns.items()
        }
        self._before = self._base - len(self._elders)
