import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary
from cloudevents.core.formats.json import JSONFormat

from topics.codec import DecodeError, Fault
from topics.headers import (
    PREFIX,
    EventHeaders,
    PayloadHeaders,
    RejectHeaders,
    read_headers,
    write_headers,
)

PAYLOAD = PayloadHeaders(
    id="harbour-8812/1",
    source="/feeds/harbour-web",
    subject="harbour-8812",
    time="2026-11-22T21:05:00Z",
    content_type="text/html",
    outlet="Harbour Gazette – Søndag",
)
REJECT = RejectHeaders(
    reject_id="r",
    error_class="unknown_format",
    error_message="nobody claims these bytes",
    error_stage="split",
    topic="wire-payloads",
    partition=2,
    offset=1041,
    dlt_topic="wire-payloads",
    worker_version="0.1.0",
)


def test_a_payload_is_a_cloudevent_to_the_reference_reader():
    message = KafkaMessage(headers=dict(write_headers(PAYLOAD)), key=b"harbour/8812", value=b"<p>Ferry</p>")
    event = from_binary(message, JSONFormat())
    assert (event.get_id(), event.get_source()) == ("harbour-8812/1", "/feeds/harbour-web")
    assert event.get_datacontenttype() == "text/html"
    assert event.get_extension("outlet") == "Harbour Gazette – Søndag"


def test_an_event_of_ours_is_a_cloudevent_to_the_reference_reader():
    headers = EventHeaders(
        id="s1/1", type="dev.wiretrace.variant.placed.v1", dataschema=f"{PREFIX}variant.v1", subject="s1"
    )
    message = KafkaMessage(headers=dict(write_headers(headers)), key=b"c1", value=b'{"schema":"variant.v1"}')
    event = from_binary(message, JSONFormat())
    assert event.get_dataschema() == "urn:wiretrace:schema:variant.v1"
    assert event.get_data() == {"schema": "variant.v1"}


@pytest.mark.parametrize("headers", [PAYLOAD, REJECT])
def test_headers_come_back_as_they_went_and_absent_ones_are_not_written(headers):
    pairs = write_headers(headers)
    assert read_headers(type(headers), pairs) == headers
    assert all(value != b"None" for _, value in pairs)


def test_a_redriven_reject_tells_its_latest_headers():
    older = [("x-attempt", b"1"), ("ce_id", b"kept")]
    newer = [(name, b"2" if name == "x-attempt" else value) for name, value in write_headers(REJECT)]
    assert read_headers(RejectHeaders, [*older, *newer]).attempt == 2


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("x-original-offset", b"first", Fault.BAD_HEADER),
        ("x-error-class", b"\xff", Fault.BAD_HEADER),
        ("x-error-class", None, Fault.MISSING_FIELD),
    ],
)
def test_a_header_that_cannot_be_read_says_why(name, value, reason):
    pairs = [(each, value if each == name else given) for each, given in write_headers(REJECT)]
    with pytest.raises(DecodeError, match=name) as caught:
        read_headers(RejectHeaders, pairs)
    assert caught.value.reason is reason
