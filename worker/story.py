"""The story and what surrounds it: the values that every other module passes on."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import blake2b

from worker.quick import quick


class Kind(StrEnum):
    """What a story is for a desk; only some kinds go to matching."""

    STORY = "story"
    ALERT = "alert"
    CORRECTION = "correction"
    PRESS_RELEASE = "press-release"
    ADVISORY = "advisory"
    DIGEST = "digest"
    TABLE = "table"
    KILL = "kill"
    WITHHOLD = "withhold"
    PACKAGE = "package"
    STUB = "stub"
    SERVICE = "service"


class Role(StrEnum):
    """What a paragraph is inside the copy."""

    COPY = "copy"
    SUBHEAD = "subhead"
    LIST = "list"
    TABLE = "table"
    QUOTE = "quote"  # a block quote or an embedded tweet that the format marks as such


class PubStatus(StrEnum):
    """What its sender lets a desk do with a story; the scale of NITF and NewsML-G2."""

    USABLE = "usable"
    EMBARGOED = "embargoed"  # not before ``embargo_until``; without a time that can be read: not at all
    WITHHELD = "withheld"
    CANCELED = "canceled"


class FurnitureKind(StrEnum):
    """Why a line is not copy."""

    NOTICE = "notice"  # browser, cookie, subscription and consent notices
    CAPTION = "caption"  # picture captions, gallery lines and photo credits
    REPEAT = "repeat"  # a headline or a caption that the page prints again
    SHARE = "share"  # share buttons, counters, text-size switches ("TT", "20")
    RELATED = "related"  # read-also lines, related headlines
    PROMOTION = "promotion"  # newsletters, sign-up forms, the site advertising itself
    CREDIT = "credit"  # source, contributor and agency lines
    COPYRIGHT = "copyright"
    AUTHOR = "author"  # notes about the author
    SEPARATOR = "separator"  # "___", "* * *"
    OTHER = "other"


class CreditKind(StrEnum):
    """Where an outlet says whose copy it runs."""

    SOURCE = "source"  # "/ Source: The Associated Press"
    BYLINE = "byline"  # "By MATTHEW LEE, Associated Press"
    DATELINE = "dateline"  # "WASHINGTON (AP) —"
    CONTRIBUTOR = "contributor"  # "Associated Press writers ... contributed"
    COPYRIGHT = "copyright"  # "Copyright 2023 The Associated Press"
    FIELD = "field"  # a field of the format


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Coordinates:
    """Where a story came from: topic id, partition and offset of its payload, and its part.

    ``topic`` is the broker's topic id, so that a topic deleted and made again does not look like
    redeliveries. ``part`` counts the stories of one payload from 0.
    """

    topic: str
    partition: int
    offset: int
    part: int = 0


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Payload:
    """The bytes that a feed delivered, and what its headers say of them.

    ``received`` is delivery time in milliseconds since 1970 UTC: ``ce_time``, else the broker's
    append time, else (files) the time of publication, or None.
    """

    body: bytes
    content_type: str | None = None
    id: str | None = None
    outlet: str | None = None
    feed: str | None = None
    url: str | None = None
    published: str | None = None
    received: int | None = None
    coordinates: Coordinates | None = None


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Dateline:
    """City and agency that open the copy; ``text`` is the dateline as delivered."""

    text: str
    place: str | None = None
    date: str | None = None
    agency: str | None = None


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """One line or field in which the payload says whose copy this is."""

    kind: CreditKind
    text: str
    agency: str | None = None


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What a story is about: a code of a controlled vocabulary; ``scheme`` as the payload names it."""

    code: str
    scheme: str | None = None


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """A paragraph of the copy as delivered, dateline included."""

    text: str
    role: Role = Role.COPY


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Furniture:
    """A line that is not copy; ``before`` counts the paragraphs of copy that stand above it."""

    text: str
    kind: FurnitureKind
    before: int = 0


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprint:
    """Sampled shingle hashes of the copy; ``version`` names the algorithm that made them.

    ``hashes`` are unsigned 64-bit numbers, little-endian, sorted and distinct.
    """

    version: int
    words: int
    hashes: bytes


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a format tells of a story. Absent means None or empty.

    ``native_id`` names the chain of versions, ``native_ids`` holds every id that the payload gives,
    ``refers_to`` the ids, numbers or slugs of other stories that it acts on or derives from. Times are
    RFC 3339; the right to the text ends at ``expires``; urgency is 1 (flash) to 8. ``from_text`` names the
    fields that no field of the format told.
    """

    payload_id: str | None = None
    outlet: str | None = None
    url: str | None = None
    published: str | None = None
    kind: Kind = Kind.STORY
    headline: str | None = None
    deck: str | None = None
    byline: str | None = None
    dateline: Dateline | None = None
    agency: str | None = None
    language: str | None = None
    native_id: str | None = None
    native_version: str | None = None
    native_ids: tuple[str, ...] = ()
    transmission_no: str | None = None
    slug: str | None = None
    version_kind: str | None = None
    version_no: int | None = None
    part_no: int | None = None
    urgency: int | None = None
    ed_note: str | None = None
    editorial_types: tuple[str, ...] = ()
    pub_status: PubStatus = PubStatus.USABLE
    embargo_until: str | None = None
    expires: str | None = None
    first_created: str | None = None
    version_created: str | None = None
    copyright: str | None = None
    distributor: str | None = None
    keywords: tuple[str, ...] = ()
    subjects: tuple[Subject, ...] = ()
    refers_to: tuple[str, ...] = ()
    from_text: tuple[str, ...] = ()
    credits: tuple[Credit, ...] = ()
    paragraphs: tuple[Paragraph, ...] = ()
    furniture: tuple[Furniture, ...] = ()
    warnings: tuple[str, ...] = ()

    def copy(self) -> Iterator[str]:
        """Yield the text of the paragraphs in order."""
        return (paragraph.text for paragraph in self.paragraphs)


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Story(Draft):
    """One article of a payload, with its furniture beside it, identity and fingerprint."""

    id: str
    coordinates: Coordinates
    received: int | None
    source_format: str
    feed: str | None = None
    fingerprint: Fingerprint = field(default_factory=lambda: Fingerprint(version=0, words=0, hashes=b""))


def story_id(  # noqa: PLR0913 - identity is made of exactly these
    *,
    outlet: str | None,
    feed: str | None,
    payload_id: str | None = None,
    coordinates: Coordinates,
    native_id: str | None,
    native_version: str | None,
    paragraphs: tuple[Paragraph, ...],
    headline: str | None,
) -> str:
    """Name a story by its content: 32 hexadecimal digits, the same on every machine.

    Source is the outlet, else the feed, else the payload's id, else its coordinates; white space in
    the copy does not count. A story without copy is named by its headline.
    """
    at = f"{coordinates.topic}/{coordinates.partition}/{coordinates.offset}"
    source = outlet or feed or payload_id or at
    copy = " ".join([paragraph.text for paragraph in paragraphs])
    if "  " in copy or not copy.isprintable():  # of all white space only a plain space is printable
        copy = " ".join(copy.split())
    copy = copy.strip(" ")
    digest = blake2b(digest_size=16, person=b"story-id/1")
    for part in (source, native_id or "", native_version or "", copy or headline or ""):
        encoded = part.encode("utf-8", "surrogatepass")
        digest.update(len(encoded).to_bytes(8, "little"))
        digest.update(encoded)
    return digest.hexdigest()
