"""Copy that nobody would call news: bounded time and memory, and an answer every time."""

import random
import time

import pytest

from worker.lineage.placement import Relation, Status

SCRIPTS = {
    "Arabic": "قالت الوزارة إن المحادثات ستبدأ يوم الاثنين في العاصمة بحضور وفود من عشر دول مجاورة",
    "Japanese": "政府は来月から新しい制度を始めると発表し、各地の自治体に準備を急ぐよう求めた",
    "Cyrillic": "Правительство объявило о начале переговоров в понедельник",
    "Thai": "รัฐบาลประกาศว่าจะเริ่มการเจรจาในวันจันทร์ที่เมืองหลวงโดยมีผู้แทนจากหลายประเทศเข้าร่วม",
    "Hindi": "सरकार ने सोमवार को बातचीत शुरू करने की घोषणा की और कहा कि दस देशों के प्रतिनिधि भाग लेंगे",
}


@pytest.mark.parametrize("script", sorted(SCRIPTS))
def test_copy_in_any_script_is_matched(newsroom, script):
    copy = [f"{SCRIPTS[script]} {number}." for number in range(6)]
    first = newsroom.place(copy)
    again = newsroom.place(copy, outlet="Post")
    assert first.status is Status.PLACED
    assert again.canonical_id == first.canonical_id


@pytest.mark.parametrize(
    "copy",
    [
        ["word " * 200_000],
        ["same same same same same same same same same"],
        ["\x00\x01\x02 \x1b[31m control \x7f characters " * 40],
        ["“" * 5_000],
        ["\ud800 lone surrogate in the copy of a story that goes on for a while"],
        ["-" * 100_000],
        ["a" * 300_000 + " and seven more words to be a story"],
        ["1,000.5 " * 3_000],
        ["— Name (@handle) " * 3_000],
        ["Xyz: " * 3_000],
        ["A.B." * 10_000],
    ],
)
def test_odd_copy_is_placed_or_kept_within_bounds(newsroom, copy):
    started = time.process_time()
    for outlet in ("Bugle", "Post", "Times"):
        placement = newsroom.place(copy, outlet=outlet)
        assert placement.status in (Status.PLACED, Status.KEPT)
    assert time.process_time() - started < 20


def test_two_hundred_thousand_words_take_bounded_time(newsroom):
    copy = newsroom.copy("long", paragraphs=3_700)
    started = time.process_time()
    first = newsroom.place(copy)
    second = newsroom.place(copy[:-3], outlet="Post")
    assert second.canonical_id == first.canonical_id
    assert time.process_time() - started < 30


def test_a_flood_of_boilerplate_stays_cheap(newsroom):
    boilerplate = newsroom.copy("boilerplate", paragraphs=8)
    chance = random.Random(1)
    times, ids = [], []
    for number in range(1_500):
        copy = [*boilerplate, *newsroom.copy(("own", number), paragraphs=2)]
        chance.shuffle(copy)
        started = time.process_time()
        ids.append(newsroom.place(copy, outlet="Flood").canonical_id)
        times.append(time.process_time() - started)
    assert sum(times[-300:]) < 8 * sum(times[100:400])
    reprint = newsroom.place([*newsroom.copy(("own", 1_400), paragraphs=2), *boilerplate], outlet="Post")
    assert reprint.canonical_id == ids[1_400]


def test_a_hot_story_keeps_bounded_members(newsroom):
    copy = newsroom.copy("hot", paragraphs=8)
    for number in range(400):
        step = newsroom.file(
            [*copy[: 5 + number % 4], f"Filed from bureau {number}."], outlet=f"Outlet {number}"
        )
    (present,) = step.canonicals
    assert present.variants == 400
    assert len(present.first) + len(present.latest) <= 20
    assert newsroom.fold._state.catalogue.copies.count() <= 8
    assert step.placements[0].variant.relation is not Relation.ORIGINAL
