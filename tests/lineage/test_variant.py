"""What the metadata of a variant tells."""

import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.lineage.placement import Change, Kept, Relation, Swap, Variant
from worker.lineage.variant import SWAPS_MAX, compare, describe
from worker.matching.align import prepare
from worker.matching.narrative import read
from worker.story import Coordinates, Credit, CreditKind, Dateline, Paragraph, Story

NOUNS = ["harbour", "ferry", "council", "engineer", "bridge", "tariff", "orchard", "vaccine"]
VERBS = ["opened", "closed", "delayed", "praised", "inspected", "rejected", "funded", "flooded"]
PLACES = [
    "Varnholm",
    "Eskerton",
    "Pellmouth",
    "Quarrington",
    "Osselby",
    "Tarnwick",
    "Lindhaven",
    "Marrowgate",
]


def a_copy(seed: int, paragraphs: int) -> list[str]:
    source = random.Random(seed)

    def a_sentence() -> str:
        first, second, third, fourth = (source.choice(NOUNS) for _ in range(4))
        return (
            f"The U.S. {first} near {source.choice(PLACES)} {source.choice(VERBS)} the {second} after"
            f" {source.randint(2, 900)} percent of them saw a {third} beside the old {fourth}."
        )

    return [" ".join(a_sentence() for _ in range(source.randint(1, 3))) for _ in range(paragraphs)]


def a_story(copy: list[str], **fields) -> Story:
    return Story(
        id="0" * 32,
        coordinates=Coordinates(topic="", partition=0, offset=0),
        received=None,
        source_format="page",
        paragraphs=tuple(Paragraph(text=text) for text in copy),
        **fields,
    )


def described(canonical: Story, variant: Story, **known) -> Variant:
    return describe(
        canonical=canonical,
        canonical_narrative=read(list(canonical.copy())),
        variant=variant,
        variant_narrative=read(list(variant.copy())),
        **known,
    )


def rows(canonical: list[str], variant: list[str]) -> list[tuple[str, int | None, int | None]]:
    found = described(a_story(canonical), a_story(variant))
    return [(row.change.value, row.canonical, row.variant) for row in found.paragraphs]


def relation(canonical: list[str], variant: list[str]) -> Relation:
    return described(a_story(canonical), a_story(variant)).relation


def read_paragraphs(text: str) -> list[str]:
    return [" ".join(paragraph.split()) for paragraph in text.split("\n\n")]


copies = st.builds(a_copy, st.integers(0, 10_000), st.integers(1, 14))
texts = st.lists(st.text(max_size=120), max_size=8)


# Laws


@given(st.one_of(copies, texts), st.one_of(copies, texts))
def test_symmetric_facts_are_symmetric(ours, theirs):
    left, right = prepare(ours, read(ours)), prepare(theirs, read(theirs))
    forth, back = compare(left, right), compare(right, left)
    assert forth.coverage == pytest.approx(1 - back.novelty, abs=1e-9) or not (
        forth.coverage or back.coverage
    )
    turned = {Change.DROPPED: Change.ADDED, Change.ADDED: Change.DROPPED}
    assert {(row.change, row.canonical, row.variant, row.similarity) for row in forth.paragraphs} == {
        (turned.get(row.change, row.change), row.variant, row.canonical, row.similarity)
        for row in back.paragraphs
    }
    assert forth.reworded == back.reworded
    for ours_swaps, theirs_swaps in (
        (forth.house_style, back.house_style),
        (forth.names, back.names),
        (forth.figures, back.figures),
    ):
        assert ours_swaps == tuple(
            Swap(canonical=each.variant, variant=each.canonical) for each in theirs_swaps
        )


@given(copies)
def test_a_copy_is_kept_whole_in_itself_as_in_a_longer_one(copy):
    same, longer = (prepare(each, read(each)) for each in (copy, [*copy, "Unlike it."]))
    found, beside = compare(same, same), compare(same, longer)
    assert (found.coverage, found.novelty, found.reworded) == (beside.coverage, 0, beside.reworded)
    assert found.paragraphs == tuple(row for row in beside.paragraphs if row.change != Change.ADDED)
    assert (found.house_style, found.names, found.figures) == ((), (), ())


@given(copies, st.integers(1, 14))
def test_a_trim_keeps_what_it_keeps_and_drops_the_rest(copy, keep):
    found = described(a_story(copy), a_story(copy[:keep]))
    assert found.novelty == 0
    kept = [row for row in found.paragraphs if row.change == Change.KEPT]
    assert [(row.canonical, row.variant, row.similarity) for row in kept] == [
        (place, place, 1.0) for place in range(len(copy[:keep]))
    ]
    dropped = [row for row in found.paragraphs if row.change == Change.DROPPED]
    assert [row.canonical for row in dropped] == list(range(len(copy[:keep]), len(copy)))
    assert len(found.paragraphs) == len(copy)


