"""The words of a copy are the same, read one by one or all at once."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.matching.tokens import tokens, tokens_of
from worker.matching.words import spans, words
from worker.story import Paragraph

TRICKY = st.text(st.sampled_from("aZsé\u0301ß’'.,-10 9%U. S\n\tʼ東äǘ_“”—mr\u0600م٣𝒜🙂"), max_size=60)


@given(st.one_of(st.text(max_size=80), TRICKY))
def test_both_readers_find_the_same_words(text):
    one_by_one = spans(text)
    assert [word for word, _, _ in one_by_one] == words(text)
    assert [start for _, start, _ in one_by_one] == np.frombuffer(tokens(text).starts, np.int64).tolist()


@given(TRICKY)
def test_equal_words_have_equal_hashes(text):
    seen = {}
    for (word, start, end), value in zip(spans(text), tokens(text).hashes.tolist(), strict=True):
        if text[start:end].isascii():
            assert seen.setdefault(word, value) == value


@given(st.lists(TRICKY, max_size=5))
def test_texts_are_read_as_though_they_were_one(texts):
    paragraphs = tuple(Paragraph(text=text) for text in texts)
    whole = tokens("\n".join(texts))
    for found in (tokens(*texts), tokens_of(paragraphs)):
        assert found.hashes.tolist() == whole.hashes.tolist()
        assert (found.starts, found.capital) == (whole.starts, whole.capital)
    assert tokens_of(paragraphs) is tokens_of(paragraphs)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("the U.S. economy", "the US economy"),
        ("grew 5%", "grew five percent"),
        ("Biden’s café", "BIDEN'S CAFE"),
        ("1,000 people", "1000 people"),
        ("Mr. Lee said", "Lee said"),
        ("don’t", "don't"),
        ("the first day", "the 1 day"),
    ],
)
def test_house_style_folds_away(one, other):
    assert words(one) == words(other)
    assert tokens(one).hashes.tolist() == tokens(other).hashes.tolist()


def test_hashes_are_the_same_on_every_machine():
    assert tokens("Storm hits coast").hashes.tolist() == HASHES


HASHES = [8767975693743107985, 3694034073859261473, 5773170032390637814]
