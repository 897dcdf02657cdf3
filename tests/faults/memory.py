"""How much memory a process and its children hold, and whether that grows (Linux)."""

import statistics
from collections.abc import Iterator, Sequence
from pathlib import Path


def family(pid: int) -> Iterator[int]:
    """Yield a process and all that descend from it."""
    yield pid
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in children.read_text(encoding="ascii").split():
            yield from family(int(child))


def resident(pid: int) -> float:
    """Count the MB of memory that a process and its children hold; 0 when it is gone."""
    total = 0.0
    for each in list(family(pid)):
        try:
            lines = Path(f"/proc/{each}/status").read_text(encoding="ascii").splitlines()
        except OSError:
            continue  # it ended meanwhile
        total += sum(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS:"))
    return total


def per_hour(samples: Sequence[tuple[float, float]]) -> float:
    """Fit a line through (seconds, MB) and return its rise in MB an hour; 0 for fewer than two samples."""
    if len(samples) < 2:
        return 0.0
    seconds, sizes = zip(*samples, strict=True)
    return statistics.linear_regression(seconds, sizes).slope * 3600
