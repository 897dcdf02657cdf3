"""PA Media: the slug that stands in the title of a take."""

import re
from typing import Final

_TITLE: Final = re.compile(r"(?:(?P<take>\d{1,3})\s)?(?P<slug>\S.{0,200})")


def read_title(title: str) -> tuple[str | None, int | None]:
    """Read slug and number of the take out of a title such as ``2 POLITICS Brexit``.

    >>> read_title("2 POLITICS Brexit")
    ('POLITICS Brexit', 2)
    """
    found = _TITLE.fullmatch(" ".join(title.split()))
    if found is None:
        return None, None
    return found["slug"], int(found["take"]) if found["take"] else None
