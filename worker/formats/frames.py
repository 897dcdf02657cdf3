"""Transmissions with control bytes, ANPA 1312 and IPTC 7901, and what is left of them when those are lost."""

import re
from typing import Final

from worker.formats.draft import Format

_PADDING: Final = rb"[\x00\x16\x7f\r\n \t\x04\x0c]{0,400}"
_ANPA: Final = re.compile(_PADDING + rb"\x01[A-Za-z]\d{4}\x1f")
_IPTC: Final = re.compile(_PADDING + rb"\x01[A-Za-z]{2,4}\d{1,5} {1,4}\d {1,4}[A-Za-z]")
_LOST: Final = re.compile(
    r"""^(?:\^?(?:\*\d{1,5}[<=]?[ ]?\^?)?(?:AM|PM|BC|AP)-[^\n]{2,120},[ ]?\d{1,5}[ ]{0,2}[<=]
        |\^?(?:AM|PM|BC)-[^\n]{2,120},[ ]?
            (?:\d{1,2}(?:st|nd|rd|th)[ ]?(?:Ld|Lead|Add|Sub|Insert)[^\n]{0,30}|Urgent),[ ]?\d{1,5}[ ]{0,2}$
        |[\t ^]{0,8}[A-Z]{2,4}-[A-Z]{2}-\d\d-\d\d-\d\d[ ]{1,2}\d{4}[ ]?(?:GMT|[ECMP][SD]T)<?[ ]{0,4}$)""",
    re.VERBOSE | re.MULTILINE,
)
_LOOK: Final = 200_000


def framed(body: bytes) -> Format | None:
    """Name the transmission format whose frame opens the bytes, padding aside; None when there is none."""
    if _ANPA.match(body):
        return Format.ANPA
    return Format.IPTC7901 if _IPTC.match(body) else None


def decode_frame(body: bytes) -> tuple[str, str]:
    """Decode a transmission: UTF-8 where the bytes are, else cp1252; controls are part of the grammar."""
    try:
        return body.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return body.decode("cp1252", "replace"), "cp1252"


def is_lost_frame(text: str) -> bool:
    """Tell whether text is ANPA without its control bytes: a keyword line, or the trailer with the date."""
    return _LOST.search(text.replace("\r\n", "\n") if "\r" in text[:_LOOK] else text, 0, _LOOK) is not None
