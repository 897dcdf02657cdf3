"""XML as text, before it is a tree: where its root begins, where documents and items end, what to repair."""

import re
from collections.abc import Callable, Iterator
from html.entities import html5
from typing import Final

from worker.errors import Malformed

_BLANKS: Final = " \t\r\n\ufeff"
_NAME: Final = re.compile(r"<(?:[\w.\-]{1,60}:)?([A-Za-z_][\w.\-]{0,80})(?=[\s/>])")
_SUBSET_END: Final = re.compile(r"\]\s{0,20}>")
_DECLARED: Final = re.compile(r"<!ENTITY\s{1,20}([\w.\-:]{1,80})\s")
_ENTITY: Final = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,31});|&(?!#\d{1,7};|#x[0-9a-fA-F]{1,6};|[A-Za-z])")
_REFERENCE: Final = re.compile(r"&(?![A-Za-z][A-Za-z0-9]{0,31};|#)")
_CONTROLS: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_TAG: Final = re.compile(r"<(/?)([A-Za-z_][\w.:\-]{0,120})(?:\s[^<>]{0,4000}?)?(/?)>")
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
    return parts if all(root_name(part) for part in parts) else [text]


def cut_items(text: str, items: tuple[str, ...], is_sound: Callable[[str], bool]) -> Iterator[str]:
    """Cut a broken document at the tags of its items, each put behind what the document says before them."""
    at = _prolog(text)
    root = _NAME.match(text, at)
    end = text.find(">", at) + 1
    if root is None or not 0 < end - at < _LONGEST_TAG or root[1] in items:
        return
    names = "|".join(map(re.escape, items))
    starts = list(re.finditer(rf"<((?:[\w.\-]{{1,60}}:)?(?:{names}))(?=[\s>])", text[end:]))
    if not starts:
        return
    bare = text[at:end].removesuffix("/>").removesuffix(">") + ">"
    opening = text[at : end + starts[0].start()]
    if len(opening) > _LONGEST_TAG or not is_sound(opening + _closing(opening)):
        opening = bare
    closing = _closing(opening)
    for number, found in enumerate(starts):
        start = end + found.start()
        limit = end + starts[number + 1].start() if number + 1 < len(starts) else len(text)
        close = text.rfind(f"</{found[1]}>", start, limit)
        segment = text[start : close + len(found[1]) + 3] if close >= 0 else text[start:limit]
        yield f"{opening}{segment}{closing}"


def without_prolog(text: str) -> str:
    """Cut what stands before the root. Raises Malformed when the document uses entities that it declares."""
    at = _prolog(text)
    if "<!ENTITY" in text[:at]:
        declared = {found[1] for found in _DECLARED.finditer(text[:at])}
        used = {found[1] for found in re.finditer(r"&([\w.\-:]{1,80});", text[at:])}
        if declared & used:
            raise Malformed(f"declares entities and uses them: {min(declared & used)[:40]}")
    return text[at:]


def repair(text: str) -> str:
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


def _closing(opening: str) -> str:
    """Write the end tags of the elements that are open."""
    names: list[str] = []
    for slash, name, empty in _TAG.findall(opening):
        if slash and names:
            names.pop()
        elif not slash and not empty:
            names.append(name)
    return "".join(f"</{name}>" for name in reversed(names))
