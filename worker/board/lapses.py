"""Drop the text of a story when the right to it ends: headline, copy, words to search, what quotes it.

Times, relation, shares and paragraph map stay, so that a page can say that there was a text.
"""

import sqlite3
from dataclasses import replace
from datetime import datetime

import orjson

from topics.messages import LapseV1, StoryV1
from topics.times import time_ms
from worker.board.copies import copy_of, evidence_of, rewrite
from worker.board.words import unindex


def note(connection: sqlite3.Connection, told: LapseV1, story: int) -> set[int]:
    """Note that a right ended, of a story of the canonical one in row ``story``; give the rows it changed."""
    end = time_ms(told.expires)
    connection.execute("INSERT OR REPLACE INTO lapses VALUES (?, ?)", (told.story_id, end))
    _behead(connection, told, story)
    found = connection.execute("SELECT n, story FROM variants WHERE story_id = ?", (told.story_id,))
    changed = {story}
    for row in found.fetchall():
        strip(connection, row["n"], end)
        changed |= {row["story"]} - {None}
    return changed


def ended(connection: sqlite3.Connection, story: StoryV1) -> int | None:
    """Tell when the right to a story ended: as was told before it came, or because it came without text."""
    row = connection.execute("SELECT ended FROM lapses WHERE story_id = ?", (story.id,)).fetchone()
    if row is not None:
        return int(row["ended"])
    end = None if story.paragraphs or story.expires is None else _ms(story.expires)
    late = end is not None and story.received is not None and end <= time_ms(story.received)
    return end if late else None


def strip(connection: sqlite3.Connection, n: int, end: int) -> None:
    """Drop the text of placement ``n``; one that has none any more stays as it is."""
    copy, evidence = copy_of(connection, n), evidence_of(connection, n)
    unindex(connection, n, copy, evidence.variant)
    copy = replace(copy, headline=None, deck=None, ed_note=None, paragraphs=(), furniture=())
    variant = evidence.variant and replace(evidence.variant, names=(), figures=(), house_style=())
    rewrite(connection, n, copy, replace(evidence, variant=variant))
    connection.execute("INSERT INTO search (rowid, headline, body) VALUES (?, '', '')", (n,))
    connection.execute("UPDATE variants SET headline = NULL, lapsed = ? WHERE n = ?", (end, n))


def _behead(connection: sqlite3.Connection, told: LapseV1, story: int) -> None:
    """Take the headlines out of a snapshot of before; the one of after says how the story stands."""
    row = connection.execute("SELECT snapshot FROM stories WHERE n = ?", (story,)).fetchone()
    if row is None or row["snapshot"] is None:
        return
    snapshot = orjson.loads(row["snapshot"])
    if snapshot["sequence"] >= told.sequence:
        return
    snapshot["headline"] = None
    for version in snapshot.get("versions") or ():
        version["headline"] = None
    connection.execute("UPDATE stories SET snapshot = ? WHERE n = ?", (orjson.dumps(snapshot), story))


def _ms(text: str) -> int | None:
    """Read a time of the story record, which keeps its offset."""
    moment = datetime.fromisoformat(text)
    return None if moment.tzinfo is None else round(moment.timestamp() * 1000)
