"""Mail: headers, the text of its body, and attachments that go back through detection.

Sources: RFC 5322, RFC 2045 to 2047 (MIME), RFC 3676 (format=flowed), RFC 4155 (mbox).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from email import message_from_bytes, policy
from email.header import decode_header
from email.message import Message
from typing import Final

from worker.dialects.agencies import agency_named
from worker.errors import Malformed, NoCopy, TooDeep, WireError
from worker.formats.blocks import Block, html_blocks, text_blocks
from worker.formats.charset import decode
from worker.formats.draft import Item, Source
from worker.formats.flat_json import read_record
from worker.formats.json_tree import looks_like_json, read_json
from worker.formats.times import rfc3339
from worker.formats.wire import finish
from worker.formats.wirecopy import sort_blocks
from worker.formats.wiretext import line_of
from worker.story import Draft

_PADDING: Final = b" \t\r\n\x00"
_USUAL: Final = frozenset(
    {
        b"from",
        b"date",
        b"subject",
        b"message-id",
        b"received",
        b"mime-version",
        b"content-type",
        b"delivered-to",
    }
    | {b"return-path", b"to"}
)
_HEADER: Final = re.compile(
    rb"(?:([!-9;-~]{1,76}):[^\n]{0,2000}+|[ \t][^\n]{0,2000}+|From [^\n]{1,200}+)\r?\n"
)
_LEAST: Final = 2
_LOOK: Final = 65_536
_MBOX: Final = re.compile(rb"^From [^\n]{1,200}\n(?=[!-9;-~]{1,76}:)", re.MULTILINE)
_PARTS: Final = 200
_SIGNATURE: Final = re.compile(r"^-- ?$", re.MULTILINE)
_LABEL: Final = re.compile(
    r"(?P<name>Headline|HEADLINE|Title|Slug(?:line)?|SLUG(?:LINE)?|Byline|BYLINE|By-line"
    r"|Embargo(?:ed)?(?: until)?|Body|Story|Text)\s{0,2}:\s{0,3}(?P<value>.{0,400})"
)
_LABELS: Final = 15
_NO_TEXT: Final = frozenset({"image", "audio", "video", "font"})
_NO_STORY: Final = frozenset(
    {"application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature"}
    | {"text/calendar", "text/vcard", "text/x-vcard", "application/ics", "message/delivery-status"}
)
_FORWARDED: Final = re.compile(r"(?:(?:re|fwd?|aw|wg|tr)\s?:\s{0,3}){1,5}", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One message: the fields of its header, its text, and the parts that are payloads of their own."""

    subject: str | None
    sender: str | None
    message_id: str | None
    date: str | None
    text: str
    is_html: bool = False
    attachments: tuple[bytes, ...] = ()
    warnings: tuple[str, ...] = ()


def is_mail(body: bytes) -> bool:
    """Tell whether the bytes open with a mail header of at least two usual fields and a blank line."""
    return _is_headed(body[:_LOOK].lstrip(_PADDING))


def _is_headed(head: bytes) -> bool:
    at = 0
    names: set[bytes] = set()
    while found := _HEADER.match(head, at):
        at = found.end()
        names.add((found[1] or b"").lower())
    blank = at > 0 and (head[at : at + 2] == b"\r\n" or head[at : at + 1] in (b"\n", b""))
    return blank and len(names & _USUAL) >= _LEAST


def read_mails(body: bytes) -> Iterator[Mail | WireError]:
    """Yield the messages of a mail file: one, or all that an mbox holds."""
    body = body.lstrip(_PADDING)
    cuts = [found.start() for found in _MBOX.finditer(body)] if body.startswith(b"From ") else []
    ends = [*cuts[1:], len(body)]
    for start, end in zip(cuts or [0], ends if cuts else [len(body)], strict=True):
        message = body[start:end]
        if message.startswith(b"From "):
            message = message.partition(b"\n")[2]
        try:
            yield _read_mail(message)
        except WireError as error:
            yield error
        except RecursionError:
            yield TooDeep("a mail nested too deep to read")
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            yield Malformed(f"a mail that cannot be parsed: {type(error).__name__}")


def parse(source: Source) -> Iterator[Item]:
    """Yield the story of a mail's body. Raises NoCopy for a mail without text."""
    mail = source.tree
    if not isinstance(mail, Mail):
        raise NoCopy("no mail")
    base = Draft(
        native_id=mail.message_id,
        native_ids=(mail.message_id,) if mail.message_id else (),
        distributor=agency_named(mail.sender) if mail.sender else None,
        published=mail.date,
        version_created=mail.date,
        warnings=(*source.warnings, *mail.warnings),
    )
    text = mail.text.strip()
    if not text:
        raise NoCopy("a mail without text")
    if not mail.is_html and looks_like_json(text):
        yield from _records(text, replace(base, headline=mail.subject), source.nesting)
        return
    if mail.is_html:
        draft, kept, slug = _labelled(base, html_blocks(text))
    else:
        top, rest = _cut_labels(text)
        draft, kept, slug = _labelled(base, [*map(Block, top), *text_blocks(rest)])
    if draft.headline is None and mail.subject:
        draft = replace(draft, headline=_FORWARDED.sub("", mail.subject).strip() or mail.subject)
    yield finish(sort_blocks(draft, kept), slugline=slug)


def _records(text: str, base: Draft, nesting: int) -> Iterator[Item]:
    """Read a body that is JSON: the record of a form, every value perhaps in a list."""
    for tree in read_json(text, nesting=nesting):
        if isinstance(tree, WireError):
            yield tree
        elif isinstance(tree, dict):
            try:
                yield read_record(tree, base)
            except WireError as error:
                yield error
        else:
            yield NoCopy("a mail of JSON without a story")


