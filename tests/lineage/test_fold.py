"""Where stories go, told one after the other."""

import json
import random
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from worker.errors import OtherVersion
from worker.lineage.fold import Fold
from worker.lineage.placement import LinkType, Relation, Status
from worker.story import Kind

HOUR = 3_600_000


def test_the_first_story_founds_a_canonical_story(newsroom):
    placement = newsroom.place(newsroom.copy(1))
    assert placement.status is Status.PLACED
    assert placement.variant.relation is Relation.ORIGINAL
    assert len(placement.canonical_id) == 32


def test_a_reprint_joins_and_names_its_parent(newsroom):
    original = newsroom.place(newsroom.copy(1))
    reprint = newsroom.place(newsroom.copy(1), outlet="Evening Post")
    assert reprint.canonical_id == original.canonical_id
    assert reprint.variant.parent == original.story.id
    assert (reprint.variant.sequence, reprint.variant.hops) == (2, 1)


def test_unrelated_stories_stay_apart(newsroom):
    ids = {newsroom.place(newsroom.copy(seed)).canonical_id for seed in range(20)}
    assert len(ids) == 20


@pytest.mark.parametrize("first", [0, 4, 9])
def test_a_brief_of_three_paragraphs_joins_the_long_story(newsroom, first):
    whole = newsroom.copy(1, paragraphs=20)
    original = newsroom.place(whole)
    assert newsroom.place(whole[first : first + 3], outlet="Post").canonical_id == original.canonical_id


def test_a_brief_that_came_first_is_joined_by_the_long_story(newsroom):
    whole = newsroom.copy(1, paragraphs=20)
    brief = newsroom.place(whole[:3])
    assert newsroom.place(whole, outlet="Post").canonical_id == brief.canonical_id


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**6), keep=st.integers(3, 12))
def test_trims_stay_variants(newsrooms, seed, keep):
    newsroom = newsrooms()
    whole = newsroom.copy(seed)
    original = newsroom.place(whole)
    assert newsroom.place(whole[:keep], outlet="Post").canonical_id == original.canonical_id


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**6))
def test_reordered_paragraphs_stay_variants(newsrooms, seed):
    newsroom = newsrooms()
    whole = newsroom.copy(seed)
    original = newsroom.place(whole)
    shuffled = random.Random(seed).sample(whole, len(whole))
    assert newsroom.place(shuffled, outlet="Post").canonical_id == original.canonical_id


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**6), share=st.floats(0, 0.3))
def test_up_to_three_words_in_ten_may_be_others(newsrooms, seed, share):
    newsroom = newsrooms()
    whole = newsroom.copy(seed, paragraphs=16)
    original = newsroom.place(whole)
    noisy = newsroom.place(newsroom.noisy(whole, share, seed), outlet="Post")
    assert noisy.canonical_id == original.canonical_id


def test_house_style_does_not_hide_a_variant(newsroom):
    copy = [
        "The U.S. economy grew five percent, Mr. Weld's report said. " + text for text in newsroom.copy(1)
    ]
    original = newsroom.place(copy)
    styled = [
        text.replace("U.S.", "US").replace("five percent", "5%").replace("Mr. Weld's", "Weld’s").upper()
        for text in copy
    ]
    assert newsroom.place(styled, outlet="Post").canonical_id == original.canonical_id


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**6))
def test_quoting_the_same_speech_does_not_make_variants(newsrooms, seed):
    newsroom = newsrooms()
    speech = newsroom.speech(seed)
    one, other = (
        [piece for pair in zip(newsroom.copy((seed, name)), quoted, strict=True) for piece in pair]
        for name, quoted in (
            ("a", [f"“{sentence}”" for sentence in speech]),
            ("b", [f'"{sentence}"' for sentence in speech]),
        )
    )
    first = newsroom.place(one)
    second = newsroom.place(other, outlet="Post")
    assert second.canonical_id != first.canonical_id
    assert {link.type for link in second.links} == {LinkType.SHARES_QUOTES}


def test_a_speech_quoted_on_one_side_only_is_quotation_on_both(newsroom):
    speech = newsroom.speech(1, sentences=30)
    transcript = newsroom.place([*newsroom.copy("frame", paragraphs=3), *speech])
    report = [*newsroom.copy("report", paragraphs=5), *(f"“{sentence}”" for sentence in speech)]
    assert newsroom.place(report, outlet="Post").canonical_id != transcript.canonical_id


