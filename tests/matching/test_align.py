"""Alignment: which words of one copy stand in another."""

import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from worker.matching.align import FUZZY_LIMIT, PARAGRAPH_LIMIT, Copy, align, prepare
from worker.matching.loose import loose_words
from worker.matching.narrative import read
from worker.matching.sentences import LONGEST, sentences
from worker.matching.words import words

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


def a_sentence(source: random.Random) -> str:
    picks = [source.choice(NOUNS) for _ in range(4)]
    return (
        f"The {picks[0]} near {source.choice(PLACES)} {source.choice(VERBS)} the {picks[1]} after"
        f" {source.randint(2, 900)} people saw a {picks[2]} beside the old {picks[3]}."
    )


def a_copy(seed: int, paragraphs: int) -> list[str]:
    source = random.Random(seed)
    return [" ".join(a_sentence(source) for _ in range(source.randint(1, 3))) for _ in range(paragraphs)]


def prepared(texts: list[str]) -> Copy:
    return prepare(texts, read(texts))


def matched(ours: Copy, theirs: Copy) -> list[tuple[int, int, tuple[tuple[int, int, int], ...]]]:
    """List what is matched: paragraph of ours and of theirs, and the common runs of words in them."""
    found = align(ours, theirs)
    whole = [(a, b, ((0, 0, ours.size(a)),)) for a, b in found.same]
    return whole + [(each.ours.paragraph, each.theirs.paragraph, each.blocks) for each in found.matches]


def common(ours: list[str], theirs: list[str]) -> int:
    blocks = [block for *_, blocks in matched(prepared(ours), prepared(theirs)) for block in blocks]
    return sum(length for *_, length in blocks)


def size(texts: list[str]) -> int:
    return sum(len(words(text)) for text in texts)


copies = st.builds(a_copy, st.integers(0, 10_000), st.integers(1, 14))
texts = st.lists(st.text(max_size=120), max_size=8)


@given(copies, st.randoms(use_true_random=False))
def test_reordered_copy_stays_whole(copy, source):
    shuffled = source.sample(copy, len(copy))
    assert common(copy, shuffled) == size(copy)


@given(copies, st.integers(1, 14))
def test_what_a_trim_leaves_is_found_whole(copy, keep):
    assert common(copy, copy[:keep]) == size(copy[:keep])


@given(copies)
def test_new_paragraph_borders_lose_no_word(copy):
    recut = [sentence for text in copy for sentence in text.split(". ")]
    assert common(copy, recut) == size(copy)


@given(st.one_of(copies, texts), st.one_of(copies, texts))
def test_swapping_the_copies_mirrors_the_alignment(ours, theirs):
    left, right = prepared(ours), prepared(theirs)
    assert align(left, right).mirrored() == align(right, left)


@given(copies, copies)
def test_no_word_stands_in_two_matches(ours, theirs):
    seen_left: set[tuple[int, int]] = set()
    seen_right: set[tuple[int, int]] = set()
    for a, b, blocks in matched(prepared(ours), prepared(theirs)):
        for first, there, length in blocks:
            for step in range(length):
                left, right = (a, first + step), (b, there + step)
                assert left not in seen_left
                assert right not in seen_right
                seen_left.add(left)
                seen_right.add(right)


def test_tense_and_figures_do_not_part_sentences():
    ours = [
        "The minister was due to open the Varnholm ferry terminal, which cost 40 million crowns, on Friday."
    ]
    theirs = [
        "The minister is due to open the Varnholm ferry terminal, which costs 42 million crowns, on Friday."
    ]
    assert common(ours, theirs) == size(ours)


def test_a_clause_that_changed_its_place_is_found():
    ours = [
        "“The ferry will sail again in the spring,” harbour master Osk Varn of the Varnholm council said."
    ]
    theirs = [
        "Harbour master Osk Varn of the Varnholm council said: “The ferry will sail again in the spring.”"
    ]
    assert common(ours, theirs) >= size(ours) - 5  # small words prove nothing


def test_a_split_sentence_keeps_both_halves():
    whole = (
        "The council of Pellmouth rejected the bridge plan on Monday night, and the engineers who drew it"
        " said that they would hand in another one before the summer festival."
    )
    halves = [
        "The council of Pellmouth rejected the bridge plan on Monday night.",
        "The engineers who drew it said that they would hand in another one before the summer festival.",
    ]
    assert common([whole], halves) >= size([whole]) - 2


def test_another_story_shares_nothing():
    ours = ["The council of Pellmouth rejected the bridge plan on Monday night after a long debate."]
    theirs = ["Vaccine deliveries to Osselby resumed once the glacier road had been cleared of snow."]
    assert align(prepared(ours), prepared(theirs)) == ((), ())


def test_a_sentence_ends_at_no_abbreviation():
    text = "Lt. Ada Quill of the U.S. Navy met J. K. Orr in St. Osk on Jan. 5. She left. He stayed at No. 7."
    assert len(sentences(0, text)) == 3


@given(st.text(max_size=400))
def test_sentences_share_out_the_words_of_a_paragraph(text):
    found = sentences(0, text)
    assert tuple(word for _, read_words in found for word in read_words) == loose_words(text)
    at = 0
    for sentence, read_words in found:
        assert sentence.start == at
        at = sentence.stop
        assert len(read_words) == sentence.stop - sentence.start <= LONGEST


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (["tariff " * 200_000], ["tariff " * 150_000]),
        (["tariff. " * 100_000], ["Tariff! " * 90_000]),
        (["tariff bridge"] * 30_000, ["bridge tariff"] * 30_000),
        (["宮" * 60_000], ["宮" * 50_000 + "城"]),
    ],
    ids=["one word", "one-word sentences", "one-line paragraphs", "no spaces"],
)
def test_hostile_copy_costs_bounded_time(ours, theirs):
    left, right = prepared(ours), prepared(theirs)
    began = time.perf_counter()
    align(left, right)
    assert time.perf_counter() - began < 20


def test_many_unlike_sentences_cost_bounded_time():
    ours = [text for seed in range(400) for text in a_copy(seed, 10)]
    theirs = [text.replace("The", "A").replace("people", "riders") for text in ours[::-1]]
    left, right = prepared(ours), prepared(theirs)
    began = time.perf_counter()
    found = align(left, right)
    assert time.perf_counter() - began < 20
    assert len(found.matches) <= FUZZY_LIMIT * 3
    assert max(match.ours.paragraph for match in found.matches) < PARAGRAPH_LIMIT


@settings(max_examples=50)
@given(texts, texts)
def test_any_text_is_aligned_within_its_words(ours, theirs):
    left, right = prepared(ours), prepared(theirs)
    for match in align(left, right).matches:
        assert match.common <= left.size(match.ours.paragraph)
        assert match.common <= right.size(match.theirs.paragraph)
