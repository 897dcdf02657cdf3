"""What a run of the suite found, as rows of a Markdown table."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from itertools import groupby
from pathlib import Path
from statistics import median

import orjson

from tests.faults.plan import FAULTS

ROWS = {name: fault.what for name, fault in FAULTS.items()} | {
    "soak": "soak: a fault a minute, all kinds, two workers"
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One run of one fault. All but ``injected``, ``payloads``, ``again`` and the times ought to be 0."""

    fault: str
    injected: int
    payloads: int
    rejected: int
    lost: int
    repeated: int
    differing: int
    astray: int  # stories that stand in another company than undisturbed
    uncommitted: int
    unclean: int  # stops that did not exit with 0
    exits: int  # workers that ended by themselves and were started again
    again: int  # stories split twice; place dropped them
    recovery: list[float] = field(default_factory=list)  # seconds, one for each injection
    note: str = ""

    def clean(self) -> bool:
        """Whether nothing was lost, repeated or told differently."""
        return not any((self.lost, self.repeated, self.differing, self.astray, self.uncommitted, self.note))


def store(path: Path, rows: Sequence[Row]) -> None:
    with path.open("ab") as file:
        for row in rows:
            file.write(orjson.dumps(asdict(row), option=orjson.OPT_APPEND_NEWLINE))


def load(path: Path) -> list[Row]:
    return [Row(**orjson.loads(line)) for line in path.read_bytes().splitlines()]


def _sum(rows: Sequence[Row]) -> Row:
    counts = {
        name: sum(getattr(row, name) for row in rows)
        for name, kind in Row.__annotations__.items()
        if kind is int
    }
    return Row(
        fault=rows[0].fault,
        recovery=[seconds for row in rows for seconds in row.recovery],
        note="; ".join(row.note for row in rows if row.note),
        **counts,
    )


def render(rows: Sequence[Row]) -> str:
    """Render the table; runs of the same fault are added up."""
    order = list(ROWS)
    ordered = sorted(rows, key=lambda row: order.index(row.fault))
    lines = [
        (
            "| fault | injected | payloads | lost | repeated | differ from refold | astray | uncommitted |"
            " split twice | exits | recovery s, median / worst |"
        ),
        "| --- |" + " ---: |" * 10,
    ]
    for _, group in groupby(ordered, key=lambda row: row.fault):
        row = _sum(list(group))
        seconds = f"{median(row.recovery):.1f} / {max(row.recovery):.1f}" if row.recovery else "–"
        what = ROWS[row.fault] + (f" (**{row.note}**)" if row.note else "")
        lines.append(
            f"| {what} | {row.injected} | {row.payloads} | {row.lost} | {row.repeated} | {row.differing} |"
            f" {row.astray} | {row.uncommitted} | {row.again} | {row.exits} | {seconds} |"
        )
    return "\n".join(lines) + "\n"
