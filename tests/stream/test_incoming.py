import pytest

from worker.errors import BadHeaders
from worker.story import Coordinates
from worker.stream.incoming import read_payload

AT = Coordinates(topic="t", partition=1, offset=7)
EVENT = [
    ("ce_specversion", b"1.0"),
    ("ce_id", b"harbor/17"),
    ("ce_source", b"/feeds/harbor"),
    ("ce_type", b"dev.wiretrace.payload.delivered.v1"),
]


def read(headers, value=b"copy"):
    return read_payload(value=value, headers=headers, coordinates=AT, appended=5_000)


def test_a_payload_without_headers_is_bare_bytes_delivered_when_the_broker_took_it():
    payload = read([])
    assert payload.body == b"copy"
    assert payload.received == 5_000
    assert payload.outlet is None
    assert payload.coordinates == AT


def test_cloudevents_headers_tell_outlet_feed_time_and_type():
    payload = read(
        [
            *EVENT,
            ("ce_time", b"2026-11-22T10:00:00.250+01:00"),
            ("ce_outlet", "Köln Anzeiger".encode()),
            ("ce_feed", b"web"),
            ("ce_url", b"https://example.org/a"),
            ("content-type", b"text/html"),
        ]
    )
    assert payload.id == "harbor/17"
    assert payload.outlet == "Köln Anzeiger"
    assert payload.feed == "web"
    assert payload.received == 1_795_338_000_250
    assert payload.content_type == "text/html"


def test_a_tombstone_is_an_empty_payload():
    assert read([], value=None).body == b""


@pytest.mark.parametrize(
    "headers",
    [
        EVENT[:3],  # no type
        EVENT[1:],  # no specversion
        [("ce_specversion", b"0.3"), *EVENT[1:]],
        [*EVENT, ("ce_time", b"yesterday")],
        [*EVENT, ("ce_time", b"0001-01-01T00:00:00+14:00")],
        [*EVENT, ("ce_outlet", b"\xff\xfe")],
    ],
)
def test_headers_that_break_the_binding_are_a_reason_to_refuse(headers):
    with pytest.raises(BadHeaders):
        read(headers)
