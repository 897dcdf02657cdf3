"""What each step in the life of a wire story demands, told as news. Rows: the table of the life-cycle."""

import json
from dataclasses import replace

import pytest

from worker.lineage.fold import Fold
from worker.lineage.placement import Action, Cause, Relation, Standing, Status
from worker.story import Dateline, Kind, PubStatus

HOUR = 3_600_000
DAY = 24 * HOUR


def only(step):
    (placement,) = step.placements
    return placement


def one_reach(step):
    (reach,) = step.reaches
    return reach


def carriers(reach):
    return {each.outlet for each in reach.carriers}


def state(step, canonical_id=None):
    found = [each for each in step.canonicals if canonical_id in (None, each.canonical_id)]
    return found[-1]


def swapped(copy, at, old, new):
    """Change words of one paragraph."""
    return [text.replace(old, new) if place == at else text for place, text in enumerate(copy)]


@pytest.fixture
def story(newsroom):
    """Copy with a figure in its fourth paragraph that turns out to be wrong."""
    copy = newsroom.copy("harbor", paragraphs=10)
    copy[3] = "The fire in the northern harbor destroyed twelve fishing boats before dawn. " + copy[3]
    return copy


# Alert, urgent


def test_an_alert_opens_a_chain_at_once(newsroom):
    alert = only(newsroom.send(["Harbor fire kills four."], kind=Kind.ALERT, version_kind="alert"))
    assert (alert.status, alert.variant.relation) == (Status.PLACED, Relation.ORIGINAL)
    assert alert.variant.version.kind == "alert"


def test_the_urgent_joins_its_alert_and_takes_the_place_of_its_copy(newsroom):
    first = "A fire in the northern harbor destroyed twelve fishing boats before dawn, police said."
    alert = only(newsroom.send([first], kind=Kind.ALERT, version_kind="alert", urgency=1))
    urgent = [
        "Twelve fishing boats burned in the northern harbor before dawn, police said.",
        *newsroom.copy("more"),
    ]
    step = newsroom.send(urgent, version_kind="urgent", headline="Fire in the harbor")
    assert only(step).canonical_id == alert.canonical_id
    assert [each.kind for each in state(step).versions] == ["alert", "urgent"]
    assert state(step).headline == "Fire in the harbor"
    late = newsroom.place(urgent, outlet="Post")
    assert (late.variant.relation, late.variant.version.kind) == (Relation.VERBATIM, "urgent")


def test_a_slug_that_is_used_again_for_another_story_opens_another_chain(newsroom, story):
    first = only(newsroom.send(story))
    assert only(newsroom.send(newsroom.copy("flood"))).canonical_id != first.canonical_id


def test_a_slug_names_a_story_for_a_day_and_a_half(newsroom):
    opening = "Fishermen in the northern harbor waited for the weather to clear on their boats"
    first = only(newsroom.send([opening, *newsroom.copy("one")], at=HOUR))
    second = newsroom.send([opening + " again", *newsroom.copy("two")], at=HOUR + 3 * DAY)
    assert only(second).canonical_id != first.canonical_id


def test_another_agency_with_the_same_slug_has_another_story(newsroom, story):
    first = only(newsroom.send(story))
    other = newsroom.send([*story[:1], *newsroom.copy("other")], agency="Reuters")
    assert only(other).canonical_id != first.canonical_id


# Leads and writethrus


def test_a_lead_with_a_new_top_is_a_new_version_and_outlets_still_run_the_old_one(newsroom, story):
    first = only(newsroom.send(story))
    lead = [*newsroom.copy("new top", paragraphs=3), *story[1:]]
    step = newsroom.send(lead, version_kind="lead", version_no=1)
    assert only(step).variant.relation is Relation.UPDATED
    old = newsroom.place(story, outlet="Post")
    new = newsroom.place(lead, outlet="Times")
    assert old.variant.version.story_id == first.story.id
    assert new.variant.version.number == 1
    assert {old.variant.relation, new.variant.relation} == {Relation.VERBATIM}
    assert old.canonical_id == new.canonical_id == first.canonical_id


