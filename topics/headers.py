"""Kafka headers as typed values: CloudEvents in binary mode, and the dead letters' own.

Every value is UTF-8 text. A field that is None has no header.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Final, Literal, TypeVar

from topics.codec import DecodeError, Fault
from topics.rules import TAG, Count, Header, Id, Ordinal, Time
from topics.shapes import Field, fields_of

H = TypeVar("H", "PayloadHeaders", "EventHeaders", "RejectHeaders")

PREFIX: Final = "urn:wiretrace:schema:"


@dataclass(frozen=True, slots=True, kw_only=True)
class PayloadHeaders:
    """CloudEvents 1.0 in binary mode, with outlet, feed, url and published as extensions.

    A payload without ``ce_specversion`` is not a CloudEvent and is sniffed.
    """

    specversion: Annotated[Literal["1.0"], TAG, Header("ce_specversion"), "version of CloudEvents"] = "1.0"
    id: Annotated[Id, Header("ce_id"), "id of the delivery, unique within its source"]
    source: Annotated[Id, Header("ce_source"), "who delivered it, a URI reference"]
    type: Annotated[Id, TAG, Header("ce_type"), "kind of event"] = "dev.wiretrace.payload.delivered.v1"
    subject: Annotated[str | None, Header("ce_subject"), "item that was delivered"] = None
    time: Annotated[str | None, Header("ce_time"), "delivery time, RFC 3339; it drives stream time"] = None
    content_type: Annotated[str | None, Header("content-type"), "media type of the value"] = None
    outlet: Annotated[str | None, Header("ce_outlet"), "outlet that ran it"] = None
    feed: Annotated[str | None, Header("ce_feed"), "feed that delivered it"] = None
    url: Annotated[str | None, Header("ce_url"), "where the outlet shows it"] = None
    published: Annotated[str | None, Header("ce_published"), "publication time; decides nothing"] = None
    traceparent: Annotated[str | None, Header("traceparent"), "W3C trace context"] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EventHeaders:
    """CloudEvents 1.0 in binary mode, as wiretrace writes them beside its JSON messages."""

    specversion: Annotated[Literal["1.0"], TAG, Header("ce_specversion"), "version of CloudEvents"] = "1.0"
    id: Annotated[Id, Header("ce_id"), "content-addressed: the same event has the same id"]
    source: Annotated[Id, TAG, Header("ce_source"), "what wrote it"] = "/wiretrace"
    type: Annotated[Id, Header("ce_type"), "kind of event, such as dev.wiretrace.variant.placed.v1"]
    subject: Annotated[str | None, Header("ce_subject"), "story id or canonical id"] = None
    time: Annotated[Time | None, Header("ce_time"), "stream time"] = None
    dataschema: Annotated[Id, Header("ce_dataschema"), "URN of the JSON Schema of the value"]
    content_type: Annotated[Id, TAG, Header("content-type"), "media type"] = "application/json"
    partitionkey: Annotated[str | None, Header("partitionkey"), "key of the record"] = None
    payloadtime: Annotated[
        Time | None, Header("ce_payloadtime"), "on wire-stories: when the broker got the payload"
    ] = None
    traceparent: Annotated[str | None, Header("traceparent"), "W3C trace context"] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectHeaders:
    """What wire-rejects adds to the headers of the original record, which stay as they were."""

    reject_id: Annotated[Id, Header("x-reject-id"), "derives from coordinates and part; count distinct ones"]
    error_class: Annotated[Id, Header("x-error-class"), "reason, of a closed set"]
    error_message: Annotated[str, Header("x-error-message"), "one sentence for people"]
    error_stage: Annotated[Id, Header("x-error-stage"), "split or place"]
    part: Annotated[Count | None, Header("x-error-part"), "part of the payload; absent: all of it"] = None
    topic: Annotated[Id, Header("x-original-topic"), "topic of the record"]
    partition: Annotated[Count, Header("x-original-partition"), "partition of the record"]
    offset: Annotated[Count, Header("x-original-offset"), "offset of the record"]
    timestamp: Annotated[Count | None, Header("x-original-timestamp"), "its time, ms since 1970 UTC"] = None
    dlt_topic: Annotated[Id, Header("kafka_dlt-original-topic"), "x-original-topic as Spring spells it"]
    digest: Annotated[str | None, Header("x-original-digest"), "BLAKE2b-128 of an excerpted value, hex"] = (
        None
    )
    size: Annotated[Count | None, Header("x-original-size"), "bytes of the value that was cut"] = None
    attempt: Annotated[Ordinal, TAG, Header("x-attempt"), "how often it was rejected, redrives counted"] = 1
    worker_version: Annotated[Id, Header("x-worker-version"), "version of the worker that refused"]


def write_headers(headers: PayloadHeaders | EventHeaders | RejectHeaders) -> list[tuple[str, bytes]]:
    """Write headers as Kafka wants them, in the order of the class."""
    found = []
    for field in fields_of(type(headers)):
        value = getattr(headers, field.name)
        if value is not None:
            found.append((str(field.header), str(value).encode("utf-8", "replace")))
    return found


def read_headers(kind: type[H], pairs: Iterable[tuple[str, bytes | None]]) -> H:
    """Read headers, the last of each name; DecodeError when one is missing, no UTF-8 or no number."""
    given = {name: value for name, value in pairs if value is not None}
    values: dict[str, object] = {}
    for field in fields_of(kind):
        raw = given.get(str(field.header))
        if raw is None:
            if field.required:
                raise DecodeError(Fault.MISSING_FIELD, f"header {field.header} is missing")
            values[field.name] = field.default
            continue
        values[field.name] = _read_value(field, raw)
    return kind(**values)  # type: ignore[arg-type]  # the loop gave each field its type


def _read_value(field: Field, raw: bytes) -> str | int:
    """Read the value of one header; DecodeError when its bytes are not what the field holds."""
    try:
        text = raw.decode()
        value = int(text) if field.shape.kind == "int" else text
    except ValueError as error:
        raise DecodeError(Fault.BAD_HEADER, f"header {field.header}: {error}") from error
    if field.shape.values and text not in field.shape.values:
        raise DecodeError(Fault.UNKNOWN_VALUE, f"header {field.header} does not know {text[:40]!r}")
    return value