@given(copies, st.randoms(use_true_random=False))
def test_reordering_drops_and_adds_nothing(copy, source):
    order = source.sample(range(len(copy)), len(copy))
    found = described(a_story(copy), a_story([copy[place] for place in order]))
    assert (found.coverage, found.novelty) == (1.0, 0.0)
    assert {row.change for row in found.paragraphs} <= {Change.KEPT, Change.MOVED}
    assert sorted(row.canonical for row in found.paragraphs) == list(range(len(copy)))


@given(copies)
def test_house_style_changes_no_word_of_the_map(copy):
    restyled = [
        text.replace("U.S.", "US").replace(" percent", "%").replace("harbour", "harbor") for text in copy
    ]
    found = described(a_story(copy), a_story(restyled))
    assert (found.coverage, found.novelty) == (1.0, 0.0)
    assert found.relation == Relation.VERBATIM
    assert (found.names, found.figures) == ((), ())
    assert Swap(canonical="U.S.", variant="US") in found.house_style
    assert Swap(canonical="percent", variant="%") in found.house_style
    assert len(found.house_style) == 2 + any("harbour" in text for text in copy)


@given(copies, copies)
def test_describing_twice_tells_the_same(ours, theirs):
    assert described(a_story(ours), a_story(theirs)) == described(a_story(ours), a_story(theirs))


# Relations

STORY = read_paragraphs(
    """
    PELLMOUTH — The town council rejected a plan for a second bridge on Monday, after engineers
    warned that the riverbed could not carry it.

    Mayor Ada Quill said the vote left the town with one crossing, a stone bridge from the age of
    sail that closes whenever the wind passes gale force.

    The plan had divided the shopkeepers of the old town, who feared two years of building work, and
    the ferry crews, who hoped for the end of the Sunday toll.

    Engineers of the harbour board had drilled eleven holes into the riverbed last winter. They
    found clay where the drawings showed rock.

    A new study is expected before the summer. It will look at a tunnel, which the board once called
    a dream for people with other people's money.

    The stone bridge carries four thousand carts and cars on a market day. It was last repaired in
    the year that the railway came.
    """
)
OWN = read_paragraphs(
    """
    Neighbouring Eskerton sent its regrets and a brass band, which played outside the hall until the
    rain began.

    Ticket sales for the autumn regatta opened the same evening and closed within the hour, the
    rowing club said.

    The price of oysters, which follows the weather more than politics, rose for the third week in a
    row.
    """
)


def test_the_same_copy_is_verbatim():
    assert relation(STORY, list(STORY)) == Relation.VERBATIM


def test_copy_cut_from_the_bottom_is_trimmed():
    assert relation(STORY, STORY[:4]) == Relation.TRIMMED


def test_the_head_of_a_long_story_is_an_excerpt():
    assert relation(STORY, STORY[:1]) == Relation.EXCERPTED


def test_copy_with_new_paragraphs_is_expanded():
    assert relation(STORY, [*STORY, *OWN]) == Relation.EXPANDED


def test_copy_that_was_cut_and_added_to_is_edited():
    assert relation(STORY, [*STORY[:4], OWN[0]]) == Relation.EDITED


def test_copy_in_another_order_is_edited():
    assert relation(STORY, [STORY[0], *STORY[3:], *STORY[1:3]]) == Relation.EDITED


def test_another_text_of_the_same_outlet_or_item_is_an_update():
    later = [*OWN[:1], *STORY[1:]]
    again = described(a_story(STORY, outlet="The Eskerton Post"), a_story(later, outlet="The Eskerton Post"))
    assert again.relation == Relation.UPDATED
    take = described(a_story(STORY, native_id="n7"), a_story(later, native_id="n7", native_version="2"))
    assert take.relation == Relation.UPDATED
    other = described(a_story(STORY, outlet="The Eskerton Post"), a_story(later, outlet="Varnholm Radio"))
    assert other.relation != Relation.UPDATED


def test_passage_after_passage_in_other_words_is_a_paraphrase():
    reworded = read_paragraphs(
        """
        The council of the town voted down plans for a second bridge Monday, after engineers said
        the bed of the river could not bear it.

        Mayor Ada Quill says the vote leaves the town one crossing, the stone bridge dating from the
        age of sail that shuts when wind passes storm force.

        The plans had split shopkeepers in the old town, fearing two years of construction work,
        from ferry crews, hoping the Sunday toll would end.

        Harbour board engineers last winter drilled eleven holes in the riverbed. They had found
        clay where rock was shown in the drawings.

        Another study is due before summer. It is to look into a tunnel, once called by the board a
        dream for those with other people's money.

        On market days the stone bridge takes four thousand cars and carts. Its last repair was in
        the year when the railway arrived.
        """
    )
    assert relation(STORY, reworded) == Relation.PARAPHRASED


