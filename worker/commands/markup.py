"""Write the rows of two versions for a terminal: cut, new, moved."""

from typing import Final

from rich.text import Text

from worker.matching.beside import Row

CUT: Final = "red strike"
NEW: Final = "green"
NOTE: Final = "dim cyan"
_CONTROLS: Final = dict.fromkeys((*range(32), *range(127, 160)), " ")


def clean(text: object) -> str:
    """Make text safe for a terminal: control characters become spaces."""
    return str(text).translate(_CONTROLS)


def inline(row: Row, *, marks: bool) -> Text:
    """Write both versions as one text."""
    text = _begin(row)
    for segment in row.segments():
        if segment.same:
            _add(text, segment.after)
        else:
            _add(text, segment.before, CUT, ("[-", "-]") if marks else None)
            _add(text, segment.after, NEW, ("{+", "+}") if marks else None)
    return text.append("\n")


def left(row: Row, *, marks: bool) -> Text:
    """Write the version before, with what was cut."""
    text = Text()
    for segment in row.segments():
        changed = not segment.same
        _add(text, segment.before, CUT if changed else "", ("[-", "-]") if changed and marks else None)
    return text


def right(row: Row, *, marks: bool) -> Text:
    """Write the version after, with what was added."""
    text = _begin(row)
    for segment in row.segments():
        changed = not segment.same
        _add(text, segment.after, NEW if changed else "", ("{+", "+}") if changed and marks else None)
    return text


def _begin(row: Row) -> Text:
    return Text().append(f"(moved from paragraph {row.left[0] + 1})", NOTE) if row.moved else Text()


def _add(text: Text, words: str, style: str = "", marks: tuple[str, str] | None = None) -> None:
    if words:
        opening, closing = marks or ("", "")
        text.append(" " if text.plain else "").append(f"{opening}{words}{closing}", style)
