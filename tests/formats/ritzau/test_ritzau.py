from pathlib import Path

from worker.pipeline import Empty, split
from worker.story import Kind, Payload, PubStatus

QUEUE = (Path(__file__).parent / "queue.xml").read_bytes()


def test_the_answer_of_the_queue_gives_each_item():
    story, kill = split(Payload(body=QUEUE))
    assert (story.source_format, story.native_id, story.native_version) == ("ritzau-xml", "11-aa", "2")
    assert (story.slug, story.headline, story.byline) == ("FÆRGE-U", "Færge vender hjem", "Mara Elling")
    assert [part.text for part in story.paragraphs] == [
        "Natfærgen vendte hjem på en motor.",
        "Ingen kom til skade.",
    ]
    assert (story.dateline.place, story.agency, story.language) == ("Elderhavn", "Ritzau", "da")
    assert story.native_ids == ("11-aa", "ME-1")
    assert (kill.kind, kill.pub_status, kill.headline) == (Kind.KILL, PubStatus.CANCELED, "Trukket")


def test_the_flags_tell_a_correction_and_what_it_replaces():
    story, _ = split(Payload(body=QUEUE))
    assert (story.kind, story.version_kind) == (Kind.CORRECTION, "corrected")
    assert (story.refers_to, story.ed_note) == (("10-aa",), "Retter dag.")


def test_a_time_without_offset_is_danish():
    story, _ = split(Payload(body=QUEUE))
    assert story.version_created == "2026-07-22T21:32:18+02:00"


def test_a_flash_is_an_alert():
    text = (
        "<RBNews><NewsID>1</NewsID><strapline>NU/FLASH-U</strapline><content>Færge i nød.</content></RBNews>"
    )
    (story,) = split(Payload(body=text.encode()))
    assert (story.kind, story.headline, story.from_text) == (Kind.ALERT, "Færge i nød", ("headline",))


def test_an_empty_answer_is_empty():
    (empty,) = split(Payload(body=b"<XMLNewsQueuedResponse/>"))
    assert isinstance(empty, Empty)
