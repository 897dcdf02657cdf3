"""Memory, tidied when a process has started and when a state was dropped.

What the libraries made at the start stays, and looking through it takes the garbage collector tens of
milliseconds each time. A dropped state leaves holes, which the allocator keeps.
"""

import ctypes
import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_TRIM: Final = getattr(ctypes.CDLL(None), "malloc_trim", None)  # of glibc


def trim() -> None:
    """Give unused memory back to the system. Takes milliseconds, tens of them with a large state."""
    if _TRIM is not None:
        _TRIM(0)


def give_back() -> None:
    """Collect garbage, leave what there is now out of every later collection, and trim.

    For the moments at which nothing is placed: a start, a rebuilt state, a dropped one.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    trim()


@contextmanager
def without_collections() -> Iterator[None]:
    """Collect no garbage meanwhile: a growing state is looked through again and again, and has none."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
