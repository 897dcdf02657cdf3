"""What is kept ready of what has been read? The latest in demand, so many of a kind."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Final, Generic, TypeVar

READ: Final = 1_024  # of a kind: narratives, stories, leads, crowds

Value = TypeVar("Value")


class Ready(Generic[Value]):
    """Values by number; the one that was least in demand goes first."""

    __slots__ = ("_values",)

    def __init__(self) -> None:
        """Start empty."""
        self._values: OrderedDict[int, Value] = OrderedDict()

    def get(self, number: int, read: Callable[[int], Value]) -> Value:
        """Give a value, and ``read`` it where it is not ready."""
        found = self._values.get(number)
        if found is None:
            found = read(number)
            self.put(number, found)
        else:
            self._values.move_to_end(number)
        return found

    def find(self, number: int) -> Value | None:
        """Give a value, where it is ready."""
        return self._values.get(number)

    def put(self, number: int, value: Value) -> None:
        """Keep a value ready."""
        self._values[number] = value
        if len(self._values) > READ:
            self._values.popitem(last=False)

    def drop(self, number: int) -> None:
        """Forget a value, where it is ready."""
        self._values.pop(number, None)
