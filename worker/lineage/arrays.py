"""How do the arrays of several parts lie in one capture? Each under the name of its part."""

from collections.abc import Mapping
from typing import Any

import numpy.typing as npt

Arrays = Mapping[str, npt.NDArray[Any]]


def gathered(parts: Mapping[str, Arrays]) -> dict[str, npt.NDArray[Any]]:
    """Put the arrays of all parts into one mapping, part by part."""
    return {f"{part}/{name}": each for part, arrays in parts.items() for name, each in arrays.items()}


def arrays_of(arrays: Arrays, part: str) -> dict[str, npt.NDArray[Any]]:
    """Give one part what ``gathered`` took of it."""
    start = f"{part}/"
    return {name.removeprefix(start): each for name, each in arrays.items() if name.startswith(start)}