def test_a_rewritten_version_joins_by_its_id_alone(newsroom):
    opening = "Police closed the northern harbor while firefighters searched the burned boats"
    first = only(
        newsroom.send([opening, *newsroom.copy("one")], native_id="chain-7", native_version="0", slug=None)
    )
    step = newsroom.send(
        [opening + " overnight", *newsroom.copy("two")],
        native_id="chain-7",
        native_version="1",
        slug=None,
        source_format="ap-media-json",
    )
    assert only(step).canonical_id == first.canonical_id
    assert only(step).links == ()


def test_two_stories_under_one_id_stay_apart(newsroom):
    first = only(newsroom.send(newsroom.copy("one"), native_id="live-1", slug=None))
    second = only(newsroom.send(newsroom.copy("two"), native_id="live-1", native_version="2", slug=None))
    assert first.canonical_id != second.canonical_id


def test_versions_stand_in_the_order_of_the_agency_not_of_arrival(newsroom, story):
    newsroom.send(story)
    second = [*newsroom.copy("second", paragraphs=2), *story]
    newsroom.send(second, version_kind="writethru", version_no=2, headline="Second")
    step = newsroom.send(
        [*newsroom.copy("first", paragraphs=1), *story], version_kind="writethru", version_no=1
    )
    assert [each.number for each in state(step).versions] == [None, 1, 2]
    late = newsroom.place(second[:6], outlet="Post")
    assert late.variant.version.number == 2
    assert state(step).headline == "Second"


def test_versions_without_numbers_stand_in_the_order_of_their_times(newsroom, story):
    newsroom.send(story, version_created="2026-11-22T10:00:00Z")
    third = [*newsroom.copy("third", paragraphs=2), *story]
    newsroom.send(third, version_created="2026-11-22T12:00:00Z")
    second = [*newsroom.copy("second", paragraphs=1), *story]
    step = newsroom.send(second, version_created="2026-11-22T12:00:00+01:00")
    assert [each.created[11:13] for each in state(step).versions] == ["10", "12", "12"]
    assert state(step).versions[1].story_id == only(step).story.id


def test_the_same_copy_under_another_number_is_sent_again_and_no_version(newsroom, story):
    newsroom.send(story, transmission_no="f0211")
    step = newsroom.send(story, transmission_no="a0212", headline=None)
    assert only(step).variant.relation is Relation.REPEAT
    assert len(state(step).versions) == 1


def test_an_abridged_sibling_is_a_variant_and_no_version(newsroom, story):
    first = only(newsroom.send(story))
    step = newsroom.send(story[:6], slug="BC-US--Harbor Fire-ABRIDGED")
    assert only(step).canonical_id == first.canonical_id
    assert only(step).variant.relation is Relation.TRIMMED
    assert len(state(step).versions) == 1


def test_an_outlet_that_came_before_its_agency_is_a_member_like_others(newsroom, story):
    early = newsroom.place(story, outlet="Post")
    step = newsroom.send(story)
    assert only(step).canonical_id == early.canonical_id
    assert state(step).versions[0].story_id == only(step).story.id


# Takes and adds


def test_an_add_joins_its_first_take_and_outlets_that_run_both_run_all_of_it(newsroom, story):
    first = only(newsroom.send(story))
    more = newsroom.copy("add", paragraphs=6)
    add = only(newsroom.send(more, version_kind="add", part_no=10))
    assert (add.canonical_id, add.variant.relation) == (first.canonical_id, Relation.EXPANDED)
    whole = newsroom.place([*story, *more], outlet="Post")
    assert whole.canonical_id == first.canonical_id
    assert whole.variant.relation is Relation.VERBATIM


def test_adds_are_put_in_the_order_of_their_numbers(newsroom, story):
    newsroom.send(story)
    parts = {number: newsroom.copy(("add", number), paragraphs=4) for number in (1, 2, 3)}
    for number in (3, 1, 2):
        newsroom.send(parts[number], version_kind="add", part_no=number)
    whole = newsroom.place([*story, *parts[1], *parts[2], *parts[3]], outlet="Post")
    assert whole.variant.relation is Relation.VERBATIM


def test_an_add_before_its_first_take_waits_and_joins_it(newsroom, story):
    more = newsroom.copy("add", paragraphs=4)
    early = only(newsroom.send(more, version_kind="add", part_no=1))
    assert early.status is Status.KEPT
    first, add = newsroom.send(story).placements
    assert (add.canonical_id, add.story.part_no) == (first.canonical_id, 1)
    assert newsroom.place([*story, *more], outlet="Post").variant.relation is Relation.VERBATIM


