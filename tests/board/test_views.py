"""The tree, the matrix and the diff say what the paragraph maps say."""

import pytest

from tests.board.conftest import original
from topics.messages import ParagraphChange, Swap, Variant
from worker.board import queries
from worker.board.diff import Line, compare
from worker.board.dossier import dossier
from worker.board.filters import Filters
from worker.board.matrix import line


def change(what, canonical, variant, similarity=1.0):
    return ParagraphChange(change=what, canonical=canonical, variant=variant, similarity=similarity)


def test_a_matrix_line_tells_what_became_of_each_paragraph():
    changes = [
        change("added", None, 0),
        change("kept", 0, 1),
        change("edited", 1, 2, 0.8),
        change("kept", 1, 3, 0.4),
        change("added", None, 4),
        change("dropped", 2, None),
        change("moved", 3, 5),
    ]
    told = line(None, changes, 4)
    assert [cell.change for cell in told.cells] == ["kept", "edited", "dropped", "moved"]
    assert (told.before, told.added, told.cells[1].added) == (1, 2, 1)


def copy(*texts, **more):
    return original(paragraphs=[{"text": text, "role": "copy"} for text in texts], furniture=[], **more).story


def marks(pieces, mark):
    return [piece.text for piece in pieces if mark in piece.marks]


def test_a_diff_marks_what_changed_and_what_was_said_by_somebody():
    ours = copy("Ridge Alkonis left, “We held the line,” said 14 sailors.", "Rain fell.", "It ended.")
    theirs = copy("Rich Alcornis left, “We held the line,” said 40 sailors.", "It ended.", "Ours alone.")
    variant = Variant(
        relation="edited",
        coverage=0.8,
        novelty=0.2,
        sequence=2,
        paragraphs=(
            change("edited", 0, 0, 0.8),
            change("dropped", 1, None),
            change("kept", 2, 1),
            change("added", None, 2),
        ),
        names=(Swap(canonical="Ridge Alkonis", variant="Rich Alcornis"),),
        figures=(Swap(canonical="14", variant="40"),),
    )
    rows = compare(ours, theirs, variant).rows
    assert [row.change for row in rows] == ["edited", "dropped", "kept", "added"]
    first = rows[0]
    assert marks(first.before, "name") == ["Ridge Alkonis"]
    assert marks(first.after, "figure") == ["40"]
    assert "".join(marks(first.after, "quote")) == "“We held the line,”"
    assert "".join(piece.text for piece in first.after) == theirs.paragraphs[0].text
    assert not marks(rows[2].before, "changed")


def test_furniture_stands_where_it_stood():
    theirs = original(
        paragraphs=[{"text": "One.", "role": "copy"}, {"text": "Two.", "role": "copy"}],
        furniture=[{"text": "READ ALSO", "kind": "related", "before": 1}],
    ).story
    variant = Variant(
        relation="verbatim",
        coverage=1,
        novelty=0,
        sequence=2,
        paragraphs=(change("kept", 0, 0), change("kept", 1, 1)),
    )
    rows = compare(copy("One.", "Two."), theirs, variant).rows
    assert [isinstance(row, Line) for row in rows] == [False, True, False]
    assert rows[1].after == "READ ALSO"


@pytest.fixture
def ferry(filled):
    with filled.reading() as connection:
        (row,) = [
            each
            for each in queries.stories(connection, Filters(text="ferry")).rows
            if each.headline.startswith("Ferry with 214")
        ]
        yield dossier(connection, row)


def test_the_sample_story_has_a_tree_a_matrix_and_a_comparison(ferry):
    (tree,) = ferry.trees
    assert tree.variant.relation == "original"
    assert len(ferry.variants) == 8
    below = len(tree.children)
    assert below + sum(len(child.children) for child in tree.children) == 5
    (matrix,) = ferry.matrices
    assert matrix.columns == 12
    assert {cell.change for cell in matrix.lines[0].cells} == {"kept"}
    trimmed = next(each for each in matrix.lines if each.variant.relation == "trimmed")
    assert [cell.change for cell in trimmed.cells].count("dropped") == 4
    assert ferry.compared.variant.relation == "paraphrased"
    assert [link.type for link in ferry.links] == ["same_event"]
