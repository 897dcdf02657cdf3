"""Publication status, priority and urgency as agencies write them, on one scale each."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from worker.story import PubStatus

_STATUS: Final[Mapping[str, PubStatus]] = MappingProxyType(
    {
        "": PubStatus.USABLE,
        "usable": PubStatus.USABLE,
        "use": PubStatus.USABLE,
        "published": PubStatus.USABLE,
        "publish": PubStatus.USABLE,
        "publ": PubStatus.USABLE,
        "ok": PubStatus.USABLE,
        "corrected": PubStatus.USABLE,
        "replaced": PubStatus.USABLE,
        "new": PubStatus.USABLE,
        "update": PubStatus.USABLE,
        "updated": PubStatus.USABLE,
        "embargoed": PubStatus.EMBARGOED,
        "embargo": PubStatus.EMBARGOED,
        "holdforrelease": PubStatus.EMBARGOED,
        "withheld": PubStatus.WITHHELD,
        "withhold": PubStatus.WITHHELD,
        "hold": PubStatus.WITHHELD,
        "canceled": PubStatus.CANCELED,
        "cancelled": PubStatus.CANCELED,
        "killed": PubStatus.CANCELED,
        "kill": PubStatus.CANCELED,
        "withdrawn": PubStatus.CANCELED,
        "recalled": PubStatus.CANCELED,
        "deleted": PubStatus.CANCELED,
    }
)
_LETTERS: Final = "fburdwas"


def read_status(word: str | None) -> tuple[PubStatus, str | None]:
    """Read a status, with or without a prefix such as ``stat:``; the second value is a warning.

    An unknown word withholds the story: running what should be held is the dearer mistake.

    >>> read_status("stat:Canceled")[0].value
    'canceled'
    """
    text = (word or "").strip().rsplit(":", 1)[-1].lower()
    known = _STATUS.get(text)
    if known is not None:
        return known, None
    return PubStatus.WITHHELD, f"unknown status {text[:40]!r}: held"


def read_urgency(value: object) -> int | None:
    """Read an urgency: a digit of the IPTC scale, or a priority letter of ANPA 1312 (flash is 1).

    >>> read_urgency("u")
    3
    """
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value if 1 <= value <= 8 else None
    if not isinstance(value, str):
        return None
    text = value.strip().lower()
    if len(text) == 1 and text in _LETTERS:
        return _LETTERS.index(text) + 1
    return int(text) if len(text) == 1 and text in "12345678" else None
