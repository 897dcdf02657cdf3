"""What parsers read and what they give back: a source in, unfinished stories out."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from worker.errors import WireError
from worker.story import Draft
from worker.values import quick


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


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One payload, recognised: its bytes, their text, and the tree where the format has one.

    The text of strict JSON is empty: its tree is read from the bytes. ``nesting`` is how deep a tree may
    go; ``outlet`` is what the headers say of it.
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
class Hollow:
    """A sound payload or item without a story, such as a package of references."""

    reason: str


Item = Draft | Hollow | WireError
"""One bad item is a value among the others, so that it never takes its neighbours with it."""

Parser = Callable[[Source], Iterable[Item]]
"""Reads a recognised payload; raises WireError only when no part of it can be read."""
