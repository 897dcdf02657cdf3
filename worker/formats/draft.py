"""What parsers read and what they give back: a source in, unfinished stories out."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from worker.errors import WireError
from worker.story import Credit, Dateline, Furniture, Kind, Paragraph, PubStatus, Subject


class Format(StrEnum):
    """Every format that a payload can be in; the name is written into ``Story.source_format``."""

    ARTICLE = "json-article"
    WEBPAGE = "html-page"
    PAGETEXT = "page-text"
    ANPA = "anpa-1312"
    IPTC7901 = "iptc-7901"
    AP_MEDIA = "ap-media-json"
    NINJS = "ninjs"
    JSON_FEED = "json-feed"
    FLAT_JSON = "flat-json"
    MAIL = "mail"
    NITF = "nitf"
    NEWSML = "newsml-1.2"
    NEWSML_G2 = "newsml-g2"
    RITZAU = "ritzau-xml"
    RSS = "rss"
    ATOM = "atom"
    XML = "xml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One payload, recognised: its bytes, their text, and the tree where the format has one.

    ``nesting`` is how deep a tree may go; ``outlet`` is what the headers say of it.
    """

    format: Format
    body: bytes
    text: str
    charset: str
    tree: object = None
    outlet: str | None = None
    nesting: int = 64
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A story without identity and coordinates, as its format tells it; see ``Story`` for the fields."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Hollow:
    """A sound payload or item without a story, such as a package of references."""

    reason: str


Item = Draft | Hollow | WireError
"""One bad item is a value among the others, so that it never takes its neighbours with it."""

Parser = Callable[[Source], Iterable[Item]]
"""Reads a recognised payload; raises WireError only when no part of it can be read."""
