"""Whose words are they: the outlet's, a speaker's, or the page's?"""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.matching.narrative import QUOTED, SPOKEN, TOLD, UNPROSAIC, read
from worker.matching.prose import unprosaic
from worker.matching.quotation import quotations

COUNTRIES = (
    "Choose Your Country Albania Algeria Andorra Angola Argentina Armenia Australia Austria Bahrain Belgium"
    " Barbados Belarus Belize Benin Bhutan Bolivia Botswana Brazil Brunei Bulgaria Burundi Cambodia"
)
CALM = "The council of the town met on Monday and agreed to build a bridge over the river by the mill."


def kinds(*paragraphs):
    narrative = read(paragraphs)
    return [
        set(narrative.marks[start:end].tolist())
        for start, end in zip(narrative.starts[:-1], narrative.starts[1:], strict=True)
    ]


@pytest.mark.parametrize(
    "quoted",
    [
        "“We will build the bridge before winter comes,”",
        '"We will build the bridge before winter comes,"',
        "«We will build the bridge before winter comes»",
        "‘We will build the bridge before winter comes,’",
    ],
)
def test_marked_speech_is_quotation(quoted):
    assert kinds(quoted) == [{QUOTED}]
    assert kinds(f"{CALM} {quoted} the mayor of the town said.") == [{TOLD, QUOTED}]


def test_a_scare_quote_is_narrative():
    assert kinds("The so-called “bridge party” of the town lost the vote of the council on Monday.") == [
        {TOLD}
    ]


def test_an_open_quotation_runs_on_to_the_mark_that_closes_it():
    paragraphs = [
        "The mayor said: “The bridge is late",
        "and the river is high",
        "and nobody cares.” Then she left.",
    ]
    assert quotations(paragraphs) == [[(16, 35)], [(0, 21)], [(0, 18)]]


def test_each_paragraph_of_a_long_quotation_opens_anew():
    paragraphs = ["“The bridge is late and the river high.", "“Nobody in the town cares.”", CALM]
    assert quotations(paragraphs)[2] == []
    assert kinds(*paragraphs)[:2] == [{QUOTED}, {QUOTED}]


def test_a_mark_left_open_does_not_swallow_the_rest():
    assert kinds("“The bridge of the town is late again", CALM, CALM)[1:] == [{TOLD}, {TOLD}]


def test_a_tweet_is_quotation_with_its_foot_and_what_stands_above():
    paragraphs = [CALM, "The bridge is late. Sad!", "— Mayor (@mayor) May 3, 2019", CALM]
    assert kinds(*paragraphs) == [{TOLD}, {QUOTED}, {QUOTED}, {TOLD}]


def test_turns_of_a_transcript_are_quotation():
    paragraphs = [
        "MAYOR GRAY: The bridge is late and the river is high.",
        "Deputy Mayor Ann Gray: The river of the town is high, and so on and so forth, and on and on.",
    ]
    assert kinds(*paragraphs) == [{QUOTED}, {QUOTED}]


def test_a_statement_without_marks_is_spoken():
    copy = (
        [CALM] * 6
        + ["I have told the council.", "The bridge must come by winter.", "We owe it to the town."]
        + [CALM] * 6
    )
    marks = kinds(*copy)
    assert marks[6:9] == [{SPOKEN}, {SPOKEN}, {SPOKEN}]
    assert marks[0] == {TOLD}


def test_a_column_in_the_first_person_is_narrative():
    assert kinds("I think that we should build my bridge.", "I will tell you why we need it.") == [
        {TOLD},
        {TOLD},
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Photos: The bridge Photos: The bridge The bridge at dawn. Hide Caption 1 of 9 Photos: At dusk.",
        "The new bridge over the river is seen at dawn on Monday. (Photo by A. Gray/Getty Images)",
        COUNTRIES,
    ],
)
def test_what_the_page_adds_is_no_prose(text):
    assert kinds(text) == [{UNPROSAIC}]


def test_a_list_with_an_item_a_line_is_no_prose():
    items = COUNTRIES.split()
    marks = kinds(*[CALM] * 6, *items, *[CALM] * 6)
    assert marks[6:-6] == [{UNPROSAIC}] * len(items)
    assert marks[:6] == marks[-6:] == [{TOLD}] * 6


def test_results_with_a_line_a_match_are_copy_where_there_is_no_other():
    results = [f"{one} Rovers 3, {other} United 1" for one, other in pairwise(COUNTRIES.split())]
    assert kinds(*results) == [{TOLD}] * len(results)


def test_subheads_are_no_list():
    copy = [part for _ in range(8) for part in ("What The Council Said", CALM)]
    assert kinds(*copy) == [{TOLD}] * len(copy)


def test_an_injected_headline_is_cut_out_of_its_sentence():
    text = "Mayor Ann Gray Ann Maria GrayTown votes on bridge Council splits on it MORE (I) said so Monday."
    ((start, end),) = unprosaic(text)
    assert text[:start].endswith("Gray")
    assert text[end:].startswith(" (I) said")


@given(st.lists(st.text("ab “”\"‘’'.—@:\n&>", max_size=60), max_size=8))
def test_quotations_are_sorted_apart_and_inside(paragraphs):
    for text, found in zip(paragraphs, quotations(paragraphs), strict=True):
        bounds = [bound for span in found for bound in span]
        assert bounds == sorted(bounds)
        assert all(0 <= bound <= len(text) for bound in bounds)


@given(st.lists(st.text(max_size=60), max_size=8))
def test_every_word_is_marked_once(paragraphs):
    narrative = read(paragraphs)
    assert len(narrative.marks) == len(narrative.words) == narrative.starts[-1]
    assert not (narrative.told & (narrative.marks != TOLD)).any()
