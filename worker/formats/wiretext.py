"""Text of fields and paragraphs made plain: escapes undone, mojibake repaired, pseudo-markup removed."""

import re
from html import unescape
from typing import Final

from worker.formats.charset import clean

_MOST: Final = 3
_PAIR: Final = re.compile(r"<(?:en|em)dash>(.{0,3}?)</(?:en|em)dash>", re.DOTALL)
_DASH: Final = re.compile(r"</?(?:en|em)dash\s?/?>")
_MOJIBAKE: Final = re.compile(r"[ÂÃ][\x80-\xbf\u0152-\u2122]|â(?:€|\x80)")


def plain(text: str) -> str:
    """Undo escapes until nothing changes, at most three times, and repair UTF-8 that was read as cp1252.

    >>> plain("Fish &amp;amp; chips cost Â£5")
    'Fish & chips cost £5'
    """
    for _ in range(_MOST):
        if "&" not in text or (told := unescape(text)) == text:
            break
        text = told
    if "dash>" in text or "dash/>" in text:
        text = _DASH.sub("–", _PAIR.sub(r"\1", text))
    if _MOJIBAKE.search(text):
        text = _repaired(text)
    return clean(text)


def line_of(text: str | None) -> str | None:
    """Make a field plain and one line; empty is None."""
    return " ".join(plain(text).split()) or None if text else None


def _repaired(text: str) -> str:
    """Read cp1252 as the UTF-8 that it was; the text as it stands when it was not."""
    for charset in ("cp1252", "latin-1"):
        try:
            return text.encode(charset).decode("utf-8")
        except UnicodeError:
            continue
    return text