# Corrections


def corrected(newsroom, story, **facts):
    right = swapped(story, 3, "twelve", "nine")
    told = {"kind": Kind.CORRECTION, "version_kind": "writethru", "version_no": 1, "ed_note": "CORRECTS"}
    return right, newsroom.send(right, **{**told, **facts})


def test_a_correction_reaches_who_carries_the_old_wording(newsroom, story):
    newsroom.send(story)
    newsroom.place(story, outlet="Post")
    newsroom.place(story[:6], outlet="Times")
    newsroom.place(story[5:], outlet="Brief")  # cut the wrong paragraph
    _, step = corrected(newsroom, story)
    reach = one_reach(step)
    assert (reach.action, reach.cause, reach.note) == (Action.CORRECT, Cause.ORDERED, "CORRECTS")
    assert carriers(reach) == {"Post", "Times"}
    assert (state(step).standing, state(step).carrying) == (Standing.CORRECTED, 2)


def test_a_correction_reaches_an_outlet_that_founded_the_story_before_its_agency(newsroom, story):
    newsroom.place(story, outlet="Post")
    newsroom.send(story)
    _, step = corrected(newsroom, story)
    assert carriers(one_reach(step)) == {"Post"}


def test_a_kill_reaches_the_outlets_of_stories_that_were_merged(newsroom):
    takes = newsroom.copy("takes", paragraphs=10)
    newsroom.place([*takes, *newsroom.copy("x", paragraphs=14)], outlet="Post")
    newsroom.place([*takes, *newsroom.copy("y", paragraphs=14)], outlet="Times")
    bridge = newsroom.send(takes, transmission_no="V5414")
    assert len(bridge.merges) == 1
    assert carriers(one_reach(kill(newsroom))) == {"Post", "Times"}


def test_after_a_correction_each_change_of_an_outlet_is_told_once(newsroom, story):
    newsroom.send(story)
    newsroom.place(story, outlet="Post")
    right, _ = corrected(newsroom, story)
    assert newsroom.file(right, outlet="Good").reaches == ()
    ran = one_reach(newsroom.file(story, outlet="Late"))
    assert (ran.cause, ran.outlet, carriers(ran)) == (Cause.RAN, "Late", {"Post", "Late"})
    fixed = one_reach(newsroom.file(right, outlet="Post"))
    assert (fixed.cause, fixed.outlet, carriers(fixed)) == (Cause.CORRECTED, "Post", {"Late"})
    assert newsroom.file(right, outlet="Post").reaches == ()


def test_sequences_of_events_and_variants_grow_together(newsroom, story):
    newsroom.send(story)
    newsroom.place(story, outlet="Post")
    _, step = corrected(newsroom, story)
    assert (only(step).variant.sequence, one_reach(step).sequence, state(step).sequence) == (3, 4, 4)


def test_a_corrective_marks_the_story_it_names_and_its_text_is_not_merged(newsroom, story):
    first = only(newsroom.send(story, at=HOUR))
    newsroom.place(story, outlet="Post", at=2 * HOUR)
    step = newsroom.send(
        [*newsroom.copy("note", paragraphs=1), *story],
        at=3 * HOUR,
        kind=Kind.CORRECTION,
        version_kind="corrective",
        refers_to=("BC-US--Harbor Fire",),
        slug="BC-US--Harbor Fire-Corrective",
        ed_note="CORRECTS number of boats",
    )
    notice = only(step)
    assert (notice.status, notice.variant) == (Status.NOTICE, None)
    assert [(each.canonical_id, each.action) for each in notice.acts_on] == [
        (first.canonical_id, Action.CORRECT)
    ]
    assert carriers(one_reach(step)) == {"Post"}
    assert state(step).variants == 2


# Kills and holds


def kill(newsroom, *, at=None, **facts):
    told = {
        "kind": Kind.KILL,
        "version_kind": "kill",
        "refers_to": ("V5414", "Harbor Fire"),
        "headline": "Kill the Harbor Fire story",
        "ed_note": "A kill is mandatory.",
        **facts,
    }
    return newsroom.send(["Kill the Harbor Fire story, V5414. A kill is mandatory."], at=at, **told)


