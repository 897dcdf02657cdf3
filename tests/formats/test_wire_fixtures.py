"""Real wire files against what a reader of each must find; both stand outside the repository."""

import csv

import pytest

from tests.conftest import SHARED
from worker.pipeline import split
from worker.story import Payload, Role, Story

NOT_YET = frozenset()
"""Families whose parsers are not written yet."""

WIRE = SHARED / "wire"


def rows():
    table = WIRE / "fixtures.tsv"
    if not table.is_file():
        return []
    with table.open(encoding="utf-8", newline="") as lines:
        read = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [pytest.param(row, id=f"{row['family']}/{row['path']}") for row in read]


def one_line(text):
    return " ".join((text or "").split())


def copy_words(story):
    return " ".join(part.text for part in story.paragraphs if part.role is Role.COPY).split()


@pytest.mark.shared
@pytest.mark.parametrize("row", rows())
def test_a_wire_file_holds_the_stories_that_its_row_tells(row, shared):
    if row["family"] in NOT_YET:
        pytest.skip(f"{row['family']} is not read yet")
    parts = split(Payload(body=(shared / "wire" / row["path"]).read_bytes()))
    stories = [part for part in parts if isinstance(part, Story)]
    assert len(stories) == int(row["n_stories"]), parts
    if not stories:
        return
    story = stories[0]
    if row["headline"] != "-":
        assert one_line(story.headline) == one_line(row["headline"])
    if row["native_id"] != "-":
        for native in row["native_id"].split("; "):
            assert native in {story.native_id, *story.native_ids, story.transmission_no}
    if row["slug"] != "-":
        assert story.slug == row["slug"]
    if row["body_first8"] != "-":
        assert " ".join(copy_words(story)[:8]) == row["body_first8"]
    if row["kind"] in {"kill", "alert", "table", "digest", "service", "stub", "press-release", "story"}:
        assert story.kind.value == row["kind"]
