"""Text of fields and paragraphs made plain: escapes undone, mojibake repaired, pseudo-markup removed."""

import re
from html import unescape
from typing import Final

from worker.formats.charset import clean

_MOST: Final = 3
_PAIR: Final = re.compile(r"<(?:en|em)dash>(.{0,3}?)</(?:en|em)dash>", re.DOTALL)
_DASH: Final = re.compile(r"</?(?:en|em)dash\s?/?>")
_MOJIBAKE: Final = re.compile(
    "[\xc2-\xf4][\x80-\xbf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc"
    "\u2013-\u2026\u2030\u2039\u203a\u20ac\u2122]{1,3}"
)
"""What UTF-8 looks like once it was read as cp1252: a lead byte and one to three that follow."""


def plain(text: str) -> str:
    """Undo escapes until nothing changes, at most three times, and repair UTF-8 that was read as cp1252.

    >>> plain("Fish &amp;amp; chips cost Â£5")
    'Fish & chips cost £5'
    """
    for _ in range(_MOST):
        if "&" not in text or (told := unescape(text)) == text:
            break
        text = told
    if ">" in text and ("dash>" in text or "dash/>" in text):
        text = _DASH.sub("–", _PAIR.sub(r"\1", text))
    if not text.isascii():
        text = _MOJIBAKE.sub(_repaired, text)
    return clean(text)


def line_of(text: str | None) -> str | None:
    """Make a field plain and one line; empty is None."""
    return " ".join(plain(text).split()) or None if text else None


def _repaired(found: re.Match[str]) -> str:
    """Read a run of cp1252 as the UTF-8 that it was; the run as it stands when it was not."""
    run = found.group()
    try:
        return b"".join(map(_byte, run)).decode("utf-8")
    except UnicodeError:
        return run


def _byte(character: str) -> bytes:
    """Return the byte of a character; cp1252 leaves five undefined, which readers take from Latin-1."""
    return character.encode("latin-1" if "\x80" <= character <= "\x9f" else "cp1252")