def test_a_kill_marks_the_story_and_recalls_it_from_every_outlet(newsroom, story):
    first = only(newsroom.send(story, transmission_no="V5414"))
    newsroom.place(story, outlet="Post")
    newsroom.place(story[:4], outlet="Brief")
    step = kill(newsroom)
    assert (only(step).status, only(step).canonical_id) == (Status.NOTICE, None)
    assert [(each.named_by, each.certain) for each in only(step).acts_on] == [("number", True)]
    reach = one_reach(step)
    assert (reach.action, reach.cause) == (Action.KILL, Cause.ORDERED)
    assert (reach.canonical_id, carriers(reach)) == (first.canonical_id, {"Post", "Brief"})
    assert (state(step).standing, state(step).ordered_by) == (Standing.KILLED, only(step).story.id)


def test_a_later_run_of_killed_copy_is_caught(newsroom, story):
    newsroom.send(story, transmission_no="V5414")
    kill(newsroom)
    reach = one_reach(newsroom.file(story[:5], outlet="Late"))
    assert (reach.cause, reach.outlet, reach.carrying) == (Cause.RAN, "Late", 1)


def test_a_kill_is_told_once(newsroom, story):
    newsroom.send(story, transmission_no="V5414")
    kill(newsroom)
    assert kill(newsroom, headline="Kill again").reaches == ()


def test_a_kill_by_the_same_id_with_an_empty_body_leaves_the_copy_for_later_runs(newsroom, story):
    first = only(newsroom.send(story, native_id="urn:chain:7", slug=None, source_format="newsml-g2"))
    step = newsroom.send(
        [], native_id="urn:chain:7", kind=Kind.KILL, pub_status=PubStatus.CANCELED, slug=None, headline="Fire"
    )
    assert one_reach(step).canonical_id == first.canonical_id
    assert state(step).headline == first.story.headline
    assert one_reach(newsroom.file(story, outlet="Late")).cause is Cause.RAN


def test_a_kill_before_its_story_marks_it_when_it_comes(newsroom, story):
    early = kill(newsroom, at=HOUR)
    assert (early.reaches, early.canonicals) == ((), ())
    assert "not come" in only(early).reason
    step = newsroom.send(story, at=2 * HOUR, transmission_no="V5414")
    assert (one_reach(step).ordered_by, state(step).standing) == (only(early).story.id, Standing.KILLED)


def test_a_kill_by_quoted_headline_finds_what_outlets_run(newsroom, story):
    first = newsroom.place(story, outlet="Post", headline="Fire destroys boats in northern harbor")
    step = kill(newsroom, refers_to=("Fire destroys boats in northern harbor",), slug=None, headline=None)
    assert one_reach(step).canonical_id == first.canonical_id
    assert only(step).acts_on[0].named_by == "headline"


def test_a_bulletin_with_two_candidates_holds_both_and_marks_neither(newsroom, story):
    one = only(newsroom.send(story))
    other = only(newsroom.send(newsroom.copy("another")))
    step = kill(newsroom, refers_to=("Harbor Fire",))
    assert (step.reaches, step.canonicals) == ((), ())
    assert {(each.canonical_id, each.certain) for each in only(step).acts_on} == {
        (one.canonical_id, False),
        (other.canonical_id, False),
    }
    assert "2 stories" in only(step).reason


def test_an_outlet_cannot_kill_its_agencys_story(newsroom, story):
    newsroom.send(story, headline="Fire destroys boats in northern harbor")
    step = newsroom.file(
        ["The agency has withdrawn its story."],
        outlet="Post",
        kind=Kind.KILL,
        refers_to=("Fire destroys boats in northern harbor",),
    )
    assert only(step).acts_on[0].action is Action.ADVISE
    assert (step.reaches, step.canonicals) == ((), ())


def test_an_outlet_that_puts_something_else_on_its_page_took_it_down(newsroom, story):
    newsroom.send(story, transmission_no="V5414")
    newsroom.place(story, outlet="Post", url="https://post.example/1")
    kill(newsroom)
    step = newsroom.file(
        ["This story has been removed from our pages today."],
        outlet="Post",
        url="https://post.example/1",
        kind=Kind.WITHHOLD,
    )
    reach = one_reach(step)
    assert (reach.cause, reach.outlet, reach.carrying) == (Cause.TOOK_DOWN, "Post", 0)
    again = one_reach(newsroom.file(story, outlet="Post", url="https://post.example/1"))
    assert again.cause is Cause.RAN


