"""IPTC 7901: dpa's frame, its heading, its tail."""

import re

from hypothesis import given
from hypothesis import strategies as st

from worker.pipeline import Rejected, split
from worker.story import Kind, Payload, Story

COPY = """\
   Harrow (dpa) - The last ferry left the island of Harrow on Monday
with nine people and a dog on board,
the port authority said.

   About 400 people used the boat every day, many of them
pupils.""".replace("\n", "\r\n")


def message(  # noqa: PLR0913 - the fields of a message
    heading="Last ferry leaves the island of Harrow =",
    copy=COPY,
    *,
    header="eca062 4 i 211 ccccb   dpa 061",
    words="Harrow-transport/",
    tail="",
    ends="011626 GMT Mar 16",
):
    return (
        f"\x01{header}\r\n\r\n{words}\r\n\x02{heading}\r\n\r\n{copy}\r\n\r\n{tail}\r\n\x03{ends}\r\n\x7f\n\x7f\x04"
    ).encode("cp1252")


def stories(body):
    return [part for part in split(Payload(body=body)) if isinstance(part, Story)]


def texts(story):
    return [part.text for part in story.paragraphs]


def test_a_message_tells_its_numbers_slug_priority_and_time():
    (story,) = stories(message())
    assert story.native_ids == ("eca062", "dpa 061")
    assert (story.transmission_no, story.slug, story.urgency) == ("dpa 061", "Harrow-transport", 4)
    assert (story.agency, story.version_created) == ("dpa", "2016-03-01T16:26:00Z")
    assert story.headline == "Last ferry leaves the island of Harrow"
    assert (story.dateline.place, story.source_format) == ("Harrow", "iptc-7901")


def test_wrapped_lines_are_joined_to_paragraphs():
    (story,) = stories(message())
    first, second = texts(story)
    assert first.startswith(
        "Harrow (dpa) - The last ferry left the island of Harrow on Monday with nine people"
    )
    assert second == "About 400 people used the boat every day, many of them pupils."


def test_status_lines_and_bylines_are_no_headline():
    (story,) = stories(message("2ND LEAD\r\nLast ferry leaves the island of Harrow\r\nBy Ada Quill, dpa ="))
    assert (story.headline, story.byline) == ("Last ferry leaves the island of Harrow", "By Ada Quill, dpa")
    assert (story.version_kind, story.version_no) == ("lead", 2)


def test_the_tail_is_furniture_and_its_note_goes_to_editors():
    tail = (
        "# Notebook\r\n\r\n## Note to editors\r\n- Adds quote in the third paragraph\r\n\r\n* * * *\r\n"
        "The following information is not for publication\r\n- Reporting by: Bo Chan\r\n\r\ndpa aq bch\r\n"
    )
    (story,) = stories(message(tail=tail))
    assert len(story.paragraphs) == 2
    assert story.ed_note == "Adds quote in the third paragraph"
    assert "dpa aq bch" in [item.text for item in story.furniture]


def test_service_traffic_and_corrections_say_what_they_are():
    assert (
        stories(message("(Achtung)\r\nImpressum =", "Line test of the island service."))[0].kind
        is Kind.SERVICE
    )
    assert stories(message("CORRECTION\r\nLast ferry leaves Harrow ="))[0].kind is Kind.CORRECTION
    held = stories(
        message("HOLD HOLD HOLD =", 'Please hold item dpa 157 "Last ferry leaves the island of Harrow".')
    )[0]
    assert held.kind is Kind.WITHHOLD
    assert {"dpa 157", "Last ferry leaves the island of Harrow"} <= set(held.refers_to)


def test_german_months_and_a_missing_zone_are_read():
    assert stories(message(ends="241200 Okt 17"))[0].version_created == "2017-10-24T12:00:00Z"


def test_messages_end_to_end_are_as_many_stories_and_an_empty_one_is_refused_alone():
    body = (
        message()
        + b"\x01eca063 4 i 3 dpa 062\r\n\r\n/\r\n\x02\x03\x04"
        + message(header="eca064 3 i 9 dpa 063")
    )
    parts = split(Payload(body=body))
    assert [type(part) for part in parts] == [Story, Rejected, Story]


def test_messages_that_lost_their_control_bytes_are_read_as_before():
    body = message() + message(header="eca064 3 i 9 dpa 063")
    bare = stories(re.sub(rb"[\x00-\x08\x7f]", b"", body))
    assert [(story.native_ids, story.headline, texts(story), story.published) for story in bare] == [
        (story.native_ids, story.headline, texts(story), story.published) for story in stories(body)
    ]
    assert all(story.warnings for story in bare)


@given(st.binary(max_size=200), st.integers(0, 600))
def test_damaged_messages_never_raise(noise, at):
    body = message()
    split(Payload(body=body[:at] + noise + body[at:]))
    split(Payload(body=body[:at]))
