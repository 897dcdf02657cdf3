"""What the reading of words remembers: the words of the news, and not those of a flood."""

import tracemalloc
from functools import partial

import pytest

from worker.matching import known
from worker.matching.known import LONGEST, Known
from worker.matching.loose import loose_words
from worker.matching.sentences import sentences
from worker.matching.spelling import spell
from worker.matching.words import fold, spans, words

HUGE = 200_000  # characters of one word
FLOOD = 60  # such words, one a payload: 12 MB
LETTERS = str.maketrans("0123456789", "abcdefghij")


@pytest.mark.parametrize("read", [words, spans, fold, spell, loose_words, partial(sentences, 0)])
@pytest.mark.parametrize("kind", ["letters", "figures"])
def test_a_flood_of_huge_words_is_forgotten(read, kind):
    tail = "x" if kind == "letters" else "7"
    read("w" * HUGE)  # tables grow with the longest copy
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        for number in range(FLOOD):
            start = f"{number:06}" if kind == "figures" else f"{number:06}".translate(LETTERS)
            read(start + tail * HUGE)
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert after - before < HUGE


def test_a_word_is_read_once_and_a_long_one_each_time():
    asked = []
    lengths = Known(lambda text: asked.append(text) or len(text))
    for text in ("fire", "fire", "f" * LONGEST, "f" * LONGEST, "g" * (LONGEST + 1), "g" * (LONGEST + 1)):
        assert lengths[text] == len(text)
    assert asked == ["fire", "f" * LONGEST, "g" * (LONGEST + 1), "g" * (LONGEST + 1)]


def test_so_many_words_are_remembered_and_no_more(monkeypatch):
    monkeypatch.setattr(known, "MOST", 100)
    lengths = Known(len)
    for number in range(1_000):
        assert lengths[f"word{number}"] == len(f"word{number}")
        assert len(lengths) <= 100
