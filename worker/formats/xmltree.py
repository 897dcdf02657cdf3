"""The one XML reader: no entities, no network, no document type, a limit on depth; text in, trees out.

The declaration is dropped, because the bytes are decoded before (``charset``): a library that obeys a
false label makes mojibake without an error. Names are compared without prefix and namespace, which feeds
get wrong (XML 1.0, section 2.8; Namespaces in XML 1.0).
"""

from collections.abc import Iterator
from functools import lru_cache
from itertools import chain
from typing import Any, Final

from lxml import etree

from worker.errors import Malformed, TooDeep, WireError
from worker.formats.xmltext import cut_items, repair, without_prolog

BROKEN: Final = "broken document, read item by item"
"""Opens the warning of an item that was cut out of a document which is broken elsewhere."""

Element = etree._Element  # noqa: SLF001 - the only name that lxml has for the type


def read_xml(text: str) -> tuple[Element, tuple[str, ...]]:
    """Parse one document: its root, and what had to be repaired.

    Repaired are what XML forbids and feeds send: control characters, entities of HTML, bare ampersands.
    Raises Malformed for broken markup and for a document that uses entities of its own, TooDeep.
    """
    body = without_prolog(text)
    try:
        return _parse(body), ()
    except etree.XMLSyntaxError as error:
        repaired = repair(body)
        if repaired == body:
            raise _malformed(error) from None
    try:
        return _parse(repaired), ("broken XML repaired: control characters, entities or ampersands",)
    except etree.XMLSyntaxError as error:
        raise _malformed(error) from None


def read_roots(text: str, items: tuple[str, ...]) -> Iterator[tuple[Element, tuple[str, ...]] | WireError]:
    """Parse a document of several items; when it is broken, parse what can be cut out of it item by item.

    Every item then comes in a document of its own, behind what the whole says before its first item; an
    item that is broken itself is yielded as its error. Raises Malformed when no item can be cut out.
    """
    try:
        whole = read_xml(text)
    except Malformed as error:
        parts = cut_items(text, items, _is_sound)
        first = next(parts, None)
        if first is None:
            raise
        warning = f"{BROKEN}: {error}"
        for part in chain((first,), parts):
            yield _read_item(part, warning)
    else:
        yield whole


def local(element: Element) -> str:
    """Return the name of an element without its namespace; empty for what is no element."""
    tag: Any = element.tag
    return tag.rsplit("}", 1)[-1] if isinstance(tag, str) else ""


def children(element: Element | None, *names: str) -> list[Element]:
    """List the children of these local names, or all children when none is named."""
    return [] if element is None else list(element.iterchildren(*_any_namespace(names)))


def child(element: Element | None, *path: str) -> Element | None:
    """Walk down one child a step; None when a step is missing."""
    for name in path:
        if element is None:
            return None
        element = next(element.iterchildren(*_any_namespace((name,))), None)
    return element


def descendants(element: Element | None, *names: str) -> Iterator[Element]:
    """Yield the elements of these local names at any depth, in document order, the element included."""
    return iter(()) if element is None else element.iter(*_any_namespace(names))


def attribute(element: Element | None, *names: str) -> str | None:
    """Return the first of these attributes that is not empty, whatever their namespaces."""
    if element is None:
        return None
    for name in names:
        value: object = element.get(name)
        if value is None:
            value = next((each for key, each in element.items() if str(key).endswith("}" + name)), None)
        if value and (text := " ".join(str(value).split())):
            return text
    return None


def text_of(element: Element | None) -> str | None:
    """Return the text inside an element in one line; empty is None."""
    if element is None:
        return None
    return " ".join(raw_text(element).split()) or None


def raw_text(element: Element | None) -> str:
    """Return the text inside an element as it stands."""
    if element is None:
        return ""
    return "".join(map(str, element.itertext())) if len(element) else element.text or ""


@lru_cache(maxsize=1024)
def _any_namespace(names: tuple[str, ...]) -> tuple[str, ...]:
    """Make the names of elements in any namespace or none."""
    return tuple(f"{{*}}{name}" for name in names)


def _parse(text: str) -> Element:
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    return etree.fromstring(text.encode("utf-8", "replace"), parser)


def _malformed(error: etree.XMLSyntaxError) -> WireError:
    """Turn the library's error into ours, without the source name that it ends with."""
    message = str(error.msg or error)[:160]
    return TooDeep(message) if "depth" in message.lower() else Malformed(f"not XML: {message}")


def _is_sound(text: str) -> bool:
    try:
        read_xml(text)
    except WireError:
        return False
    return True


def _read_item(part: str, warning: str) -> tuple[Element, tuple[str, ...]] | WireError:
    try:
        root, repairs = read_xml(part)
    except WireError as error:
        return error
    return root, (warning, *repairs)
