"""What place decides: placements, variants, links and merges as values."""

from dataclasses import dataclass
from enum import StrEnum

from worker.story import Story
from worker.values import quick


class Status(StrEnum):
    """What became of a story."""

    PLACED = "placed"
    KEPT = "kept"  # not matched: a table, a digest, a text too short
    HELD = "held"  # embargoed: matched, not yet released
    NOTICE = "notice"  # a kill or another bulletin


class Relation(StrEnum):
    """How a variant relates to the copy of its canonical story."""

    ORIGINAL = "original"
    VERBATIM = "verbatim"
    TRIMMED = "trimmed"
    EDITED = "edited"
    EXPANDED = "expanded"
    UPDATED = "updated"  # a later writethru
    PARAPHRASED = "paraphrased"
    EXCERPTED = "excerpted"  # a brief or a digest item
    REPEAT = "repeat"  # the same outlet sends the same copy again


class LinkType(StrEnum):
    """What ties a story to a canonical story that it does not belong to."""

    DERIVES_FROM = "derives_from"
    SHARES_QUOTES = "shares_quotes"
    SAME_EVENT = "same_event"


class Kept(StrEnum):
    """What became of a credit line on the way from the canonical copy to the variant."""

    KEPT = "kept"
    ALTERED = "altered"
    STRIPPED = "stripped"
    ADDED = "added"
    NONE = "none"  # neither side has one


class Standing(StrEnum):
    """What its agency lets a desk do with a canonical story; the later words outrank the earlier."""

    RUNNING = "running"
    CORRECTED = "corrected"  # an earlier version told something wrong
    WITHHELD = "withheld"  # until a later usable version
    KILLED = "killed"


class Action(StrEnum):
    """What an item does to another story that it names."""

    KILL = "kill"
    WITHHOLD = "withhold"
    CORRECT = "correct"
    DISREGARD = "disregard"  # one transmission of it
    REPLACE = "replace"  # this is the substitute for a story that was killed
    ADVISE = "advise"  # speaks of it, changes nothing


class NamedBy(StrEnum):
    """How an item names the story that it acts on."""

    ID = "id"
    NUMBER = "number"  # of the transmission
    SLUG = "slug"
    HEADLINE = "headline"
    COPY = "copy"  # it does not: its copy tells


class Cause(StrEnum):
    """Why the reach of a kill, a withhold or a correction is told."""

    ORDERED = "ordered"  # the agency ordered it
    RAN = "ran"  # another outlet runs the killed or uncorrected copy
    TOOK_DOWN = "took_down"
    CORRECTED = "corrected"  # an outlet put a later version in its place
    LIFTED = "lifted"  # the agency released what it had withheld


