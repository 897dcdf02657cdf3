"""The fold from bytes to bytes: records of wire-stories in, records to publish out. No I/O.

The worker runs it live, and an audit runs it over a recorded log: the same records give the same bytes.
"""

from dataclasses import dataclass

from topics import messages as wire
from topics.codec import DecodeError, decode
from worker.errors import Reason
from worker.lineage.clock import Clock
from worker.lineage.fold import Fold
from worker.lineage.placement import Decision, Step
from worker.story import Story
from worker.stream import mapping
from worker.stream.outgoing import step_records
from worker.stream.publish import Outgoing
from worker.stream.rejects import Origin, reject


@dataclass(frozen=True, slots=True, kw_only=True)
class Handled:
    """What one record of wire-stories came to."""

    records: tuple[Outgoing, ...]
    step: Step
    clamped: bool = False
    refused: str | None = None  # why it could not be folded

    def facts(self) -> dict[str, str | None]:
        """Tell in a few words what the record came to; None where there is nothing to tell."""
        decision = self.step.decision
        placed = self.step.placements[0] if self.step.placements else None
        return {
            "story_id": decision.story_id,
            "status": placed.status.value if placed else "redelivered" if decision.redelivery else None,
            "canonical_id": placed.canonical_id if placed else None,
            "relation": placed.variant.relation.value if placed and placed.variant else None,
            "outlet": placed.story.outlet if placed else None,
        }


class Placing:
    """State of ``place`` and what it publishes for each record, in the order of the log."""

    def __init__(self, *, window: int | None, prefix: str, limit: int) -> None:
        """Start empty. ``window``: milliseconds of stream time; ``limit``: bytes of a dead letter's value."""
        self._fold = Fold(window=window)
        self._clock = Clock()
        self._prefix = prefix
        self._limit = limit

    def handle(self, origin: Origin) -> Handled:
        """Fold one record of wire-stories. Its timestamp has to be the broker's append time.

        A record that cannot be read is refused, which is a decision too: its position is taken. A defect
        in the fold raises; then this object must be dropped, for its state may be half changed.
        """
        try:
            record = _read(origin)
        except (DecodeError, ValueError) as error:
            return self.refuse(origin, Reason.MALFORMED, str(error))
        if isinstance(record, Story):
            at, clamped = self._clock.read(received=record.received, appended=origin.timestamp)
            step = self._fold.place(record, at=at)
        else:
            at, clamped = self._clock.read(received=record, appended=origin.timestamp)
            step = self._fold.tick(at=record if at is None else at)
        return Handled(records=self._publish(step, origin), step=step, clamped=clamped)

    def refuse(self, origin: Origin, reason: Reason, message: str) -> Handled:
        """Take the position of a record without folding it; the record goes to the rejects."""
        step = Step(decision=Decision(at=self._clock.now, story_id=None, redelivery=True, facts={}))
        letter = reject(
            origin, prefix=self._prefix, stage="place", reason=reason, message=message, limit=self._limit
        )
        return Handled(records=(letter, *self._publish(step, origin)), step=step, refused=message)

    def restore(self, story: Story | None, decision: Decision) -> None:
        """Bring back what ``handle`` had changed for a record that was decided before."""
        if decision.at is not None:
            self._clock.read(received=decision.at, appended=None)
        self._fold.restore(story, decision)

    def size(self) -> int:
        """Count the bytes of the index and of the copies that are kept."""
        return self._fold.size()

    def canonicals(self) -> int:
        """Count the canonical stories that a new story can still join."""
        return self._fold.canonicals()

    def _publish(self, step: Step, origin: Origin) -> tuple[Outgoing, ...]:
        return tuple(step_records(step, offset=origin.offset, prefix=self._prefix))


def _read(origin: Origin) -> Story | int:
    """Read a record of wire-stories: a story, or the time of a tick. Raises DecodeError or ValueError."""
    message = decode(origin.value or b"")
    match message:
        case wire.StoryV1():
            return mapping.story_from_wire(message)
        case wire.TickV1():
            return mapping.tick_from_wire(message)
        case _:
            raise ValueError(f"{message.schema} on the story log")