def test_borrowed_passages_make_a_link_that_names_them(newsroom):
    source = newsroom.place(newsroom.copy("source"))
    own = newsroom.copy("own")
    borrowed = newsroom.place([*own[:6], *newsroom.copy("source")[3:5], *own[6:]], outlet="Post")
    assert borrowed.canonical_id != source.canonical_id
    (link,) = borrowed.links
    assert (link.type, link.canonical_id) == (LinkType.DERIVES_FROM, source.canonical_id)
    assert [(passage.own, passage.other) for passage in link.passages] == [((6, 7), (3, 4))]


def test_an_excerpt_in_quotation_marks_is_borrowed_from_who_tells_it(newsroom):
    source = newsroom.place(newsroom.copy("column"))
    own = newsroom.copy("digest")
    quoting = [*own[:4], *(f"“{text}”" for text in newsroom.copy("column")[3:5]), *own[4:]]
    digest = newsroom.place(quoting, outlet="Post")
    (link,) = digest.links
    assert (link.type, link.canonical_id) == (LinkType.DERIVES_FROM, source.canonical_id)
    assert {passage.other[0] for passage in link.passages} <= {3, 4}
    assert {passage.own[0] for passage in link.passages} <= {4, 5}


def test_a_sentence_in_quotation_marks_is_a_quotation(newsroom):
    newsroom.place(newsroom.copy("column"))
    own = newsroom.copy("report")
    sentences = newsroom.copy("column")[3].split(". ")[:2]
    report = newsroom.place([*own[:4], f"“{'. '.join(sentences)}.” " + own[4], *own[5:]], outlet="Post")
    assert {link.type for link in report.links} <= {LinkType.SHARES_QUOTES}


def test_furniture_of_a_house_of_many_outlets_is_no_evidence(newsroom):
    furniture = newsroom.copy("furniture", paragraphs=6)
    for seed in range(9):
        newsroom.place([*newsroom.copy(seed, paragraphs=12), *furniture], outlet=f"Bugle of the {seed}th")
    late = newsroom.place([*newsroom.copy("late", paragraphs=4), *furniture], outlet="Late Bugle")
    assert late.variant.relation is Relation.ORIGINAL
    assert late.links == ()


def test_furniture_that_recurs_in_an_outlet_is_no_evidence(newsroom):
    furniture = newsroom.copy("furniture", paragraphs=6)
    for seed in range(4):
        newsroom.place([*newsroom.copy(seed, paragraphs=12), *furniture])
    late = newsroom.place([*newsroom.copy("late", paragraphs=4), *furniture])
    assert late.variant.relation is Relation.ORIGINAL
    assert late.links == ()


def test_reprints_do_not_make_their_copy_furniture(newsroom):
    copy = newsroom.copy(1)
    ids = {newsroom.place([*copy, f"Page {number}."]).canonical_id for number in range(30)}
    assert len(ids) == 1


def test_a_late_bridge_merges_two_canonical_stories_into_the_older(newsroom):
    whole = newsroom.copy(1, paragraphs=20)
    older = newsroom.place([*whole[:11]])
    younger = newsroom.place([*whole[9:]], outlet="Post")
    assert older.canonical_id != younger.canonical_id
    bridge = newsroom.file(whole, outlet="Times")
    assert bridge.placements[0].canonical_id == older.canonical_id or not bridge.merges


def test_a_merge_tells_both_sides(newsroom):
    takes = newsroom.copy(1, paragraphs=10)
    first = newsroom.place([*takes, *newsroom.copy("x", paragraphs=14)])
    second = newsroom.place([*takes, *newsroom.copy("y", paragraphs=14)], outlet="Post")
    assert first.canonical_id != second.canonical_id
    step = newsroom.file(takes, outlet="Times")
    (merge,) = step.merges
    assert (merge.canonical_id, merge.into) == (second.canonical_id, first.canonical_id)
    present = {canonical.canonical_id: canonical for canonical in step.canonicals}
    assert present[second.canonical_id].into == first.canonical_id
    assert present[first.canonical_id].variants == 3


def test_a_chain_of_half_shared_copy_does_not_grow_one_story(newsroom):
    blocks = [newsroom.copy(("block", number), paragraphs=6) for number in range(12)]
    ids = [
        newsroom.place([*one, *other], outlet=f"Outlet {number}").canonical_id
        for number, (one, other) in enumerate(pairwise(blocks))
    ]
    assert max(ids.count(each) for each in ids) <= 3