def _cut_labels(text: str) -> tuple[list[str], str]:
    """Cut the labelled lines from the top of a plain body, where nothing else parts them."""
    lines = text.split("\n")
    end = 0
    for number, line in enumerate(lines[:_LABELS]):
        if _LABEL.fullmatch(line.strip()):
            end = number + 1
        elif line.strip():
            break
    return [line.strip() for line in lines[:end] if line.strip()], "\n".join(lines[end:])


def _labelled(draft: Draft, blocks: list[Block]) -> tuple[Draft, list[Block], str | None]:
    """Read lines such as ``Headline: ...`` over the copy, which outrank the subject."""
    slug: str | None = None
    kept: list[Block] = []
    for number, block in enumerate(blocks):
        found = _LABEL.fullmatch(block.text) if number < _LABELS else None
        value = line_of(found["value"]) if found else None
        name = found["name"].lower().replace("-", "") if found else ""
        if name in ("headline", "title") and value and draft.headline is None:
            draft = replace(draft, headline=value)
        elif name.startswith("slug") and value:
            slug = value
        elif name == "byline" and value and draft.byline is None:
            draft = replace(draft, byline=value)
        elif name.startswith("embargo") and value:
            draft = _embargoed(draft, value)
        elif name in ("body", "story", "text"):
            if value:
                kept.append(Block(value))
        else:
            kept.append(block)
    return draft, kept, slug


def _embargoed(draft: Draft, value: str) -> Draft:
    until = rfc3339(value)
    if until:
        return replace(draft, embargo_until=until)
    return replace(
        draft,
        editorial_types=(*draft.editorial_types, "HoldForRelease"),
        warnings=(*draft.warnings, f"embargo is no date: {value[:40]!r}"),
    )


def _read_mail(body: bytes) -> Mail:
    message = message_from_bytes(body, policy=policy.compat32)
    plain: list[str] = []
    marked: list[str] = []
    attachments: list[bytes] = []
    warnings: list[str] = []
    for number, (kind, part) in enumerate(_leaves(message)):
        if number == _PARTS:
            warnings.append(f"more than {_PARTS} parts, the rest unread")
            break
        data = _content(part, kind)
        attached = part.get_content_disposition() == "attachment" or kind == "message/rfc822"
        if kind == "text/plain" and not attached:
            plain.append(_text(part, data))
        elif kind == "text/html" and not attached:
            marked.append(_text(part, data))
        elif kind.partition("/")[0] in _NO_TEXT or kind in _NO_STORY or not data:
            warnings.append(f"a part that is no text: {kind}")
        else:
            attachments.append(data)
    text = "\n".join(plain)
    is_html = not text.strip() and bool(marked)
    text = "\n".join(marked) if is_html else text
    if not is_html and (found := _SIGNATURE.search(text)):
        text = text[: found.start()]
    return Mail(
        subject=_words(message, "Subject"),
        sender=_words(message, "From"),
        message_id=_words(message, "Message-ID"),
        date=rfc3339(_words(message, "Date")),
        text=text,
        is_html=is_html,
        attachments=tuple(attachments),
        warnings=tuple(warnings),
    )


def _leaves(message: Message) -> Iterator[tuple[str, Message]]:
    """Walk the parts with their content types, breadth first; an attached message stays whole."""
    queue: list[Message] = [message]
    for part in queue:
        kind = part.get_content_type()
        if kind == "message/rfc822" or not part.is_multipart():
            yield kind, part
        else:
            payload = part.get_payload()
            if isinstance(payload, list):
                queue.extend(child for child in payload[: _PARTS * 2] if isinstance(child, Message))


def _content(part: Message, kind: str) -> bytes:
    if kind == "message/rfc822":
        inner = part.get_payload()
        first = inner[0] if isinstance(inner, list) and inner else None
        return first.as_bytes() if isinstance(first, Message) else b""
    data = part.get_payload(decode=True)
    return data if isinstance(data, bytes) else b""


def _text(part: Message, data: bytes) -> str:
    declared = part.get_content_charset()
    try:
        text = decode(data, declared=declared).text
    except WireError:
        return ""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if str(part.get_param("format") or "").lower() == "flowed":
        text = _unflowed(text, delete=str(part.get_param("delsp") or "").lower() == "yes")
    return text


def _unflowed(text: str, *, delete: bool) -> str:
    """Join the soft line breaks of RFC 3676: a line that ends in a space goes on in the next."""
    out: list[list[str]] = []
    flowing = False
    for line in text.split("\n"):
        soft = line.endswith(" ") and line != "-- "
        body = line.removeprefix(" ")
        body = body[:-1] if soft and delete else body
        if flowing:
            out[-1].append(body)
        else:
            out.append([body])
        flowing = soft
    return "\n".join("".join(pieces) for pieces in out)


def _words(message: Message, name: str) -> str | None:
    """Read a header with its encoded words (RFC 2047); bytes under a false charset are decoded again."""
    value = message.get(name)
    if value is None:
        return None
    words: list[str] = []
    try:
        for data, charset in decode_header(str(value)):
            words.append(data if isinstance(data, str) else _decoded(data, charset))
    except (ValueError, LookupError, UnicodeError, WireError):
        return line_of(str(value))
    return line_of("".join(words))


def _decoded(data: bytes, charset: str | None) -> str:
    return decode(data, declared=charset).text if data.strip() else " "
