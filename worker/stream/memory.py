"""Memory, tidied when a process has started and when a state was dropped.

What the libraries made at the start stays, and looking through it takes the garbage collector tens of
milliseconds each time. A dropped state leaves holes, which the allocator keeps.
"""

import ctypes
import gc
from typing import Final

_TRIM: Final = getattr(ctypes.CDLL(None), "malloc_trim", None)  # of glibc


def give_back() -> None:
    """Give unused memory back to the system. Takes milliseconds, tens of them with a large state."""
    gc.collect()
    if _TRIM is not None:
        _TRIM(0)


def settle() -> None:
    """Leave what there is now out of every later collection. For a process that has just started."""
    gc.collect()
    gc.freeze()
