"""``wiretrace show``: one variant against its canonical copy, as a desk would read it."""

import gzip
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final

import orjson
import typer
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from worker.commands.exits import fail
from worker.commands.markup import clean, inline, left, right
from worker.commands.payloads import InputError
from worker.commands.telling import span
from worker.matching.beside import rows

Line = dict[str, Any]

ID_LEAST: Final = 6  # characters of an id that are enough when one story alone begins with them


class UnknownStory(LookupError):
    """No line tells of the story that was asked for, or several do."""


@dataclass(frozen=True, slots=True)
class Pair:
    """The line of a story and that of the copy it is told against, where there is one.

    That is the version of the agency that it carries, else the original of its canonical story.
    """

    line: Line
    original: Line | None


def command(
    story_id: Annotated[str, typer.Argument(help="Story id, or the first six or more characters of one.")],
    *,
    source: Annotated[
        Path,
        typer.Option(
            "--from", help="JSON lines of `wiretrace trace` or `wiretrace follow --json`; - is stdin."
        ),
    ],
    side_by_side: Annotated[
        bool, typer.Option("--side-by-side", "-s", help="Two columns instead of one marked text.")
    ] = False,
) -> None:
    """Show a variant against its canonical copy: what was cut, added, moved, restyled and got wrong.

    What was cut is red and struck through, what was added is green; without colours they stand in
    [-...-] and {+...+}.
    """
    console = Console()
    try:
        pair = find(read_lines(source), story_id)
    except (UnknownStory, InputError) as error:
        fail(str(error))
    except (OSError, EOFError) as error:  # EOFError: a gzip file cut short
        fail(f"{source}: {getattr(error, 'strerror', None) or error}")
    marks = console.color_system is None or console.no_color
    console.print(render(pair, side_by_side=side_by_side, marks=marks))


def read_lines(source: Path) -> Iterator[Line]:
    """Read JSON lines, gzipped or not; raise InputError for a line that holds no JSON object."""
    opened = nullcontext(sys.stdin.buffer) if str(source) == "-" else _open(source)
    with opened as stream:
        for number, raw in enumerate(stream, start=1):
            if not raw.strip():
                continue
            try:
                line = orjson.loads(raw)
            except orjson.JSONDecodeError as error:
                raise InputError(f"{source}:{number}: is no JSON ({error.msg})") from error
            if not isinstance(line, dict):
                raise InputError(f"{source}:{number}: is no JSON object")
            yield line


def _open(source: Path) -> Any:  # noqa: ANN401 - a binary stream, gzipped or not
    return gzip.open(source) if source.suffix == ".gz" else source.open("rb")


def find(lines: Iterable[Line], story_id: str) -> Pair:
    """Find a story and the copy that it is told against.

    An id may be cut to ``ID_LEAST`` characters as long as one story alone begins with it; raise
    UnknownStory otherwise.
    """
    originals: dict[str, Line] = {}
    versions: dict[str, Line] = {}
    found: dict[str, Line] = {}
    for line in lines:
        of = line.get("story_id")
        if not isinstance(of, str) or "story" not in line:
            continue
        variant = _variant(line)
        if variant.get("relation") == "original":
            originals.setdefault(line["canonical_id"], line)
        if (variant.get("version") or {}).get("story_id") == of:
            versions.setdefault(of, line)
        asked_for = of == story_id or (len(story_id) >= ID_LEAST and of.startswith(story_id))
        if asked_for and (of not in found or found[of].get("status") == "held"):  # it was released later
            found[of] = line
    if story_id in found:
        found = {story_id: found[story_id]}
    if not found:
        if len(story_id) < ID_LEAST:
            raise UnknownStory(f"{story_id!r} is too short: give six characters of the id or more")
        raise UnknownStory(f"no story {story_id!r} among the lines")
    if len(found) > 1:
        raise UnknownStory(f"{story_id!r} begins {len(found)} ids: {', '.join(sorted(found)[:5])}")
    line = next(iter(found.values()))
    original = originals.get(line.get("canonical_id") or "")
    return Pair(line, versions.get(_variant(line).get("against") or "", original))


