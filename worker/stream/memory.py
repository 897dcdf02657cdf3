"""What becomes of memory that nobody uses? A dropped state leaves holes, which the allocator keeps."""

import ctypes
import gc
from typing import Final

_TRIM: Final = getattr(ctypes.CDLL(None), "malloc_trim", None)  # of glibc


def give_back() -> None:
    """Give unused memory back to the system. Takes milliseconds, tens of them with a large state."""
    gc.collect()
    if _TRIM is not None:
        _TRIM(0)
