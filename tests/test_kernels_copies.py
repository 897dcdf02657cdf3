"""What is computed in C of a copy, and of two, is what a few plain lines of Python say."""

from itertools import groupby, pairwise

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from worker import kernels
from worker.matching import verify
from worker.matching.narrative import QUOTED, SPOKEN, TOLD, UNPROSAIC
from worker.matching.sketch import WIDTH

MASK = (1 << 64) - 1
MEASURE = (WIDTH, verify.REACH, verify.SLACK, verify.GAP, verify.RUN, verify.SOLID)
LETTERS = "aé一𝔸 .,(—“”„‟«»\"'`＂‘’\u3000…1"
TEXTS = st.lists(st.text(LETTERS, max_size=24), max_size=9)


def hashes(values):
    return np.array(values, np.uint64)


def numbers(raw, kind=np.int64):
    return np.frombuffer(raw, kind).tolist()


# Signs and marks of speech


@given(st.lists(st.text("aptionMORE/: ‘🙂\ud800", max_size=40), max_size=6))
def test_signs_are_found_in_the_paragraphs_that_hold_them(paragraphs):
    signs = ("aption", "MORE", ": ", "‘", "a", "on/", "🙂", "\ud800", " ", "‘‘")
    found = kernels.holding(paragraphs, signs)
    assert found == [[at for at, text in enumerate(paragraphs) if sign in text] for sign in signs]


def is_closing(text, at, mark, *, inside):
    """Tell whether a mark closes a quotation."""
    if mark in {"”", "»"}:
        return True
    if mark in {"“", "„", "«", "‟", "``"}:
        return False
    before = text[at - 1] if at else " "
    after = text[at + len(mark)] if at + len(mark) < len(text) else " "
    if before.isspace() or before in "([—–":
        return after.isspace() and inside
    if after.isalnum():
        return before in ".,!?…" and inside
    return True


def marks_of(text):
    found, at = [], 0
    while at < len(text):
        mark = text[at : at + 2] if text[at : at + 2] in {"''", "``"} else text[at]
        if mark in {*'"“”„«»‟＂', "''", "``"}:
            found.append((at, mark))
        at += len(mark)
    return found


def quoted(paragraphs, whole, most):
    """The definition of quotation, paragraph by paragraph."""
    marks, result, inside = [marks_of(text) for text in paragraphs], [], False
    for place, text in enumerate(paragraphs):
        if whole[place]:
            result.append([(0, len(text))])
            inside = False
            continue
        following = [(at, each) for at, each in enumerate(marks[place : place + most], place) if each]
        if inside and following:
            below, ((at, mark), *_) = following[0]
            inside = at > 0 and is_closing(paragraphs[below], at, mark, inside=True)
        start, spans = 0 if inside and following else None, []
        for at, mark in marks[place]:
            closing = is_closing(text, at, mark, inside=start is not None)
            if start is not None:
                spans.append((start, at + len(mark) if closing else at))
            start = None if closing else at
        inside = start is not None
        result.append([*spans, (start, len(text))] if inside else spans)
    return result


@given(TEXTS, st.data(), st.integers(0, 4))
@example(["“a", "b", "c”"], None, 2)
@example(["“a", "b", "c”"], None, 3)
def test_quotations_stand_between_marks(paragraphs, data, most):
    flags = st.lists(st.booleans(), min_size=len(paragraphs), max_size=len(paragraphs))
    whole = bytes(data.draw(flags) if data else len(paragraphs))
    assert kernels.quoted(paragraphs, whole, most) == quoted(paragraphs, whole, most)


# Words


@given(TEXTS, st.data(), st.sampled_from([0.0, 0.5, 1.0]))
def test_paragraphs_are_laid_out_over_the_words(paragraphs, data, share):
    copy = "\n".join(paragraphs)
    words = sorted(data.draw(st.sets(st.integers(0, len(copy) + 3))))
    capital = [data.draw(st.booleans()) for _ in words]
    ends = [sum(len(text) + 1 for text in paragraphs[:place]) for place in range(len(paragraphs) + 1)]
    starts = [sum(word < end for word in words) for end in ends]
    found, listed = kernels.lay_out(paragraphs, np.array(words, np.int64), np.array(capital, np.bool_), share)
    assert numbers(found) == starts
    assert listed == [
        (place, last - first)
        for place, (first, last) in enumerate(pairwise(starts))
        if sum(capital[first:last]) >= share * (last - first)
    ]


