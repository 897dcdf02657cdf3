"""Paragraphs out of marked-up copy: NITF, XHTML and HTML as agencies write them, in document order.

Text that stands directly in a container, or behind a paragraph, is a paragraph too; inline elements never
break a word. Line feeds mean nothing in clean markup and everything in copy that was wrapped by hand.
"""

import re
from collections.abc import Sequence
from html import unescape
from typing import Final, NamedTuple

from lxml import etree

from worker.dialects.bylines import is_byline
from worker.errors import TooDeep
from worker.formats.block_names import CLASSES, CONTAINERS, FURNITURE, ROLES, SKIPPED, TABLES
from worker.formats.wiretext import plain
from worker.formats.xmltree import Element, local
from worker.story import FurnitureKind, Role


class Block(NamedTuple):
    """One paragraph with the role that its markup gives it; ``peeled`` marks what is no copy."""

    text: str
    role: Role = Role.COPY
    peeled: FurnitureKind | None = None


_DEEPEST: Final = 200
_BREAK: Final = "\x00"
"""Stands for ``br``: a NUL is in no decoded text."""

_TAG: Final = re.compile(r"</?[A-Za-z][A-Za-z0-9]{0,15}(?:\s[^<>]{0,500})?/?>")
_ESCAPED_TAG: Final = re.compile(r"&(?:amp;)?lt;/?[A-Za-z][A-Za-z0-9]{0,15}(?:\s|/|&(?:amp;)?gt;)")
_INDENT: Final = re.compile(r"(?:[ \xa0]{2,12}|\t)\S")
_GAP: Final = re.compile(r"\S[ \t]{3,}\S")
_SENTENCE: Final = re.compile(r"[.!?:…][\"'”’)\]]{0,3}$")
_WRAPPED: Final = range(40, 91)


def tree_blocks(element: Element) -> list[Block]:
    """List the paragraphs under an element. Raises TooDeep."""
    walk = _Walk()
    walk.enter(element, Role.COPY, None, 0)
    walk.flush(Role.COPY, None, closed=False)
    return walk.blocks


def html_blocks(text: str) -> list[Block]:
    """List the paragraphs of HTML, or of plain text, where blank lines and indents part them.

    Raises TooDeep.
    """
    for _ in range(2):
        if _TAG.search(text) or not _ESCAPED_TAG.search(text):
            break
        text = unescape(text)
    if not _TAG.search(text):
        return text_blocks(text)
    parser = etree.HTMLParser(
        encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True, huge_tree=False
    )
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError:
        return text_blocks(_TAG.sub(" ", text))
    return [] if root is None else tree_blocks(root)


def text_blocks(text: str) -> list[Block]:
    """List the paragraphs of plain text, wrapped by hand or not."""
    walk = _Walk()
    walk.pieces.append(text)
    walk.flush(Role.COPY, None, closed=False)
    return walk.blocks


