"""Which format a JSON object is in, and what an object that only wraps another payload holds."""

from collections.abc import Iterator, Mapping
from typing import Final

from worker.formats.draft import Format
from worker.formats.flat_json import BODIES, HEADLINES

_NINJS_BODIES: Final = ("body_text", "body_html", "body_xhtml", "bodies", "headlines", "description_text")
_NINJS_MARKS: Final = (
    "versioncreated",
    "versionCreated",
    "pubstatus",
    "pubStatus",
    "uri",
    "guid",
    "firstcreated",
)
_ARTICLE: Final = ("text", "html")
_STRINGS: Final = (
    "originalContentText", "body", "raw", "value", "content", "payload", "message", "Message", "xml", "nitf", "data", "Body"
)  # fmt: skip
_OBJECTS: Final = (
    "payload", "data", "content", "item", "items", "results", "result", "articles", "documents", "docs", "hits", "_source",
    "stories", "newsItems", "records", "entries", "detail"
)  # fmt: skip
_LEAST: Final = 40
_MOST: Final = 10_000


def json_format(tree: Mapping[str, object]) -> Format | None:
    """Name the format of an object by its own marks, first hit wins; None when it has none."""
    data = tree.get("data")
    inner = data if isinstance(data, Mapping) else {}
    if ("api_version" in tree and ("items" in inner or "item" in inner)) or _is_ap_item(tree):
        return Format.AP_MEDIA
    if "usn" in tree and "source-feed" in tree:
        return Format.FLAT_JSON
    if isinstance(tree.get("versionedGuid"), str) and ("bodyXhtml" in tree or "headLine" in tree):
        return Format.FLAT_JSON
    if isinstance(tree.get("item"), list) and ("total" in tree or "limit" in tree):
        return Format.NINJS
    if "jsonfeed.org" in str(tree.get("version"))[:80]:
        return Format.JSON_FEED
    if "schema.org" in str(tree.get("@context"))[:200] and "articleBody" in tree:
        return Format.FLAT_JSON
    if isinstance(tree.get("headlines"), list) or isinstance(tree.get("bodies"), list):
        return Format.NINJS
    marked = any(name in tree for name in _NINJS_MARKS)
    if (
        marked
        and ("headline" in tree or any(name in tree for name in _NINJS_BODIES))
        and not _is_article(tree)
    ):
        return Format.NINJS
    return None


def _is_ap_item(tree: Mapping[str, object]) -> bool:
    ids = tree.get("altids")
    return isinstance(ids, Mapping) and "itemid" in ids and ("renditions" in tree or "headline" in tree)


def _is_article(tree: Mapping[str, object]) -> bool:
    return any(isinstance(tree.get(name), str) for name in _ARTICLE)


def is_record(tree: Mapping[str, object]) -> bool:
    """Tell whether an object of no known format has a headline and a text under some usual name."""
    folded = {str(name).lower().replace("_", "").replace("-", "").replace(" ", "") for name in tree}
    return any(name in folded for name in BODIES) and any(name in folded for name in HEADLINES)


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
        if isinstance(value, Mapping):
            yield value
            return
        if isinstance(value, list) and value and all(isinstance(item, Mapping) for item in value[:_MOST]):
            yield from value
            return
