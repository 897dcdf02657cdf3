"""What is kept ready of what has been read? The latest in demand, so many of a kind, and so much of it."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Final, Generic, TypeVar

READ: Final = 1_024  # of a kind: narratives, stories, crowds
BAGS: Final = 4_096  # leads, and whole copies as bags of words: small, and asked for the most
WORDS: Final = 2_000_000  # that those of a kind may have in all: some hundred of the longest copies

Value = TypeVar("Value")


class Ready(Generic[Value]):
    """Values by number; the one that was least in demand goes first."""

    __slots__ = ("_left", "_most", "_read", "_sizes", "_values", "_words")

    def __init__(
        self, read: Callable[[int], Value], words: Callable[[Value], int], *, most: int = READ
    ) -> None:
        """Start empty; ``read`` makes a value, ``words`` tells how many words it has, about.

        At most so many are kept.
        """
        self._read = read
        self._values: OrderedDict[int, Value] = OrderedDict()
        self._sizes: dict[int, int] = {}  # in words; with the values, the collector had pairs to look at
        self._words = words
        self._most = most
        self._left = WORDS

    def get(self, number: int) -> Value:
        """Give a value, and read it where it is not ready."""
        found = self._values.get(number)
        if found is not None:
            self._values.move_to_end(number)
            return found
        value = self._read(number)
        self.put(number, value)
        return value

    def find(self, number: int) -> Value | None:
        """Give a value, where it is ready."""
        return self._values.get(number)

    def put(self, number: int, value: Value, words: int | None = None) -> None:
        """Keep a value ready; of so many ``words``, where they have been counted."""
        self.drop(number)
        if words is None:
            words = self._words(value)
        values = self._values
        values[number] = value
        self._sizes[number] = words
        self._left -= words
        while len(values) > self._most or (self._left < 0 and len(values) > 1):
            first, _ = values.popitem(last=False)
            self._left += self._sizes.pop(first)

    def drop(self, number: int) -> None:
        """Forget a value, where it is ready."""
        if self._values.pop(number, None) is not None:
            self._left += self._sizes.pop(number)
