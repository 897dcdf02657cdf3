"""What has been read before? Short texts → what a pure function reads in them; bounded."""

from collections.abc import Callable
from typing import Final, TypeVar

LONGEST: Final = 48  # characters; what is longer is read anew each time
MOST: Final = 200_000  # texts
Read = TypeVar("Read")


class Known(dict[str, Read]):
    """A text → what ``read`` finds in it, remembered where it is short.

    News repeats its words; a payload of words that nobody wrote, each a megabyte long, must not stay. What is
    forgotten is forgotten all at once: a look-up is that of a dict.
    """

    def __init__(self, read: Callable[[str], Read]) -> None:
        """Remember what ``read`` finds."""
        self._read = read

    def __missing__(self, text: str) -> Read:
        found = self._read(text)
        if len(text) <= LONGEST:
            if len(self) >= MOST:
                self.clear()
            self[text] = found
        return found
