"""Stories that are not placed yet: embargoed ones until their time, parts until their first take comes.

They are kept whole, because they are published whole when their time comes. State of the fold.
"""

from dataclasses import dataclass, field
from typing import Any, Final

from worker.lineage.filing import milliseconds
from worker.lineage.keeping import story_from, story_record
from worker.story import PubStatus, Story

NEVER: Final = 1 << 62  # milliseconds
FARTHEST: Final = 400 * 24 * 3_600_000
"""Milliseconds that an embargo may last: what is held stays in memory and keeps the log from being cut."""

RELEASED: Final = 100  # stories that one step places, so that neither it nor its decision grows without bound
RELEASED_LONGEST: Final = 1_000_000  # characters of their copy, but for the first


@dataclass(slots=True)
class Waiting:
    """``held`` maps a story to the end of its embargo and to when it came; ``parts`` to when it came.

    Both are milliseconds of stream time.
    """

    held: dict[str, tuple[int, int | None, Story]] = field(default_factory=dict)
    parts: dict[str, tuple[int | None, Story]] = field(default_factory=dict)
    due: int = NEVER  # when the next embargo ends

    def hold(self, story: Story, until: int, at: int | None) -> None:
        """Keep an embargoed story."""
        self.held[story.id] = (until, at, story)
        self.due = min(self.due, until)

    def since(self) -> int | None:
        """Tell when the oldest of the embargoed stories came: no window ends for it. None without any."""
        return min((at for _, at, _ in self.held.values() if at is not None), default=None)

    def ready(self, at: int) -> list[Story]:
        """List the next stories whose embargo is over, in the order of their times, then as they came."""
        over = [(until, story) for until, _, story in self.held.values() if until <= at]
        found: list[Story] = []
        size = 0
        for _, story in sorted(over, key=lambda each: each[0])[:RELEASED]:
            size += sum(map(len, story.copy()))
            if found and size > RELEASED_LONGEST:
                break
            found.append(story)
        return found

    def release(self, story_id: str) -> None:
        """Let an embargoed story go."""
        self.held.pop(story_id, None)
        self.due = min((until for until, *_ in self.held.values()), default=NEVER)

    def keep(self, part: Story, at: int | None) -> None:
        """Keep a part whose first take has not come."""
        self.parts[part.id] = (at, part)

    def in_order(self) -> list[Story]:
        """List the parts by their numbers, then as they came."""
        return sorted((part for _, part in self.parts.values()), key=lambda part: part.part_no or 0)

    def join(self, story_id: str) -> None:
        """Let a part go."""
        self.parts.pop(story_id, None)

    def expire(self, before: int) -> None:
        """Forget the parts that came before a time; an embargo has its own."""
        gone = [name for name, (at, _) in self.parts.items() if at is not None and at < before]
        for name in gone:
            del self.parts[name]

    def capture(self) -> dict[str, Any]:
        """Give the state as JSON may hold it."""
        return {
            "held": [[until, at, story_record(story)] for until, at, story in self.held.values()],
            "parts": [[at, story_record(story)] for at, story in self.parts.values()],
        }

    def resume(self, state: dict[str, Any]) -> None:
        """Take over what ``capture`` gave."""
        for until, at, record in state["held"]:
            self.hold(story_from(record), until, at)
        for at, record in state["parts"]:
            self.keep(story_from(record), at)


def embargo(story: Story, at: int | None) -> tuple[str, int | None] | None:
    """Say why a story has to be held at a stream time, and until when; None when it may go on.

    A time that nobody can read holds a story for good: only a later version of it goes on.
    """
    match story.pub_status:
        case PubStatus.USABLE | PubStatus.CANCELED:
            return None
        case PubStatus.WITHHELD:
            return "withheld by its sender", None
        case PubStatus.EMBARGOED:
            until = milliseconds(story.embargo_until)
            if until is None:
                return "embargoed without a time that can be read: held until a later version", None
            if at is not None and at >= until:
                return None
            if at is not None and until - at > FARTHEST:
                return (
                    f"embargoed until {story.embargo_until}, too far ahead: held until a later version",
                    None,
                )
            untold = "" if at is not None else "; the stream tells no time"
            return f"embargoed until {story.embargo_until}{untold}", until
