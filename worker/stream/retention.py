"""How long does the placement log reach back? Two windows of stream time; place itself cuts it off.

The broker's retention goes by its own clock and stays the outer bound. A cut costs nothing that a rebuild
needs: a canonical story that is older and still alive is opened anew by its later members, with its id,
sequence and counts. An embargo may last longer: from the oldest story that is held on, nothing is cut.
"""

from collections import deque
from collections.abc import Callable
from typing import Any, Final

import structlog
from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete
from aiokafka.errors import KafkaError

log = structlog.get_logger("wiretrace.place")

WINDOWS: Final = 2  # that the log reaches back; the second is for what a late variant says of its story
STEPS: Final = 16  # cuts a window


class Retention:
    """Notes where stream time stood along the log, and cuts off what is older than ``WINDOWS``."""

    def __init__(self, client_args: dict[str, Any], partition: TopicPartition, *, window: int) -> None:
        self._client_args = client_args
        self._partition = partition
        self._window = window
        self._notes: deque[tuple[int, int]] = deque()  # stream time, offset

    def note(self, at: int | None, offset: int) -> None:
        """Note the stream time of a record of the log; of most, nothing is kept."""
        if at is not None and (not self._notes or at >= self._notes[-1][0] + self._window // STEPS):
            self._notes.append((at, offset))

    def due(self, held_since: Callable[[], int | None]) -> int | None:
        """Tell the offset before which nothing is needed any more; None while that has not moved.

        ``held_since`` tells the stream time of the oldest decision that is needed whatever the window is.
        """
        if not self._notes:
            return None
        before = self._notes[-1][0] - WINDOWS * self._window
        if len(self._notes) > 1 and self._notes[1][0] < before and (held := held_since()) is not None:
            before = min(before, held)
        cut = None
        while len(self._notes) > 1 and self._notes[1][0] < before:
            self._notes.popleft()
            cut = self._notes[0][1]
        return cut

    async def cut(self, offset: int) -> None:
        """Delete the records before an offset; when the broker does not let us, its own retention does."""
        admin = AIOKafkaAdminClient(**self._client_args)
        try:
            await admin.start()
            await admin.delete_records({self._partition: RecordsToDelete(offset)})
        except (KafkaError, OSError) as error:  # no answer in time is of the second kind
            log.warning("placements.not_cut", before=offset, error=type(error).__name__)
        else:
            log.info("placements.cut", before=offset)
        finally:
            await admin.close()