def render(pair: Pair, *, side_by_side: bool = False, marks: bool = False) -> RenderableType:
    """Render the summary and the compared copy; ``marks`` writes brackets where colours are missing."""
    line, original = pair.line, pair.original
    copy = _paragraphs(line)
    changes = _variant(line).get("paragraphs") or []
    head: list[RenderableType] = [_summary(pair), Text()]
    if original is None or not changes or not _fits(original, changes):
        return Group(*head, *(Text(f"{text}\n") for text in copy))
    places = [(each["change"], each.get("canonical"), each.get("variant")) for each in changes]
    compared = list(rows(_paragraphs(original), copy, places))
    if not side_by_side:
        return Group(*head, *(inline(row, marks=marks) for row in compared))
    table = Table(show_lines=True, expand=True)
    table.add_column(Text(f"canonical: {_name(original)}"), ratio=1)
    table.add_column(Text(f"variant: {_name(line)}"), ratio=1)
    for row in compared:
        table.add_row(left(row, marks=marks), right(row, marks=marks))
    return Group(*head, table)


def _fits(original: Line, changes: list[Line]) -> bool:
    """Tell whether the line holds all the copy that was compared: adds stand in lines of their own."""
    return all((change.get("canonical") or 0) < len(_paragraphs(original)) for change in changes)


def _variant(line: Line) -> Line:
    return line.get("variant") or {}


def _paragraphs(line: Line) -> list[str]:
    return [clean(paragraph["text"]) for paragraph in line["story"].get("paragraphs") or []]


def _name(line: Line) -> str:
    """Name a story by its outlet, else by the head of its id."""
    return clean(line["story"].get("outlet") or line["story_id"][:12])


def _summary(pair: Pair) -> RenderableType:
    """Tell in a few lines what the metadata says."""
    line, variant = pair.line, _variant(pair.line)
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="bold", no_wrap=True)
    grid.add_column(overflow="fold")

    def tell(name: str, value: object) -> None:
        if value:
            grid.add_row(name, Text(clean(value)))

    tell("story", line["story_id"])
    tell("headline", line["story"].get("headline"))
    tell("outlet", line["story"].get("outlet"))
    tell("status", " ".join(filter(None, (line.get("status"), line.get("reason")))))
    tell("canonical", line.get("canonical_id"))
    for acts in line.get("acts_on") or ():
        doubt = "" if acts.get("certain") else ", not certain"
        tell(acts["action"], f"{acts['canonical_id']}, named by its {acts['named_by']}{doubt}")
    if not variant:
        return grid
    tell("relation", variant.get("relation"))
    tell("version", _version(variant.get("version")))
    if pair.original is None:
        tell("", "the original of its canonical story is not among the lines")
    kept, own = variant.get("coverage") or 0, variant.get("novelty") or 0
    tell("copy", f"keeps {kept:.0%} of the canonical narrative, {own:.0%} of its own is new")
    tell("paragraphs", _counted(change["change"] for change in variant.get("paragraphs") or ()))
    if variant.get("parent"):
        hops = variant.get("hops")
        tell("parent", f"{variant['parent']}, {hops} step{'' if hops == 1 else 's'} from the original")
    if variant.get("lag"):
        tell("lag", f"{span(variant['lag'])} behind the first sighting")
    tell("agency", variant.get("agency"))
    tell("credit", _credit(variant))
    for name, key in (("names", "names"), ("figures", "figures"), ("house style", "house_style")):
        tell(name, ", ".join(f"{swap['canonical']} → {swap['variant']}" for swap in variant.get(key) or ()))
    for link in line.get("links") or ():
        tell(link["type"].replace("_", " "), f"{link['canonical_id']}, {link['share']:.0%}")
    return grid


def _version(version: Line | None) -> str:
    """Tell the version that it carries: its words, its time, its story."""
    told = version or {}
    words = " ".join(str(word) for word in (told.get("kind"), told.get("number")) if word is not None)
    return ", ".join(filter(None, (words, told.get("created"), told.get("story_id"))))


def _credit(variant: Line) -> str:
    """Tell what became of the agency credit, then of each kind of line."""
    lines = [f"{kind} {kept}" for kind, kept in (variant.get("credit_lines") or {}).items() if kept != "none"]
    kept = variant.get("credit") or "none"
    return f"{kept} ({', '.join(lines)})" if lines else kept


def _counted(changes: Iterable[str]) -> str:
    return ", ".join(f"{number} {change}" for change, number in Counter(changes).items())
