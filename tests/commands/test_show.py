"""`wiretrace show`: a variant against its canonical copy."""

import gzip
import io

import orjson
import pytest
import typer
from rich.console import Console
from typer.testing import CliRunner

from worker.commands import show
from worker.commands.show import UnknownStory, find, render

ORIGINAL = "a" * 32
TRIM = "ab" * 16
CANONICAL = "c" * 32

BEFORE = [
    "The town council of Pellmouth rejected the bridge on Monday.",
    "Mayor Ada Quill said “the river won”.",
    "Oysters were sold out by noon. The band played on.",
    "A study is due before the summer.",
]
AFTER = [
    "The town council of Pellmouth rejected the bridge on Tuesday.",
    "A study is due before the summer.",
    "Oysters were sold out by noon.",
    "The band played on.",
    "Eskerton sent a brass band.",
]
ROWS = [
    ("edited", 0, 0),
    ("dropped", 1, None),
    ("moved", 3, 1),
    ("kept", 2, 2),
    ("kept", 2, 3),
    ("added", None, 4),
]


def a_line(story_id: str, copy: list[str], **variant) -> dict:
    return {
        "status": "placed",
        "canonical_id": CANONICAL,
        "story_id": story_id,
        "variant": {"relation": "original", "coverage": 1.0, "novelty": 0.0, **variant},
        "links": [],
        "story": {
            "outlet": "The Eskerton Post",
            "headline": "No bridge for Pellmouth",
            "paragraphs": [{"text": text, "role": "copy"} for text in copy],
        },
    }


LINES = [
    a_line(ORIGINAL, BEFORE),
    {"status": "merged", "canonical_id": "d" * 32, "into": CANONICAL, "story_id": TRIM},
    {"status": "rejected", "reason": "malformed"},
    a_line(
        TRIM,
        AFTER,
        relation="edited",
        coverage=0.8,
        novelty=0.2,
        parent=ORIGINAL,
        hops=1,
        lag=90.5,
        agency="AP",
        credit="stripped",
        credit_lines={"source": "stripped", "byline": "none"},
        figures=[{"canonical": "Monday", "variant": "Tuesday"}],
        paragraphs=[{"change": c, "canonical": a, "variant": b, "similarity": 1.0} for c, a, b in ROWS],
    ),
]


def shown(lines=LINES, story_id=TRIM, *, width=200, **options) -> str:
    console = Console(file=io.StringIO(), width=width, no_color=True)
    console.print(render(find(lines, story_id), marks=True, **options))
    return console.file.getvalue()


def run(*arguments: str):
    app = typer.Typer()
    app.command()(show.command)
    return CliRunner().invoke(app, list(arguments))


def test_the_summary_tells_what_was_done():
    text = shown()
    for told in (
        "edited",
        "keeps 80%",
        "20% of its own",
        "stripped (source stripped)",
        "Monday → Tuesday",
        "1 min 30 s behind the first sighting",
    ):
        assert told in text


def test_cut_and_new_words_are_marked_in_the_text():
    text = shown()
    assert "rejected the bridge on [-Monday.-] {+Tuesday.+}" in text
    assert "[-Mayor Ada Quill said “the river won”.-]" in text
    assert "{+Eskerton sent a brass band.+}" in text


def test_a_moved_paragraph_says_where_it_stood():
    assert "(moved from paragraph 4) A study is due before the summer." in shown()


def test_a_split_paragraph_is_no_change():
    assert "Oysters were sold out by noon. The band played on." in shown()


def test_side_by_side_has_a_column_for_each():
    text = shown(side_by_side=True)
    assert "canonical: The Eskerton Post" in text
    [row] = [line for line in text.splitlines() if "rejected the bridge" in line]
    assert "[-Monday.-]" in row.split("│")[1]
    assert "{+Tuesday.+}" in row.split("│")[2]


def test_colours_replace_the_marks_on_a_terminal():
    console = Console(file=io.StringIO(), width=200, force_terminal=True, color_system="standard")
    console.print(render(find(LINES, TRIM)))
    text = console.file.getvalue()
    assert "\x1b[9;31mMonday.\x1b[0m" in text
    assert "\x1b[32mTuesday.\x1b[0m" in text


def test_the_original_is_shown_as_it_is():
    text = shown(story_id=ORIGINAL)
    assert "original" in text
    assert BEFORE[2] in text


def test_a_missing_original_is_said_and_the_copy_shown():
    text = shown(LINES[3:])
    assert "not among the lines" in text
    assert AFTER[4] in text


def test_a_story_that_was_not_matched_says_why():
    line = {
        **a_line(TRIM, AFTER),
        "status": "kept",
        "reason": "a table",
        "variant": None,
        "canonical_id": None,
    }
    assert "kept a table" in shown([line])


def test_a_repeat_does_not_hide_the_first_telling():
    assert "edited" in shown([*LINES, {**a_line(TRIM, AFTER, relation="repeat")}])


def test_an_id_may_be_cut_as_long_as_it_is_one():
    assert find(LINES, TRIM[:6]).line["story_id"] == TRIM
    with pytest.raises(UnknownStory, match="too short"):
        find(LINES, TRIM[:4])
    with pytest.raises(UnknownStory, match="no story"):
        find(LINES, "f" * 8)
    twin = TRIM[:8] + "0" * 24
    with pytest.raises(UnknownStory, match="begins 2 ids"):
        find([*LINES, a_line(twin, AFTER)], TRIM[:8])


def test_copy_cannot_write_to_the_terminal():
    assert "\x1b" not in shown([a_line(TRIM, ["Red \x1b[31malert\x07 for\x9b2J all."])])


def test_a_map_that_points_nowhere_breaks_nothing():
    broken = a_line(
        TRIM, AFTER, paragraphs=[{"change": "kept", "canonical": 99, "variant": -3, "similarity": 1.0}]
    )
    assert "placed" in shown([LINES[0], broken])


@pytest.mark.parametrize("name", ["lines.jsonl", "lines.jsonl.gz"])
def test_lines_are_read_from_a_file(tmp_path, name):
    data = b"\n".join(map(orjson.dumps, LINES))
    path = tmp_path / name
    path.write_bytes(gzip.compress(data) if name.endswith("gz") else data)
    result = run(TRIM, "--from", str(path))
    assert result.exit_code == 0
    assert "[-Monday.-] {+Tuesday.+}" in " ".join(result.output.split())


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"{}", "no story"),
        (b"not json", "lines.jsonl:1: is no JSON ("),
        (b"[1]", "is no JSON object"),
        (None, "No such file"),
    ],
)
def test_what_cannot_be_shown_exits_2_and_says_why(tmp_path, content, says):
    path = tmp_path / "lines.jsonl"
    if content is not None:
        path.write_bytes(content)
    result = run(TRIM, "--from", str(path))
    assert result.exit_code == 2
    assert says in result.stderr