def test_a_withheld_story_is_lifted_by_a_later_usable_version(newsroom, story):
    newsroom.send(story, native_id="urn:7", version_created="2026-11-22T10:00:00Z")
    newsroom.place(story, outlet="Post")
    step = newsroom.send(
        [],
        native_id="urn:7",
        kind=Kind.WITHHOLD,
        pub_status=PubStatus.WITHHELD,
        version_created="2026-11-22T11:00:00Z",
    )
    assert (one_reach(step).action, state(step).standing) == (Action.WITHHOLD, Standing.WITHHELD)
    lifted = newsroom.send(
        story, native_id="urn:7", native_version="3", version_created="2026-11-22T12:00:00Z"
    )
    assert (one_reach(lifted).cause, state(lifted).standing) == (Cause.LIFTED, Standing.RUNNING)
    assert one_reach(lifted).carrying == 0


def test_an_item_that_ran_a_story_whose_hold_was_lifted_is_forgotten_with_it(newsroom, story):
    url = "https://post.example/fire"
    newsroom.fold = Fold(window=2 * DAY)
    newsroom.send(story, at=HOUR, transmission_no="V5414", version_created="2026-03-01T08:00:00Z")
    newsroom.place(story, outlet="Post", url=url, at=2 * HOUR)
    kill(
        newsroom,
        at=3 * HOUR,
        kind=Kind.WITHHOLD,
        version_kind="withhold",
        version_created="2026-03-01T09:00:00Z",
    )
    newsroom.send(
        story, at=4 * HOUR, version_kind="writethru", version_no=1, version_created="2026-03-01T10:00:00Z"
    )
    step = newsroom.file(newsroom.copy("other"), outlet="Post", url=url, at=9 * DAY)
    assert (only(step).variant.relation, step.reaches) == (Relation.ORIGINAL, ())


def test_a_substitute_founds_its_own_story_and_names_the_killed_one(newsroom, story):
    killed = only(newsroom.send(story, transmission_no="V5414"))
    kill(newsroom)
    clean = [*newsroom.copy("clean", paragraphs=5), *story[4:]]
    step = newsroom.send(clean, slug="BC-US--Harbor Blaze", ed_note="This replaces Harbor Fire, killed.")
    assert only(step).canonical_id != killed.canonical_id
    assert [(each.action, each.canonical_id) for each in only(step).acts_on] == [
        (Action.REPLACE, killed.canonical_id)
    ]
    assert newsroom.place(clean, outlet="Post").canonical_id == only(step).canonical_id
    assert newsroom.place(story, outlet="Post").canonical_id == killed.canonical_id


def test_a_copy_between_the_killed_story_and_its_substitute_merges_nothing(newsroom, story):
    newsroom.send(story, transmission_no="V5414")
    kill(newsroom)
    clean = [*newsroom.copy("clean", paragraphs=5), *story[4:]]
    newsroom.send(clean, slug="BC-US--Harbor Blaze")
    step = newsroom.file([*story, *clean[:5]], outlet="Post")
    assert step.merges == ()


def test_a_disregarded_transmission_is_no_version_any_more(newsroom, story):
    newsroom.send(story, transmission_no="V1001")
    newsroom.send([*newsroom.copy("slip", paragraphs=2), *story], version_kind="writethru", version_no=1,
                  transmission_no="V1002")  # fmt: skip
    step = newsroom.send(
        ["Disregard V1002, sent in error."],
        kind=Kind.ADVISORY,
        version_kind="disregard",
        refers_to=("V1002",),
        transmission_no="V1003",
    )
    assert only(step).status is Status.NOTICE
    late = newsroom.file(story, outlet="Post")
    assert [each.number for each in state(late).versions] == [None]


def test_an_advisory_changes_nothing(newsroom, story):
    newsroom.send(story)
    step = newsroom.send(["Editors: more to come."], kind=Kind.ADVISORY, headline="Advisory to editors on it")
    assert (only(step).status, step.reaches, step.canonicals) == (Status.NOTICE, (), ())


