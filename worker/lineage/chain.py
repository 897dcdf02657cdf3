"""The versions that an agency sent of one story, in its order, and the orders that it gave about it.

State of the fold: everything here is plain data that follows from the log.
"""

from dataclasses import dataclass, field, replace
from functools import cmp_to_key
from typing import Final

from worker.dialects.versions import VersionKind
from worker.lineage.filing import milliseconds
from worker.lineage.placement import Action, Standing, Version
from worker.story import Story

VERSIONS: Final = 12  # that a snapshot lists, the latest
CYCLE: Final = 12 * 3_600_000  # milliseconds; numbers of versions begin again in the next news cycle
_STAGE: Final = {VersionKind.ALERT.value: 0, VersionKind.URGENT.value: 1}
_ORIGINAL: Final = 2


@dataclass(slots=True, kw_only=True)
class Edition:
    """A version as the fold keeps it: ``document`` numbers its copy, ``copy`` hashes its words.

    ``takes`` numbers the parts that were joined to it, with their paragraphs; a void one was disregarded
    by its agency.
    """

    version: Version
    document: int
    copy: int
    native_id: str | None = None
    transmission_no: str | None = None
    takes: list[tuple[int, int]] = field(default_factory=list)
    void: bool = False

    @property
    def story_id(self) -> str:
        """Name the version by the story that brought it."""
        return self.version.story_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A kill, a withhold or a correction: what it asks, who gave it, and its own words."""

    action: Action
    story_id: str
    note: str | None = None
    created: int | None = None
    at: int | None = None


@dataclass(slots=True, kw_only=True)
class Chain:
    """What an agency sent of one canonical story. ``names`` are the ids, numbers and slugs it goes by.

    ``wrong`` maps a correction to the last version that it corrects, None for all that are before it in
    the agency's order.
    """

    agency: str | None = None
    slug: str | None = None
    names: dict[str, None] = field(default_factory=dict)
    editions: list[Edition] = field(default_factory=list)
    killed: Order | None = None
    withheld: Order | None = None
    corrected: Order | None = None
    wrong: dict[str, str | None] = field(default_factory=dict)

    @property
    def standing(self) -> Standing:
        """Say what a desk may do with the story now."""
        if self.killed:
            return Standing.KILLED
        if self.withheld:
            return Standing.WITHHELD
        return Standing.CORRECTED if self.corrected else Standing.RUNNING

    @property
    def order(self) -> Order | None:
        """Give the order that stands."""
        return self.killed or self.withheld or self.corrected

    @property
    def current(self) -> Edition | None:
        """Give the latest version in the agency's order."""
        return next((each for each in reversed(self.editions) if not each.void), None)

    def edition(self, story_id: str | None) -> Edition | None:
        """Find a version by the story that brought it."""
        return next((each for each in self.editions if each.story_id == story_id), None)

    def place_of(self, story_id: str | None) -> int:
        """Tell the place of a version in the agency's order; -1 when it is none."""
        return next((place for place, each in enumerate(self.editions) if each.story_id == story_id), -1)

    def add(self, edition: Edition) -> None:
        """Put a version where the agency's order has it."""
        self.editions.append(edition)
        self.editions.sort(key=cmp_to_key(_order))

    def merge(self, other: "Chain") -> None:
        """Take over the versions, names and orders of a chain that turned out to be the same."""
        self.agency = self.agency or other.agency
        self.slug = self.slug or other.slug
        self.names.update(other.names)
        self.editions = sorted([*self.editions, *other.editions], key=cmp_to_key(_order))
        self.killed = self.killed or other.killed
        self.withheld = self.withheld or other.withheld
        self.corrected = self.corrected or other.corrected
        self.wrong |= other.wrong

    def lapse(self, story_id: str) -> None:
        """Drop the words of a story, the right to which has ended, from versions and orders."""
        for each in self.editions:
            if each.story_id == story_id:
                each.version = replace(each.version, headline=None)
        self.killed, self.withheld, self.corrected = (
            replace(order, note=None) if order is not None and order.story_id == story_id else order
            for order in (self.killed, self.withheld, self.corrected)
        )

    def versions(self) -> tuple[Version, ...]:
        """List the latest versions, in order."""
        return tuple(each.version for each in self.editions if not each.void)[-VERSIONS:]


def edition_of(story: Story, *, document: int, copy: int) -> Edition:
    """Make a version of a filing."""
    return Edition(
        version=Version(
            story_id=story.id,
            kind=story.version_kind,
            number=story.version_no,
            native_version=story.native_version,
            created=story.version_created,
            headline=story.headline,
        ),
        document=document,
        copy=copy,
        native_id=story.native_id,
        transmission_no=story.transmission_no,
    )


def _order(one: Edition, other: Edition) -> int:
    """Compare two versions: alert before urgent before story, then by number, then by time.

    Numbers of one chain of ids count first; those of version words begin again in the next cycle, half a
    day later. A version without number and words is the original. What nothing tells stays as it came.
    """
    return next((sign for sign in _signs(one, other) if sign), 0)


def _signs(one: Edition, other: Edition) -> tuple[int, ...]:
    a, b = one.version, other.version
    created = _sign(milliseconds(a.created), milliseconds(b.created))
    return (
        _sign(_STAGE.get(a.kind or "", _ORIGINAL), _STAGE.get(b.kind or "", _ORIGINAL)),
        _sign(_count(a), _count(b)) if one.native_id and one.native_id == other.native_id else 0,
        created if _far(a, b) else 0,
        _sign(a.number, b.number),
        created,
        _sign(_labelled(a), _labelled(b)),
    )


def _sign(one: int | None, other: int | None) -> int:
    return 0 if one is None or other is None else (one > other) - (one < other)


def _count(version: Version) -> int | None:
    text = version.native_version or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None


def _far(one: Version, other: Version) -> bool:
    ours, theirs = milliseconds(one.created), milliseconds(other.created)
    return ours is not None and theirs is not None and abs(ours - theirs) > CYCLE


def _labelled(version: Version) -> int:
    return int(version.kind is not None or version.number is not None)
