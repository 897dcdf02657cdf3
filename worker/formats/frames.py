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
        |[a-z]\d{4}[\w\-]{0,16}[ \t]{0,4}\n
            [fburdwas][ ][a-z]{1,3}[ ][^\n]{3,60}[ ]\d\d-\d\d[ ]{1,4}\d{1,5}[ \t]{0,4}$
        |[\t ^]{0,8}[A-Z]{2,4}-[A-Z]{2}-\d\d-\d\d-\d\d[ ]{1,2}\d{4}[ ]?(?:GMT|[ECMP][SD]T)<?[ ]{0,4}$)""",
    re.VERBOSE | re.MULTILINE,
)
LOST_HEAD: Final = re.compile(
    r"^[a-z]{3}\d{3,5} {1,4}[1-9] {1,4}[a-z]{1,3} {1,4}\d{1,5} "
    r"[^\n]{0,40}?[a-z]{2,5} {1,3}\d{2,6}[ \t]{0,3}$",
    re.MULTILINE,
)
"""The header of an IPTC 7901 message without its SOH."""

CLOSED: Final = re.compile(
    r"^\d{6} {0,2}(?:GMT|UTC|ME?S?Z)? {0,2}[^\W\d]{3,9}\.? \d\d[ \t]{0,3}$", re.MULTILINE
)
"""The date under an IPTC 7901 message without its ETX."""

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


def lost_frame(text: str) -> Format | None:
    """Name the transmission format of text that has lost its control bytes; None when it is none.

    ANPA shows a keyword line or the trailer with the date, IPTC 7901 begins with its header.
    """
    start = text[:_LOOK].replace("\r\n", "\n")
    if _LOST.search(start):
        return Format.ANPA
    return Format.IPTC7901 if LOST_HEAD.match(start.lstrip()) else None
