"""A JSON article: ``{id?, outlet, url?, published?, title?, byline?, text | html, language?}``."""

from collections.abc import Iterator, Mapping
from typing import Any, cast

from worker.errors import NoCopy
from worker.formats.draft import Item, Source
from worker.formats.html_text import html_text
from worker.formats.page import read_page
from worker.formats.times import rfc3339


def parse(source: Source) -> Iterator[Item]:
    """Yield the stories of one article; fields of the wrong type are dropped with a warning."""
    tree = cast("Mapping[str, object]", source.tree)
    warnings = list(source.warnings)
    text = _text(tree, "text", warnings)
    if text is None and (html := _text(tree, "html", warnings)):
        text = html_text(html, nesting=source.nesting)
    if not text:
        raise NoCopy("neither 'text' nor 'html' holds copy")
    published = tree.get("published")
    moment = rfc3339(published)
    if moment is None and published not in (None, ""):
        warnings.append(f"published is no date: {str(published)[:40]!r}")
    outlet = _text(tree, "outlet", warnings)
    identifier = tree.get("id")
    payload_id = str(identifier) if isinstance(identifier, int) else _text(tree, "id", warnings)
    url = _text(tree, "url", warnings)
    language = _text(tree, "language", warnings)
    title = _text(tree, "title", warnings)
    byline = _text(tree, "byline", warnings)
    told: dict[str, Any] = {
        "payload_id": payload_id,
        "url": url,
        "published": moment,
        "language": language,
        "warnings": tuple(warnings),
    }
    for draft in read_page(text, title=title, byline=byline, outlet=source.outlet or outlet, **told):
        yield draft if draft.paragraphs else NoCopy("furniture alone, no copy")


def _text(tree: Mapping[str, object], name: str, warnings: list[str]) -> str | None:
    """Read a string field; empty is absent, another type is absent with a warning."""
    value = tree.get(name)
    if value is None:
        return None
    if not isinstance(value, str):
        warnings.append(f"{name} is not a string")
        return None
    if "\x00" in value:  # lone surrogates do not pass the reader of JSON
        value = value.replace("\x00", " ")
    return value.strip() or None
