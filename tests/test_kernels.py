"""What is computed in C is what a few plain lines of Python say; arrays that do not fit are refused."""

import math
from collections import Counter, defaultdict
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from worker import kernels
from worker.lineage.columns import Columns
from worker.lineage.postings import Postings
from worker.matching import verify
from worker.matching.narrative import SPOKEN, TOLD, UNPROSAIC
from worker.matching.sketch import WIDTH

ANY = st.integers(0, 2**64 - 1)
WORDS = st.lists(st.integers(0, 6) | ANY, max_size=120)
MASK = (1 << 64) - 1


def hashes(values):
    return np.array(values, np.uint64)


def numbers(raw, kind=np.int64):
    return np.frombuffer(raw, kind).tolist()


def shingle(words):
    """The mixing of three words; see sketch.VERSION before changing it."""
    value = 0
    for word, factor in zip(
        words, (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9), strict=False
    ):
        value = (value + word * factor) & MASK
        value = (value ^ value >> 29) * 0xBF58476D1CE4E5B9 & MASK
    return value ^ value >> 32


def shingles(words):
    width = min(WIDTH, len(words))
    return [shingle(words[at : at + width]) for at in range(len(words) - width + 1)] if words else []


@given(WORDS)
def test_shingles_are_hashed_and_sorted(words):
    found, order, ordered = kernels.shingles(hashes(words), WIDTH)
    expected = shingles(words)
    assert numbers(found, np.uint64) == expected
    assert numbers(ordered, np.uint64) == sorted(expected)
    assert numbers(order) == sorted(range(len(expected)), key=lambda at: expected[at])


@given(WORDS, st.integers(0, 12), ANY)
def test_a_sample_is_what_lies_below_the_bound_or_the_least(words, least, bound):
    distinct = sorted(set(shingles(words)))
    below = [each for each in distinct if each < bound]
    expected = below if len(below) >= least else distinct[:least]
    assert numbers(kernels.sample(hashes(words), WIDTH, bound, least), np.uint64) == expected


@given(st.lists(st.tuples(st.integers(0, 9) | ANY, st.booleans()), max_size=120), WORDS)
def test_words_are_counted_with_those_of_the_headline_twice(copy, head):
    words, counts, names = kernels.bag(
        hashes([word for word, _ in copy]), np.array([big for _, big in copy], np.bool_), hashes(head)
    )
    often = Counter(word for word, _ in copy) + Counter(head) + Counter(head)
    small = {word for word, big in copy if not big}
    assert numbers(words, np.uint64) == sorted(often)
    assert numbers(counts) == [often[word] for word in sorted(often)]
    assert numbers(names, np.bool_) == [word in dict(copy) and word not in small for word in sorted(often)]


