"""Which format a payload is in. The bytes alone decide; a content-type header helps, never overrules."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from worker.errors import EmptyPayload, Malformed, TooDeep, UnknownFormat, WireError
from worker.formats.charset import Decoded, decode
from worker.formats.draft import Format, Source
from worker.formats.frames import decode_frame, framed, lost_frame
from worker.formats.json_kind import (
    holds_record,
    is_envelope,
    is_record,
    json_format,
    wrapped_objects,
    wrapped_text,
)
from worker.formats.json_tree import looks_like_json, read_json, strict_json
from worker.formats.mail import is_mail, read_mails
from worker.formats.unpack import is_packed, unpack
from worker.formats.xmltext import cut_documents, root_name
from worker.values import quick

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

_MARKS: Final = tuple(mark for mark, _ in _BINARY)
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
_JSON_OPENS: Final = b"{["
_STRICT: Final = Decoded(text="", charset="utf-8")  # JSON has a tree, nobody reads its text
_LOOK: Final = 65_536
_UNSURE: Final = frozenset({Format.PAGETEXT, Format.WEBPAGE, Format.ARTICLE, Format.XML})
_DEEPEST: Final = 3
"""Levels of archives, mails and envelopes inside each other."""
_ROOTS: Final = {
    "nitf": Format.NITF,
    "NewsML": Format.NEWSML,
    "newsMessage": Format.NEWSML_G2,
    "newsItem": Format.NEWSML_G2,
    "packageItem": Format.NEWSML_G2,
    "knowledgeItem": Format.NEWSML_G2,
    "conceptItem": Format.NEWSML_G2,
    "planningItem": Format.NEWSML_G2,
    "rss": Format.RSS,
    "RDF": Format.RSS,
    "feed": Format.ATOM,
    "entry": Format.ATOM,
    "RBNews": Format.RITZAU,
    "ArrayOfRBNews": Format.RITZAU,
    "XMLNewsQueuedResponse": Format.RITZAU,
}
"""Local name of a root to the format that claims it."""


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class _Terms:
    """What a payload may cost, what its headers say of it, and how deep in it we are."""

    nesting: int
    largest: int
    outlet: str | None
    depth: int = 0


def sniff(
    body: bytes,
    content_type: str | None = None,
    *,
    nesting: int = 64,
    largest: int = 4 * 1024 * 1024,
    outlet: str | None = None,
) -> Iterator[Source | WireError]:
    """Yield what a payload holds as sources to parse: one, or each of those that are packed into it.

    Elements of a JSON array, files of an archive, attachments of a mail and payloads inside an envelope
    are sources of their own, three levels deep; ``largest`` is how many bytes may be unpacked. A broken
    one is yielded as its error. Raises EmptyPayload, Undecodable, UnknownFormat, Malformed, TooLarge or
    TooDeep when the payload as a whole cannot be read.
    """
    return _sniff(body, content_type, _Terms(nesting=nesting, largest=largest, outlet=outlet))


def _sniff(body: bytes, content_type: str | None, terms: _Terms) -> Iterator[Source | WireError]:
    if not body:
        raise EmptyPayload("no byte")
    if is_packed(body) and terms.depth < _DEEPEST:
        yield from _unpacked(unpack(body, largest=terms.largest), terms)
        return
    if name := _binary(body):
        raise UnknownFormat(f"{name} data, not text")
    if body[0] in _JSON_OPENS and (trees := strict_json(body, nesting=terms.nesting)) is not None:
        for tree in trees:
            yield from _of_tree(tree, body, _STRICT, terms)
        return
    if frame := framed(body):
        framed_text, charset = decode_frame(body)
        yield _source(frame, Decoded(text=framed_text, charset=charset), body, terms)
        return
    if is_mail(body):
        yield from _of_mails(body, terms)
        return
    yield from _decoded(body, content_type, terms)


def _decoded(body: bytes, content_type: str | None, terms: _Terms) -> Iterator[Source | WireError]:
    """Yield what the characters of a payload say that it is, once its bytes alone have said nothing."""
    decoded = decode(body, declared=_declared(body, content_type))
    text = decoded.text.lstrip("\ufeff \t\r\n")
    hint = (content_type or "").lower()
    if text[0] in "{[" and (looks_like_json(text) or "json" in hint):
        for tree in read_json(text, nesting=terms.nesting):
            yield from _of_tree(tree, body, decoded, terms)
    elif text[0] == "<" and xml_format(text):
        for document in cut_documents(text):
            format_ = xml_format(document) or Format.XML
            yield _source(format_, replace(decoded, text=document), body, terms)
    else:
        yield _source(_of_text(text, hint), decoded, body, terms)


def _source(format_: Format, decoded: Decoded, body: bytes, terms: _Terms, tree: object = None) -> Source:
    return Source(
        format=format_,
        body=body,
        text=decoded.text,
        charset=decoded.charset,
        tree=tree,
        outlet=terms.outlet,
        nesting=terms.nesting,
        warnings=decoded.warnings,
    )


def _unpacked(parts: Iterable[bytes | WireError], terms: _Terms) -> Iterator[Source | WireError]:
    """Detect the format of each part once more; the failure of one is its own."""
    for part in parts:
        if isinstance(part, WireError):
            yield part
            continue
        try:
            yield from _sniff(part, None, replace(terms, depth=terms.depth + 1))
        except WireError as error:
            yield error


def _of_mails(body: bytes, terms: _Terms) -> Iterator[Source | WireError]:
    """Yield each mail of a file, then its attachments; a mail without text is but their wrapper."""
    for mail in read_mails(body):
        if isinstance(mail, WireError):
            yield mail
            continue
        wire = _wire_text(mail.text, terms, _UNSURE | {Format.FLAT_JSON}) if not mail.is_html else None
        if wire is not None:
            yield from wire
        elif mail.text.strip() or not mail.attachments:
            yield _source(Format.MAIL, Decoded(text=mail.text, charset="utf-8"), body, terms, mail)
        if terms.depth < _DEEPEST:
            yield from _unpacked(mail.attachments, terms)
        elif mail.attachments:
            yield TooDeep("mail inside mail inside mail")


def _wire_text(
    text: str, terms: _Terms, unsure: frozenset[Format] = _UNSURE
) -> list[Source | WireError] | None:
    """Read a string as a payload if it is in a format of the wire; None for prose, HTML or what is broken."""
    start = text.lstrip("\ufeff \t\r\n")[:_LOOK]
    if not start or not (start[0] in "<{[\x01\x16^" or lost_frame(start)):
        return None
    if start[0] == "<" and _HTML.match(start):
        return None
    try:
        sources = list(_sniff(text.encode("utf-8", "replace"), None, replace(terms, depth=_DEEPEST)))
    except WireError:
        return None
    wired = any(isinstance(source, Source) and source.format not in unsure for source in sources)
    return sources if wired else None


def _of_tree(tree: object, body: bytes, decoded: Decoded, terms: _Terms) -> Iterator[Source | WireError]:
    """Yield the record that an object is, or those that it wraps."""
    if isinstance(tree, WireError):
        yield tree
        return
    if not isinstance(tree, dict):
        yield Malformed(f"a JSON {type(tree).__name__} where an object was expected")
        return
    format_ = json_format(tree)
    if format_ is None and terms.depth < _DEEPEST and is_envelope(tree):
        for text in wrapped_text(tree):
            if (inner := _wire_text(text, terms)) is not None:
                yield from inner
                return
        held = list(wrapped_objects(tree))
        if any(json_format(value) is not None or holds_record(value) for value in held):
            for value in held:
                yield from _of_tree(value, body, decoded, replace(terms, depth=terms.depth + 1))
            return
    if format_ is None and is_record(tree):
        format_ = Format.FLAT_JSON
    yield _source(format_ or Format.ARTICLE, decoded, body, terms, tree)


def _of_text(text: str, hint: str) -> Format:
    if text[0] == "<":
        if _HTML.search(text, 0, _LOOK) and not text.startswith("<?xml"):
            return Format.WEBPAGE
        if _XML.match(text):
            return Format.WEBPAGE if (root_name(text) or "").lower() == "html" else Format.XML
    if "html" in hint and _TAG.search(text, 0, _LOOK):
        return Format.WEBPAGE
    if frame := lost_frame(text):
        return frame
    return Format.PAGETEXT


def xml_format(text: str) -> Format | None:
    """Return the format that claims the root of an XML document, or None."""
    return _ROOTS.get(root_name(text) or "")


def _binary(body: bytes) -> str | None:
    if body.startswith(_MARKS):
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
