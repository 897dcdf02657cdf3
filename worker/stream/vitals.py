"""Whether the worker is well: what its parts report, and the verdict for probes."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

STALLED_AFTER: Final = 60.0  # seconds without progress while records wait


@dataclass(slots=True, kw_only=True)
class Part:
    """What one half of the worker reports of itself.

    ``assigned`` is None before the first assignment, then the number of partitions. ``lag`` counts
    records that wait; ``progress`` is the monotonic time in seconds at which it last moved or had none.
    """

    assigned: int | None = None
    recovered: bool = True
    ahead: int = 0  # decisions that are still to be read back
    lag: int = 0
    progress: float = 0.0


@dataclass(slots=True, kw_only=True)
class Vitals:
    """The worker's two halves and a monotonic clock in seconds."""

    clock: Callable[[], float]
    split: Part = field(default_factory=Part)
    place: Part = field(default_factory=lambda: Part(recovered=False))
    stopping: bool = False

    def unready(self) -> str | None:
        """Return why the worker is not ready, or None when it is.

        Ready is: the groups have assigned partitions (none at all is an assignment too: a standby),
        whoever owns the matching partition has rebuilt its state, and nothing stalls.
        """
        if self.stopping:
            return "stopping"
        for name, part in (("split", self.split), ("place", self.place)):
            if part.assigned is None:
                return f"{name}: no assignment yet"
            if part.assigned and not part.recovered:
                return f"{name}: recovering, {part.ahead} records to go"
            if part.lag and self.clock() - part.progress > STALLED_AFTER:
                return f"{name}: stalled, {part.lag} records wait"
        return None
