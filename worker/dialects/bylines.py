"""The line that names who wrote a story."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

_BYLINE: Final = re.compile(
    r"""(?:By|BY|Por|Von|Par|Story\sby|Written\sby)\s{1,3}
        (?:the\s|[A-ZÀ-Þ][\w.'’\-]{0,24}[,;]?\s(?:and\s|&\s)?){0,15}
        [A-ZÀ-Þ][\w.'’\-]{0,24}
        (?:\s?[,|/\-–—]\s?[^.!?]{0,80})?\s?
    |   (?:By|BY)\s(?:our|OUR|staff|Staff|STAFF)\s[^.!?:;]{0,80}  # By our foreign staff and AP""",
    re.VERBOSE,
)
_LONGEST: Final = 160
OPENINGS: Final[Mapping[str, int]] = MappingProxyType(
    dict.fromkeys(("by", "por", "von", "par", "story", "written"), _LONGEST)
)
"""Words with which bylines open, and how long they are at most."""


def is_byline(line: str) -> bool:
    """Tell whether a whole line is a byline such as ``By MATTHEW LEE, Associated Press``."""
    return len(line) <= _LONGEST and line[:1] in "BPVSW" and _BYLINE.fullmatch(line) is not None


def author_names(byline: str | None) -> tuple[str, ...]:
    """List the people of a byline, without ``By`` and without titles after the name.

    >>> author_names("By Ann Lee and Bo Chan")
    ('Ann Lee', 'Bo Chan')
    """
    if not byline:
        return ()
    text = byline[3:] if byline[:3].lower() == "by " else byline
    parts = re.split(r",| and |;|&|\|", text[:400])
    return tuple(name for part in parts if " " in (name := " ".join(part.split())))