@given(TEXTS, st.data(), st.integers(0, 3))
def test_words_within_spans_are_marked(paragraphs, data, least):
    copy = "\n".join(paragraphs)
    words = sorted(data.draw(st.sets(st.integers(0, len(copy)))))
    bounds = [st.integers(0, len(text)) for text in paragraphs]
    spans = [data.draw(st.lists(st.tuples(each, each), max_size=3)) for each in bounds]
    expected, offset = [0] * len(words), 0
    for text, within in zip(paragraphs, spans, strict=True):
        for start, end in within:
            inside = [at for at, word in enumerate(words) if offset + start <= word < offset + end]
            for at in inside if len(inside) >= least else ():
                expected[at] = 7
        offset += len(text) + 1
    marks = bytearray(len(words))
    kernels.mark(marks, np.array(words, np.int64), paragraphs, spans, 7, least)
    assert list(marks) == expected


@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 2)), max_size=120),
    st.sets(st.integers(1, 119), max_size=12),
    st.integers(0, 12),
)
def test_what_stands_near_a_first_person_is_spoken(copy, cuts, least):
    near, between, size = 4, 2, len(copy)
    bounds = [0, *sorted(cut for cut in cuts if cut < size), size]
    words, marks = [word for word, _ in copy], [mark for _, mark in copy]
    speakers = [at for at, (word, mark) in enumerate(copy) if word in {1, 2} and mark == TOLD]
    spoken = {at for each in speakers for at in range(max(each - near, 0), min(each + near + 1, size))}
    holding = sorted({sum(bound <= each for bound in bounds[:-1]) - 1 for each in speakers})
    for one, other in pairwise(holding):
        if other - one <= between:
            spoken |= set(range(bounds[one], bounds[other + 1]))
    told = {at for at, mark in enumerate(marks) if mark == TOLD}
    spoken = spoken & told if len(told - spoken) >= least else set()
    given_marks = np.array(marks, np.uint8)
    persons = hashes([1, 2])
    found = kernels.tell(
        hashes(words), given_marks, np.array(bounds, np.int64), persons, near, between, least
    )
    assert numbers(found, np.bool_) == [at in told - spoken for at in range(size)]
    assert given_marks.tolist() == [SPOKEN if at in spoken else mark for at, mark in enumerate(marks)]


# Shingles


def unmixed(value):
    """Find the word the shingle of which, of that word alone, is a value."""
    value ^= value >> 32
    value = value * pow(0xBF58476D1CE4E5B9, -1, 1 << 64) & MASK
    value ^= value >> 29 ^ value >> 58
    return value * pow(0x9E3779B97F4A7C15, -1, 1 << 64) & MASK


@pytest.mark.parametrize(
    "wanted", [range(5000, 0, -1), [5] * 200, [(n * 7919) << 51 & MASK for n in range(5000)]]
)
def test_hashes_that_somebody_contrived_are_sorted_as_well(wanted):
    found, order, ordered = kernels.shingles(hashes([unmixed(value) for value in wanted]), 1)
    assert numbers(found, np.uint64) == list(wanted)
    assert numbers(ordered, np.uint64) == sorted(wanted)
    assert numbers(order, np.uint32) == sorted(range(len(wanted)), key=lambda at: wanted[at])


@given(st.lists(st.integers(0, 40), max_size=60), st.sets(st.integers(0, 40)), st.integers(0, 3))
def test_passages_that_recur_are_runs_of_keys_among_the_sampled(shingles, keys, margin):
    bound, least = 30, 2
    sampled = [at for at, each in enumerate(shingles) if each < bound]
    expected = [False] * (len(shingles) + WIDTH - 1 if shingles else 0)
    for recurs, group in groupby(sampled, lambda at: shingles[at] >> 1 in keys):
        run = list(group)
        if recurs and len(run) >= least:
            first, last = max(run[0] - margin, 0), min(run[-1] + WIDTH + margin, len(expected))
            expected[first:last] = [True] * (last - first)
    found = kernels.recurring(
        hashes(shingles), np.array(sorted(keys), np.uint32), bound, 1, WIDTH, margin, least
    )
    assert (found is None) == (not any(expected))
    assert found is None or numbers(found, np.bool_) == expected


# Two copies


def spread(starts, size):
    return [any(start <= at < start + min(WIDTH, size) for start in starts) for at in range(size)]


