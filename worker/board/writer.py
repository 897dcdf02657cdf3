"""Write a batch of items into the store: rows of placements, merges, snapshots and rejects."""

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

from topics.items import Event, Expired, Refused, Snapshot, Told, Undecodable
from topics.messages import LapseV1, MergeV1, ReachV1, VariantV1
from topics.tail import Positions
from topics.times import time_ms
from worker.board import lapses
from worker.board.copies import keep
from worker.board.retention import LOT, forget
from worker.board.store import Store
from worker.board.words import clean, indexed

SAMPLE: Final = 2000  # bytes of a rejected payload that are kept
REJECTS_KEPT: Final = 10_000
NAME_MOST: Final = 500  # characters of an outlet's name or a word pair that are kept as a key


@dataclass(slots=True)
class Written:
    """What a batch changed: the canonical ids of stories, those that go on; whether rejects came."""

    stories: dict[str, None] = field(default_factory=dict)  # a set in order
    rejects: int = 0


def write(store: Store, items: Iterable[Told], positions: Positions, *, keep: int | None = None) -> Written:
    """Write a batch and the positions after it in one transaction; what was written before is passed over.

    ``keep``: milliseconds of stream time after which a story is forgotten, None for never.
    """
    with store.writing() as connection:
        batch = _Batch(connection)
        for item in items:
            batch.take(item)
        connection.executemany(
            "INSERT OR REPLACE INTO positions VALUES (?, ?, ?)",
            [(topic, partition, after) for (topic, partition), after in positions.items()],
        )
        written = batch.finish()
        if keep is not None:
            forget(connection, keep, most=max(LOT, 2 * len(written.stories)))
        return written