# The map


def test_a_paragraph_cut_in_two_has_two_rows():
    first, second = STORY[3].split(". ", 1)
    variant = [*STORY[:3], f"{first}.", second, *STORY[4:]]
    assert rows(STORY, variant) == [
        ("kept", 0, 0),
        ("kept", 1, 1),
        ("kept", 2, 2),
        ("kept", 3, 3),
        ("kept", 3, 4),
        ("kept", 4, 5),
        ("kept", 5, 6),
    ]


def test_dropped_added_edited_and_moved_paragraphs_are_told_apart():
    variant = [STORY[0], OWN[0], STORY[2].replace("divided", "split"), STORY[4], STORY[5], STORY[3]]
    assert rows(STORY, variant) == [
        ("kept", 0, 0),
        ("added", None, 1),
        ("dropped", 1, None),
        ("edited", 2, 2),
        ("kept", 4, 3),
        ("kept", 5, 4),
        ("moved", 3, 5),
    ]


def test_a_dateline_is_credit_and_no_edit():
    canonical = a_story(STORY, dateline=Dateline(text="PELLMOUTH", place="PELLMOUTH"))
    bare = a_story([STORY[0].removeprefix("PELLMOUTH — "), *STORY[1:]])
    found = described(canonical, bare)
    assert found.relation == Relation.VERBATIM
    assert found.paragraphs[0].change == Change.KEPT
    assert found.credit_lines.dateline == Kept.STRIPPED


def test_quotation_is_no_narrative():
    speech = (
        "“We will build it, and when we have built it we will cross it, every one of us, singing,” she said."
    )
    found = described(a_story([*STORY, speech]), a_story(STORY))
    assert found.coverage > 0.98
    assert found.paragraphs[-1].change == Change.DROPPED


# Credit


def test_a_reprint_without_credit_has_stripped_it_and_is_still_attributed():
    canonical = a_story(
        STORY, agency="AP", credits=(Credit(kind=CreditKind.SOURCE, text="Source: AP", agency="AP"),)
    )
    found = described(canonical, a_story(STORY))
    assert (found.credit, found.agency, found.credit_lines.source) == (Kept.STRIPPED, "AP", Kept.STRIPPED)


def test_a_story_attributed_by_another_copy_is_attributed():
    found = described(a_story(STORY), a_story(STORY), agency="AP")
    assert (found.credit, found.agency) == (Kept.STRIPPED, "AP")


def test_a_dateline_that_lost_its_agency_is_altered():
    canonical = a_story(
        STORY, agency="AP", dateline=Dateline(text="PELLMOUTH (AP)", place="PELLMOUTH", agency="AP")
    )
    variant = a_story(STORY, agency="AP", dateline=Dateline(text="PELLMOUTH", place="Pellmouth"))
    assert described(canonical, variant).credit_lines.dateline == Kept.ALTERED


@pytest.mark.parametrize(
    ("ours", "theirs", "kept"),
    [
        ("By OSK VARN", "Osk Varn", Kept.KEPT),
        ("By OSK VARN", "Ada Quill", Kept.ALTERED),
        ("By OSK VARN", None, Kept.STRIPPED),
        (None, "Ada Quill", Kept.ADDED),
        (None, None, Kept.NONE),
    ],
)
def test_bylines_are_compared_by_name(ours, theirs, kept):
    assert described(a_story(STORY, byline=ours), a_story(STORY, byline=theirs)).credit_lines.byline == kept


# Bounds


def test_swaps_are_told_once_and_up_to_a_bound():
    canonical = [
        f"The {number} boats of the U.S. fleet sailed past the pier at noon." for number in range(100)
    ]
    variant = [
        f"The {number + 1000} boats of the US fleet sailed past the pier at noon." for number in range(100)
    ]
    found = described(a_story(canonical), a_story(variant))
    assert found.house_style == (Swap(canonical="U.S.", variant="US"),)
    assert len(found.figures) == SWAPS_MAX


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (["tariff " * 200_000], ["Tariff " * 199_999]),
        (["U.S. rents rose 5%. " * 20_000], ["US rents rose 6 percent. " * 20_000]),
        (
            [f"Varn {number}" for number in range(50_000)],
            [f"Varn {number}" for number in range(50_000, 0, -1)],
        ),
        ([], ["One word."]),
        ([""], []),
    ],
    ids=["one word", "one sentence", "reversed lines", "nothing", "no word"],
)
def test_hostile_copy_is_described_in_bounded_time(ours, theirs):
    began = time.perf_counter()
    described(a_story(ours), a_story(theirs))
    assert time.perf_counter() - began < 20