# Embargoes


def test_an_embargoed_story_is_held_until_its_time_and_then_placed(newsroom, story):
    until = {"pub_status": PubStatus.EMBARGOED, "embargo_until": "1970-01-01T10:00:00Z"}
    held = newsroom.send(story, at=2 * HOUR, **until)
    assert only(held).status is Status.HELD
    assert (held.canonicals, held.reaches) == ((), ())
    assert newsroom.fold.tick(at=9 * HOUR).placements == ()
    released = newsroom.fold.tick(at=10 * HOUR)
    assert only(released).status is Status.PLACED
    assert only(released).canonical_id == only(held).canonical_id
    assert state(released).variants == 1


def test_a_story_that_comes_after_the_time_finds_the_released_one(newsroom, story):
    until = {"pub_status": PubStatus.EMBARGOED, "embargo_until": "1970-01-01T10:00:00Z"}
    newsroom.send(story, at=HOUR, **until)
    first, second = newsroom.file(story, outlet="Post", at=11 * HOUR).placements
    assert first.story.pub_status is PubStatus.EMBARGOED
    assert (second.canonical_id, second.variant.relation) == (first.canonical_id, Relation.VERBATIM)


def test_an_outlet_that_breaks_the_embargo_is_published_and_the_agency_joins_it(newsroom, story):
    until = {"pub_status": PubStatus.EMBARGOED, "embargo_until": "1970-01-01T10:00:00Z"}
    newsroom.send(story, at=HOUR, **until)
    early = newsroom.place(story, outlet="Post", at=2 * HOUR)
    released = newsroom.fold.tick(at=10 * HOUR)
    assert only(released).canonical_id == early.canonical_id
    assert len(state(released).versions) == 1


@pytest.mark.parametrize("status", [PubStatus.EMBARGOED, PubStatus.WITHHELD])
def test_what_has_no_time_that_can_be_read_stays_held_and_says_so(newsroom, story, status):
    held = only(newsroom.send(story, at=HOUR, pub_status=status))
    assert held.status is Status.HELD
    assert held.reason
    assert newsroom.fold.tick(at=1000 * DAY).placements == ()


def test_an_embargo_that_ends_after_more_than_a_year_is_none_to_wait_for(newsroom, story):
    far = {"pub_status": PubStatus.EMBARGOED, "embargo_until": "1999-01-01T10:00:00Z"}
    held = only(newsroom.send(story, at=HOUR, **far))
    assert held.status is Status.HELD
    assert "too far ahead" in held.reason
    assert newsroom.fold.held_since() is None
    later = newsroom.send(story, at=2 * HOUR, native_version="2")
    assert only(later).status is Status.PLACED


def test_a_setting_passes_embargoed_stories_on(newsroom, story):
    newsroom.fold = Fold(hold=False)
    until = {"pub_status": PubStatus.EMBARGOED, "embargo_until": "1970-01-01T10:00:00Z"}
    placed = only(newsroom.send(story, at=HOUR, **until))
    assert (placed.status, placed.story.pub_status) == (Status.PLACED, PubStatus.EMBARGOED)


# What never becomes a variant


@pytest.mark.parametrize("kind", [Kind.DIGEST, Kind.TABLE, Kind.SERVICE, Kind.PACKAGE, Kind.STUB])
def test_what_is_no_story_is_kept_with_its_kind(newsroom, story, kind):
    newsroom.send(story)
    kept = only(newsroom.send(story, kind=kind))
    assert (kept.status, kept.variant, kept.story.kind) == (Status.KEPT, None, kind)


@pytest.mark.parametrize("kind", [Kind.KILL, Kind.WITHHOLD, Kind.ADVISORY])
def test_a_bulletin_is_never_a_variant(newsroom, story, kind):
    newsroom.place(story, outlet="Post")
    notice = only(newsroom.file(story, outlet="Times", kind=kind))
    assert (notice.status, notice.variant) == (Status.NOTICE, None)