class _Batch:
    """One transaction's work; the derived columns of touched stories are computed at its end."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection
        self._touched: dict[int, None] = {}
        self._rejects = 0

    def take(self, item: Told) -> None:
        match item:
            case Event(message=VariantV1() as placed):
                self._variant(placed, item.partition, item.offset)
            case Event(message=MergeV1(canonical_id=younger, into=older)):
                self._merge(younger, older)
            case Event(message=ReachV1() as told):
                self._reach(told, item.partition, item.offset)
            case Event(message=LapseV1() as lapse):
                story = self._story(lapse.canonical_id)
                self._touched |= dict.fromkeys(lapses.note(self._db, lapse, story))
            case Snapshot():
                self._snapshot(item)
            case Refused():
                self._reject(item)
            case Expired():
                pass  # the worker forgets it; the board keeps it for its own time
            case Undecodable():
                self._db.execute(
                    "INSERT INTO unread VALUES (?, 1, ?)"
                    " ON CONFLICT DO UPDATE SET times = times + 1, error = excluded.error",
                    (item.schema or item.topic, item.error[:NAME_MOST]),
                )

    def finish(self) -> Written:
        written = Written(rejects=self._rejects)
        for story in self._touched:
            derive(self._db, story)
            row = self._db.execute(
                "SELECT canonical_id, into_id FROM stories WHERE n = ?", (story,)
            ).fetchone()
            if row is not None and row["into_id"] is None:
                written.stories[row["canonical_id"]] = None
        return written

    def _story(self, canonical_id: str) -> int:
        """Find or make the row of the story that goes on under this id."""
        seen = {canonical_id}
        while True:
            row = self._db.execute(
                "SELECT n, into_id FROM stories WHERE canonical_id = ?", (canonical_id,)
            ).fetchone()
            if row is None or row["into_id"] is None or row["into_id"] in seen:
                break
            canonical_id = row["into_id"]
            seen.add(canonical_id)
        if row is not None:
            return int(row["n"])
        return self._new(canonical_id)

    def _new(self, canonical_id: str) -> int:
        made = self._db.execute("INSERT INTO stories (canonical_id) VALUES (?)", (canonical_id,))
        return int(made.lastrowid or 0)

    def _variant(self, message: VariantV1, partition: int, offset: int) -> None:
        story = None if message.canonical_id is None else self._story(message.canonical_id)
        told, copy = message.variant, message.story
        n = self._db.execute(
            "INSERT OR IGNORE INTO variants (story, canonical_id, partition, offset, sequence, story_id,"
            " status, relation, outlet, headline, url, seen, lag, coverage, novelty, parent, hops, agency,"
            " credit, language, slug, kind, pub_status, version, words, reason)"
            " VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?) RETURNING n",
            (
                story,
                message.canonical_id,
                partition,
                offset,
                message.sequence,
                message.story_id,
                message.status,
                told and told.relation,
                _name(message.outlet),
                message.headline,
                copy.url,
                _ms(message.seen),
                told and told.lag,
                told and told.coverage,
                told and told.novelty,
                told and told.parent,
                told and told.hops,
                (told and told.agency) or copy.agency,
                told and told.credit,
                copy.language,
                copy.slug,
                copy.kind,
                copy.pub_status,
                version_of(message),
                sum(len(each.text.split()) for each in copy.paragraphs),
                message.reason,
            ),
        ).fetchone()
        if n is None:  # told before
            return
        self._details(int(n[0]), message)
        if story is not None:
            self._touched[story] = None

    def _details(self, n: int, message: VariantV1) -> None:
        """Write what hangs on a placement: copy, links, words to search, the outlet's counts."""
        keep(self._db, n, message)
        self._db.executemany(
            "INSERT OR IGNORE INTO links VALUES (?, ?, ?, ?, ?)",
            [(n, each.type, each.canonical_id, each.story_id, each.share) for each in message.links],
        )
        words = indexed(message.story, message.variant)
        self._db.execute("INSERT INTO search (rowid, headline, body) VALUES (?, ?, ?)", (n, *words))
        if (end := lapses.ended(self._db, message.story)) is not None:
            lapses.strip(self._db, n, end)
        outlet, told = _name(message.outlet), message.variant
        if outlet is None:
            return
        self._db.execute(
            "INSERT INTO outlets VALUES (?, 1, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET variants = variants + 1,"
            " founded = founded + excluded.founded, from_agency = from_agency + excluded.from_agency,"
            " stripped = stripped + excluded.stripped,"
            " last_seen = max(coalesce(last_seen, 0), coalesce(excluded.last_seen, 0))",
            (
                outlet,
                told is not None and told.relation == "original",
                told is not None and told.agency is not None,
                told is not None and told.credit == "stripped",
                _ms(message.seen),
            ),
        )
        if told is not None:
            self._db.executemany(
                "INSERT INTO styles VALUES (?, ?, ?, 1) ON CONFLICT DO UPDATE SET times = times + 1",
                [(outlet, _name(each.canonical), _name(each.variant)) for each in told.house_style],
            )

    def _merge(self, younger: str, older: str) -> None:
        """Let a story go on in another; its placements go along."""
        into = self._story(older)
        if younger == older:
            return
        row = self._db.execute("SELECT n, into_id FROM stories WHERE canonical_id = ?", (younger,)).fetchone()
        gone = self._new(younger) if row is None else int(row["n"])
        if gone == into:  # told before, the other way round
            return
        self._db.execute("UPDATE stories SET into_id = ? WHERE n = ?", (older, gone))
        self._db.execute("UPDATE variants SET story = ? WHERE story = ?", (into, gone))
        self._db.execute("UPDATE reaches SET story = ? WHERE story = ?", (into, gone))
        self._touched[gone] = None
        self._touched[into] = None

    def _snapshot(self, item: Snapshot) -> None:
        """Keep how a story stands."""
        message = item.message
        if message.into is not None:
            self._merge(message.canonical_id, message.into)
            return
        story = self._story(message.canonical_id)
        self._db.execute("UPDATE stories SET snapshot = ? WHERE n = ?", (orjson.dumps(message), story))
        self._touched[story] = None

    def _reach(self, told: ReachV1, partition: int, offset: int) -> None:
        """Keep whom an order reaches."""
        story = self._story(told.canonical_id)
        self._db.execute(
            "INSERT OR IGNORE INTO reaches (story, partition, offset, sequence, facts) VALUES (?,?,?,?,?)",
            (story, partition, offset, told.sequence, orjson.dumps(told)),
        )
        self._touched[story] = None

    def _reject(self, item: Refused) -> None:
        why = item.why
        self._db.execute(
            "INSERT INTO rejects (reject_id, reason, message, stage, topic, partition, offset, part, attempt,"
            " written, size, sample) VALUES (?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT DO UPDATE SET"
            " attempt = excluded.attempt, written = excluded.written",
            (
                why.reject_id,
                why.error_class,
                why.error_message,
                why.error_stage,
                why.topic,
                why.partition,
                why.offset,
                why.part,
                why.attempt,
                item.timestamp,
                why.size or len(item.value),
                item.value[:SAMPLE],
            ),
        )
        self._db.execute("DELETE FROM rejects WHERE n <= (SELECT max(n) FROM rejects) - ?", (REJECTS_KEPT,))
        self._rejects += 1