@given(st.dictionaries(ANY, st.tuples(st.integers(1, 9), st.booleans()), max_size=80), st.integers(0, 5000))
def test_rare_words_and_names_weigh_more(bag, stories):
    known = np.arange(16, dtype=np.int64) * 7
    table = np.arange(300, dtype=np.int64) // 3
    words = sorted(bag)
    rarity, weights, squares = kernels.weigh(
        hashes(words),
        np.array([bag[word][0] for word in words], np.int64),
        np.array([bag[word][1] for word in words], np.bool_),
        known,
        stories,
        1024,
        table,
        4,
    )
    expected = [
        int(table[min((stories + (1024 if bag[word][1] else 1)) // (int(known[word % 16]) + 1), 299)])
        for word in words
    ]
    assert numbers(rarity) == expected
    assert numbers(weights) == [
        each * min(bag[word][0], 4) for each, word in zip(expected, words, strict=True)
    ]
    assert squares == sum(each * each for each in numbers(weights))


@given(st.dictionaries(ANY, st.integers(-2, 20), max_size=80), st.integers(0, 30))
def test_the_heaviest_words_come_first_and_alike_ones_in_their_order(weights, most):
    words = sorted(weights)
    found = kernels.heaviest(hashes(words), np.array([weights[word] for word in words], np.int64), most)
    chosen = sorted((word for word in words if weights[word] > 0), key=lambda word: (-weights[word], word))
    assert numbers(found, np.uint32) == [word >> 32 for word in chosen[:most]]


@given(WORDS)
def test_slots_are_the_distinct_low_bits(words):
    assert numbers(kernels.slots(hashes(words)), np.uint16) == sorted({word & 0xFFFF for word in words})


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


SHARED = st.dictionaries(st.integers(0, 40), st.integers(0, 1000), max_size=40)


@given(SHARED, SHARED)
def test_the_weights_of_shared_words_are_multiplied(one, other):
    ours, theirs = sorted(one), sorted(other)
    product = kernels.product(
        hashes(ours),
        np.array([one[word] for word in ours], np.int64),
        hashes(theirs),
        np.array([other[word] for word in theirs], np.int64),
    )
    assert product == sum(one[word] * other[word] for word in one.keys() & other.keys())


@given(st.lists(st.integers(0, 9), max_size=60), st.lists(st.integers(0, 9), max_size=60))
def test_each_shingle_is_found_where_the_other_copy_has_it_first(ours, theirs):
    _, our_order, our_sorted = kernels.shingles(hashes(ours), WIDTH)
    _, their_order, their_sorted = kernels.shingles(hashes(theirs), WIDTH)
    there, hits = kernels.match(
        np.frombuffer(our_sorted, np.uint64),
        np.frombuffer(our_order, np.int64),
        np.frombuffer(their_sorted, np.uint64),
        np.frombuffer(their_order, np.int64),
    )
    other = shingles(theirs)
    expected = [other.index(each) if each in other else -1 for each in shingles(ours)]
    assert numbers(there) == expected
    assert hits == sum(each >= 0 for each in expected)


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


COPY = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3), st.booleans()), max_size=80)