def test_what_expired_is_forgotten_with_its_names(newsroom, story):
    newsroom.fold = Fold(window=DAY)
    first = only(newsroom.send(story, at=HOUR, native_id="urn:7"))
    newsroom.fold.tick(at=10 * DAY)
    step = newsroom.send([], at=10 * DAY, native_id="urn:7", kind=Kind.KILL)
    assert only(step).acts_on == ()
    late = only(newsroom.send(story, at=10 * DAY, native_id="urn:7", native_version="2"))
    assert late.variant.relation is Relation.ORIGINAL
    assert late.canonical_id != first.canonical_id


# The log


def life(newsroom, story):
    """File a whole life, embargo and adds included; give the records of the log."""
    right = swapped(story, 3, "twelve", "nine")
    second = [*newsroom.copy("second", paragraphs=2), *right]
    embargo = {"pub_status": PubStatus.EMBARGOED, "embargo_until": "1970-01-01T08:00:00Z"}
    wire = newsroom.wire
    page = newsroom.story
    return [
        wire(newsroom.copy("add", paragraphs=3), version_kind="add", part_no=2),
        wire(["A fire in the northern harbor destroyed twelve fishing boats."], kind=Kind.ALERT,
             version_kind="alert"),
        wire(newsroom.copy("budget"), slug="BC-US--Budget", **embargo),
        wire(story, transmission_no="V5414", dateline=Dateline(text="HARBOR (AP)")),
        page(story, outlet="Post", url="https://post.example/1"),
        page(story[:6], outlet="Times"),
        None,
        wire(right, kind=Kind.CORRECTION, version_kind="writethru", version_no=1, ed_note="CORRECTS"),
        page(story, outlet="Late"),
        page(right, outlet="Times"),
        wire(second, version_kind="writethru", version_no=2),
        page(newsroom.copy("budget")[:6], outlet="Post"),
        wire(["Kill it."], kind=Kind.KILL, refers_to=("V5414",)),
        page(second, outlet="Mirror"),
        page(["Removed."], outlet="Post", url="https://post.example/1", kind=Kind.WITHHOLD),
        wire([*newsroom.copy("clean", paragraphs=4), *story[5:]], slug="BC-US--Harbor Blaze"),
    ]  # fmt: skip


def fold_all(fold, records, first=0):
    return [
        fold.tick(at=(first + number) * HOUR)
        if story is None
        else fold.place(story, at=(first + number) * HOUR)
        for number, story in enumerate(records)
    ]


def test_folding_a_life_again_gives_the_same(newsroom, story):
    records = life(newsroom, story)
    assert fold_all(Fold(window=30 * DAY), records) == fold_all(Fold(window=30 * DAY), records)


@pytest.mark.parametrize("cut", range(1, 16))
def test_a_restart_anywhere_in_a_life_changes_nothing(newsroom, story, cut):
    records = life(newsroom, story)
    steps = fold_all(Fold(window=30 * DAY), records)
    recovered = Fold(window=30 * DAY)
    for record, step in zip(records[:cut], steps[:cut], strict=True):
        facts = json.loads(json.dumps(step.decision.facts))
        recovered.restore(record, replace(step.decision, facts=facts))
    assert fold_all(recovered, records[cut:], cut) == steps[cut:]


@pytest.mark.parametrize("cut", range(1, 16))
def test_a_snapshot_anywhere_in_a_life_changes_nothing(newsroom, story, cut):
    records = life(newsroom, story)
    steps = fold_all(Fold(window=30 * DAY), records)
    first = Fold(window=30 * DAY)
    fold_all(first, records[:cut])
    resumed = Fold(window=30 * DAY)
    resumed.resume(first.capture())
    assert fold_all(resumed, records[cut:], cut) == steps[cut:]


# What was found by walking through the code


def again(newsroom, *steps):
    """Restore what was decided, as after a restart."""
    fold = Fold(window=7 * DAY)
    for step in steps:
        fold.restore(None, step.decision)
    newsroom.fold = fold
    return newsroom