class Change(StrEnum):
    """What became of a paragraph on the way from the canonical copy to the variant."""

    KEPT = "kept"
    EDITED = "edited"
    MOVED = "moved"
    DROPPED = "dropped"
    ADDED = "added"


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class ParagraphChange:
    """One row of the paragraph map; positions count paragraphs from 0, None where there is none.

    ``similarity`` is the share of words in common, 0 to 1.
    """

    change: Change
    canonical: int | None
    variant: int | None
    similarity: float


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Swap:
    """Words of the canonical copy and what the variant has in their place."""

    canonical: str
    variant: str


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class CreditLines:
    """What became of each kind of credit line."""

    source: Kept = Kept.NONE
    byline: Kept = Kept.NONE
    dateline: Kept = Kept.NONE
    contributor: Kept = Kept.NONE
    copyright: Kept = Kept.NONE


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version of the agency's copy; named by the story that brought it.

    ``kind`` and ``number`` are its version words, ``created`` its time as the agency tells it, RFC 3339.
    """

    story_id: str
    kind: str | None = None
    number: int | None = None
    native_version: str | None = None
    created: str | None = None
    headline: str | None = None


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One story as a variant of its canonical story.

    ``coverage`` is the share of the canonical narrative that the variant keeps, ``novelty`` the
    share of the variant's narrative that the canonical copy does not have; both 0 to 1.
    ``parent`` is the story that it most likely derives from (None for the original), ``hops`` the
    number of such steps up to the original. ``lag`` is milliseconds behind the first sighting. ``expired``
    is the canonical story that an original would have joined, had that not left the window.
    ``version`` is the agency's version that the copy is nearest to, None when no version came yet;
    ``against`` names the story that coverage, novelty and changes are told against, None for the
    founding story.
    """

    relation: Relation
    coverage: float
    novelty: float
    sequence: int
    parent: str | None = None
    hops: int = 0
    lag: int | None = None
    agency: str | None = None
    credit: Kept = Kept.NONE
    credit_lines: CreditLines = CreditLines()
    paragraphs: tuple[ParagraphChange, ...] = ()
    house_style: tuple[Swap, ...] = ()
    names: tuple[Swap, ...] = ()
    figures: tuple[Swap, ...] = ()
    expired: str | None = None
    version: Version | None = None
    against: str | None = None


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A borrowed run of copy: first and last paragraph on both sides, and its words."""

    own: tuple[int, int]
    other: tuple[int, int]
    words: int


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A tie to a canonical story that the story does not belong to.

    ``share`` is the share of the story's narrative (for quotes: of its words) that is common, 0 to 1.
    """

    type: LinkType
    canonical_id: str
    story_id: str
    share: float
    passages: tuple[Passage, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ActsOn:
    """A canonical story that an item acts on, and by what the item names it: id, number, slug, headline.

    Not ``certain``: others answer to the name as well, and none of them is marked.
    """

    canonical_id: str
    action: Action
    named_by: NamedBy
    certain: bool = True


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """Where one story went. ``canonical_id`` and ``variant`` are None unless it was matched."""

    status: Status
    story: Story
    canonical_id: str | None = None
    variant: Variant | None = None
    links: tuple[Link, ...] = ()
    reason: str | None = None
    acts_on: tuple[ActsOn, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Carrier:
    """An outlet that runs copy of a canonical story; ``version`` is the story of the version it carries."""

    outlet: str | None
    story_id: str
    url: str | None
    seen: int | None
    version: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Who carries killed, withheld or uncorrected copy now, and why that is told.

    ``story_id`` is the story that caused it, ``ordered_by`` the bulletin or version that ordered the
    action. ``carrying`` counts all, ``carriers`` lists them up to a bound.
    """

    canonical_id: str
    sequence: int
    action: Action
    cause: Cause
    story_id: str
    ordered_by: str
    outlet: str | None
    note: str | None
    carrying: int
    carriers: tuple[Carrier, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lapse:
    """The right to a story ended at ``expires``, milliseconds since 1970 UTC: its text is dropped."""

    canonical_id: str
    sequence: int
    story_id: str
    expires: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """Two canonical stories turn out to be one: ``canonical_id`` is an alias of ``into`` from now on."""

    canonical_id: str
    into: str
    story_id: str  # the bridge


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A variant as the snapshot of its canonical story remembers it."""

    story_id: str
    sequence: int
    relation: Relation
    outlet: str | None
    url: str | None
    seen: int | None
    repeats: int = 0


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Canonical:
    """A canonical story as it stands now. ``into`` is set when it became an alias.

    ``lapsed`` is when the right to the canonical copy ended, None while it stands.

    ``first`` and ``latest`` list members up to a bound each and do not overlap; times are
    milliseconds since 1970 UTC, stream time.
    """

    canonical_id: str
    headline: str | None
    agency: str | None
    language: str | None
    founded: int | None
    updated: int | None
    sequence: int
    variants: int
    outlets: int
    repeats: int
    first: tuple[Member, ...]
    latest: tuple[Member, ...]
    into: str | None = None
    standing: Standing = Standing.RUNNING
    ordered_by: str | None = None  # the bulletin or version that made it so
    slug: str | None = None
    versions: tuple[Version, ...] = ()  # in the agency's order, the latest up to a bound
    carrying: int = 0  # outlets with killed, withheld or uncorrected copy
    lapsed: int | None = None


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """All that one record of the log changed; empty when it was a redelivery.

    ``decision`` is what the placement log keeps: with the story it rebuilds the state, see
    ``Fold.restore``. ``canonicals`` holds the present state of every canonical story touched, ``expired``
    the ids of some that left the window, ``lapses`` the stories whose text was dropped before all else.
    """

    decision: "Decision"
    placements: tuple[Placement, ...] = ()
    merges: tuple[Merge, ...] = ()
    canonicals: tuple[Canonical, ...] = ()
    expired: tuple[str, ...] = ()
    reaches: tuple[Reach, ...] = ()
    lapses: tuple[Lapse, ...] = ()


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The outcome of one log record, enough to rebuild the state.

    ``at`` is stream time. ``facts`` is a JSON-ready mapping that the fold alone reads; ``imprints`` holds
    what is kept of the story, or of each of its parts, see ``imprint.write_imprints``.
    """

    at: int | None
    story_id: str | None
    redelivery: bool
    facts: dict[str, object]
    imprints: bytes = b""
