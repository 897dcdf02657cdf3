"""What does the fold know? The catalogue and all that stands beside it, kept and brought back as a whole."""

from typing import Any

import numpy as np
import numpy.typing as npt
import orjson

from worker.lineage.arrays import Arrays, arrays_of, gathered
from worker.lineage.catalogue import Catalogue
from worker.lineage.chains import Chains
from worker.lineage.departed import Departed
from worker.lineage.keeping import read_state, write_state
from worker.lineage.lapse import Lapses
from worker.lineage.names import Names
from worker.lineage.orders import Orders
from worker.lineage.waiting import Waiting
from worker.story import Coordinates


class State:
    """The parts of the state. ``deciding`` and ``telling`` read them; ``applying`` alone adds stories."""

    def __init__(self, *, window: int | None) -> None:
        """Start empty; ``window`` is milliseconds of stream time, None to remember for ever."""
        self._window = window
        self.catalogue = Catalogue()
        self.chains = Chains(self.catalogue)
        self.names = Names(self.catalogue, self.chains)
        self.orders = Orders(self.catalogue, self.chains, self.names)
        self.waiting = Waiting()
        self.departed = Departed()
        self.lapses = Lapses()
        self._seen: dict[tuple[str, int], tuple[int, int]] = {}  # the watermarks

    def is_redelivered(self, place: Coordinates) -> bool:
        """Tell whether coordinates are at or under the watermark of their payload partition."""
        seen = self._seen.get((place.topic, place.partition))
        return seen is not None and (place.offset, place.part) <= seen

    def see(self, place: Coordinates) -> None:
        """Move a watermark."""
        self._seen[place.topic, place.partition] = (place.offset, place.part)

    def expire(self, at: int | None) -> None:
        """Forget what has left the window at a stream time."""
        if self._window is not None and at is not None:
            before = at - self._window
            for departure in self.catalogue.expire(before):
                self.departed.add(departure, at=at)
                self.orders.forget(departure.number)
                self.lapses.forget(departure.stories)
            self.departed.forget(before)
            self.orders.expire(before)
            self.waiting.expire(before)

    def size(self) -> dict[str, int]:
        """Count the bytes by what they are for."""
        return {**self.catalogue.size(), "departed": self.departed.size()}

    def capture(self) -> dict[str, npt.NDArray[Any]]:
        """Give the whole state as arrays that nobody changes any more."""
        seen = orjson.dumps([[*place, *at] for place, at in self._seen.items()])
        arrays = gathered({"catalogue": self.catalogue.capture(), "departed": self.departed.capture()})
        life = {
            "names": self.names.capture(),
            "chains": self.chains.capture(),
            "orders": self.orders.capture(),
            "waiting": self.waiting.capture(),
            "lapses": self.lapses.capture(),
        }
        return {
            **arrays,
            "seen": np.frombuffer(seen, np.uint8),
            "life": np.frombuffer(write_state(life), np.uint8),
        }

    def resume(self, arrays: Arrays) -> None:
        """Take over what ``capture`` gave, while empty."""
        self.catalogue.resume(arrays_of(arrays, "catalogue"))
        self.departed.resume(arrays_of(arrays, "departed"))
        for topic, partition, offset, number in orjson.loads(arrays["seen"].tobytes()):
            self._seen[topic, partition] = (offset, number)
        life = read_state(arrays["life"].tobytes())
        self.names.resume(life["names"])
        self.chains.resume(life["chains"])
        self.orders.resume(life["orders"])
        self.waiting.resume(life["waiting"])
        self.lapses.resume(life["lapses"])
