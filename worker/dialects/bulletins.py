"""Which other item a bulletin speaks of: a kill note, a hold or a corrective names its victim.

Agencies name it by slug and transmission number (AP), by running number and quoted headline (dpa), by
dateline town and quoted headline (Reuters), or by the slugs that subscribers used.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

_SLUGGED: Final = re.compile(
    r"\b(?:[Kk]ill|[Ww]ithhold|[Hh]old|[Dd]isregard|[Ee]liminate|[Ss]ubscribers who used)\s(?:the\s)?"
    r"(?P<slug>[A-Z][\w'’.\-]{1,40}(?:[\s\-]{1,2}[\w'’.]{1,24}){0,6}?)"
    r"(?:\sstory|\sitem|\sreport)?(?:,\s(?P<number>[A-Za-z]\d{3,5})\b|,\sof\s|\sstory\b|\sitem\b)"
)
_NUMBERED: Final = re.compile(
    r"\b(?:dpa|item|story|No\.?|Nr\.?)\s(?:dpa\s)?(?P<number>\d{2,4})\b(?!\s?(?:people|dead|percent))"
)
_QUOTED: Final = re.compile(r"[\"“„](?P<headline>[^\"“”„]{11,160}[^\"“”„.,!?\s])[\"”“]")
_SUBSCRIBERS: Final = re.compile(
    r"\bsubscribers who (?:used|ran|received)\s(?P<slug>[^,]{4,80}),?\s(?:of|from|on)\b", re.IGNORECASE
)
_TRANSMISSION: Final = re.compile(r"(?<![\w\-])[A-Za-z]\d{4}(?![\w\-])")
_MOST: Final = 12


def referred(texts: Sequence[str | None]) -> tuple[str, ...]:
    """List what the texts of a bulletin name, in order: numbers, slugs, quoted headlines, each once.

    >>> referred(["Kill the Harbor Fire-Inquest story, V5414. A kill is mandatory."])
    ('V5414', 'Harbor Fire-Inquest')
    """
    found: dict[str, None] = {}
    joined = " ".join(text[:2_000] for text in texts if text)
    for name in _names(joined):
        found.setdefault(" ".join(name.split()))
        if len(found) == _MOST:
            break
    return tuple(found)


def _names(text: str) -> Iterator[str]:
    yield from (found.group() for found in _TRANSMISSION.finditer(text))
    for found in _SLUGGED.finditer(text):
        if found["number"]:
            yield found["number"]
        yield found["slug"]
    yield from (found["slug"] for found in _SUBSCRIBERS.finditer(text))
    yield from (f"dpa {found['number']}" for found in _NUMBERED.finditer(text) if "dpa" in found.group())
    yield from (found["headline"] for found in _QUOTED.finditer(text))
