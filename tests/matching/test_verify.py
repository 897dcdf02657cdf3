"""Comparing two copies, and the laws that it keeps."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from worker.matching.narrative import QUOTED, read
from worker.matching.passages import passages
from worker.matching.sketch import BOUND, fingerprint, sampled_hashes
from worker.matching.tokens import tokens
from worker.matching.verify import compare

WORD = st.sampled_from("river bridge town mayor council winter flood mill vote Monday the of to and".split())
COPY = st.lists(st.lists(WORD, min_size=1, max_size=40).map(" ".join), min_size=1, max_size=6)
LONG = [f"alpha{n} beta{n} gamma{n} delta{n} epsilon{n} zeta{n} eta{n} theta{n} iota{n}" for n in range(60)]


@given(COPY, COPY)
def test_exchanging_the_copies_exchanges_the_evidence(one, other):
    forth, back = compare(read(one), read(other)), compare(read(other), read(one))
    assert (forth.ours.told, forth.ours.common, forth.ours.shared) == (
        back.theirs.told,
        back.theirs.common,
        back.theirs.shared,
    )


@given(COPY)
def test_a_copy_is_all_common_with_itself_but_for_short_runs(copy):
    evidence = compare(read(copy), read(copy))
    assert evidence.ours.shared in (0, evidence.ours.words) or evidence.ours.words < 5


def test_copy_cut_from_the_bottom_is_common_whole():
    evidence = compare(read(LONG[:10]), read(LONG))
    assert evidence.ours.share == 1.0
    assert evidence.theirs.share < 0.2


def test_a_swapped_word_in_a_run_stays_common():
    copy = " ".join(LONG[:8])
    swapped = copy.replace("gamma3", "omega").replace("eta5", "psi chi")
    assert compare(read([swapped]), read([copy])).ours.share > 0.95


def test_with_little_in_common_there_is_no_evidence():
    assert compare(read(LONG[:5]), read(LONG[5:]), least=10) is None


def test_what_one_tells_and_the_other_quotes_is_an_excerpt_on_both_sides():
    told, quoting = read(LONG[:6]), read(["The column says:", f"“{LONG[2]} {LONG[3]}”", "Not so."])
    forth, back = compare(quoting, told), compare(told, quoting)
    assert forth.lent.sum() == back.lent.sum() == (quoting.marks == QUOTED).sum()
    assert not quoting.told[forth.lent].any()
    assert {told.paragraph(at) for at in back.lent.nonzero()[0]} == {2, 3}


def test_what_both_quote_is_no_excerpt():
    one, other = (read([frame, f"“{LONG[2]} {LONG[3]}”"]) for frame in ("They said:", "She read out:"))
    assert not compare(one, other).lent.any()


def test_passages_are_told_by_paragraphs_on_both_sides():
    ours, theirs = read([*LONG[:3], *LONG[20:24]]), read(LONG[18:40])
    evidence = compare(ours, theirs)
    found = passages(ours, theirs, evidence.there, evidence.ours.covered)
    assert [(run.own, run.other) for run in found] == [((3, 6), (2, 5))]


@given(COPY, st.integers(1, 6))
def test_what_a_brief_samples_the_long_story_samples_too(copy, keep):
    brief, whole = fingerprint(tokens(*copy[:keep])), fingerprint(tokens(*copy))
    sampled = sampled_hashes(brief)
    if brief.words >= 3:
        assert np.isin(sampled[sampled < BOUND], sampled_hashes(whole)).all()


def test_a_text_of_a_few_words_is_sampled_as_well():
    assert len(sampled_hashes(fingerprint(tokens("The river is high in the town today.")))) == 6


def test_a_fingerprint_is_the_same_on_every_machine():
    assert fingerprint(tokens(*LONG)).hashes.hex()[:32] == FINGERPRINT


FINGERPRINT = "7d2bbdfda85f15002375ff4424098000"
