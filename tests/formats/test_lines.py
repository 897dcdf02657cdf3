"""Lines that are not asked what they are would have said: prose."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.dialects.test_credits import CREDITS
from tests.formats.test_furniture import FURNITURE, PROSE
from worker.dialects.agencies import AGENCIES
from worker.dialects.bylines import is_byline
from worker.dialects.credits import credit_of
from worker.formats import furniture_rules as rules
from worker.formats.furniture import furniture_kind
from worker.formats.lines import LONG, ends_sentence, read_lines, usual_gap
from worker.story import CreditKind, FurnitureKind

SHAPES = [
    *(line for line, *_ in (*FURNITURE, *CREDITS)),
    *PROSE,
    *(
        "By ADA QUILL, Associated Press",
        "Written by Ada Quill",
        "by the sea",
        "5:40 p.m.",
        "noonET – The vote",
    ),
    *(
        "“With assistance from Bo Chan",
        "The Associated Press",
        "the views expressed",
        "The commentary reflects it",
    ),
    *(
        "Agência Lusa",
        "É a vida no porto",
        "日本語の文章です。",
        "don’t miss",
        "more:x",
        "Kelvin KELVIN",
        "(c) 2020 Bell",
    ),
    *(
        "— Ada Quill (@adaquill) May 1, 2023",
        "• point",
        "“_”",
        "AP)",
        "dpa",
        "“The vote,” he said",
        "ſhare ſhare tweet",
    ),
]
OPENINGS = [word for rule in rules.OPENED for word in rule.openings.split()]
WORDS = [
    *{
        word
        for rule in (*rules.OPENED, *rules.HELD)
        for word in re.findall(r"[a-z]{2,}", rule.pattern.pattern)
    },
    *(alias for aliases in AGENCIES.values() for alias in aliases),
    *(*OPENINGS, *rules.SHARE_WORDS, "contributed", "to this report", "reported from", "Hide Caption"),
    *(
        "the",
        "The",
        "a ferry",
        "in the port of Harrow",
        "x" * 60,
        "of the long day " * 8,
        "1234",
        "9",
        "İ",
        "²",
    ),
]
MARKS = st.sampled_from(
    [" ", " ", " ", ": ", ":", "/", " (", ") ", "“", "”", "'", "’", ".", "_", "\xa0", ";", "—", ""]
)
MADE = st.lists(st.tuples(st.sampled_from(WORDS), MARKS), min_size=1, max_size=8).map(
    lambda parts: "".join(word + mark for word, mark in parts)
)
BENT = st.tuples(st.sampled_from(SHAPES), st.integers(0, 200), MARKS, MADE).map(
    lambda told: told[0][: told[1]] + told[2] + told[3]
)
LINES = (
    st.sampled_from(SHAPES)
    | MADE
    | BENT
    | MADE.map(str.capitalize)
    | MADE.map(str.upper)
    | st.text(max_size=20)
)
PAGES = st.lists(
    st.tuples(LINES, st.sampled_from(["\n", "\n\n", "\r\n", "\r", " \n\t\n "])), max_size=12
).map(lambda parts: "".join(line + end for line, end in parts))


def spelled(text):
    """Every line, asked everything."""
    lines, blanks = [], 0
    for raw in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        line = raw.strip()
        if not line:
            blanks += 1
            continue
        credit = credit_of(line)
        kind = furniture_kind(line)
        if credit:
            kind = FurnitureKind.COPYRIGHT if credit.kind is CreditKind.COPYRIGHT else FurnitureKind.CREDIT
        titled = 8 <= len(line) <= 180 and 1 <= line.count(" ") < 28 and line[-1] not in ".,;:…"
        titled = titled and not line[0].islower() and not is_byline(line) and kind is None
        lines.append((line, blanks, kind, credit, kind is None and len(line) >= LONG, titled))
        blanks = 0
    return lines


@given(PAGES)
@example("\n".join(SHAPES))
@example("".join(f"{line} and so on and so forth, " * 5 + line + "\n" for line in SHAPES))
@example("the the the the the the\n“““““\n" + "the " * 30 + "\n" + "a" * 40 + "\n")
@example("one line without an end, nor a feed 😀")
def test_a_line_is_what_it_would_be_if_it_were_asked_everything(text):
    assert [
        (line.text, line.blanks, line.kind, line.credit, line.is_long, line.is_title)
        for line in read_lines(text).rows
    ] == spelled(text)


@given(PAGES)
def test_a_plain_line_neither_opens_nor_ends_in_a_figure_and_is_no_furniture(text):
    for line in read_lines(text).rows:
        if line.is_plain:
            assert line.kind is None
            assert not line.text[0].isdigit()
            assert not line.text[-1].isdigit()
            assert line.text[0].isalnum() or line.text[0] in "\"'“”‘’„«"


def test_what_markup_says_counts_where_the_shape_says_nothing():
    said = {"The ferry at night": FurnitureKind.CAPTION, "Advertisement": FurnitureKind.OTHER}
    first, second, third = read_lines("The ferry at night\nAdvertisement\nThe ferry by day", said).rows
    assert (first.kind, first.is_title) == (FurnitureKind.CAPTION, False)
    assert second.kind is FurnitureKind.PROMOTION
    assert (third.kind, third.is_title) == (None, True)


def test_the_usual_gap_is_the_commonest_and_of_those_the_first():
    assert usual_gap(read_lines("a\n\n\nb\nc\n\n\nd\ne").rows) == 2
    assert usual_gap(read_lines("a").rows) == 0


@pytest.mark.parametrize("line", ["He left.", "“He left.”", "Did he?’)", "He said…", "彼は去った。"])
def test_sentences_end_in_a_mark_and_quotation_marks(line):
    assert ends_sentence(line)
    assert not ends_sentence(line + ",")
    assert not ends_sentence("")
