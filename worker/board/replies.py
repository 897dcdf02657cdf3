"""Rows of the store → the documents that the API answers with."""

import sqlite3
from urllib.parse import quote

from topics.messages import CreditLines
from worker.board import answers, queries
from worker.board.answers import Badge
from worker.board.copies import Evidence
from worker.board.dossier import EVERY, SHOWN, versions
from worker.board.filters import BADGES
from worker.board.hub import Status
from worker.board.outlets import Outlet, OutletRow
from worker.board.rejects import RejectRow
from worker.board.rows import LinkRow, StoryRow, VariantRow

RAN_BY = """
SELECT outlet, min(seen) AS first_seen, max(seen) AS last_seen, count(*) AS sightings, max(sequence) AS newest
  FROM variants WHERE story = ? AND outlet IS NOT NULL GROUP BY outlet ORDER BY first_seen, outlet LIMIT 1000
"""


def board_state(status: Status) -> answers.BoardState:
    """Say how the board stands to the broker."""
    return answers.BoardState.model_validate(status)


def story(row: StoryRow) -> answers.Story:
    """Answer with a story."""
    return answers.Story.model_validate(_story(row))


def variant(row: VariantRow) -> answers.Variant:
    """Answer with a variant."""
    return answers.Variant.model_validate(row)


def evidence(row: VariantRow, told: Evidence) -> answers.VariantEvidence:
    """Answer with a variant and how it differs from its canonical copy."""
    facts = told.variant
    return answers.VariantEvidence(
        **variant(row).model_dump(),
        paragraphs=list(facts.paragraphs) if facts else [],
        credit_lines=facts.credit_lines if facts else CreditLines(),
        house_style=list(facts.house_style) if facts else [],
        names=list(facts.names) if facts else [],
        figures=list(facts.figures) if facts else [],
    )


def whole_story(connection: sqlite3.Connection, row: StoryRow, status: Status) -> answers.WholeStory:
    """Collect a story with its members, links, versions and reach."""
    page = queries.variants(connection, EVERY, canonical_id=row.canonical_id, limit=SHOWN)
    values = _story(row)
    return answers.WholeStory.model_validate(
        values
        | {
            "aliases": queries.aliases(connection, row.canonical_id),
            "members": page.rows,
            "next": None if page.after is None else f"{values['href']}/variants?after={page.after}",
            "links": [_link(each) for each in queries.links(connection, row)],
            "versions": [
                answers.Version(name=each.name, outlets=_outlets(each.carried))
                for each in versions(page.rows)
            ],
            "ran_by": _ran_by(connection, row),
            "reach": queries.reaches(connection, row),
            "board": status,
        }
    )


def outlet_counts(row: OutletRow) -> answers.OutletCounts:
    """Answer with an outlet in a list."""
    return answers.OutletCounts.model_validate(_outlet(row))


def outlet_report(found: Outlet, status: Status) -> answers.OutletReport:
    """Answer with the figures of an outlet."""
    return answers.OutletReport.model_validate(
        _outlet(found.row)
        | {
            "sample": found.sample,
            "first": found.first,
            "reprints": found.reprints,
            "relations": counted(found.relations),
            "taken_from": counted(found.taken_from),
            "styles": found.styles,
            "board": status,
        }
    )


def counted(pairs: tuple[tuple[str, int], ...]) -> list[answers.Counted]:
    """Answer with names and how often they came."""
    return [answers.Counted(name=name, times=times) for name, times in pairs]


def reject(row: RejectRow) -> answers.Reject:
    """Answer with a refused payload; what is no UTF-8 in its sample is replaced."""
    values = {name: getattr(row, name) for name in RejectRow.__slots__}
    return answers.Reject.model_validate(values | {"sample": row.sample.decode("utf-8", "replace")})


def badges(row: StoryRow) -> list[Badge]:
    """List what a desk should know of a story."""
    return [badge for badge in BADGES if getattr(row, badge)]


def _story(row: StoryRow) -> dict[str, object]:
    values = {name: getattr(row, name) for name in StoryRow.__slots__}
    return values | {"href": _href(row.canonical_id), "badges": badges(row)}


def _outlet(row: OutletRow) -> dict[str, object]:
    values = {name: getattr(row, name) for name in OutletRow.__slots__}
    return values | {"href": f"/api/outlets/{quote(row.outlet, safe='')}"}


def _link(row: LinkRow) -> dict[str, object]:
    return {name: getattr(row, name) for name in LinkRow.__slots__} | {"href": _href(row.canonical_id)}


def _href(canonical_id: str) -> str:
    return f"/api/stories/{quote(canonical_id, safe='')}"


def _outlets(rows: tuple[VariantRow, ...]) -> list[str]:
    return list(dict.fromkeys(row.outlet for row in rows if row.outlet is not None))


def _ran_by(connection: sqlite3.Connection, row: StoryRow) -> list[answers.RanBy]:
    """List the outlets that ran a story, the first first, with what each had when it was seen last."""
    told = []
    for each in connection.execute(RAN_BY, (row.n,)).fetchall():
        last = queries.variant(connection, row.canonical_id, each["newest"])
        known = {name: getattr(last, name, None) for name in ("version", "relation", "credit")}
        told.append(answers.RanBy.model_validate(dict(each) | known))
    return told
