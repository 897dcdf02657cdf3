"""Arrays over the bytes that kernels give, where these are kept."""

from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

_T = TypeVar("_T", bound=np.generic)


def viewed(raw: bytes | bytearray, kind: "np.dtype[_T]") -> npt.NDArray[_T]:
    """View bytes as an array, without a copy; odd bytes at the end are left out.

    A bytearray must keep its length from here on. ``np.frombuffer`` sees to that, but keeps two more
    objects for each array, which the garbage collector looks at again and again: with a thousand copies
    in demand those are most of what it has to look at.

    >>> viewed(bytes([1, 0, 2, 0]), np.dtype(np.uint16)).tolist()
    [1, 2]
    """
    made: npt.NDArray[Any] = np.ndarray(len(raw) // kind.itemsize, kind, raw)
    return made