@pytest.mark.parametrize("by", ["a tick", "another story"])
def test_an_add_that_may_run_joins_its_first_take_when_the_embargo_of_that_ends(newsroom, story, by):
    newsroom.fold = Fold(window=7 * DAY)
    until = {"pub_status": PubStatus.EMBARGOED, "embargo_until": "1970-01-02T00:00:00Z"}
    held = newsroom.send(story, at=0, **until)
    add = newsroom.send(newsroom.copy("add", paragraphs=3), at=1, version_kind="add", part_no=1)
    assert only(add).status is Status.KEPT
    released = newsroom.fold.tick(at=DAY) if by == "a tick" else newsroom.file(newsroom.copy("x"), at=DAY)
    relations = [each.variant.relation for each in released.placements if each.story.outlet is None]
    assert relations == [Relation.ORIGINAL, Relation.EXPANDED]
    live = newsroom.fold
    recovered = again(newsroom, held, add, released).fold
    whole = newsroom.story([*story, *newsroom.copy("add", paragraphs=3)], outlet="Post")
    one, two = live.place(whole, at=DAY + 1), recovered.place(whole, at=DAY + 1)
    assert one == two
    assert only(one).variant.relation is Relation.VERBATIM


def test_embargoes_that_end_together_are_released_in_steps_of_bounded_size(newsroom, monkeypatch):
    monkeypatch.setattr("worker.lineage.waiting.RELEASED", 3)
    until = {"pub_status": PubStatus.EMBARGOED, "embargo_until": "1970-01-02T00:00:00Z", "slug": None}
    for number in range(7):
        newsroom.send(newsroom.copy(number), at=number, **until)
    assert [len(newsroom.fold.tick(at=DAY + number).placements) for number in range(4)] == [3, 3, 1, 0]


def test_long_embargoed_stories_are_released_one_by_one(newsroom, monkeypatch):
    monkeypatch.setattr("worker.lineage.waiting.RELEASED_LONGEST", 1_000)
    until = {"pub_status": PubStatus.EMBARGOED, "embargo_until": "1970-01-02T00:00:00Z", "slug": None}
    for number in range(2):
        newsroom.send(newsroom.copy(number), at=number, **until)
    assert [len(newsroom.fold.tick(at=DAY + number).placements) for number in range(3)] == [1, 1, 0]


def test_a_slug_that_names_a_section_costs_no_look_at_every_story_of_it(newsroom, monkeypatch):
    monkeypatch.setattr("worker.lineage.names.CALLED", 5)
    filed = [only(newsroom.send(newsroom.copy(number), slug="SPORT", at=number)) for number in range(9)]
    step = newsroom.send([], at=9, slug="SPORT", kind=Kind.KILL)
    named = {each.canonical_id for each in only(step).acts_on}
    assert named == {each.canonical_id for each in filed[-5:]}
    assert not any(each.certain for each in only(step).acts_on)


@pytest.fixture
def bridged(newsroom):
    """Two stories that share their end, which alone is a bridge between them."""
    end = newsroom.copy("end", paragraphs=10)
    return [*newsroom.copy("one", 14), *end], [*newsroom.copy("two", 14), *end], end


def test_a_merge_does_not_make_the_last_use_of_a_slug_older(newsroom, bridged):
    one, two, bridge = bridged
    first = only(newsroom.send(one, at=0))
    assert only(newsroom.send(two, at=HOUR)).canonical_id != first.canonical_id
    later = newsroom.send([*one, "A new last line."], at=30 * HOUR, version_kind="writethru", version_no=2)
    assert only(later).canonical_id == first.canonical_id
    assert newsroom.file(bridge, outlet="Times", at=31 * HOUR).merges
    killed = newsroom.send([], at=40 * HOUR, kind=Kind.KILL)
    assert [each.canonical_id for each in only(killed).acts_on] == [first.canonical_id]
    assert state(killed).standing is Standing.KILLED


def test_who_came_to_a_withheld_story_by_a_merge_is_heard_to_take_it_down(newsroom, bridged):
    one, two, bridge = bridged
    newsroom.send(one, native_id="urn:7")
    newsroom.place(two, outlet="Post", url="https://post.example/1")
    hold = {"kind": Kind.WITHHOLD, "pub_status": PubStatus.WITHHELD}
    newsroom.send([], native_id="urn:7", **hold)
    merged = newsroom.file(bridge, outlet="Times")
    assert (len(merged.merges), carriers(one_reach(merged))) == (1, {"Post", "Times"})
    step = newsroom.file(newsroom.copy("other"), outlet="Post", url="https://post.example/1")
    assert (one_reach(step).cause, carriers(one_reach(step))) == (Cause.TOOK_DOWN, {"Times"})
