"""House style, names and figures inside aligned sentences."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.lineage.differences import Differences, differences


def told(ours: str, theirs: str, known: frozenset[str] = frozenset()) -> Differences:
    return differences(ours, theirs, known=known.__contains__)


def pairs(swaps) -> list[tuple[str, str]]:
    return [(swap.canonical, swap.variant) for swap in swaps]


@pytest.mark.parametrize(
    ("ours", "theirs", "swap"),
    [
        ("The U.S. envoy left Osselby.", "The US envoy left Osselby.", ("U.S.", "US")),
        ("Rents rose 4% in Pellmouth.", "Rents rose 4 percent in Pellmouth.", ("%", "percent")),
        ("Rents rose 4 per cent there.", "Rents rose 4% there.", ("per cent", "%")),
        ("Mr. Varn closed the harbour gate.", "Varn closed the harbour gate.", ("Mr. Varn", "Varn")),
        ("Ferries use the harbor daily.", "Ferries use the harbour daily.", ("harbor", "harbour")),
        ("They organized a vote on it.", "They organised a vote on it.", ("organized", "organised")),
        ("The theater centre reopened now.", "The theatre centre reopened now.", ("theater", "theatre")),
        ("Some five ferries were late.", "Some 5 ferries were late.", ("five", "5")),
        ("Sen. Ada Quill voted against it.", "Senator Ada Quill voted against it.", ("Sen.", "Senator")),
        ("It was on Jan. 5 in Eskerton.", "It was on January 5 in Eskerton.", ("Jan.", "January")),
        ("The G-7 ministers met at noon.", "The G7 ministers met at noon.", ("G-7", "G7")),
        ("The NATO ships left at noon.", "The Nato ships left at noon.", ("NATO", "Nato")),
        (
            "A 10-mile queue formed at dawn.",
            "A 16-kilometer queue formed at dawn.",
            ("10 mile", "16 kilometer"),
        ),
    ],
)
def test_house_style_is_told_and_is_no_error(ours, theirs, swap):
    found = told(ours, theirs)
    assert pairs(found.house_style) == [swap]
    assert not found.names
    assert not found.figures


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("“We sail,” said Osk Varn’s aide.", '"We sail," said Osk Varn\'s aide.'),
        ("Osk Varn’s aide left early.", "Osk Varn aide left early."),
        ("The plan - all of it - failed.", "The plan — all of it — failed."),
        ("The plan failed in the end.", "The plan  failed in the  end."),
    ],
)
def test_quotes_dashes_and_spaces_are_nobodys_style(ours, theirs):
    assert told(ours, theirs) == Differences()


@pytest.mark.parametrize(
    ("ours", "theirs", "swap"),
    [
        (
            "The court heard that pilot Ridley Tamson had slept.",
            "The court was told pilot Ridley Thamson had been sleeping.",
            ("Tamson", "Thamson"),
        ),
        (
            "Judges in Marrowgate freed the ferry captain on bail.",
            "Judges in Lindhaven freed the ferry captain on bail.",
            ("Marrowgate", "Lindhaven"),
        ),
    ],
)
def test_a_name_that_differs_is_told(ours, theirs, swap):
    assert pairs(told(ours, theirs).names) == [swap]


def test_the_name_beside_a_misspelt_name_is_told_as_well():
    found = told(
        "Prosecutors named the engineer as Ridge Alkorin, who is 41.",
        "Prosecutors named the engineer as Rich Alcorrin, who is 41.",
    )
    assert pairs(found.names) == [("Ridge", "Rich"), ("Alkorin", "Alcorrin")]


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("The Korean ferry sank off the coast.", "The Korea ferry sank off the coast."),
        ("Minister Osk Varn praised the old town.", "Minister Varn Osk praised the old town."),
        ("The envoy of Osselby left on foot.", "The envoy of Osselby and of Tarnwick left on foot."),
        ("Osk Varn’s boat is in Pellmouth.", "Osk Varns boat is in Pellmouth."),
        ("These boats were left in the rain.", "There boats were left in the rain."),
        ("The GOP rejected the bill.", "The Republican rejected the bill."),
    ],
)
def test_what_is_no_error_of_name_is_not_told(ours, theirs):
    assert told(ours, theirs).names == ()


def test_two_names_that_both_copies_know_are_no_error():
    ours = "Later that week the envoy of Iraq left the hall."
    theirs = "Later that week the envoy of Iran left the hall."
    assert pairs(told(ours, theirs).names) == [("Iraq", "Iran")]
    assert told(ours, theirs, frozenset({"iraq", "iran"})).names == ()


@pytest.mark.parametrize(
    ("ours", "theirs", "swap"),
    [
        ("Rents rose 2% in Pellmouth.", "Rents rose 3% in Pellmouth.", ("2%", "3%")),
        ("The crash killed five sailors.", "The crash killed 7 sailors.", ("five", "7")),
        (
            "The bridge cost $1.65 million to build.",
            "The bridge cost $1.56 million to build.",
            ("$1.65 million", "$1.56 million"),
        ),
        ("The council met on Monday at noon.", "The council met on Tuesday at noon.", ("Monday", "Tuesday")),
        ("He left in March with his crew.", "He left in April with his crew.", ("March", "April")),
    ],
)
def test_a_figure_that_differs_is_told(ours, theirs, swap):
    found = told(ours, theirs)
    assert pairs(found.figures) == [swap]
    assert found.names == ()


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("Rents rose 2% in Pellmouth.", "Rents rose two percent in Pellmouth."),
        ("A fair of 1,000 boats was held.", "A fair of 1000 boats was held."),
        ("The fair was held again.", "The fair was held 12 times again."),
        ("It cost 5 million crowns in all.", "It cost 5m crowns in all."),
        ("Police seized 660 pounds of silver.", "Police seized 300 kilograms of silver."),
    ],
)
def test_the_same_figure_and_a_new_figure_are_no_error(ours, theirs):
    assert told(ours, theirs).figures == ()


LOOSE = st.lists(
    st.sampled_from(
        [
            "U.S.",
            "US",
            "Mr.",
            "Varn",
            "Osk",
            "Tamson",
            "Thamson",
            "5",
            "five",
            "2%",
            "3%",
            "percent",
            "per",
            "cent",
            "$",
            "million",
            "harbour",
            "harbor",
            "on",
            "Monday",
            "Tuesday",
            "Jan.",
            "January",
            "G-7",
            "G7",
            "mile",
            "kilometer",
            "10",
            "16",
            "“",
            "”",
            "the",
            "and",
        ]
    ),
    max_size=14,
).map(" ".join)


@given(st.one_of(LOOSE, st.text(max_size=80)), st.one_of(LOOSE, st.text(max_size=80)))
def test_any_two_texts_can_be_compared(ours, theirs):
    found = told(ours, theirs)
    for swap in (*found.house_style, *found.names, *found.figures):
        assert swap.canonical
        assert swap.variant
        assert swap.canonical != swap.variant


@pytest.mark.parametrize("size", [1_000, 3_000])
def test_a_paragraph_of_thousands_of_words_is_not_looked_through(size):
    ours = " ".join(f"the {number}th pier" for number in range(size // 3))
    told = differences(ours + " Alkonis", ours.replace("1th", "1th,") + ", Alcornis", known=lambda _: False)
    assert bool(told.names) is (size < 2_000)