def runs(mask):
    """Close short gaps, drop short runs."""
    closed = list(mask)
    marked = [at for at, each in enumerate(mask) if each]
    for one, other in pairwise(marked):
        if other - one - 1 <= verify.GAP:
            closed[one:other] = [True] * (other - one)
    kept, run = [False] * len(closed), []
    for at, each in enumerate([*closed, False]):
        if each:
            run.append(at)
            continue
        for place in run if len(run) >= verify.RUN else ():
            kept[place] = True
        run = []
    return kept


def side(ours, marks, told, there, theirs, their_told):  # noqa: PLR0913, PLR0917 - as the kernel
    """The definition of ``verify.Side``, word by word."""
    size, width = len(ours), min(WIDTH, len(ours))
    hits = [at for at, to in enumerate(there) if to >= 0]
    shared = spread(hits, size)
    for one, other in pairwise(hits):
        apart = other - one
        if 1 < apart <= verify.REACH and abs(there[other] - there[one] - apart) <= verify.SLACK:
            for step in range(apart):
                forth = min(there[one] + step, len(theirs) - 1)
                back = max(there[other] - apart + step, 0)
                if ours[one + step] in {theirs[forth], theirs[back]}:
                    shared[one + step] = True
    shared = runs(shared)
    untold = spread([at for at in hits if 2 * sum(their_told[there[at] : there[at] + width]) < width], size)
    mine = [yes and not no for yes, no in zip(told, untold, strict=True)]
    common = [each and own for each, own in zip(shared, mine, strict=True)]
    prose = [mark != UNPROSAIC for mark in marks]
    counted = [each and plain for each, plain in zip(shared, prose, strict=True)]
    quoted = [
        each and not own and (mark != TOLD or no)
        for each, own, mark, no in zip(counted, common, marks, untold, strict=True)
    ]
    solid = "".join("x" if each else " " for each in common).split()
    return common, [
        sum(prose),
        sum(mine),
        sum(common),
        sum(len(run) for run in solid if len(run) >= verify.SOLID),
        sum(counted),
        sum(quoted),
    ]


def sorted_shingles(words):
    found, order, ordered = kernels.shingles(hashes(words), WIDTH)
    return numbers(found, np.uint64), np.frombuffer(order, np.uint32), np.frombuffer(ordered, np.uint64)


COPY = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3), st.booleans()), max_size=80)