def test_a_redelivery_changes_nothing(newsroom):
    story = newsroom.story(newsroom.copy(1))
    newsroom.fold.place(story, at=None)
    step = newsroom.fold.place(story, at=None)
    assert step.decision.redelivery
    assert (step.placements, step.merges, step.canonicals) == ((), (), ())


def test_the_same_story_again_is_a_repeat_and_no_new_variant(newsroom):
    first = newsroom.place(newsroom.copy(1))
    step = newsroom.file(newsroom.copy(1))
    (again,) = step.placements
    assert again.variant.relation is Relation.REPEAT
    assert (again.canonical_id, again.variant.parent) == (first.canonical_id, first.story.id)
    (present,) = step.canonicals
    assert (present.variants, present.repeats, present.sequence) == (1, 1, 2)
    assert present.first[0].repeats == 1


def test_a_text_too_short_is_kept(newsroom):
    placement = newsroom.place(["Two words."])
    assert (placement.status, placement.canonical_id) == (Status.KEPT, None)
    assert placement.reason


@pytest.mark.parametrize("kind", [Kind.TABLE, Kind.DIGEST, Kind.SERVICE])
def test_what_is_no_story_is_kept(newsroom, kind):
    assert newsroom.place(newsroom.copy(1), kind=kind).status is Status.KEPT


def test_a_kill_is_a_notice(newsroom):
    assert newsroom.place([], kind=Kind.KILL).status is Status.NOTICE


def test_lag_is_told_behind_the_first_sighting(newsroom):
    newsroom.place(newsroom.copy(1), at=HOUR)
    assert newsroom.place(newsroom.copy(1), outlet="Post", at=3 * HOUR).variant.lag == 2 * HOUR


def test_a_story_outside_the_window_is_forgotten(newsroom):
    newsroom.fold = Fold(window=24 * HOUR)
    first = newsroom.place(newsroom.copy(1), at=HOUR)
    newsroom.fold.tick(at=100 * HOUR)
    late = newsroom.place(newsroom.copy(1), outlet="Post", at=101 * HOUR)
    assert late.canonical_id != first.canonical_id
    assert late.variant.relation is Relation.ORIGINAL
    assert late.variant.expired == first.canonical_id


def test_an_expired_story_is_told_once_and_forgotten_after_another_window(newsroom):
    newsroom.fold = Fold(window=24 * HOUR)
    first = newsroom.place(newsroom.copy(1), at=HOUR)
    other = newsroom.place(newsroom.copy(2), at=HOUR)
    assert newsroom.fold.tick(at=25 * HOUR).expired == ()
    assert newsroom.fold.tick(at=26 * HOUR).expired == (first.canonical_id, other.canonical_id)
    assert newsroom.fold.tick(at=27 * HOUR).expired == ()
    late = newsroom.place(newsroom.copy(1), outlet="Post", at=60 * HOUR)
    assert late.variant.expired is None


def test_a_flood_of_expired_stories_is_told_bit_by_bit(newsroom, monkeypatch):
    monkeypatch.setattr("worker.lineage.departed.TOLD", 3)
    newsroom.fold = Fold(window=24 * HOUR)
    ids = [newsroom.place(newsroom.copy(seed), at=HOUR).canonical_id for seed in range(5)]
    ticks = [newsroom.fold.tick(at=(30 + hour) * HOUR).expired for hour in range(3)]
    assert ticks == [tuple(ids[:3]), tuple(ids[3:]), ()]


def test_a_story_founded_anew_keeps_its_snapshot(newsroom, monkeypatch):
    monkeypatch.setattr("worker.lineage.departed.TOLD", 1)
    newsroom.fold = Fold(window=24 * HOUR)
    first, second = (newsroom.place(newsroom.copy(seed), at=HOUR) for seed in (1, 2))
    assert newsroom.fold.tick(at=30 * HOUR).expired == (first.canonical_id,)
    (again,) = newsroom.fold.place(newsroom.story(newsroom.copy(2)), at=31 * HOUR).placements
    assert again.canonical_id == again.variant.expired == second.canonical_id
    assert newsroom.fold.tick(at=32 * HOUR).expired == ()


