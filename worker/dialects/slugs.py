"""The part of a slug that all versions of a story share: without cycle, and with its region apart.

Source: the keyword line of AP, ``CYCLE-REGION--Slug``; other agencies write the slug alone.
"""

import re
from typing import Final

_CYCLE: Final = re.compile(r"(?:AM|PM|BC|AP)-(?=.)")
_REGION: Final = re.compile(r"(?P<region>[A-Z]{2,3})--?(?=\w)")


def slug_key(slug: str) -> tuple[str | None, str]:
    """Cut a slug into region and the key that its leads share, folded.

    >>> slug_key("BC-US--Harbor Fire")
    ('US', 'harbor fire')
    >>> slug_key("Harbor Fire-Inquest")
    (None, 'harbor fire-inquest')
    """
    text = _CYCLE.sub("", " ".join(slug.split()), count=1)
    found = _REGION.match(text)
    region = found["region"] if found else None
    rest = text[found.end() :] if found else text
    return region, rest.strip(" -/,.").casefold()