@given(COPY, COPY, st.integers(0, 60), st.integers(0, 60), st.booleans())
@example([(1, 0, True)] * 40, [(1, 0, True)] * 40, 0, 0, False)
def test_two_copies_are_measured_as_defined(ours, theirs, start, size, recurs):
    theirs = theirs[: size // 2] + ours[start : start + size] + theirs[size // 2 :]  # with copy in common
    words, others = [word for word, _, _ in ours], [word for word, _, _ in theirs]
    marks, their_marks = [mark for _, mark, _ in ours], [mark for _, mark, _ in theirs]
    recurrent = [recurs and each for *_, each in ours]
    told = [mark == TOLD and not each for mark, each in zip(marks, recurrent, strict=True)]
    their_told = [mark == TOLD for mark in their_marks]
    shingles, order, ordered = sorted_shingles(words)
    other, their_order, their_ordered = sorted_shingles(others)
    there = [other.index(each) if each in other else -1 for each in shingles]
    back = [shingles.index(each) if each in shingles else -1 for each in other]
    given_both = (
        *(hashes(words), np.array(marks, np.uint8), ordered, order),
        *(hashes(others), np.array(their_marks, np.uint8), their_ordered, their_order),
        np.array(recurrent, np.bool_) if recurs else None,
        MEASURE,
    )
    one, other_side, found, lent = kernels.compare(*given_both, 0, 0)
    assert numbers(found, np.int32) == there
    for each, expected in (
        (one, side(words, marks, told, there, others, their_told)),
        (other_side, side(others, their_marks, their_told, back, words, told)),
    ):
        assert (numbers(each[-1], np.bool_), list(each[:-1])) == expected
    middles = [
        (at, min(at + 1, len(words) - 1), min(to + 1, len(others) - 1))
        for at, to in enumerate(there)
        if to >= 0
    ]
    either = [at for at, a, b in middles if {marks[a], their_marks[b]} == {TOLD, QUOTED}]
    if min(len(words), len(others)) >= WIDTH:
        spans = zip(spread(either, len(words)), recurrent, strict=True)
        assert numbers(lent, np.bool_) == [each and not no for each, no in spans]
    hits, shared, quotes = sum(to >= 0 for to in there), one[4], one[5]
    assert kernels.compare(*given_both, hits + 1, 0) is None
    assert kernels.compare(*given_both, shared + 1, 0) is None
    assert kernels.compare(*given_both, 0, quotes + 1)[3] is None


@given(st.lists(st.booleans(), max_size=60), st.integers(0, 9))
def test_words_in_long_runs_are_counted(mask, least):
    sizes = [len(run) for run in "".join("x" if each else " " for each in mask).split()]
    assert kernels.solid(np.array(mask, np.bool_), least) == sum(each for each in sizes if each >= least)


@given(st.lists(st.tuples(st.booleans(), st.integers(-1, 30)), max_size=60), st.sets(st.integers(1, 40)))
def test_borrowed_runs_stand_where_most_of_their_shingles_do(copy, cuts):
    covered, there = [each for each, _ in copy], [to for _, to in copy][: max(len(copy) - WIDTH + 1, 0)]
    starts, least = [0, *sorted(cuts)], 4

    def paragraph(word):
        return sum(start <= word for start in starts) - 1

    expected = []
    for is_covered, group in groupby(range(len(copy)), lambda at: covered[at]):
        run = list(group)
        inside = run[: max(len(run) - WIDTH + 1, 1)]
        places = sorted(there[at] for at in inside if at < len(there) and there[at] >= 0)
        if is_covered and len(run) >= least and places:
            near = [to for to in places if abs(to - places[len(places) // 2]) <= 2 * len(run)]
            other = (paragraph(near[0]), paragraph(near[-1]))
            expected.append(((paragraph(run[0]), paragraph(run[-1])), other, len(run)))
    bounds = np.array(starts, np.int64)
    found = kernels.borrowed(
        np.array(covered, np.bool_), np.array(there, np.int32), bounds, bounds, WIDTH, least
    )
    assert found == expected


ONE, FLAGS, ASTRAY = np.zeros(1, np.uint64), np.zeros(1, np.uint8), np.ones(1, np.uint32)
HERE = (ONE, FLAGS, ONE, np.zeros(1, np.uint32))


@pytest.mark.parametrize(
    ("kernel", "arguments"),
    [
        (kernels.holding, (["a"], [""])),
        (kernels.holding, (["a"], ["a"] * 33)),
        (kernels.quoted, (["a"], b"", 1)),
        (kernels.lay_out, (["a"], np.zeros(2, np.int64), FLAGS, 0.5)),
        (kernels.mark, (bytearray(2), np.zeros(1, np.int64), ["a"], [[]], 1, 1)),
        (kernels.mark, (bytearray(1), np.zeros(1, np.int64), ["a"], [], 1, 1)),
        (kernels.mark, (bytearray(1), np.zeros(1, np.int64), ["a"], [[(0, 2)]], 1, 1)),
        (kernels.tell, (ONE, np.zeros(1, np.uint8), np.array([0, 9]), ONE, 1, 1, 1)),
        (
            kernels.compare,
            (ONE, FLAGS, ONE, ASTRAY, *HERE, None, MEASURE, 0, 0),
        ),  # an order that leads astray
        (kernels.compare, (*HERE, ONE[:0], FLAGS[:0], ONE, ASTRAY, None, MEASURE, 0, 0)),  # no words
        (kernels.compare, (*HERE, *HERE, np.zeros(2, np.bool_), MEASURE, 0, 0)),
        (kernels.recurring, (ONE, ASTRAY, 1, 64, 3, 0, 1)),
    ],
)
def test_what_does_not_fit_is_refused(kernel, arguments):
    with pytest.raises(ValueError, match=r"items|sign|span|paragraphs|order|shingles|shift"):
        kernel(*arguments)


@pytest.mark.parametrize(
    ("kernel", "arguments"),
    [
        (kernels.holding, ([b"a"], ["a"])),
        (kernels.quoted, ([None], b"a", 1)),
        (kernels.lay_out, ([1], np.zeros(1, np.int64), FLAGS, 0.5)),
        (kernels.mark, (bytearray(1), np.zeros(1, np.int64), ["a"], [[1]], 1, 1)),
    ],
)
def test_what_is_no_text_is_refused(kernel, arguments):
    with pytest.raises(TypeError):
        kernel(*arguments)
