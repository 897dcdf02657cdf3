"""What is computed in C is what a few plain lines of Python say; arrays that do not fit are refused."""

import math
from collections import Counter, defaultdict

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from worker import kernels
from worker.lineage.columns import Columns
from worker.lineage.postings import Postings, run_of
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


@given(
    st.text(st.sampled_from("ab \n\t\x1c\x85\xa0\xadé\u2003\u200b’日\ud800\U0001f600"), max_size=40)
    | st.text()
)
def test_white_space_is_squeezed(text):
    assert kernels.parts(text) == len(text.split())
    assert kernels.squeeze(text) == " ".join(text.split()).encode("utf-8", "surrogatepass")


@given(st.text("theTHEof \n\u2003\x00\u212aé\U0001f600", max_size=60) | st.text())
@example("The \x00the theé THE, o of a\u2003Of abcdefghi")
def test_common_words_are_counted(text):
    known = ("the", "of", "hefttheo")
    packed = np.array([int.from_bytes(word.encode(), "big") for word in known], np.uint64)
    found = [word for word in text.split() if word.isascii() and word.lower() in known]
    foreign = sum(
        char >= "\u0370" and not "\u2000" <= char <= "\u2fff" for char in text if not char.isspace()
    )
    assert kernels.commonest(text, packed) == (len(found), len(text.split()), foreign)


@given(WORDS)
def test_shingles_are_hashed_and_sorted(words):
    found, order, ordered = kernels.shingles(hashes(words), WIDTH)
    expected = shingles(words)
    assert numbers(found, np.uint64) == expected
    assert numbers(ordered, np.uint64) == sorted(expected)
    assert numbers(order, np.uint32) == sorted(range(len(expected)), key=lambda at: expected[at])


@given(WORDS, st.integers(0, 12), ANY)
def test_a_sample_is_what_lies_below_the_bound_or_the_least(words, least, bound):
    distinct = sorted(set(shingles(words)))
    below = [each for each in distinct if each < bound]
    expected = below if len(below) >= least else distinct[:least]
    assert numbers(kernels.sample(hashes(words), WIDTH, bound, least), np.uint64) == expected


@given(WORDS, st.integers(0, 63), st.integers(0, 130))
def test_hashes_are_cut_to_the_bits_above_a_shift(words, shift, most):
    expected = [word >> shift & 0xFFFFFFFF for word in words[:most]]
    assert numbers(kernels.cut(hashes(words).tobytes(), shift, most), np.uint32) == expected


@given(st.lists(st.tuples(st.integers(0, 9) | ANY, st.booleans()), max_size=120), WORDS, st.integers(0, 500))
def test_words_are_counted_with_those_of_the_headline_twice(copy, head, end):
    words, capital = [word for word, _ in copy], [big for _, big in copy]
    starts = np.arange(len(copy)) * 3
    packed = kernels.bag(hashes(words), np.array(capital, np.bool_), starts, end, hashes(head))
    copy = [each for each, start in zip(copy, starts.tolist(), strict=True) if start < end]
    often = Counter(word for word, _ in copy) + Counter(head) + Counter(head)
    small = {word for word, big in copy if not big}
    expected = {word: (often[word], word in dict(copy) and word not in small) for word in often}
    assert packed == a_bag(expected)


@pytest.mark.parametrize("first", [0, 1 << 40, 1 << 63])
def test_words_are_sorted_however_they_are_spread(first):
    words = [first, *range(3000, 0, -1), *range(5000, 9000)]
    capital, starts = np.ones(len(words), np.bool_), np.arange(len(words))
    found = kernels.bag(hashes(words), capital, starts, len(words), hashes([]))
    assert found == a_bag(dict.fromkeys(words, (1, True)))


def a_bag(words):
    """Pack words, each with its count and whether it is a name."""
    counts = [2 * words[word][0] + words[word][1] for word in sorted(words)]
    return hashes(sorted(words)).tobytes() + np.array(counts, np.uint32).tobytes()


BAG = st.dictionaries(st.integers(0, 40) | ANY, st.tuples(st.integers(1, 9), st.booleans()), max_size=80)
KNOWN = np.arange(16, dtype=np.uint32) * 7
TABLE = np.arange(256, dtype=np.uint8) // 3
BASE = 1024