@given(COPY, COPY, st.integers(0, 60), st.integers(0, 60))
@example([(1, 0, True)] * 40, [(1, 0, True)] * 40, 0, 0)
def test_a_copy_is_measured_as_defined(ours, theirs, start, size):
    theirs = theirs[: size // 2] + ours[start : start + size] + theirs[size // 2 :]  # with copy in common
    words, others = [word for word, _, _ in ours], [word for word, _, _ in theirs]
    marks, told = [mark for _, mark, _ in ours], [each for _, _, each in ours]
    their_told = [each for _, _, each in theirs]
    other = shingles(others)
    there = [other.index(each) if each in other else -1 for each in shingles(words)]
    found, *counts = kernels.side(
        hashes(words),
        np.array(marks, np.uint8),
        np.array(told, np.bool_),
        np.array(there, np.int64),
        hashes(others),
        np.array(their_told, np.bool_),
        WIDTH,
        verify.REACH,
        verify.SLACK,
        verify.GAP,
        verify.RUN,
        verify.SOLID,
    )
    assert (numbers(found, np.bool_), counts) == side(words, marks, told, there, others, their_told)


@given(st.lists(st.sets(st.integers(0, 8) | st.integers(0, 2**32 - 1), max_size=9), max_size=40), st.data())
def test_postings_give_the_newest_documents_of_each_key(documents, data):
    settled = data.draw(st.integers(0, len(documents)))
    index, held = Postings(), defaultdict(list)
    for number, keys in enumerate(documents):
        if number == settled:
            index.settle()
        index.add(number, np.array(sorted(keys), np.uint32))
        for key in keys:
            held[key].append(number)
    asked = [*held, 12345]
    places, found = index.probe(np.array(asked, np.uint32))
    pairs = Counter(zip([asked[place] for place in places.tolist()], found.tolist(), strict=True))
    assert pairs == Counter((key, number) for key, numbers in held.items() for number in numbers)


POSTING = st.tuples(st.integers(0, 5), st.integers(0, 6), st.integers(-1, 4), st.integers(0, 2))


@given(st.lists(POSTING, max_size=90), st.integers(0, 2))
def test_postings_vote_but_for_furniture_and_what_is_popular(postings, outlet):
    popular, recurrent, everywhere = 4, 3, 4
    alive = [each for each in postings if each[2] >= 0]
    counts = Counter(place for place, *_ in alive)
    stories, everyones = defaultdict(set), defaultdict(set)
    for place, _, canon, source in alive:
        everyones[place].add(canon)
        if outlet and source == outlet:
            stories[place].add(canon)
    furniture = {place for place, canons in stories.items() if len(canons) >= recurrent}
    plain = [each for each in alive if each[0] not in furniture]
    rare = [each for each in plain if counts[each[0]] <= popular]
    hits, strength = Counter(), Counter()
    for place, document, *_ in rare or plain or alive:
        hits[document] += 1
        strength[document] += max(popular // counts[place], 1)
    places, documents, canons, outlets = zip(*postings, strict=True) if postings else ((), (), (), ())
    told = kernels.vote(
        np.array(places, np.int64),
        np.array(documents, np.uint32),
        np.array(canons, np.int64),
        np.array(outlets, np.int64),
        6,
        outlet,
        popular,
        recurrent,
        everywhere,
    )
    furniture |= {place for place, canons in everyones.items() if len(canons) >= everywhere}
    assert numbers(told[0], np.uint32) == sorted(hits)
    assert numbers(told[1]) == [hits[document] for document in sorted(hits)]
    assert numbers(told[2]) == [strength[document] for document in sorted(hits)]
    assert numbers(told[3], np.bool_) == [place in furniture for place in range(6)]


CANDIDATE = st.tuples(st.integers(1, 40), st.integers(1, 9), st.integers(0, 5), st.integers(1, 300))


@given(st.lists(CANDIDATE, max_size=60), st.integers(1, 300))
def test_the_strongest_of_a_few_canonical_stories_are_chosen(candidates, keys):
    share, votes, more, most, most_canons, per_canon = 0.15, 4, 64, 10, 3, 2
    chosen, taken = [], Counter()
    for document, (hits, _, canon, posted) in sorted(enumerate(candidates), key=lambda each: -each[1][1]):
        smaller = min(posted, keys)
        if hits < min(max(math.ceil(share * smaller), 1), votes + smaller // more):
            continue
        if taken[canon] < per_canon and (taken[canon] or len(+taken) < most_canons) and len(chosen) < most:
            taken[canon] += 1
            chosen.append(document)
    columns = zip(*candidates, strict=True) if candidates else ((), (), (), ())
    hits, strengths, canons, posted = (np.array(column, np.int64) for column in columns)
    found = kernels.choose(
        np.arange(len(candidates), dtype=np.uint32),
        hits,
        strengths,
        canons,
        posted,
        keys,
        share,
        votes,
        more,
        most,
        most_canons,
        per_canon,
    )
    assert numbers(found, np.uint32) == chosen


@given(st.lists(POSTING, max_size=90), st.sets(st.integers(0, 4)), st.integers(1, 4))
def test_documents_that_stand_often_are_counted(postings, without, least):
    popular = 12
    counts = Counter(place for place, *_ in postings)
    often = Counter(
        document
        for place, document, canon, _ in postings
        if canon >= 0 and canon not in without and counts[place] <= popular
    )
    places, documents, canons, _ = zip(*postings, strict=True) if postings else ((), (), (), ())
    listed, hits = kernels.often(
        np.array(places, np.int64),
        np.array(documents, np.uint32),
        np.array(canons, np.int64),
        np.array(sorted(without), np.int64),
        6,
        popular,
        least,
    )
    expected = {document: count for document, count in often.items() if count >= least}
    assert numbers(listed, np.uint32) == sorted(expected)
    assert numbers(hits) == [expected[document] for document in sorted(expected)]


def test_a_column_is_read_for_the_living_and_the_gone():
    columns = Columns("home", home=(np.int64, 1, -1))
    for number in range(9000):
        columns.grow()
        columns.values["home"][columns.row(number)] = (
            number * 10 if number % 500 == 0 or number > 8000 else -1
        )
    asked = [0, 1, 500, 8500, 8999]
    found = columns.look_up("home", np.array(asked, np.uint32)).tolist()
    assert found == [0, -1, 5000, 85000, 89990]


LETTERS = st.text("aBC/\u00e9\u2019 \n\t\u2028._\U0001f600\u3042\x00", max_size=40)


@given(st.lists(LETTERS | st.sampled_from(["Read more", "ead mor", "the share", "9", "x" * 130]), max_size=9))
@example(["a" * 127, "ead more" * 40, "é" * 130, "ead more", "\u4e0aead more", "ead\u016fmore"])
def test_lines_are_cut_and_those_that_hold_a_word_are_listed(parts):
    text = "\n".join(parts)
    found, asked, words = kernels.lines(
        lambda *told: told,
        text,
        {"share": 99, "the": 0},
        (("ead more", 60), ("B", 9)),
        "\u2019",
        ")",
        80,
        (2, 9, 3, "."),
        ("/", 9),
    )
    expected, holding, blanks = [], [], 0
    for line in (raw.strip() for raw in text.split("\n")):
        if line:
            titled = (
                2 <= len(line) <= 9 and not line[0].islower() and line[-1] != "." and 1 <= line.count(" ") < 3
            )
            dated = (line[0].isupper() or line[0] == "/") and (line[1:2].isupper() or "/" in line[:9])
            expected.append((line, blanks, len(line) >= 80, titled, dated))
            holding.append(
                {word for word, most in (("ead more", 60), ("B", 9)) if word in line and len(line) <= most}
            )
        blanks = 0 if line else blanks + 1
    held = set().union(*holding)
    assert [(*each[:4], each[5]) for each in found] == expected
    assert asked == [number for number, each in enumerate(found) if not each[4]]
    assert set(asked) >= {number for number, words_held in enumerate(holding) if words_held}
    assert words == [word for word in ("ead more", "B") if word in held]


@pytest.mark.parametrize("wrong", [(("", 3),), (("\u00e9", 3),), ("ab",), ((1, 2),), (("a", "b"),)])
def test_words_of_lines_are_of_ascii(wrong):
    with pytest.raises((ValueError, TypeError)):
        kernels.lines(print, "The ferry left.", {}, wrong, "", "", 80, (2, 9, 3, "."), ("/", 9))


NONE, ONE, TWO = (np.zeros(size, np.uint64) for size in range(3))
FLAGS = np.zeros(1, np.bool_)
KEY = np.zeros(1, np.uint32)


@pytest.mark.parametrize(
    ("kernel", "arguments"),
    [
        (kernels.words, ("text", KEY, ONE, FLAGS, ONE, ONE)),  # tables of the wrong size
        (kernels.tell, (ONE, np.zeros(1, np.uint8), np.array([0, 9]), ONE, 1, 1, 1)),
        (kernels.bag, (TWO, FLAGS, ONE)),
        (kernels.weigh, (ONE, ONE, FLAGS, np.zeros(3, np.int64), 1, 1, ONE, 1)),  # no power of two
        (kernels.weigh, (TWO, ONE, FLAGS, ONE, 1, 1, ONE, 1)),
        (kernels.heaviest, (TWO, ONE, 3)),
        (kernels.product, (TWO, ONE, ONE, ONE)),
        (kernels.match, (ONE, np.array([7]), ONE, np.array([0]))),  # an order that leads astray
        (kernels.side, (ONE, FLAGS, FLAGS, np.array([9]), ONE, FLAGS, 3, 12, 2, 2, 5, 10)),
        (kernels.side, (ONE, FLAGS, FLAGS, np.array([0, 0]), ONE, FLAGS, 3, 12, 2, 2, 5, 10)),
        (kernels.post, (KEY, KEY.copy(), KEY.copy(), KEY.copy(), KEY.copy(), 1, 1)),  # no room
        (kernels.find, (KEY, KEY, KEY, KEY, KEY, 2, [], 1)),
        (kernels.vote, (np.array([3]), KEY, np.array([1]), np.array([1]), 2, 0, 64, 3, 8)),  # a place too far
        (kernels.shingles, (np.zeros(9, np.uint8), 3)),
    ],
)
def test_arrays_that_do_not_fit_are_refused(kernel, arguments):
    with pytest.raises(ValueError, match=r"items|paragraphs|powers|order|match|shingles|room|postings|place"):
        kernel(*arguments)


def test_a_damaged_chain_ends_instead_of_turning_in_a_circle():
    chains, held, documents = np.ones(1, np.uint32), KEY, KEY
    circle = np.ones(1, np.uint32)
    places, _ = kernels.find(KEY, chains, held, documents, circle, 1, [], 128)
    assert numbers(places) == [0]
