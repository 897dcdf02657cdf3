"""How do two versions of a copy look beside each other? Texts and a paragraph map → rows for the terminal."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from rapidfuzz.distance import Indel
from rich.text import Text

CUT: Final = "red strike"
NEW: Final = "green"
NOTE: Final = "dim cyan"
WORK_MAX: Final = 4_000_000  # words times words; larger paragraphs are shown as cut and new
_QUOTES: Final = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"'})
_CONTROLS: Final = dict.fromkeys((*range(32), *range(127, 160)), " ")


def clean(text: object) -> str:
    """Make text safe for a terminal: control characters become spaces."""
    return str(text).translate(_CONTROLS)


@dataclass(frozen=True, slots=True)
class Segment:
    """Words that stand in both versions, or what one has where the other has something else."""

    before: str
    after: str
    same: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A passage in both versions; None where one has nothing. ``note`` says what else happened."""

    before: str | None
    after: str | None
    note: str = ""

    def segments(self) -> list[Segment]:
        """Compare word by word; typographic quotes do not count."""
        if self.before is None or self.after is None:
            return [Segment(self.before or "", self.after or "", same=False)]
        before, after = self.before.split(), self.after.split()
        if len(before) * len(after) > WORK_MAX:
            return [Segment(self.before, self.after, same=self.before == self.after)]
        blocks = Indel.opcodes(
            [word.translate(_QUOTES) for word in before], [word.translate(_QUOTES) for word in after]
        ).as_matching_blocks()
        result: list[Segment] = []
        at = there = 0
        for block in blocks:
            if block.a > at or block.b > there:
                result.append(
                    Segment(" ".join(before[at : block.a]), " ".join(after[there : block.b]), same=False)
                )
            at, there = block.a + block.size, block.b + block.size
            if block.size:
                result.append(
                    Segment(" ".join(before[block.a : at]), " ".join(after[block.b : there]), same=True)
                )
        return result

    def inline(self, *, marks: bool) -> Text:
        """Write both versions as one text."""
        text = self._begin()
        for segment in self.segments():
            if segment.same:
                _add(text, segment.after)
            else:
                _add(text, segment.before, CUT, ("[-", "-]") if marks else None)
                _add(text, segment.after, NEW, ("{+", "+}") if marks else None)
        return text.append("\n")

    def left(self, *, marks: bool) -> Text:
        """Write the version before, with what was cut."""
        text = Text()
        for segment in self.segments():
            changed = not segment.same
            _add(text, segment.before, CUT if changed else "", ("[-", "-]") if changed and marks else None)
        return text

    def right(self, *, marks: bool) -> Text:
        """Write the version after, with what was added."""
        text = self._begin()
        for segment in self.segments():
            changed = not segment.same
            _add(text, segment.after, NEW if changed else "", ("{+", "+}") if changed and marks else None)
        return text

    def _begin(self) -> Text:
        return Text().append(f"({self.note})", NOTE) if self.note else Text()


def _add(text: Text, words: str, style: str = "", marks: tuple[str, str] | None = None) -> None:
    if words:
        opening, closing = marks or ("", "")
        text.append(" " if text.plain else "").append(f"{opening}{words}{closing}", style)


def rows(before: Sequence[str], after: Sequence[str], changes: Iterable[Mapping[str, Any]]) -> Iterator[Row]:
    """Pair the passages of two versions as a paragraph map says, in its order.

    Paragraphs that were split or merged come as one row. Rows of the map that point outside the
    copies are passed over.
    """
    left: list[int] = []
    right: list[int] = []
    for change in changes:
        a, b = _place(change.get("canonical"), before), _place(change.get("variant"), after)
        if a is not None and b is not None and change.get("change") != "moved":
            if left and a not in left and b not in right:
                yield _joined(before, after, left, right)
                left, right = [], []
            left.append(a)
            right.append(b)
            continue
        if left:
            yield _joined(before, after, left, right)
            left, right = [], []
        if a is not None and b is not None:
            yield Row(before[a], after[b], f"moved from paragraph {a + 1}")
        elif a is not None or b is not None:
            yield Row(None if a is None else before[a], None if b is None else after[b])
    if left:
        yield _joined(before, after, left, right)


def _place(place: object, texts: Sequence[str]) -> int | None:
    return place if isinstance(place, int) and 0 <= place < len(texts) else None


def _joined(before: Sequence[str], after: Sequence[str], left: list[int], right: list[int]) -> Row:
    """Join the paragraphs of one passage, each once and in order."""
    return Row(
        " ".join(before[place] for place in sorted(set(left))),
        " ".join(after[place] for place in sorted(set(right))),
    )