def test_aliases_expire_with_the_story_they_became(newsroom):
    newsroom.fold = Fold(window=24 * HOUR)
    takes = newsroom.copy(1, paragraphs=10)
    for name, outlet in (("x", "Bugle"), ("y", "Post")):
        newsroom.place([*takes, *newsroom.copy(name, paragraphs=14)], outlet=outlet, at=HOUR)
    (merge,) = newsroom.file(takes, outlet="Times", at=HOUR).merges
    assert newsroom.fold.tick(at=30 * HOUR).expired == (merge.into, merge.canonical_id)


def test_a_story_that_is_kept_alive_stays(newsroom):
    newsroom.fold = Fold(window=24 * HOUR)
    ids = {
        newsroom.place(newsroom.copy(1), outlet=f"Outlet {day}", at=20 * day * HOUR).canonical_id
        for day in range(1, 6)
    }
    assert len(ids) == 1


def _log(newsroom):
    """File a mixed stream of stories, with ticks between; give what each became."""
    chance = random.Random(7)
    steps = []
    newsroom.fold = Fold(window=200 * HOUR)
    for number in range(160):
        seed = chance.randrange(40)
        copy = newsroom.copy(seed, paragraphs=8)
        if chance.random() < 0.3:
            copy = copy[: chance.randrange(2, 8)] + newsroom.copy(chance.randrange(40), paragraphs=3)
        story = newsroom.story(copy, outlet=f"Outlet {chance.randrange(6)}", headline=f"{seed} {number % 7}")
        at = number * 3 * HOUR
        steps.append((story, at, newsroom.fold.place(story, at=at)))
        if number % 20 == 0:
            steps.append((None, at + HOUR, newsroom.fold.tick(at=at + HOUR)))
    return steps


def _again(fold, steps):
    return [fold.tick(at=at) if story is None else fold.place(story, at=at) for story, at, _ in steps]


def test_folding_a_log_twice_gives_the_same(newsroom):
    steps = _log(newsroom)
    assert _again(Fold(window=200 * HOUR), steps) == [step for *_, step in steps]


@pytest.mark.parametrize("cut", [1, 60, 120])
def test_a_restart_in_the_middle_changes_nothing(newsroom, cut):
    steps = _log(newsroom)
    recovered = Fold(window=200 * HOUR)
    for story, _, step in steps[:cut]:
        facts = json.loads(json.dumps(step.decision.facts))
        recovered.restore(story, replace(step.decision, facts=facts))
    assert _again(recovered, steps[cut:]) == [step for *_, step in steps[cut:]]


@pytest.mark.parametrize("cut", [60])
def test_a_restart_from_captured_state_changes_nothing(newsroom, cut):
    steps = _log(newsroom)
    first, second = Fold(window=200 * HOUR), Fold(window=200 * HOUR)
    _again(first, steps[:cut])
    second.resume({name: each.copy() for name, each in first.capture().items()})
    expected = [step for *_, step in steps[cut:]]
    assert _again(second, steps[cut:]) == expected
    assert _again(first, steps[cut:]) == expected  # capturing disturbs nothing


def test_decisions_after_captured_state_are_restored_on_top_of_it(newsroom):
    steps = _log(newsroom)
    first, second = Fold(window=200 * HOUR), Fold(window=200 * HOUR)
    _again(first, steps[:50])
    second.resume(first.capture())
    for story, _, step in steps[50:120]:
        second.restore(story, step.decision)
    assert _again(second, steps[120:]) == [step for *_, step in steps[120:]]


def test_a_log_of_the_version_before_is_restored_from_its_stories(newsroom):
    steps = _log(newsroom)
    recovered = Fold(window=200 * HOUR)
    for story, _, step in steps[:120]:
        facts = {key: value for key, value in step.decision.facts.items() if key != "standing"}
        if "version" in facts:
            facts["version"] = 1
        recovered.restore(story, replace(step.decision, facts=facts, imprints=b""))
    assert _again(recovered, steps[120:]) == [step for *_, step in steps[120:]]


@pytest.mark.parametrize("version", [0, 4, "2"])
def test_a_decision_of_an_unknown_version_is_refused(newsroom, version):
    story = newsroom.story(newsroom.copy(1))
    decision = newsroom.fold.place(story, at=None).decision
    with pytest.raises(OtherVersion, match=f"of version {version}, and this worker reads 1 and 2 and 3"):
        Fold().restore(story, replace(decision, facts={**decision.facts, "version": version}))


