"""The kernels that pair sentences find what a few plain lines of Python find."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import Indel, LCSseq

from worker import kernels

WORDS = st.sampled_from(["a", "be", "ferry", "harbor", "0", "宮", "é", "\ud800"])
SENTENCE = st.lists(WORDS, max_size=128)
SIDE = st.lists(SENTENCE.map(tuple), max_size=8)


def best_pairs(ours, theirs, bounds):
    alike, least, inside, least_inside = bounds
    scored = []
    for row, one in enumerate(ours):
        for column, other in enumerate(theirs):
            common = LCSseq.similarity(one, other)
            if not common:
                continue
            both, shorter = 2 * common / (len(one) + len(other)), common / min(len(one), len(other))
            if (both >= alike and common >= least) or (shorter >= inside and common >= least_inside):
                scored.append((-(both + 0.5 * shorter), row, column))
    pairs = []
    for _, row, column in sorted(scored):
        if all(row != other and column != another for other, another in pairs):
            pairs.append((row, column))
    return pairs


@given(SIDE, SIDE, st.sampled_from([0.3, 0.5, 0.65]), st.integers(1, 5), st.sampled_from([0.75, 2.0]))
def test_pairs_are_the_best_first(ours, theirs, alike, least, inside):
    bounds = alike, least, inside, least + 2
    assert kernels.pairs(ours, theirs, *bounds, True) == best_pairs(ours, theirs, bounds)
    bags = [sorted(each) for each in ours], [sorted(each) for each in theirs]
    assert kernels.pairs(ours, theirs, *bounds, False) == best_pairs(*bags, bounds)


@given(SIDE, SIDE, st.sampled_from([0.0, 0.3, 0.6, 1.0]), st.integers(0, 5))
def test_the_first_best_host_is_found(ours, theirs, share, least):
    expected = []
    for each in ours:
        found = [LCSseq.similarity(each, other) for other in theirs]
        common = [words if words >= max(least, share * len(each)) else 0 for words in found] or [0]
        expected.append((common.index(max(common)), max(common)))
    assert kernels.hosts(ours, theirs, share, least) == expected


@given(st.lists(WORDS, max_size=200), st.lists(WORDS, max_size=200))
def test_runs_are_those_of_rapidfuzz(ours, theirs):
    blocks = Indel.opcodes(ours, theirs).as_matching_blocks()
    assert kernels.runs(ours, theirs) == [(each.a, each.b, each.size) for each in blocks if each.size]


@given(st.lists(WORDS, max_size=200), st.integers(0, 200), st.lists(WORDS, max_size=3), st.integers(0, 9))
def test_runs_of_what_was_edited_are_those_of_rapidfuzz(ours, place, new, gone):
    theirs = ours[:place] + new + ours[place + gone :]
    blocks = Indel.opcodes(ours, theirs).as_matching_blocks()
    assert kernels.runs(ours, theirs) == [(each.a, each.b, each.size) for each in blocks if each.size]


def test_what_is_no_sentence_is_refused():
    with pytest.raises(ValueError, match="129 words"):
        kernels.hosts([("a",) * 129], [], 0.0, 0)
    for wrong in (["words"], [(1,)], [None], "words"):
        with pytest.raises(TypeError):
            kernels.hosts(wrong, [("a",)], 0.0, 0)
    with pytest.raises(TypeError):
        kernels.runs(["a"], [b"a"])
