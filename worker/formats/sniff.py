"""Which format a payload is in. The bytes alone decide; a content-type header helps, never overrules."""

import re
from collections.abc import Iterator
from typing import Final

from worker.errors import EmptyPayload, Malformed, UnknownFormat, WireError
from worker.formats.charset import Decoded, decode
from worker.formats.draft import Format, Source
from worker.formats.json_tree import looks_like_json, read_json

_BINARY: Final = (
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"\x1f\x8b", "gzip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"\x89PNG\r\n", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
    (b"BM", "BMP"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
    (b"RIFF", "RIFF"),
    (b"%PDF-", "PDF"),
    (b"ID3", "MP3"),
    (b"OggS", "Ogg"),
    (b"fLaC", "FLAC"),
    (b"\x7fELF", "ELF"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "OLE"),
    (b"SQLite format 3\x00", "SQLite"),
)
"""First bytes of what is no text. ``BM`` and ``RIFF`` count only with NULs behind them."""

_TEXT_TOO: Final = frozenset({b"BM", b"RIFF", b"BZh", b"ID3"})
_FILE_TYPE_BOX: Final = b"ftyp"
_CHARSET: Final = re.compile(r"charset\s{0,2}=\s{0,2}[\"']?([\w.:\-]{2,40})", re.IGNORECASE)
_META: Final = re.compile(rb"<meta[^>]{0,200}?charset\s{0,2}=\s{0,2}[\"']?([\w.:\-]{2,40})", re.IGNORECASE)
_DECLARED: Final = re.compile(rb"<\?xml[^>]{0,100}?encoding\s{0,2}=\s{0,2}[\"']([\w.:\-]{2,40})[\"']")
_HTML: Final = re.compile(
    r"<(?:!doctype\s+html|html|head|body|div|p|script|article|main|section|h[1-6])[\s>/]", re.IGNORECASE
)
_TAG: Final = re.compile(r"</?[a-zA-Z][a-zA-Z0-9]{0,15}[\s/>]")
_XML: Final = re.compile(r"<(?:\?xml|!DOCTYPE|[A-Za-z_][\w.:\-]{0,80}[\s/>])")
_LOOK: Final = 65_536


def sniff(
    body: bytes, content_type: str | None = None, *, nesting: int = 64, outlet: str | None = None
) -> Iterator[Source | WireError]:
    """Yield what a payload holds as sources to parse: one, or one for each element of a JSON array.

    A broken element is yielded as its error. Raises EmptyPayload, Undecodable, UnknownFormat, Malformed
    or TooDeep when the payload as a whole cannot be read.
    """
    if not body:
        raise EmptyPayload("no byte")
    if name := _binary(body):
        raise UnknownFormat(f"{name} data, not text")
    decoded = decode(body, declared=_declared(body, content_type))
    text = decoded.text.lstrip("\ufeff \t\r\n")
    hint = (content_type or "").lower()
    if text[0] in "{[" and (looks_like_json(text) or "json" in hint):
        for tree in read_json(text, nesting=nesting):
            yield _of_tree(tree, body, decoded, nesting, outlet)
        return
    yield Source(
        format=_of_text(text, hint),
        body=body,
        text=decoded.text,
        charset=decoded.charset,
        outlet=outlet,
        nesting=nesting,
        warnings=decoded.warnings,
    )


def _of_tree(
    tree: object, body: bytes, decoded: Decoded, nesting: int, outlet: str | None
) -> Source | WireError:
    if isinstance(tree, WireError):
        return tree
    if not isinstance(tree, dict):
        return Malformed(f"a JSON {type(tree).__name__} where an object was expected")
    return Source(
        format=Format.ARTICLE,
        body=body,
        text=decoded.text,
        charset=decoded.charset,
        tree=tree,
        outlet=outlet,
        nesting=nesting,
        warnings=decoded.warnings,
    )


def _of_text(text: str, hint: str) -> Format:
    if text[0] == "<":
        if _HTML.search(text, 0, _LOOK):
            return Format.WEBPAGE
        if _XML.match(text):
            raise UnknownFormat(f"no format claims the root of {text[:60]!r}")
    if "html" in hint and _TAG.search(text, 0, _LOOK):
        return Format.WEBPAGE
    return Format.PAGETEXT


def _binary(body: bytes) -> str | None:
    for mark, name in _BINARY:
        if body.startswith(mark) and (mark not in _TEXT_TOO or 0 in body[:512]):
            return name
    return "MP4" if body[4:8] == _FILE_TYPE_BOX else None


def _declared(body: bytes, content_type: str | None) -> str | None:
    """Read the charset that the payload or its header declares; the payload is nearer to the bytes."""
    head = body[:2048]
    if b"<" in head:
        found = _DECLARED.search(head) or _META.search(head)
        if found:
            return found[1].decode("ascii", "replace")
    declared = _CHARSET.search(content_type) if content_type else None
    return declared[1] if declared else None
