"""The right to a story ends: its text goes, and who runs the copy later is known all the same."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import orjson
import pytest

from worker.lineage import lapse, shelf
from worker.lineage.fold import Fold
from worker.lineage.placement import Relation, Status
from worker.lineage.shelf import Shelf
from worker.story import Kind, PubStatus
from worker.stream import mapping

DAY = 24 * 3_600_000
HEADLINE = "Twelve boats burn in the northern harbor"


def on(day):
    """Write the beginning of a day of the stream as a payload would."""
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=day)).isoformat().replace("+00:00", "Z")


def only(step):
    (placement,) = step.placements
    return placement


def shown(step, canonical_id):
    (found,) = [each for each in step.canonicals if each.canonical_id == canonical_id]
    return found


def text_of(fold):
    """Read all that the fold would write to disk, its blocks unpacked as far as they are alive."""
    arrays = fold.capture()
    copies = fold._state.catalogue.copies
    packed = b" ".join(
        orjson.dumps([copies.story(number).headline, *copies.story(number).copy()])
        for number in copies.documents()
    )
    return b"".join(each.tobytes() for each in arrays.values()) + packed


@pytest.fixture
def copy(newsroom):
    return newsroom.copy("harbor", paragraphs=14)


@pytest.fixture
def filed(newsroom, copy):
    """An agency's story with thirty days of right to it, which an outlet ran on the same day."""
    step = newsroom.send(
        copy, at=0, headline=HEADLINE, native_id="chain-7", native_version="0", expires=on(30)
    )
    newsroom.file(copy[:9], at=DAY // 2, outlet="Post", headline="Harbor ablaze")
    return only(step)


# The text goes


@pytest.mark.usefixtures("filed")
def test_until_its_end_nothing_changes(newsroom):
    step = newsroom.fold.tick(at=30 * DAY - 1)
    assert (step.lapses, step.canonicals) == ((), ())


def test_at_its_end_the_text_goes_and_one_event_says_so(newsroom, filed):
    step = newsroom.fold.tick(at=30 * DAY)
    (told,) = step.lapses
    assert (told.canonical_id, told.story_id, told.expires) == (
        filed.canonical_id,
        filed.story.id,
        30 * DAY,
    )
    present = shown(step, filed.canonical_id)
    assert (present.headline, present.lapsed, present.sequence) == (None, 30 * DAY, told.sequence)
    assert [(each.story_id, each.headline) for each in present.versions] == [(filed.story.id, None)]
    assert present.variants == 2
    assert newsroom.fold.tick(at=31 * DAY).lapses == ()


@pytest.mark.usefixtures("filed")
def test_nothing_of_the_text_is_kept(newsroom, copy):
    before, words = text_of(newsroom.fold), copy[11].encode()
    assert words in before
    assert HEADLINE.encode() in before
    newsroom.fold.tick(at=30 * DAY)
    after = text_of(newsroom.fold)
    assert words not in after
    assert HEADLINE.encode() not in after


def test_an_outlets_own_headline_and_copy_stay(newsroom, copy):
    first = newsroom.place(copy, outlet="Post", headline="Harbor ablaze", at=0)
    newsroom.send(copy[:11], at=1, expires=on(30))
    step = newsroom.fold.tick(at=30 * DAY)
    assert step.lapses
    present = shown(step, first.canonical_id)
    assert present.headline == "Harbor ablaze"
    assert copy[12] in text_of(newsroom.fold).decode(errors="replace")


def test_a_version_that_has_its_own_right_still_leads(newsroom, filed, copy):
    later = [*copy[:12], *newsroom.copy("new end", paragraphs=2)]
    newsroom.send(
        later, at=DAY, headline="Thirteen boats burn", native_id="chain-7", native_version="1", expires=on(60)
    )
    present = shown(newsroom.fold.tick(at=30 * DAY), filed.canonical_id)
    assert (present.headline, present.lapsed) == ("Thirteen boats burn", None)
    assert [each.headline for each in present.versions] == [None, "Thirteen boats burn"]
    last = shown(newsroom.fold.tick(at=60 * DAY), filed.canonical_id)
    assert (last.headline, last.lapsed) == (None, 60 * DAY)


@pytest.mark.usefixtures("filed")
def test_a_correction_loses_its_note(newsroom, copy):
    fixed = [*copy[:13], "The fire destroyed eleven boats, the harbor master said on Monday."]
    step = newsroom.send(
        fixed,
        at=DAY,
        kind=Kind.CORRECTION,
        ed_note="CORRECTS the number of boats",
        native_id="chain-7",
        native_version="1",
        expires=on(30),
    )
    assert step.reaches[0].note == "CORRECTS the number of boats"
    newsroom.fold.tick(at=30 * DAY)
    step = newsroom.file(copy, at=31 * DAY, outlet="Times", url="https://times.example/1")
    assert [each.note for each in step.reaches] == [None]


def test_an_alias_has_no_headline_that_could_outlive_the_right(newsroom):
    one, two = newsroom.copy("one"), newsroom.copy("two")
    newsroom.place(one, outlet="Post", headline="One")
    younger = newsroom.place(two, outlet="Times", headline="Two")
    step = newsroom.file([*one, *two], outlet="Globe")
    for alias in [each for each in step.canonicals if each.into]:
        assert (alias.canonical_id, alias.headline) == (younger.canonical_id, None)


def test_ends_of_thousands_of_stories_are_told_in_steps_of_bounded_size(newsroom, monkeypatch):
    monkeypatch.setattr(lapse, "MOST", 3)
    for number in range(8):
        newsroom.send(newsroom.copy(number, paragraphs=2), at=0, slug=None, expires=on(1))
    steps = [newsroom.fold.tick(at=DAY + number) for number in range(4)]
    assert [len(step.lapses) for step in steps] == [3, 3, 2, 0]


def test_of_several_ends_of_one_story_the_first_counts_and_is_told_once(newsroom, copy):
    placed = newsroom.place(copy, outlet="Post", expires=on(5), at=0)
    for day in (3, 9, 3):
        again = newsroom.place(copy, outlet="Post", expires=on(day), at=0)
        assert again.story.id == placed.story.id
    told = [each for day in range(10) for each in newsroom.fold.tick(at=day * DAY).lapses]
    assert [(each.story_id, each.expires) for each in told] == [(placed.story.id, 3 * DAY)]


def test_a_version_sent_again_ends_the_right_to_the_copy_that_is_held(newsroom, filed, copy):
    again = only(
        newsroom.send(copy, at=1, headline=HEADLINE, native_id="chain-7", native_version="0", expires=on(20))
    )
    assert (again.variant.relation, again.story.id == filed.story.id) == (Relation.REPEAT, False)
    step = newsroom.fold.tick(at=20 * DAY)
    assert {each.story_id for each in step.lapses} == {again.story.id, filed.story.id}
    assert shown(step, filed.canonical_id).lapsed == 20 * DAY
    assert copy[12].encode() not in text_of(newsroom.fold)


def test_an_add_ends_the_right_to_the_copy_that_it_joined(newsroom, filed):
    part = only(
        newsroom.send(
            newsroom.copy("add", 1),
            at=1,
            native_id="chain-7",
            native_version="0",
            version_kind="add",
            part_no=1,
            expires=on(20),
        )
    )
    assert part.canonical_id == filed.canonical_id
    step = newsroom.fold.tick(at=20 * DAY)
    assert {each.story_id for each in step.lapses} == {part.story.id, filed.story.id}


def test_a_story_that_left_the_window_before_its_end_is_not_told(newsrooms):
    newsroom = newsrooms()
    newsroom.fold = Fold(window=2 * DAY)
    newsroom.send(newsroom.copy(1), at=0, expires=on(30))
    assert newsroom.fold.tick(at=30 * DAY).lapses == ()


def test_a_stream_without_time_ends_no_right(newsroom, copy):
    placed = only(newsroom.send(copy, expires=on(1)))
    assert placed.story.paragraphs
    assert newsroom.send(copy[:9], slug="Other").lapses == ()


# Who runs it later is known


def test_a_late_reprint_is_known_by_its_fingerprint(newsroom, filed, copy):
    newsroom.fold.tick(at=30 * DAY)
    late = newsroom.place(copy, at=31 * DAY, outlet="Times")
    assert late.canonical_id == filed.canonical_id
    assert (late.variant.relation, late.variant.version.story_id) == (Relation.VERBATIM, filed.story.id)
    assert (late.variant.coverage, late.variant.novelty) == (1.0, 0.0)
    assert late.variant.paragraphs == late.variant.names == late.variant.figures == ()
    assert late.story.paragraphs


def test_a_late_trim_and_a_late_expansion_are_known_and_measured(newsroom, filed, copy):
    newsroom.fold.tick(at=30 * DAY)
    trim = newsroom.place(copy[:8], at=31 * DAY, outlet="Times")
    assert trim.canonical_id == filed.canonical_id
    assert trim.variant.relation is Relation.TRIMMED
    assert 0.35 < trim.variant.coverage < 0.8
    more = newsroom.place([*copy, *newsroom.copy("own", 6)], at=31 * DAY, outlet="Globe")
    assert more.canonical_id == filed.canonical_id
    assert more.variant.relation is Relation.EXPANDED
    assert 0.1 < more.variant.novelty < 0.5


def test_another_story_does_not_join_what_has_lapsed(newsroom, filed):
    newsroom.fold.tick(at=30 * DAY)
    other = newsroom.place(newsroom.copy("flood"), at=31 * DAY, outlet="Times")
    assert other.canonical_id != filed.canonical_id


def test_quotation_alone_joins_nothing_that_has_lapsed(newsroom):
    speech = [f"“{text}”" for text in newsroom.speech("address", 10)]
    own = newsroom.copy("report", 4)
    first = newsroom.place([*own, *speech], outlet="Post", at=0, expires=on(1))
    newsroom.fold.tick(at=DAY)
    other = newsroom.place([*newsroom.copy("other report", 4), *speech], outlet="Times", at=DAY)
    assert other.canonical_id != first.canonical_id
    again = newsroom.place([*own, *speech], outlet="Globe", at=DAY)
    assert again.canonical_id == first.canonical_id


def test_which_of_two_lapsed_versions_an_outlet_runs_is_known(newsroom, copy):
    first = only(newsroom.send(copy, at=0, native_id="c", native_version="0", expires=on(30)))
    lead = [*newsroom.copy("new top", paragraphs=4), *copy[2:]]
    second = only(newsroom.send(lead, at=1, native_id="c", native_version="1", expires=on(30)))
    assert len(newsroom.fold.tick(at=30 * DAY).lapses) == 2
    for text, version in ((copy, first), (lead, second)):
        late = newsroom.place(text, at=31 * DAY, outlet="Times")
        assert late.variant.version.story_id == version.story.id
        assert late.canonical_id == first.canonical_id


def test_a_killed_story_that_lapsed_still_tells_who_runs_it(newsroom, filed, copy):
    newsroom.send(
        [],
        at=DAY,
        kind=Kind.KILL,
        pub_status=PubStatus.CANCELED,
        native_id="chain-7",
        native_version="1",
        slug=None,
    )
    newsroom.fold.tick(at=30 * DAY)
    step = newsroom.file(copy, at=31 * DAY, outlet="Times", url="https://times.example/1")
    (reach,) = step.reaches
    assert (reach.outlet, reach.canonical_id) == ("Times", filed.canonical_id)


def test_a_later_version_joins_by_its_id(newsroom, filed):
    newsroom.fold.tick(at=30 * DAY)
    step = newsroom.send(
        newsroom.copy("anniversary"),
        at=31 * DAY,
        native_id="chain-7",
        native_version="1",
        headline="A year on",
    )
    assert only(step).canonical_id == filed.canonical_id
    present = shown(step, filed.canonical_id)
    assert (present.headline, present.lapsed) == ("A year on", None)


@pytest.mark.usefixtures("filed")
def test_a_part_of_a_lapsed_story_is_kept_alone(newsroom):
    newsroom.fold.tick(at=30 * DAY)
    part = only(
        newsroom.send(
            newsroom.copy("add", 1), at=31 * DAY, native_id="chain-7", version_kind="add", part_no=1
        )
    )
    assert (part.status, part.reason) == (Status.KEPT, "a part of a story, the right to which has ended")


def test_the_same_story_sent_again_is_a_repeat_and_has_no_text(newsroom, filed, copy):
    newsroom.fold.tick(at=30 * DAY)
    again = newsroom.send(
        copy, at=31 * DAY, headline=HEADLINE, native_id="chain-7", native_version="0", expires=on(30)
    )
    placed = only(again)
    assert (placed.canonical_id, placed.variant.relation) == (filed.canonical_id, Relation.REPEAT)
    assert (placed.story.headline, placed.story.paragraphs) == (None, ())


def test_the_same_event_in_other_words_is_linked_until_the_text_goes(newsrooms):
    one = [
        "Marguerite Ollivander and Ilsebeth Quillmark left Korhaven aboard the Torvaldsen on Sunday morning.",
        "The Torvaldsen ran aground off Brandtsund lighthouse in dense fog, and Ollivander called for help.",
    ]
    two = [
        "Dense fog drove the Torvaldsen onto rocks near Brandtsund lighthouse; aboard: Ilsebeth Quillmark.",
        "With her travelled Marguerite Ollivander, who had boarded at Korhaven on Sunday and called help.",
    ]
    linked = []
    for end in (None, on(1 / 24)):
        newsroom = newsrooms()
        first = newsroom.place(one, outlet="Post", at=0, headline="Torvaldsen aground", expires=end)
        for number in range(40):
            newsroom.place(newsroom.copy(("other", number), 2), outlet=f"Other {number}", at=1)
        other = newsroom.place(two, outlet="Times", at=DAY // 12, headline="Torvaldsen aground off Korhaven")
        linked.append(first.canonical_id in {each.canonical_id for each in other.links})
    assert linked == [True, False]


# What comes too late


def test_a_story_that_comes_after_its_end_is_placed_and_has_no_text(newsroom, copy):
    step = newsroom.send(copy, at=2 * DAY, headline=HEADLINE, expires=on(1))
    placed = only(step)
    assert placed.status is Status.PLACED
    assert (placed.story.headline, placed.story.paragraphs, placed.story.expires) == (None, (), on(1))
    assert b"harbor" not in step.decision.imprints
    present = shown(step, placed.canonical_id)
    assert (present.headline, present.lapsed) == (None, DAY)
    assert copy[3].encode() not in text_of(newsroom.fold)
    late = newsroom.place(copy, at=3 * DAY, outlet="Times")
    assert (late.canonical_id, late.variant.relation) == (placed.canonical_id, Relation.VERBATIM)


@pytest.mark.usefixtures("filed")
def test_a_late_version_says_no_words_of_its_own(newsroom, copy):
    told = copy[4].split()[3]
    changed = [text.replace(told, "Bridgewater") for text in copy]
    step = newsroom.send(
        changed, at=2 * DAY, headline="Changed", native_id="chain-7", native_version="1", expires=on(1)
    )
    wire = orjson.dumps(mapping.placement_to_wire(only(step)))
    assert b"Bridgewater" not in wire
    assert b"Changed" not in wire


def test_what_is_not_matched_has_no_text_either(newsroom, copy):
    kept = only(newsroom.send(copy, at=2 * DAY, kind=Kind.TABLE, expires=on(1)))
    assert (kept.status, kept.story.paragraphs) == (Status.KEPT, ())


def test_an_embargo_that_outlasts_the_right_releases_a_story_without_text(newsroom, copy):
    held = newsroom.send(
        copy, at=0, pub_status=PubStatus.EMBARGOED, embargo_until=on(3), expires=on(1), headline=HEADLINE
    )
    assert only(held).status is Status.HELD
    released = only(newsroom.fold.tick(at=3 * DAY))
    assert (released.status, released.story.paragraphs) == (Status.PLACED, ())


# Restarts


def _log(newsroom):
    """Some weeks with ends of every sort: stories, times and steps."""
    steps, ends = [], [None, 1, 3, -1, 2]
    for number in range(48):
        at = number * DAY // 4
        chosen = newsroom.copy(number % 7, paragraphs=10)
        text = chosen if number % 3 else [*chosen[:6], *newsroom.copy(("own", number), 3)]
        end = ends[number % 5]
        expires = None if end is None else on(number / 4 + end)
        facts = {"expires": expires, "headline": f"Headline {number}"}
        if number % 4 == 0:
            story = newsroom.wire(
                text, native_id=f"chain-{number % 7}", native_version=str(number), slug=None, **facts
            )
        else:
            story = newsroom.story(text, outlet=f"Outlet {number % 9}", **facts)
        steps.append((story, at, newsroom.fold.place(story, at=at)))
        steps.append((None, at + 1, newsroom.fold.tick(at=at + 1)))
    assert sum(len(step.lapses) for *_, step in steps) > 10
    return steps


def _again(fold, steps):
    return [fold.tick(at=at) if story is None else fold.place(story, at=at) for story, at, _ in steps]


@pytest.mark.parametrize("cut", [13, 40, 70])
def test_a_restart_from_the_log_changes_nothing(newsroom, cut):
    steps = _log(newsroom)
    recovered = Fold()
    for _, _, step in steps[:cut]:
        facts = json.loads(json.dumps(step.decision.facts))
        recovered.restore(None, replace(step.decision, facts=facts))
    assert _again(recovered, steps[cut:]) == [step for *_, step in steps[cut:]]


@pytest.mark.parametrize("cut", [13, 40, 70])
def test_a_restart_from_captured_state_changes_nothing(newsroom, cut):
    steps = _log(newsroom)
    first, second = Fold(), Fold()
    _again(first, steps[:cut])
    second.resume({name: each.copy() for name, each in first.capture().items()})
    expected = [step for *_, step in steps[cut:]]
    assert _again(second, steps[cut:]) == expected
    assert _again(first, steps[cut:]) == expected


def test_folding_the_log_twice_leaves_the_same_bytes(newsroom):
    steps = _log(newsroom)
    folds = Fold(), Fold()
    for fold in folds:
        _again(fold, steps)
    one, two = (fold.capture() for fold in folds)
    assert {name: each.tobytes() for name, each in one.items()} == {
        name: each.tobytes() for name, each in two.items()
    }


def test_a_decision_of_the_version_before_knows_no_end(newsroom, copy):
    step = newsroom.send(copy, at=0, headline=HEADLINE)
    facts = {**step.decision.facts, "version": 2}
    recovered = Fold()
    recovered.restore(None, replace(step.decision, facts=facts))
    assert recovered.tick(at=99 * DAY).lapses == ()


# The shelf


def test_what_is_wiped_is_gone_and_a_capture_of_before_stays_as_it_was(monkeypatch):
    monkeypatch.setattr(shelf, "BLOCK", 64)
    kept = Shelf()
    first, second = kept.add(b"a" * 20), kept.add(b"b" * 20)
    before = kept.capture()
    kept.wipe(first, 20)
    assert b"a" * 20 in before["block0"].tobytes()
    assert b"a" not in kept.capture()["block0"].tobytes()
    assert kept.get(second, 20) == b"b" * 20
    again = Shelf()
    again.resume(before)
    again.wipe(second, 20)
    assert again.get(first, 20) == b"a" * 20
    assert b"b" * 20 in before["block0"].tobytes()


def test_an_end_a_century_ahead_is_forgotten_with_its_story(newsroom, monkeypatch):
    monkeypatch.setattr(lapse, "VOID_MOST", 8)
    newsroom.fold = Fold(window=7 * DAY)
    for number in range(30):
        copy = newsroom.copy(number % 20, paragraphs=6)
        outlet = "Post" if number < 20 else "Harrow Bell"
        newsroom.file(copy, at=number * DAY // 8, outlet=outlet, expires="2126-01-01T00:00:00Z")
    newsroom.fold.tick(at=9 * DAY)
    lapses = newsroom.fold._state.lapses
    assert 0 < len(lapses.capture()) < 30
    resumed = Fold(window=7 * DAY)
    resumed.resume(newsroom.fold.capture())
    for fold in (newsroom.fold, resumed):
        fold.tick(at=60 * DAY)
        assert fold._state.lapses.capture() == []
        assert len(fold._state.lapses._ahead) <= 8
        assert not fold._state.lapses._homes


def test_the_text_of_a_version_that_was_let_go_is_in_no_later_capture(newsroom, copy):
    copies = newsroom.fold._state.catalogue.copies
    newsroom.send(copy, at=0, native_id="chain-7", native_version="0")
    newsroom.place(newsroom.copy("own"), outlet="Post", at=0)
    packed = copies.packed(0)
    newsroom.fold.capture()
    for number in range(1, 12):
        text = [*copy[:8], *newsroom.copy(number, paragraphs=5)]
        newsroom.send(text, at=number, native_id="chain-7", native_version=str(number))
    assert 0 not in copies.documents()
    assert not any(packed in each.tobytes() for each in newsroom.fold.capture().values())