def rarity(word, stories, *, named):
    ratio = (stories + (BASE if named else 1)) // (int(KNOWN[word % 16]) + 1)
    return int(TABLE[min(ratio, 255)])


@given(BAG, st.integers(0, 5000), st.integers(1, 5), st.integers(0, 30))
def test_the_heaviest_words_come_first_and_alike_ones_in_their_order(bag, stories, often, most):
    weights = {
        word: rarity(word, stories, named=named) * min(times, often) for word, (times, named) in bag.items()
    }
    chosen = sorted((word for word in bag if weights[word]), key=lambda word: (-weights[word], word))
    found = kernels.keywords(a_bag(bag), KNOWN, stories, BASE, TABLE, often, most)
    assert numbers(found, np.uint32) == [word >> 32 for word in chosen[:most]]


@given(BAG, st.lists(BAG, max_size=3), st.integers(0, 5000))
def test_the_weights_of_shared_words_are_multiplied(one, others, stories):
    ours, *theirs = (
        {word: rarity(word, stories, named=named) * times for word, (times, named) in bag.items()}
        for bag in (one, *others)
    )
    expected = [
        (
            sum(ours[word] * weights[word] for word in ours.keys() & weights.keys()),
            sum(each * each for each in weights.values()),
        )
        for weights in theirs
    ]
    squares, found = kernels.alike(a_bag(one), list(map(a_bag, others)), KNOWN, stories, BASE, TABLE)
    assert (squares, found) == (sum(each * each for each in ours.values()), expected)


@given(BAG, st.lists(BAG, max_size=3), st.integers(0, 5000), st.integers(0, 90))
def test_rare_names_that_bags_share_are_counted(one, others, stories, rare):
    expected = [
        sum(
            one[word][1] and bag[word][1] and rarity(word, stories, named=True) >= rare
            for word in one.keys() & bag.keys()
        )
        for bag in others
    ]
    found = kernels.names(a_bag(one), list(map(a_bag, others)), KNOWN, stories, BASE, TABLE, rare)
    assert found == expected


@given(WORDS)
def test_slots_are_the_distinct_low_bits_and_are_counted_once(words):
    expected = sorted({word & 0xFFFF for word in words})
    slots = np.frombuffer(kernels.slots(a_bag(dict.fromkeys(words, (1, False)))), np.uint16)
    assert slots.tolist() == expected
    known = np.zeros(1 << 16, np.uint32)
    kernels.count(known, slots)
    assert np.flatnonzero(known).tolist() == expected
    assert known.max(initial=0) <= 1


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
    pairs = Counter(zip([asked[place] for place in numbers(places)], numbers(found, np.uint32), strict=True))
    assert pairs == Counter((key, number) for key, numbers in held.items() for number in numbers)


SPREAD = st.integers(0, 30) | st.integers(2**31, 2**31 + 500) | st.integers(0, 2**32 - 1)


@given(st.lists(st.tuples(SPREAD, st.integers(0, 99)), max_size=300), st.lists(SPREAD, max_size=9))
def test_a_run_gives_the_postings_of_a_key_however_its_keys_are_spread(postings, others):
    run = np.array(sorted(key << 32 | document for key, document in postings), np.uint64)
    asked = [*{key for key, _ in postings}, *others]
    nothing = np.zeros(1, np.uint32)
    places, found = kernels.find(np.array(asked, np.uint32), nothing, nothing[:0], 0, [run_of(run)], 4)
    expected = [
        (place, document)
        for place, key in enumerate(asked)
        for document in sorted((number for each, number in postings if each == key), reverse=True)[:4]
    ]
    assert list(zip(numbers(places), numbers(found, np.uint32), strict=True)) == expected


POSTING = st.tuples(st.integers(0, 5), st.integers(0, 6))  # place, document
HOMES = st.lists(st.tuples(st.integers(-1, 4), st.integers(0, 2)), min_size=7, max_size=7)  # canon, outlet


