"""Which words of a placement can be searched? Its headline, and what its canonical copy does not have."""

import sqlite3
from typing import Final

from topics.messages import StoryV1, Variant

INDEXED: Final = 200_000  # characters of a copy that can be searched


def indexed(story: StoryV1, told: Variant | None) -> tuple[str, str]:
    """Choose what can be searched: the headline, and the copy that the canonical story does not have."""
    texts = [each.text for each in story.paragraphs]
    if told is not None and told.relation != "original" and told.paragraphs:
        own = {row.variant for row in told.paragraphs if row.change in {"added", "edited"}}
        texts = [text for place, text in enumerate(texts) if place in own]
    return clean(story.headline or ""), clean("\n".join(texts))[:INDEXED]


def unindex(connection: sqlite3.Connection, n: int, story: StoryV1, told: Variant | None) -> None:
    """Take placement ``n`` out of the index, which wants to be told what it was given for it."""
    connection.execute(
        "INSERT INTO search (search, rowid, headline, body) VALUES ('delete', ?, ?, ?)",
        (n, *indexed(story, told)),
    )


def clean(text: str) -> str:
    """Make text storable: half of a surrogate pair and NUL are no characters."""
    return text.replace("\0", " ").encode("utf-8", "replace").decode()