class _Walk:
    """A walk through a tree that gathers text until a block ends."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.pieces: list[str] = []

    def enter(self, element: Element, role: Role, peeled: FurnitureKind | None, depth: int) -> None:
        """Gather an element; blocks end what was gathered before them and what is gathered in them."""
        if depth > _DEEPEST:
            raise TooDeep(f"elements nested deeper than {_DEEPEST}")
        name = local(element).lower()
        if not name:
            self.pieces.append(str(element.text or ""))
            return
        if name == "br":
            self.pieces.append(_BREAK)
            return
        if name in SKIPPED:
            return
        if name in TABLES:
            self.flush(role, peeled, closed=False)
            self._table(element, peeled)
            return
        self._inside(element, name, role, peeled, depth)

    def _inside(
        self, element: Element, name: str, role: Role, peeled: FurnitureKind | None, depth: int
    ) -> None:
        inner, kind = _marked(name, role, peeled)
        if kind is None and (marks := element.get("class")):
            kind = next((CLASSES[mark] for mark in str(marks).lower().split() if mark in CLASSES), None)
        is_block = name in CONTAINERS or (inner, kind) != (role, peeled)
        if is_block:
            self.flush(role, peeled, closed=False)
        if element.text:
            self.pieces.append(element.text)
        for child in element:
            self.enter(child, inner, kind, depth + 1)
            if child.tail:
                self.pieces.append(child.tail)
        if is_block:
            self.flush(inner, kind, closed=name == "p")

    def flush(self, role: Role, peeled: FurnitureKind | None, *, closed: bool) -> None:
        """End the block at hand; ``closed`` text is one paragraph unless it was wrapped by hand."""
        if not self.pieces:
            return
        raw = "".join(self.pieces)
        self.pieces.clear()
        if raw.isspace():
            return
        if "\n" not in raw and _BREAK not in raw:
            if text := " ".join(plain(raw).split()):
                self.blocks.append(Block(text, role, peeled))
            return
        for lines in _paragraphs(raw, closed=closed):
            text = " ".join(plain(" ".join(lines)).split())
            if not text:
                continue
            table = role is Role.COPY and len(lines) > 1 and _is_tabular(lines)
            if table:
                text = "\n".join(plain(line).rstrip() for line in lines if line.strip())
            self.blocks.append(Block(text, Role.TABLE if table else role, peeled))

    def _table(self, table: Element, peeled: FurnitureKind | None) -> None:
        """Gather a table as one block: a row a line, a tab between cells."""
        rows = []
        for row in table.iter():
            if local(row) != "tr":
                continue
            cells = [
                " ".join(plain("".join(map(str, cell.itertext()))).split()) for cell in row if local(cell)
            ]
            if any(cells):
                rows.append("\t".join(cells))
        if rows:
            self.blocks.append(Block("\n".join(rows), Role.TABLE, peeled))


def _marked(name: str, role: Role, peeled: FurnitureKind | None) -> tuple[Role, FurnitureKind | None]:
    """Say what an element makes of the text in it."""
    if name in FURNITURE:
        return role, peeled or FURNITURE[name]
    return ROLES.get(name, role), peeled


def _paragraphs(raw: str, *, closed: bool) -> list[list[str]]:
    """Cut text into paragraphs, each a list of lines."""
    if _BREAK in raw:
        return [part for chunk in _unbroken(raw) for part in _paragraphs(chunk, closed=closed)]
    raw = raw.replace("\r\n", "\n").replace("\r", "\n")
    if "\n" not in raw:
        return [[raw]]
    lines = raw.strip("\n").split("\n")
    below = [line for line in lines[1:] if line.strip()]
    flush_left = sum(not line[0].isspace() for line in below)
    indented = flush_left and sum(_INDENT.match(line) is not None for line in below)
    parts: list[list[str]] = [[]]
    for number, line in enumerate(lines):
        if not line.strip():
            parts.append([])
            continue
        alone = number > 0 and len(parts[-1]) == 1 and is_byline(parts[-1][0].strip())
        if (indented and _INDENT.match(line)) or alone:
            parts.append([])
        parts[-1].append(line)
    parts = [part for part in parts if part]
    if closed or indented:
        return parts
    return [cut for part in parts for cut in _broken(part)]


def _unbroken(raw: str) -> list[str]:
    """Resolve line breaks: two part paragraphs, one is a space where lines were wrapped by hand."""
    chunks = []
    for part in re.split(r"\x00\s{0,200}\x00[\s\x00]{0,200}", raw):
        chunks += [" ".join(lines) for lines in _broken(part.split(_BREAK))]
    return chunks


def _broken(lines: Sequence[str]) -> list[list[str]]:
    """Join lines that were wrapped at a column; part them where a line ends as a sentence does."""
    kept = [line for line in lines if line.strip()]
    if len(kept) < 2:
        return [kept] if kept else []
    lengths = [len(" ".join(line.split())) for line in kept[:-1]]
    wrapped = (
        sum(length in _WRAPPED for length in lengths) * 2 > len(lengths) and max(lengths) < _WRAPPED.stop
    )
    parts: list[list[str]] = [[]]
    for line in kept:
        last = parts[-1][-1].strip() if parts[-1] else None
        if last and (is_byline(last) or (not wrapped and _SENTENCE.search(last))):
            parts.append([])
        parts[-1].append(line)
    return parts


def _is_tabular(lines: Sequence[str]) -> bool:
    """Tell whether lines are columns: gaps of three blanks in most of them."""
    gapped = [line for line in lines if "   " in line or "\t" in line]
    return sum(_GAP.search(line.strip()) is not None for line in gapped) * 2 > len(lines)
