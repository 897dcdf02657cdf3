"""The fold from bytes to bytes: records of wire-stories in, records to publish out. No I/O.

The worker runs it live, and an audit runs it over a recorded log: the same records give the same bytes.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy.typing as npt

from topics import messages as wire
from topics.catalog import CATALOG, topic_name
from topics.codec import DecodeError, Fault, decode
from worker.errors import OtherVersion, Reason, TooLarge
from worker.lineage import imprint
from worker.lineage.catalogue import LAYOUT
from worker.lineage.clock import Clock
from worker.lineage.facts import FACTS_VERSION
from worker.lineage.fold import Fold
from worker.lineage.placement import Decision, Step
from worker.matching import sketch
from worker.story import Story
from worker.stream import mapping
from worker.stream.outgoing import step_records
from worker.stream.publish import Outgoing
from worker.stream.rejects import Origin, reject

KNOWN: Final = ("story.v1", "tick.v1")
VERSIONED: Final = re.compile(r"(story|tick)\.v[0-9]{1,4}")


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

    def __init__(self, *, window: int | None, prefix: str, limit: int, hold: bool = True) -> None:
        """Start empty. ``window``: milliseconds of stream time; ``limit``: bytes of a dead letter's value.

        ``hold`` keeps embargoed stories back until their time.
        """
        self._window = window
        self._fold = Fold(window=window, hold=hold)
        self._clock = Clock()
        self._prefix = prefix
        self._limit = limit
        self._most = {topic_name(each.name, prefix): each.max_message_bytes for each in CATALOG}

    @property
    def now(self) -> int | None:
        """Tell the stream time of the last record."""
        return self._clock.now

    def handle(self, origin: Origin) -> Handled:
        """Fold one record of wire-stories. Its timestamp has to be the broker's append time.

        A record that cannot be read is refused, which is a decision too: its position is taken. A defect
        in the fold raises, and TooLarge what comes to a record that no topic takes; then this object must be
        dropped, for its state may be half changed. Raises OtherVersion for a story or tick of a version that
        this code does not read: that is no bad record.
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

    def capture(self) -> tuple[dict[str, Any], dict[str, npt.NDArray[Any]]]:
        """Give the whole state: what it belongs to, and arrays that nobody changes any more."""
        return {**self._kind(), "now": self._clock.now}, self._fold.capture()

    def resume(self, kind: Mapping[str, Any], arrays: Mapping[str, npt.NDArray[Any]]) -> None:
        """Take over, while empty, what ``capture`` gave.

        Raises OtherVersion when it was another version's, or another window's.
        """
        for name, value in self._kind().items():
            if kind.get(name) != value:
                raise OtherVersion(f"the {name} of the state", found=kind.get(name), known=(value,))
        self._fold.resume(arrays)
        self._clock = Clock(kind["now"])

    def _kind(self) -> dict[str, Any]:
        """Tell what the state depends on beside the log."""
        versions = {"facts": FACTS_VERSION, "imprints": imprint.VERSION, "sketch": sketch.VERSION}
        return {**versions, "layout": LAYOUT, "window": self._window}

    def size(self) -> dict[str, int]:
        """Count the bytes of the state by what they are for."""
        return self._fold.size()

    def canonicals(self) -> int:
        """Count the canonical stories that a new story can still join."""
        return self._fold.canonicals()

    def held_since(self) -> int | None:
        """Tell the stream time at which the oldest story came that is still embargoed; None without any."""
        return self._fold.held_since()

    def _publish(self, step: Step, origin: Origin) -> tuple[Outgoing, ...]:
        """Write what a step publishes. Raises TooLarge for what no topic takes: nothing of it may be sent."""
        records = tuple(step_records(step, offset=origin.offset, prefix=self._prefix))
        for each in records:
            size, most = each.size(), self._most[each.topic]
            if size > most:
                raise TooLarge(f"a record of {size} bytes for {each.topic}, which takes {most}")
        return records


def _read(origin: Origin) -> Story | int:
    """Read a record of wire-stories: a story, or the time of a tick.

    Raises DecodeError or ValueError; OtherVersion for a story or a tick of another version.
    """
    try:
        message = decode(origin.value or b"")
    except DecodeError as error:
        if error.reason is Fault.UNKNOWN_SCHEMA and VERSIONED.fullmatch(error.schema or ""):
            what = f"record {origin.offset} of {origin.topic}"
            raise OtherVersion(what, found=error.schema, known=KNOWN) from error
        raise
    match message:
        case wire.StoryV1():
            return mapping.story_from_wire(message)
        case wire.TickV1():
            return mapping.tick_from_wire(message)
        case _:
            raise ValueError(f"{message.schema} on the story log")
