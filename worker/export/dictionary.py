"""Render the data dictionary of the export: ``python -m worker.export.dictionary [--check]``."""

import sys
from pathlib import Path
from typing import Final

from worker.export.columns import FILES, meaning

PAGE: Final = Path(__file__).resolve().parents[2] / "docs" / "export.md"
START: Final = "<!-- generated: python -m worker.export.dictionary -->"


def render() -> str:
    """Render a table for each file."""
    parts = [START]
    for file, columns in FILES.items():
        rows = "\n".join(
            f"| `{column.name}` | `{column.type}` | {meaning(column).replace('|', '/')} |"
            for column in columns
        )
        parts.append(f"## {file}\n\n| column | type | meaning |\n| --- | --- | --- |\n{rows}")
    return "\n\n".join(parts) + "\n"


def page() -> str:
    """Return the page with its generated part made new."""
    written, _, _ = PAGE.read_text(encoding="utf-8").partition(START)
    return written + render()


def main(arguments: list[str]) -> int:
    """Write the page, or with ``--check`` say whether it is fresh: 0 yes, 1 no."""
    if "--check" in arguments:
        fresh = PAGE.read_text(encoding="utf-8") == page()
        if not fresh:
            sys.stderr.write(f"{PAGE.name} is stale: python -m worker.export.dictionary\n")
        return 0 if fresh else 1
    PAGE.write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