def test_an_imprint_of_an_unknown_version_is_refused(newsroom):
    decision = newsroom.fold.place(newsroom.story(newsroom.copy(1)), at=None).decision
    with pytest.raises(OtherVersion, match="an imprint is of version 9"):
        Fold().restore(None, replace(decision, imprints=b"\x09" + decision.imprints[1:]))


def test_a_decision_that_has_lost_its_imprints_is_refused(newsroom):
    story = newsroom.story(newsroom.copy(1))
    decision = newsroom.fold.place(story, at=None).decision
    with pytest.raises(ValueError, match="has lost its imprints"):
        Fold().restore(story, replace(decision, imprints=b""))
    for size in (1, 40, len(decision.imprints) - 1):
        with pytest.raises(ValueError, match=r"imprint|buffer"):
            Fold().restore(story, replace(decision, imprints=decision.imprints[:size]))


def test_copy_of_another_sketch_is_sketched_anew(newsroom):
    steps = _log(newsroom)
    recovered = Fold(window=200 * HOUR)
    for story, _, step in steps[:120]:
        imprints = step.decision.imprints
        older = imprints and imprints[:1] + b"\x01" + imprints[2:]
        recovered.restore(story, replace(step.decision, imprints=older))
    assert _again(recovered, steps[120:]) == [step for *_, step in steps[120:]]


def test_a_fingerprint_of_another_version_of_split_is_made_anew(newsroom):
    copy = newsroom.copy(1)
    first = newsroom.place(copy)
    story = newsroom.story(copy, outlet="Post")
    other = replace(story, fingerprint=replace(story.fingerprint, version=99, hashes=b"12345678"))
    (placed,) = newsroom.fold.place(other, at=None).placements
    assert placed.canonical_id == first.canonical_id


def test_a_recovered_fold_knows_what_it_has_seen(newsroom):
    steps = _log(newsroom)
    recovered = Fold(window=200 * HOUR)
    for story, _, step in steps:
        recovered.restore(story, step.decision)
    story = next(story for story, *_ in reversed(steps) if story is not None)
    assert recovered.place(story, at=10**10).decision.redelivery


def test_a_glued_page_comes_apart_and_each_part_joins_its_own_story(newsroom):
    one, other = newsroom.copy("one"), newsroom.copy("other")
    first, second = newsroom.place(one), newsroom.place(other, outlet="Post")
    step = newsroom.file([*one, "Council Votes on the River Bridge", *other], outlet="Glue")
    upper, lower = step.placements
    assert (upper.canonical_id, lower.canonical_id) == (first.canonical_id, second.canonical_id)
    assert lower.story.headline == "Council Votes on the River Bridge"
    assert [text for part in (upper, lower) for text in part.story.copy()] == [*one, *other]
    assert upper.story.coordinates.part != lower.story.coordinates.part


def test_a_restart_after_a_glued_page_changes_nothing(newsroom):
    one, other = newsroom.copy("one"), newsroom.copy("other")
    stories = [newsroom.story(copy) for copy in (one, other, [*one, "River Bridge", *other])]
    steps = [newsroom.fold.place(story, at=None) for story in stories]
    recovered = Fold()
    for story, step in zip(stories, steps, strict=True):
        recovered.restore(story, replace(step.decision, facts=json.loads(json.dumps(step.decision.facts))))
    late = newsroom.story([*other[:6], *newsroom.copy("late", paragraphs=2)], outlet="Late")
    assert recovered.place(stories[2], at=None).decision.redelivery
    assert recovered.place(late, at=None) == newsroom.fold.place(late, at=None)


def test_a_log_whose_beginning_is_gone_keeps_the_canonical_id(newsroom):
    stories = [
        newsroom.story([*newsroom.copy(1), f"Take {take}."], outlet=f"Outlet {take}") for take in range(4)
    ]
    steps = [newsroom.fold.place(story, at=None) for story in stories]
    recovered = Fold()
    for story, step in list(zip(stories, steps, strict=True))[1:]:
        recovered.restore(story, step.decision)
    story = newsroom.story(newsroom.copy(1), outlet="Late")
    late, expected = (fold.place(story, at=None).placements[0] for fold in (recovered, newsroom.fold))
    assert late.canonical_id == expected.canonical_id
    assert late.variant.sequence == expected.variant.sequence == 5