def a_column(values, base, gone):
    """Lay out a column in which documents are below ``base`` that are not gone, and all others from there."""
    elders = [number for number in range(base) if values[number] != gone]
    rows = [*(values[number] for number in elders), *values[base:]]
    return np.array(rows, np.int64), np.array(elders, np.int64), base, gone


@given(st.lists(POSTING, max_size=90), HOMES, st.integers(0, 6), st.integers(0, 2))
def test_postings_vote_but_for_furniture_and_what_is_popular(postings, homes, base, outlet):
    popular, recurrent, everywhere = 4, 3, 4
    alive = [each for each in postings if homes[each[1]][0] >= 0]
    counts = Counter(place for place, _ in alive)
    stories, everyones = defaultdict(set), defaultdict(set)
    for place, document in alive:
        canon, source = homes[document]
        everyones[place].add(canon)
        if outlet and source == outlet:
            stories[place].add(canon)
    furniture = {place for place, canons in stories.items() if len(canons) >= recurrent}
    plain = [each for each in alive if each[0] not in furniture]
    rare = [each for each in plain if counts[each[0]] <= popular]
    hits, strength = Counter(), Counter()
    for place, document in rare or plain or alive:
        hits[document] += 1
        strength[document] += max(popular // counts[place], 1)
    told = kernels.vote(
        np.array([place for place, _ in postings], np.int64),
        np.array([document for _, document in postings], np.uint32),
        a_column([canon for canon, _ in homes], base, -1),
        a_column([source for _, source in homes], base, 0),
        np.arange(100, 106, dtype=np.uint32),
        outlet,
        popular,
        recurrent,
        everywhere,
    )
    furniture |= {place for place, canons in everyones.items() if len(canons) >= everywhere}
    assert numbers(told[0], np.uint32) == sorted(hits)
    assert numbers(told[1]) == [hits[document] for document in sorted(hits)]
    assert numbers(told[2]) == [strength[document] for document in sorted(hits)]
    assert numbers(told[3], np.uint32) == [100 + place for place in sorted(furniture)]


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
    none = np.empty(0, np.int64)
    found = kernels.choose(
        np.arange(len(candidates), dtype=np.uint32),
        hits,
        strengths,
        (canons, none, 0, -1),
        (posted, none, 0, 0),
        keys,
        share,
        votes,
        more,
        most,
        most_canons,
        per_canon,
    )
    assert found == chosen


@given(st.lists(POSTING, max_size=90), st.integers(1, 4))
def test_documents_that_stand_often_are_counted(postings, least):
    popular = 12
    counts = Counter(place for place, _ in postings)
    often = Counter(document for place, document in postings if counts[place] <= popular)
    found = kernels.often(
        np.array([place for place, _ in postings], np.int64),
        np.array([document for _, document in postings], np.uint32),
        6,
        popular,
        least,
    )
    assert found == [(document, often[document]) for document in sorted(often) if often[document] >= least]


def test_a_column_is_read_for_the_living_and_the_gone():
    columns = Columns("home", home=(np.int64, 1, -1))
    for number in range(9000):
        columns.grow()
        columns.set("home", number, number * 10 if number % 500 == 0 or number > 8000 else -1)
    asked = [0, 1, 500, 8500, 8999]
    assert [columns.get("home", number) for number in asked] == [0, -1, 5000, 85000, 89990]
    voted = kernels.vote(
        np.arange(len(asked)),
        np.array(asked, np.uint32),
        columns.column("home"),
        columns.column("home"),
        np.array(asked, np.uint32),
        0,
        1,
        1,
        1,
    )
    assert numbers(voted[0], np.uint32) == [0, 500, 8500, 8999]


LETTERS = st.text("aBC/\u00e9\u2019 \n\t\u2028._\U0001f600\u3042\x00", max_size=40)


@given(st.lists(LETTERS | st.sampled_from(["Read more", "ead mor", "the share", "9", "x" * 130]), max_size=9))
@example(["a" * 127, "ead more" * 40, "é" * 130, "ead more", "\u4e0aead more", "ead\u016fmore"])
def test_lines_are_cut_and_those_that_hold_a_word_are_listed(parts):
    text = "\n".join(parts)
    held = (("ead more", 60), ("B", 9))
    found, asked, titles, timed = kernels.lines(
        lambda *told: told,
        text,
        {"share": 99, "the": 0},
        held,
        "\u2019",
        ")",
        80,
        (2, 9, 3, "."),
        ("/", 9),
        ("aB", 9),
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
                sum(1 << bit for bit, (word, most) in enumerate(held) if word in line and len(line) <= most)
            )
        blanks = 0 if line else blanks + 1
    assert [(*each[:4], each[5]) for each in found] == expected
    assert [number for number, _ in asked] == [number for number, each in enumerate(found) if not each[4]]
    whys = dict(asked)
    assert [whys.get(number, 0) & 3 for number in range(len(found))] == holding
    assert all(0 < why < 1 << 3 for why in whys.values())
    assert titles == [number for number, each in enumerate(found) if each[3]]
    assert timed == [
        number
        for number, (line, *_) in enumerate(found)
        if (line[0].isdigit() or line[0] in "aB") and len(line) <= 9
    ]


@pytest.mark.parametrize("wrong", [(("", 3),), (("\u00e9", 3),), ("ab",), ((1, 2),), (("a", "b"),)])
def test_words_of_lines_are_of_ascii(wrong):
    with pytest.raises((ValueError, TypeError)):
        kernels.lines(print, "The ferry left.", {}, wrong, "", "", 80, (2, 9, 3, "."), ("/", 9), ("", 0))


NONE, ONE, TWO = (np.zeros(size, np.uint64) for size in range(3))
FLAGS = np.zeros(1, np.bool_)
KEY = np.zeros(1, np.uint32)
COLUMN = (np.zeros(1, np.int64), np.zeros(0, np.int64), 0, -1)


@pytest.mark.parametrize(
    ("kernel", "arguments"),
    [
        (kernels.words, (("text",), KEY, ONE, FLAGS, ONE, ONE)),  # tables of the wrong size
        (kernels.bag, (TWO, FLAGS, np.arange(2), 9, ONE)),
        (kernels.bag, (ONE, FLAGS, np.arange(2), 9, ONE)),
        (kernels.alike, (bytes(12), [], KNOWN, 2**31, 1, TABLE)),
        (kernels.keywords, (bytes(12), np.zeros(3, np.uint32), 1, 1, TABLE, 1, 1)),  # no power of two
        (kernels.keywords, (bytes(11), KNOWN, 1, 1, TABLE, 1, 1)),
        (kernels.alike, (bytes(12), [bytes(12), bytes(13)], KNOWN, 1, 1, TABLE)),
        (kernels.names, (bytes(12), [bytes(12), bytes(13)], KNOWN, 1, 1, TABLE, 1)),
        (kernels.alike, (bytes(12), [], KNOWN, -1, 1, TABLE)),
        (kernels.slots, (bytes(13),)),
        (kernels.count, (np.zeros(4, np.uint32), np.array([4], np.uint16))),
        (kernels.post, (KEY, KEY.copy(), np.zeros(3, np.uint32), 1, 1)),  # no room
        (kernels.find, (KEY, KEY, np.zeros(3, np.uint32), 2, [], 1)),
        (kernels.find, (KEY, KEY, np.zeros(3, np.uint32), 1, [(ONE, np.zeros(4, np.uint32))], 1)),
        (kernels.vote, (np.array([3]), KEY, COLUMN, COLUMN, KEY, 0, 64, 3, 8)),  # a place too far
        (kernels.shingles, (np.zeros(9, np.uint8), 3)),
        (kernels.cut, (bytes(9), 29, 3)),
        (kernels.cut, (bytes(8), 64, 3)),
        (kernels.cut, (bytes(8), 29, -1)),
    ],
)
def test_arrays_that_do_not_fit_are_refused(kernel, arguments):
    with pytest.raises(
        ValueError, match=r"items|paragraphs|powers|order|match|shingles|room|postings|place|slot"
    ):
        kernel(*arguments)


def test_a_damaged_chain_ends_instead_of_turning_in_a_circle():
    circle = np.array([0, 0, 1], np.uint32)
    places, _ = kernels.find(KEY, np.ones(1, np.uint32), circle, 1, [], 128)
    assert numbers(places) == [0]
