"""The JSON messages, one frozen dataclass for each and version; ``topics/schemas`` is rendered from them.

The text beside a field is its description in the schema. A field with a default may be absent on the
wire; writers write every field. Times are RFC 3339 in UTC with milliseconds.
"""

from dataclasses import dataclass, field
from typing import Annotated, Literal

from topics.rules import TAG, Base64, Count, Id, Ordinal, Share, Time, Urgency

Kind = Literal[
    "story", "alert", "correction", "press-release", "advisory", "digest", "table", "kill", "withhold",
    "package", "stub", "service",
]  # fmt: skip
Role = Literal["copy", "subhead", "list", "table", "quote"]
FurnitureKind = Literal[
    "notice", "caption", "repeat", "share", "related", "promotion", "credit", "copyright", "author",
    "separator", "other",
]  # fmt: skip
CreditKind = Literal["source", "byline", "dateline", "contributor", "copyright", "field"]
PubStatus = Literal["usable", "embargoed", "withheld", "canceled"]
Status = Literal["placed", "kept", "held", "notice"]
Relation = Literal[
    "original", "verbatim", "trimmed", "edited", "expanded", "updated", "paraphrased", "excerpted", "repeat",
]  # fmt: skip
LinkType = Literal["derives_from", "shares_quotes", "same_event"]
Kept = Literal["kept", "altered", "stripped", "added", "none"]
Change = Literal["kept", "edited", "moved", "dropped", "added"]
Standing = Literal["running", "corrected", "withheld", "killed"]
Action = Literal["kill", "withhold", "correct", "disregard", "replace", "advise"]
Cause = Literal["ordered", "ran", "took_down", "corrected", "lifted"]
NamedBy = Literal["id", "number", "slug", "headline", "copy"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Coordinates:
    """Where a story came from, which names it for good."""

    topic: Annotated[Id, "topic id of the payload topic (not its name), or what a file reader put there"]
    partition: Annotated[Count, "partition of the payload"]
    offset: Annotated[Count, "offset of the payload"]
    part: Annotated[Count, "which story of the payload, from 0"] = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Dateline:
    """City and agency that open the copy."""

    text: Annotated[str, "the dateline as delivered"]
    place: Annotated[str | None, "city, as delivered"] = None
    date: Annotated[str | None, "date, as delivered"] = None
    agency: Annotated[str | None, "agency code, such as AP"] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """One line or field in which the payload says whose copy this is."""

    kind: Annotated[CreditKind, "where it stands"]
    text: Annotated[str, "the line as delivered"]
    agency: Annotated[str | None, "agency code that it names"] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What a story is about."""

    code: Annotated[Id, "code of a controlled vocabulary, such as 04015000, as delivered"]
    scheme: Annotated[str | None, "vocabulary, as the payload names it"] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """A paragraph of the copy as delivered, dateline included."""

    text: Annotated[str, "the paragraph as delivered"]
    role: Annotated[Role, "what the paragraph is inside the copy"] = "copy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Furniture:
    """A line of the payload that is not copy."""

    text: Annotated[str, "the line as delivered"]
    kind: Annotated[FurnitureKind, "why it is not copy"]
    before: Annotated[Count, "how many paragraphs of copy stand above it"] = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprint:
    """Sampled shingle hashes of the copy."""

    version: Annotated[Count, "algorithm that made the hashes; 0 when there are none"]
    words: Annotated[Count, "words of copy"]
    hashes: Annotated[Base64, "sorted distinct unsigned 64-bit numbers, little-endian"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryV1:
    """One article of a payload, with its furniture beside it."""

    schema: Annotated[Literal["story.v1"], TAG, "message and version"] = "story.v1"
    id: Annotated[Id, "content-addressed: source, native id and version, copy; 32 hexadecimal digits"]
    coordinates: Annotated[Coordinates, "payload and part"]
    received: Annotated[Time | None, "delivery time of the payload: ce_time, else append time"] = None
    source_format: Annotated[Id, "format the payload was read as, such as json-article"]
    payload_id: Annotated[str | None, "id that the feed gave the payload (ce_id)"] = None
    outlet: Annotated[str | None, "outlet that ran it"] = None
    feed: Annotated[str | None, "feed that delivered it"] = None
    url: Annotated[str | None, "where the outlet shows it"] = None
    published: Annotated[str | None, "publication time as the payload tells it; decides nothing"] = None
    kind: Annotated[Kind, "what the story is for a desk"] = "story"
    headline: Annotated[str | None, "headline as delivered"] = None
    deck: Annotated[str | None, "sentences under the headline that are not copy"] = None
    byline: Annotated[str | None, "byline as delivered"] = None
    dateline: Annotated[Dateline | None, "dateline, which also stands in the copy"] = None
    agency: Annotated[str | None, "agency that the payload itself credits"] = None
    language: Annotated[str | None, "BCP 47 code"] = None
    native_id: Annotated[str | None, "id of the item in its feed"] = None
    native_version: Annotated[str | None, "version of the item in its feed"] = None
    native_ids: Annotated[tuple[str, ...], "every id that the payload gives the item"] = ()
    transmission_no: Annotated[str | None, "number of this transmission, such as V5414"] = None
    slug: Annotated[str | None, "working name, without its version words"] = None
    version_kind: Annotated[str | None, "what the version words say, such as writethru"] = None
    version_no: Annotated[Count | None, "number in the version words"] = None
    part_no: Annotated[Count | None, "number of the take or add; null for a whole story"] = None
    urgency: Annotated[Urgency | None, "1 flash to 8"] = None
    ed_note: Annotated[str | None, "note to editors, as delivered"] = None
    editorial_types: Annotated[tuple[str, ...], "what its sender calls this item, such as Kill"] = ()
    pub_status: Annotated[PubStatus, "what a desk may do with it"] = "usable"
    embargo_until: Annotated[str | None, "end of the embargo; null: none, or embargoed without a time"] = None
    expires: Annotated[str | None, "when the right to publish and keep its text ends; null: not told"] = None
    first_created: Annotated[str | None, "time of the first version"] = None
    version_created: Annotated[str | None, "time of this version, by which versions are ordered"] = None
    copyright: Annotated[str | None, "copyright notice or holder, as delivered"] = None
    distributor: Annotated[str | None, "who sent it, where that is not its agency"] = None
    keywords: Annotated[tuple[str, ...], "keywords, as delivered"] = ()
    subjects: Annotated[tuple[Subject, ...], "subject codes"] = ()
    refers_to: Annotated[tuple[str, ...], "ids, numbers or slugs of stories it acts on or derives from"] = ()
    from_text: Annotated[tuple[str, ...], "fields that were read from the text, not from a field"] = ()
    credits: Annotated[tuple[Credit, ...], "credit lines and fields, in payload order"] = ()
    paragraphs: Annotated[tuple[Paragraph, ...], "the copy, in order"] = ()
    furniture: Annotated[tuple[Furniture, ...], "what was peeled off, in payload order"] = ()
    warnings: Annotated[tuple[str, ...], "what the reader had to forgive"] = ()
    fingerprint: Annotated[Fingerprint | None, "null inside variant.v1"] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TickV1:
    """Stream time passes without a story, so that expiry and embargoes are decided by the log."""

    schema: Annotated[Literal["tick.v1"], TAG, "message and version"] = "tick.v1"
    at: Annotated[Time, "stream time"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A record of wire-stories."""

    partition: Annotated[Count, "partition of wire-stories"] = 0
    offset: Annotated[Count, "offset in wire-stories"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacementV1:
    """Internal: what place decided for one record of wire-stories.

    With the header ``state``, binary and of a version of its own, it is enough to rebuild the state.
    """

    schema: Annotated[Literal["placement.v1"], TAG, "message and version"] = "placement.v1"
    source: Annotated[Source, "the record that was decided"]
    at: Annotated[Time | None, "stream time after the record"] = None
    story_id: Annotated[str | None, "story of the record; null for a tick"] = None
    redelivery: Annotated[bool, "the record had been placed before and changed nothing"] = False
    facts: Annotated[dict[str, object], "state of place; no other reader may rely on it"] = field(
        default_factory=dict
    )
    worker: Annotated[str, "version of the worker that decided"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ParagraphChange:
    """One row of the paragraph map."""

    change: Annotated[Change, "what became of the paragraph"]
    canonical: Annotated[Count | None, "paragraph of the canonical copy, from 0; null when added"] = None
    variant: Annotated[Count | None, "paragraph of the variant, from 0; null when dropped"] = None
    similarity: Annotated[Share, "share of words in common"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Swap:
    """Words of the canonical copy and what the variant has in their place."""

    canonical: Annotated[str, "words of the canonical copy"]
    variant: Annotated[str, "words of the variant"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditLines:
    """What became of each kind of credit line; "none" when neither side has one."""

    source: Annotated[Kept, "source line"] = "none"
    byline: Annotated[Kept, "byline"] = "none"
    dateline: Annotated[Kept, "dateline"] = "none"
    contributor: Annotated[Kept, "contributor line"] = "none"
    copyright: Annotated[Kept, "copyright line"] = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version of the agency's copy; named by the story that brought it."""

    story_id: Annotated[Id, "the story that brought it"]
    kind: Annotated[str | None, "its version words, such as writethru"] = None
    number: Annotated[Count | None, "number in the version words"] = None
    native_version: Annotated[str | None, "version of the item in its feed"] = None
    created: Annotated[str | None, "when its agency made it"] = None
    headline: Annotated[str | None, "its headline"] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """How the story relates to the copy of its canonical story."""

    relation: Annotated[Relation, "kind of variant"]
    coverage: Annotated[Share, "share of the canonical narrative that the variant keeps"]
    novelty: Annotated[Share, "share of the variant's narrative that the canonical copy does not have"]
    sequence: Annotated[Ordinal, "place within its canonical story, from 1; grows, and skips at merges"]
    parent: Annotated[str | None, "story that it most likely derives from; null for the original"] = None
    hops: Annotated[Count, "steps up to the original"] = 0
    lag: Annotated[float | None, "seconds behind the first sighting, three decimals"] = None
    agency: Annotated[str | None, "agency that the canonical story is attributed to"] = None
    credit: Annotated[Kept, "what became of the agency credit"] = "none"
    credit_lines: Annotated[CreditLines, "the same by kind of line"] = CreditLines()
    paragraphs: Annotated[tuple[ParagraphChange, ...], "paragraph map"] = ()
    house_style: Annotated[tuple[Swap, ...], "changes that a desk would recognise as style"] = ()
    names: Annotated[tuple[Swap, ...], "names that differ between aligned sentences"] = ()
    figures: Annotated[tuple[Swap, ...], "figures that differ between aligned sentences"] = ()
    expired: Annotated[str | None, "canonical story outside the window that an original belonged to"] = None
    version: Annotated[Version | None, "the agency's version that it carries; null when none had come"] = None
    against: Annotated[str | None, "story that all this is told against; null: the founding story"] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A borrowed run of copy; positions count paragraphs from 0, first and last."""

    own: Annotated[tuple[Count, Count], "in this story"]
    other: Annotated[tuple[Count, Count], "in the other story"]
    words: Annotated[Count, "words in common"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A tie to a canonical story that the story does not belong to."""

    type: Annotated[LinkType, "kind of tie"]
    canonical_id: Annotated[Id, "the other canonical story"]
    story_id: Annotated[Id, "the story of it that shares the copy"]
    share: Annotated[Share, "share of the narrative (for quotes: of the words) in common"]
    passages: Annotated[tuple[Passage, ...], "what was borrowed"] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ActsOn:
    """A canonical story that an item acts on: its bulletin, its corrective, its substitute."""

    canonical_id: Annotated[Id, "the canonical story"]
    action: Annotated[Action, "what the item does to it"]
    named_by: Annotated[NamedBy, "how the item names it"]
    certain: Annotated[bool, "false: others answer to the name as well, and none of them is marked"] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantV1:
    """Where one story went. Also a line of ``wiretrace trace``."""

    schema: Annotated[Literal["variant.v1"], TAG, "message and version"] = "variant.v1"
    status: Annotated[Status, "what became of the story"]
    canonical_id: Annotated[str | None, "canonical story; null unless it was matched"] = None
    sequence: Annotated[Ordinal | None, "same as variant.sequence; null unless it was matched"] = None
    story_id: Annotated[Id, "the story"]
    outlet: Annotated[str | None, "outlet that ran it"] = None
    headline: Annotated[str | None, "its headline"] = None
    seen: Annotated[Time | None, "when it was delivered"] = None
    variant: Annotated[Variant | None, "null unless it was matched"] = None
    links: Annotated[tuple[Link, ...], "ties to other canonical stories"] = ()
    story: Annotated[StoryV1, "the whole record, without its fingerprint"]
    reason: Annotated[str | None, "why it was not placed"] = None
    coordinates: Annotated[Coordinates, "payload and part"]
    acts_on: Annotated[tuple[ActsOn, ...], "canonical stories that a bulletin or a substitute acts on"] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Carrier:
    """An outlet that runs copy of a canonical story."""

    outlet: Annotated[str | None, "the outlet"] = None
    story_id: Annotated[Id, "its latest story"]
    url: Annotated[str | None, "where the outlet shows it"] = None
    seen: Annotated[Time | None, "when it was delivered"] = None
    version: Annotated[str | None, "story of the version that it carries"] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReachV1:
    """Which outlets carry killed, withheld or uncorrected copy now, and what changed that."""

    schema: Annotated[Literal["reach.v1"], TAG, "message and version"] = "reach.v1"
    status: Annotated[Literal["reach"], "always reach"] = "reach"
    canonical_id: Annotated[Id, "the canonical story"]
    sequence: Annotated[Ordinal, "place within the canonical story, as of a variant"]
    action: Annotated[Action, "what its agency ordered"]
    cause: Annotated[Cause, "why this is told: the order, or what one outlet did after it"]
    story_id: Annotated[Id, "story that caused it: the bulletin, the version, the outlet's story"]
    ordered_by: Annotated[Id, "bulletin or version that ordered the action"]
    outlet: Annotated[str | None, "outlet that ran, took down or corrected it; null when ordered"] = None
    note: Annotated[str | None, "the order in its agency's words"] = None
    carrying: Annotated[Count, "items of outlets that carry the copy now"]
    carriers: Annotated[tuple[Carrier, ...], "these, up to a bound"] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LapseV1:
    """The right to a story has ended: its text, all that was published of it, has to go.

    Ids, times and what was told of the story as a variant stay.
    """

    schema: Annotated[Literal["lapse.v1"], TAG, "message and version"] = "lapse.v1"
    status: Annotated[Literal["lapsed"], "always lapsed"] = "lapsed"
    canonical_id: Annotated[Id, "the canonical story that it belongs to"]
    sequence: Annotated[Ordinal, "place within the canonical story, as of a variant"]
    story_id: Annotated[Id, "the story whose text has to go"]
    expires: Annotated[Time, "when the right ended"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeV1:
    """Two canonical stories turn out to be one: the older id wins, the younger is an alias from now on."""

    schema: Annotated[Literal["merge.v1"], TAG, "message and version"] = "merge.v1"
    status: Annotated[Literal["merged"], "always merged"] = "merged"
    canonical_id: Annotated[Id, "the younger id, an alias from now on"]
    into: Annotated[Id, "the older id, which goes on"]
    story_id: Annotated[Id, "the story that bridged them"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A variant as the snapshot of its canonical story remembers it."""

    story_id: Annotated[Id, "the story"]
    sequence: Annotated[Ordinal, "place of the variant within the canonical story"]
    relation: Annotated[Relation, "kind of variant"]
    outlet: Annotated[str | None, "outlet that ran it"] = None
    url: Annotated[str | None, "where the outlet shows it"] = None
    seen: Annotated[Time | None, "when it was delivered"] = None
    repeats: Annotated[Count, "times that the outlet sent the same copy again"] = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CanonicalV1:
    """A canonical story as it stands now."""

    schema: Annotated[Literal["canonical.v1"], TAG, "message and version"] = "canonical.v1"
    status: Annotated[Literal["live", "alias"], "alias when it was merged into another"] = "live"
    canonical_id: Annotated[Id, "derives from the founding story and never changes"]
    into: Annotated[str | None, "the canonical story that goes on, when this is an alias"] = None
    sequence: Annotated[Count, "last sequence published on canonical-variants under this id"]
    headline: Annotated[str | None, "headline of the canonical copy; null when lapsed, and of an alias"] = (
        None
    )
    agency: Annotated[str | None, "agency it is attributed to"] = None
    language: Annotated[str | None, "BCP 47 code"] = None
    founded: Annotated[Time | None, "first sighting"] = None
    updated: Annotated[Time | None, "latest sighting"] = None
    variants: Annotated[Count, "variants so far"] = 0
    outlets: Annotated[Count, "outlets so far"] = 0
    repeats: Annotated[Count, "repeats so far"] = 0
    first: Annotated[tuple[Member, ...], "the first members, up to a bound"] = ()
    latest: Annotated[tuple[Member, ...], "the latest members beside the first, up to a bound"] = ()
    standing: Annotated[Standing, "what its agency lets a desk do with it"] = "running"
    ordered_by: Annotated[str | None, "bulletin or version that made it so"] = None
    slug: Annotated[str | None, "slug that its agency filed it under"] = None
    versions: Annotated[tuple[Version, ...], "its agency's versions in order, the latest up to a bound"] = ()
    carrying: Annotated[Count, "items of outlets that carry killed, withheld or uncorrected copy"] = 0
    lapsed: Annotated[Time | None, "when the right to the canonical copy ended; null while it stands"] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleV1:
    """What a feed without headers may put on wire-payloads; exactly text or html is needed."""

    schema: Annotated[Literal["article.v1"], "message and version; may be absent"] = "article.v1"
    id: Annotated[str | None, "id of the article in its feed"] = None
    outlet: Annotated[Id, "outlet that ran it"]
    url: Annotated[str | None, "where the outlet shows it"] = None
    published: Annotated[str | None, "publication time, RFC 3339 preferred; decides nothing"] = None
    title: Annotated[str | None, "headline"] = None
    byline: Annotated[str | None, "byline"] = None
    text: Annotated[str | None, "plain copy, paragraphs on lines of their own"] = None
    html: Annotated[str | None, "the page or its article as HTML"] = None
    language: Annotated[str | None, "BCP 47 code"] = None


Message = StoryV1 | TickV1 | PlacementV1 | VariantV1 | MergeV1 | ReachV1 | LapseV1 | CanonicalV1 | ArticleV1

MESSAGES: tuple[type[Message], ...] = (
    StoryV1,
    TickV1,
    PlacementV1,
    VariantV1,
    MergeV1,
    ReachV1,
    LapseV1,
    CanonicalV1,
    ArticleV1,
)
