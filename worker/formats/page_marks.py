"""Elements of a page that are marked as bylines, captions, times, decks or credits."""

import re
from collections.abc import Iterator, Mapping
from html import unescape
from types import MappingProxyType
from typing import Final

from resiliparse.parse.html import ElementNode, HTMLTree, Node

from worker.dialects.agencies import agency_called
from worker.dialects.bylines import is_byline
from worker.story import Credit, CreditKind, FurnitureKind

MOST: Final = 40
_CREDIT_ELEMENTS: Final = ", ".join(
    f'[class*="{name}"]' for name in ("credit", "byline", "source", "author", "agency", "distributor")
)
_BYLINES: Final = '[class*="byline"], [rel="author"], [itemprop="author"]'
_TIMES: Final = 'time, [class*="timestamp"], [itemprop="datePublished"]'
_CAPTIONS: Final = 'figcaption, [class*="caption"]'
DECKS: Final = ", ".join(
    f'[class*="{name}"]'
    for name in (
        "standfirst",
        "subtitle",
        "sub-title",
        "subheadline",
        "sub-headline",
        "strapline",
        "dek",
        "deck",
    )
)
LONGEST_DECK: Final = 500
_LABEL: Final = re.compile(r"^(?:By|Source|Sources|From|Via|Agency|Quelle|Von)\s?[:\s]\s{0,3}", re.IGNORECASE)
_ASIDE: Final = frozenset({"figure", "figcaption", "footer", "aside", "nav", "li"})
_PICTURED: Final = re.compile(
    r"photo|image|caption|media|gallery|related|teaser|card|footer|promo|widget", re.IGNORECASE
)
_CREDIT_LONGEST: Final = 60
_ANCESTORS: Final = 12


def credited(tree: HTMLTree) -> tuple[Credit, ...]:
    """Find an element for credits that holds nothing but an agency's name, pictures and footers aside."""
    for node in all_elements(tree, _CREDIT_ELEMENTS)[:MOST]:
        text = words_of((node.text or "")[:200])
        agency = agency_called(_LABEL.sub("", text)) if text and len(text) <= _CREDIT_LONGEST else None
        if text and agency and not _is_aside(node):
            return (Credit(kind=CreditKind.FIELD, text=text, agency=agency),)
    return ()


def _is_aside(node: ElementNode) -> bool:
    """Tell whether an element stands in a picture, a footer, a menu or the teaser of another story."""
    at: Node | None = node
    for _ in range(_ANCESTORS):
        if not isinstance(at, ElementNode) or at.tag in ("body", "html"):
            return False
        if at.tag in _ASIDE or _PICTURED.search(at.get_attribute("class") or ""):
            return True
        at = at.parent
    return False


def signed(tree: HTMLTree) -> str | None:
    """Read the byline from the element that is marked as one."""
    return next((text for text in marked_texts(tree, _BYLINES, _CREDIT_LONGEST) if is_byline(text)), None)


def marked_lines(tree: HTMLTree) -> Mapping[str, FurnitureKind]:
    """List the lines that their elements mark as captions, times or bylines: no copy, whatever they say."""
    found: dict[str, FurnitureKind] = {}
    for selector, kind, longest in (
        (_BYLINES, FurnitureKind.AUTHOR, _CREDIT_LONGEST),
        (_TIMES, FurnitureKind.OTHER, _CREDIT_LONGEST),
        (_CAPTIONS, FurnitureKind.CAPTION, LONGEST_DECK),
    ):
        found.update(dict.fromkeys(marked_texts(tree, selector, longest), kind))
    return MappingProxyType(found)


def marked_texts(tree: HTMLTree, selector: str, longest: int) -> Iterator[str]:
    """Yield the text of the elements that a selector finds, as one line each, the longer ones left out."""
    for node in all_elements(tree, selector)[:MOST]:
        text = words_of((node.text or "")[: 2 * longest])
        if text and len(text) <= longest:
            yield text


def words_of(value: object) -> str | None:
    """Make a value one plain line; the first of a list counts, empty is None."""
    if isinstance(value, list):
        value = value[0] if value else None
    return " ".join(unescape(unescape(value)).split()) or None if isinstance(value, str) else None


def all_elements(tree: HTMLTree, selector: str) -> list[ElementNode]:
    """List the elements that match a CSS selector, in document order."""
    return list(tree.document.query_selector_all(selector).values()) if tree.document is not None else []