DERIVED: Final = """
UPDATE stories SET (
  founded, updated, variants, outlets, repeats, sequence, stripped, corrected, killed, embargoed
) = (
  SELECT min(seen), coalesce(max(seen), 0), count(*) - coalesce(sum(relation = 'repeat'), 0),
    count(DISTINCT outlet), coalesce(sum(relation = 'repeat'), 0), coalesce(max(sequence), 0),
    coalesce(sum(credit = 'stripped'), 0), coalesce(max(kind = 'correction'), 0),
    coalesce(max(kind IN ('kill', 'withhold') OR pub_status IN ('withheld', 'canceled')), 0),
    coalesce(max(pub_status = 'embargoed'), 0)
  FROM variants WHERE story = stories.n
), (headline, language, slug) = (
  SELECT headline, language, slug FROM variants WHERE story = stories.n ORDER BY sequence LIMIT 1
), agency = (
  SELECT agency FROM variants WHERE story = stories.n AND agency IS NOT NULL ORDER BY sequence DESC LIMIT 1
), version = (
  SELECT version FROM variants WHERE story = stories.n AND version IS NOT NULL ORDER BY seen DESC LIMIT 1
) WHERE n = ?
"""


def derive(connection: sqlite3.Connection, story: int) -> None:
    """Compute the columns of a story that follow from its variants and its last snapshot."""
    connection.execute(DERIVED, (story,))
    row = connection.execute("SELECT snapshot FROM stories WHERE n = ?", (story,)).fetchone()
    if row is None or row["snapshot"] is None:
        return
    told = orjson.loads(row["snapshot"])
    standing, versions = told.get("standing", "running"), told.get("versions") or ()
    connection.execute(
        "UPDATE stories SET headline = coalesce(?, headline), agency = coalesce(?, agency),"
        " language = coalesce(?, language), founded = coalesce(?, founded), updated = max(updated, ?),"
        " variants = max(variants, ?), outlets = max(outlets, ?), repeats = max(repeats, ?),"
        " sequence = max(sequence, ?), slug = coalesce(?, slug), version = coalesce(?, version),"
        " standing = ?, carrying = ?, killed = max(killed, ?), corrected = max(corrected, ?), lapsed = ?"
        " WHERE n = ?",
        (
            told["headline"],
            told["agency"],
            told["language"],
            _ms(told["founded"]),
            _ms(told["updated"]) or 0,
            told["variants"],
            told["outlets"],
            told["repeats"],
            told["sequence"],
            told.get("slug"),
            version_name(versions[-1]) if versions else None,
            standing,
            told.get("carrying", 0),
            standing in {"killed", "withheld"},
            standing == "corrected",
            _ms(told.get("lapsed")),
            story,
        ),
    )


def version_of(message: VariantV1) -> str | None:
    """Name the version of its agency's copy that a story carries, else the one that its own words tell."""
    told = orjson.loads(orjson.dumps(message.variant)) or {}
    if told.get("version"):
        return version_name(told["version"])
    copy = message.story
    return version_name({"kind": copy.version_kind, "number": copy.version_no}) if copy.version_kind else None


def version_name(version: Mapping[str, Any]) -> str:
    """Name a version for people, such as ``writethru 2``; the first that was filed says nothing of itself."""
    number = version.get("number")
    kind = version.get("kind") or "first filing"
    return kind if number is None else f"{kind} {number}"


def _name(text: str | None) -> str | None:
    return None if text is None else clean(text)[:NAME_MOST]


def _ms(text: str | None) -> int | None:
    """Read a time of the contract; None for one that cannot be read."""
    try:
        return None if text is None else time_ms(text)
    except ValueError:
        return None
