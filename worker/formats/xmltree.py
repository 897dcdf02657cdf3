"""The one XML reader: no entities, no network, no document type, a limit on depth; text in, trees out.

The declaration is dropped, because the bytes are decoded before (``charset``): a library that obeys a
false label makes mojibake without an error. Names are compared without prefix and namespace, which feeds
get wrong (XML 1.0, section 2.8; Namespaces in XML 1.0).
"""

import re
from collections.abc import Iterator
from html.entities import html5
from typing import Any, Final

from lxml import etree

from worker.errors import Malformed, TooDeep, WireError

Element = etree._Element  # noqa: SLF001 - the only name that lxml has for the type

_BLANKS: Final = " \t\r\n\ufeff"
_NAME: Final = re.compile(r"<(?:[\w.\-]{1,60}:)?([A-Za-z_][\w.\-]{0,80})(?=[\s/>])")
_SUBSET_END: Final = re.compile(r"\]\s{0,20}>")
_DECLARED: Final = re.compile(r"<!ENTITY\s{1,20}([\w.\-:]{1,80})\s")
_ENTITY: Final = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,31});|&(?!#\d{1,7};|#x[0-9a-fA-F]{1,6};|[A-Za-z])")
_REFERENCE: Final = re.compile(r"&(?![A-Za-z][A-Za-z0-9]{0,31};|#)")
_CONTROLS: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_OWN: Final = frozenset({"lt", "gt", "amp", "quot", "apos"})
_OPEN: Final = "<![CDATA["
_CLOSE: Final = "]]>"
_LONGEST_TAG: Final = 20_000
_DOCUMENTS: Final = 1_000


def root_name(text: str) -> str | None:
    """Return the local name of the root behind declaration, comments and DOCTYPE; None when there is none."""
    found = _NAME.match(text, _prolog(text))
    return found[1] if found else None


def cut_documents(text: str) -> list[str]:
    """Cut documents that were joined end to end; one document is returned as it is."""
    name = root_name(text)
    if name is None:
        return [text]
    cuts = [0]
    closing = re.compile(
        rf"</(?:[\w.\-]{{1,60}}:)?{re.escape(name)}\s{{0,20}}>[\s\ufeff]{{0,200}}(?=<[?!A-Za-z])"
    )
    for found in closing.finditer(text):
        if len(cuts) >= _DOCUMENTS:
            break
        if root_name(text[found.end() : found.end() + _LONGEST_TAG]) and not _is_inside_cdata(
            text, cuts[-1], found.start()
        ):
            cuts.append(found.end())
    parts = [text[start:end] for start, end in zip(cuts, [*cuts[1:], len(text)], strict=True)]
    return parts if all(_is_document(part, name) for part in parts) else [text]


def read_xml(text: str) -> tuple[Element, tuple[str, ...]]:
    """Parse one document: its root, and what had to be repaired.

    Repaired are what XML forbids and feeds send: control characters, entities of HTML, bare ampersands.
    Raises Malformed for broken markup and for a document that uses entities of its own, TooDeep.
    """
    body = _without_prolog(text)
    try:
        return _parse(body), ()
    except etree.XMLSyntaxError as error:
        repaired = _repair(body)
        if repaired == body:
            raise _malformed(error) from None
    try:
        return _parse(repaired), ("broken XML repaired: control characters, entities or ampersands",)
    except etree.XMLSyntaxError as error:
        raise _malformed(error) from None


def read_roots(text: str, items: tuple[str, ...]) -> Iterator[tuple[Element, tuple[str, ...]] | WireError]:
    """Parse a document of several items; when it is broken, parse what can be cut out of it item by item.

    Every item then comes inside a root of its own with the start tag of the document's root; an item that
    is broken itself is yielded as its error. Raises Malformed when no item can be cut out.
    """
    try:
        whole = read_xml(text)
    except Malformed as error:
        parts = list(_cut_items(text, items))
        if not parts:
            raise
        warning = f"broken document, read item by item: {error}"
        for part in parts:
            yield _read_item(part, warning)
    else:
        yield whole


def local(element: Element) -> str:
    """Return the name of an element without its namespace; empty for what is no element."""
    tag: Any = element.tag
    return tag.rsplit("}", 1)[-1] if isinstance(tag, str) else ""


def children(element: Element | None, *names: str) -> list[Element]:
    """List the children of these local names, or all children when none is named."""
    return [] if element is None else [each for each in element if not names or local(each) in names]


def child(element: Element | None, *path: str) -> Element | None:
    """Walk down one child a step; None when a step is missing."""
    for name in path:
        if element is None:
            return None
        element = next((each for each in element if local(each) == name), None)
    return element


def descendants(element: Element | None, *names: str) -> Iterator[Element]:
    """Yield the elements of these local names at any depth, in document order, the element included."""
    if element is not None:
        yield from (each for each in element.iter() if local(each) in names)


def attribute(element: Element | None, *names: str) -> str | None:
    """Return the first of these attributes that is not empty, whatever their namespaces."""
    if element is None:
        return None
    for name in names:
        value: object = element.get(name)
        if value is None:
            value = next((each for key, each in element.attrib.items() if _local_key(key) == name), None)
        if value and (text := " ".join(str(value).split())):
            return text
    return None


def text_of(element: Element | None) -> str | None:
    """Return the text inside an element in one line; empty is None."""
    if element is None:
        return None
    return " ".join("".join(_texts(element)).split()) or None


def raw_text(element: Element | None) -> str:
    """Return the text inside an element as it stands."""
    return "" if element is None else "".join(_texts(element))


def _texts(element: Element) -> Iterator[str]:
    return (str(text) for text in element.itertext())


def _local_key(key: object) -> str:
    return str(key).rsplit("}", 1)[-1]


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


def _prolog(text: str) -> int:
    """Return where the root begins: behind white space, declarations, comments and a DOCTYPE."""
    at = 0
    while True:
        while at < len(text) and text[at] in _BLANKS:
            at += 1
        if text.startswith("<?", at):
            end = text.find("?>", at)
            at = end + 2 if end >= 0 else len(text)
        elif text.startswith("<!--", at):
            end = text.find("-->", at)
            at = end + 3 if end >= 0 else len(text)
        elif text.startswith("<!", at):
            at = _doctype_end(text, at)
        else:
            return at


def _doctype_end(text: str, at: int) -> int:
    subset, end = text.find("[", at), text.find(">", at)
    if 0 <= subset < end:
        closed = _SUBSET_END.search(text, subset)
        return closed.end() if closed else len(text)
    return end + 1 if end >= 0 else len(text)


def _without_prolog(text: str) -> str:
    """Cut what stands before the root. Raises Malformed when the document uses entities that it declares."""
    at = _prolog(text)
    if "<!ENTITY" in text[:at]:
        declared = {found[1] for found in _DECLARED.finditer(text[:at])}
        used = {found[1] for found in re.finditer(r"&([\w.\-:]{1,80});", text[at:])}
        if declared & used:
            raise Malformed(f"declares entities and uses them: {min(declared & used)[:40]}")
    return text[at:]


def _repair(text: str) -> str:
    """Remove control characters, and outside CDATA write HTML entities and bare ampersands as XML does."""
    text = _CONTROLS.sub(" ", text)
    if "&" not in text:
        return text
    parts: list[str] = []
    at = 0
    while at < len(text):
        start = text.find(_OPEN, at)
        if start < 0:
            parts.append(_escaped(text[at:]))
            break
        end = text.find(_CLOSE, start)
        end = end + len(_CLOSE) if end >= 0 else len(text)
        parts += (_escaped(text[at:start]), text[start:end])
        at = end
    return "".join(parts)


def _escaped(text: str) -> str:
    return _REFERENCE.sub("&amp;", _ENTITY.sub(_character, text))


def _character(found: re.Match[str]) -> str:
    name = found[1]
    if name is None:
        return "&amp;"
    if name in _OWN:
        return found.group()
    return html5.get(f"{name};", f"&amp;{name};")


def _is_inside_cdata(text: str, start: int, at: int) -> bool:
    return text.rfind(_OPEN, start, at) > text.rfind(_CLOSE, start, at)


def _is_document(text: str, name: str) -> bool:
    """Tell whether a part opens and closes a root: what is cut out of a nested element does not."""
    inner = root_name(text)
    return inner == name or inner is not None


def _cut_items(text: str, items: tuple[str, ...]) -> Iterator[str]:
    """Cut a broken document at the tags of its items, each put inside the start tag of its root."""
    at = _prolog(text)
    root = _NAME.match(text, at)
    end = text.find(">", at) + 1
    if root is None or not 0 < end - at < _LONGEST_TAG or root[1] in items:
        return
    opening = text[at:end].removesuffix("/>").removesuffix(">") + ">"
    closing = "</" + opening[1:].split(">")[0].split()[0] + ">"
    names = "|".join(map(re.escape, items))
    starts = list(re.finditer(rf"<((?:[\w.\-]{{1,60}}:)?(?:{names}))(?=[\s>])", text[end:]))
    for number, found in enumerate(starts):
        start = end + found.start()
        limit = end + starts[number + 1].start() if number + 1 < len(starts) else len(text)
        close = text.rfind(f"</{found[1]}>", start, limit)
        segment = text[start : close + len(found[1]) + 3] if close >= 0 else text[start:limit]
        yield f"{opening}{segment}{closing}"


def _read_item(part: str, warning: str) -> tuple[Element, tuple[str, ...]] | WireError:
    try:
        root, repairs = read_xml(part)
    except WireError as error:
        return error
    return root, (warning, *repairs)
