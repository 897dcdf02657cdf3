"""Which format a JSON object is in, and what an object that only wraps another payload holds."""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from worker.formats.draft import Format
from worker.formats.flat_json import BODIES, HEADLINES

_NINJS_BODIES: Final = frozenset(
    {"body_text", "body_html", "body_xhtml", "description_text", "headline", "article_html"}
)
_NINJS_MARKS: Final = frozenset(
    {"versioncreated", "versionCreated", "pubstatus", "pubStatus"}
    | {"uri", "guid", "firstcreated", "urn", "version_created"}
)
_ARTICLE: Final = ("text", "html")
_STRINGS: Final = (
    *("originalContentText", "body", "raw", "value", "content", "payload"),
    *("message", "Message", "xml", "nitf", "data", "Body"),
)
_OBJECTS: Final = (
    *("payload", "data", "content", "item", "items", "results", "result", "articles", "documents"),
    *("docs", "hits", "_source", "stories", "newsItems", "records", "entries", "detail", "_items"),
)
_CARRIERS: Final = frozenset((*_STRINGS, *_OBJECTS))
_TELLING: Final = _NINJS_MARKS | {
    *("api_version", "altids", "usn", "versionedGuid", "articleBody", "version"),
    *("item", "headlines", "bodies"),
}
"""One of these names stands in every object that has the marks of a format."""

_LEAST: Final = 40
_SURE: Final = 50


def json_format(tree: Mapping[str, object]) -> Format | None:
    """Name the format of an object by its own marks, first hit wins; None when it has none."""
    if _TELLING.isdisjoint(tree):
        return None
    return next((format_ for format_, is_so in _MARKS if is_so(tree)), None)


def _is_ap_media(tree: Mapping[str, object]) -> bool:
    data = tree.get("data")
    if "api_version" in tree and isinstance(data, Mapping) and ("items" in data or "item" in data):
        return True
    ids = tree.get("altids")
    return isinstance(ids, Mapping) and "itemid" in ids and ("renditions" in tree or "headline" in tree)


def _is_flat(tree: Mapping[str, object]) -> bool:
    return (
        ("usn" in tree and "source-feed" in tree)
        or (isinstance(tree.get("versionedGuid"), str) and ("bodyXhtml" in tree or "headLine" in tree))
        or ("articleBody" in tree and "schema.org" in str(tree.get("@context"))[:200])
    )


def _is_ninjs(tree: Mapping[str, object]) -> bool:
    if isinstance(tree.get("item"), list) and ("total" in tree or "limit" in tree):
        return True
    if isinstance(tree.get("headlines"), list) or isinstance(tree.get("bodies"), list):
        return True
    return (
        not _NINJS_MARKS.isdisjoint(tree)
        and not _NINJS_BODIES.isdisjoint(tree)
        and not any(isinstance(tree.get(name), str) for name in _ARTICLE)
    )


_MARKS: Final[tuple[tuple[Format, Callable[[Mapping[str, object]], bool]], ...]] = (
    (Format.AP_MEDIA, _is_ap_media),
    (Format.FLAT_JSON, _is_flat),
    (Format.JSON_FEED, lambda tree: "jsonfeed.org" in str(tree.get("version"))[:80]),
    (Format.NINJS, _is_ninjs),
)


def is_record(tree: Mapping[str, object]) -> bool:
    """Tell whether an object of no known format has a headline and a text under some usual name.

    What has ``text`` or ``html`` is the JSON article that this project takes from crawlers.
    """
    if any(name in tree for name in _ARTICLE):
        return False
    folded = {str(name).lower().replace("_", "").replace("-", "").replace(" ", "") for name in tree}
    return any(name in folded for name in BODIES) and any(name in folded for name in HEADLINES)


def is_envelope(tree: Mapping[str, object]) -> bool:
    """Tell whether an object has a value in one of the places where an envelope carries a payload."""
    return not _CARRIERS.isdisjoint(tree)


def holds_record(tree: Mapping[str, object]) -> bool:
    """Tell whether an object inside an envelope is a record, or holds one a level down."""
    return is_record(tree) or any(json_format(inner) is not None for inner in wrapped_objects(tree))


def wrapped_text(tree: Mapping[str, object]) -> Iterator[str]:
    """Yield the long strings in which an envelope may carry a payload."""
    for name in _STRINGS:
        value = tree.get(name)
        if isinstance(value, str) and len(value) >= _LEAST:
            yield value


def wrapped_objects(tree: Mapping[str, object]) -> Iterator[Mapping[str, object]]:
    """Yield the objects that an envelope carries in one of the usual places."""
    for name in _OBJECTS:
        value = tree.get(name)
        if value is None:
            continue
        if isinstance(value, Mapping):
            yield value
            return
        if isinstance(value, list) and value and all(isinstance(item, Mapping) for item in value[:_SURE]):
            yield from (item for item in value if isinstance(item, Mapping))
            return
