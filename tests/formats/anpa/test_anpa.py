"""ANPA 1312: stories and takes end to end, with their control bytes and without them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.pipeline import Rejected, split
from worker.story import Kind, Payload, PubStatus, Role, Story

CONTROLS = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def take(  # noqa: PLR0913 - the fields of a header
    copy=("HARROW (AP) _ The last ferry left on Monday with nine people and a dog on board, the port said.",),
    *,
    number="V5414",
    priority="r",
    keyword="BC-US--Harrow Ferry,88",
    above=("The last ferry leaves Harrow",),
    trailer="AP-WF-03-01-16 1626GMT",
    newline="\r\n",
):
    """Frame one story as AP does."""
    lines = [
        f"\x16\x16\x01{number}\x1fasian",
        f"{priority} i\x13\x11 BC-US--HarrowFerry      03-01 0500",
        f"\x02^{keyword}<",
        *(line if line.startswith("^") else f"^{line}<" for line in above),
        *(f"\t   {text}" for text in copy),
        "",
        f"\t   \x03{trailer}<",
        "",
        "\x0c",
        "\x04",
    ]
    return newline.join(lines).encode("cp1252")


def stories(body):
    return [part for part in split(Payload(body=body)) if isinstance(part, Story)]


def copy_of(story):
    return [part.text for part in story.paragraphs if part.role is Role.COPY]


EAST = b"^EAST=\r\n\x08^;W;L\x10\r\n\x08Harrow;9;1\x10\r\n\x08New\x10 Quay;3;7\x10"


def test_a_story_tells_its_slug_number_priority_byline_and_time():
    (story,) = stories(
        take(
            keyword="BC-US--Harrow Ferry, 2nd Ld-Writethru,412",
            above=(
                "The last ferry leaves Harrow",
                "AP Photo HR101, HR102",
                "Eds: UPDATES with arrival. With AP Photos.",
                "Nine people and a dog were on board.",
                "^By ADA QUILL=",
                "^AP Transport Writer=",
            ),
        )
    )
    assert (story.slug, story.version_kind, story.version_no) == ("BC-US--Harrow Ferry", "writethru", 2)
    assert (story.transmission_no, story.urgency, story.agency) == ("V5414", 4, "AP")
    assert (story.headline, story.deck) == (
        "The last ferry leaves Harrow",
        "Nine people and a dog were on board.",
    )
    assert story.byline == "By ADA QUILL, AP Transport Writer"
    assert story.ed_note == "Eds: UPDATES with arrival. With AP Photos."
    assert (story.version_created, story.dateline.place) == ("2016-03-01T16:26:00Z", "HARROW")
    assert (story.kind, story.source_format) == (Kind.STORY, "anpa-1312")


def test_takes_joined_end_to_end_are_as_many_stories():
    body = take() + take(
        number="V5415", keyword="BC-US--Harrow Bridge,90", above=("A bridge is an hour away",)
    )
    assert [(story.transmission_no, story.slug) for story in stories(body)] == [
        ("V5414", "BC-US--Harrow Ferry"),
        ("V5415", "BC-US--Harrow Bridge"),
    ]


@pytest.mark.parametrize("newline", ["\r\n", "\n"])
def test_what_lost_its_control_bytes_is_read_as_before(newline):
    second = take(number="V5415", keyword="BC-US--Harrow Bridge,90", newline=newline)
    body = take(newline=newline) + second
    bare = stories(CONTROLS.sub(b"", body))
    assert [story.slug for story in bare] == [story.slug for story in stories(body)]
    assert [copy_of(story) for story in bare] == [copy_of(story) for story in stories(body)]
    assert all(story.warnings for story in bare)


def test_keyword_lines_alone_still_part_the_stories():
    body = (
        b"^BC-US--Harrow Ferry, 1st Ld,88<\n^The last ferry leaves Harrow<\n"
        b"\t   HARROW (AP) _ The ferry left.\n"
        b"^BC-US--Harrow Bridge,90<\n^A bridge is an hour away<\n\t   HARROW (AP) _ The bridge is far.\n"
    )
    assert [(story.slug, story.headline) for story in stories(body)] == [
        ("BC-US--Harrow Ferry", "The last ferry leaves Harrow"),
        ("BC-US--Harrow Bridge", "A bridge is an hour away"),
    ]


def test_an_alert_has_no_headline_and_is_given_its_first_sentence():
    (story,) = stories(take(priority="b", keyword="BC-US--APNewsAlert,17", above=()))
    assert (story.kind, story.urgency) == (Kind.ALERT, 2)
    assert story.headline.startswith("The last ferry left on Monday")
    assert "headline" in story.from_text


def test_an_add_is_a_piece_of_its_story_and_says_which():
    (story,) = stories(take(keyword="BC-US--Harrow Ferry, 10th Add,50", above=()))
    assert (story.version_kind, story.part_no, story.slug) == ("add", 10, "BC-US--Harrow Ferry")


def test_a_kill_names_the_slug_and_number_of_its_victim():
    (story,) = stories(
        take(
            copy=(
                "Kill the Harrow Ferry-Fire story, V5307. The harbor master was misidentified.",
                "A kill is mandatory.",
            ),
            number="V5420",
            priority="b",
            keyword="BC-US--Harrow Ferry, KILL,40",
            above=("Eds: A kill is mandatory.",),
        )
    )
    assert (story.kind, story.version_kind) == (Kind.KILL, "kill")
    assert {"V5307", "Harrow Ferry-Fire"} <= set(story.refers_to)


def test_an_advance_is_held_until_its_day():
    (story,) = stories(take(keyword="BC-FEA--Harrow Tides, Adv 12,800"))
    assert story.pub_status is PubStatus.EMBARGOED
    assert story.embargo_until == "2016-03-12T00:01:00-05:00"
    assert "embargo_until" in story.from_text


def test_tables_and_digests_keep_their_lines_and_their_kind():
    (table,) = stories(
        take(
            copy=(),
            keyword="BC-BBO--Harrow Glance",
            above=("^Rowing Standings=", "^By The Associated Press=", "^EAST="),
        ).replace(b"^EAST=", EAST)
    )
    assert table.kind is Kind.TABLE
    assert [part.text for part in table.paragraphs if part.role is Role.TABLE] == [
        "; W; L",
        "Harrow; 9; 1",
        "New Quay; 3; 7",
    ]
    (digest,) = stories(
        take(copy=(), keyword="AP-Top-Harbor-Headlines,0176", above=()).replace(
            b"0176<", b"0176<\r\n^AP Top Harbor News at 9 a.m.\r\n^Ferry stops\r\n^Bridge is far"
        )
    )
    assert (digest.kind, digest.headline) == (Kind.DIGEST, "AP Top Harbor News at 9 a.m.")
    assert copy_of(digest) == ["Ferry stops", "Bridge is far"]


def test_stray_latin_1_bytes_are_read_as_letters():
    (story,) = stories(take(copy=("HARROW (AP) _ Señor López met Frau Müller on the quay.",)))
    assert copy_of(story) == ["HARROW (AP) _ Señor López met Frau Müller on the quay."]


def test_a_frame_without_text_does_not_lose_its_neighbour():
    parts = split(Payload(body=b"\x16\x16\x01V0001\x1fasian\r\n\x02 \x03 nothing here at all\x04" + take()))
    assert [type(part) for part in parts] == [Rejected, Story]


@given(st.binary(max_size=300), st.integers(0, 700))
def test_damaged_transmissions_are_told_and_never_raise(noise, at):
    body = take()
    split(Payload(body=body[:at] + noise + body[at:]))
    split(Payload(body=body[:at]))
