"""One payload followed by its trace through every topic of a real broker."""

import asyncio
import contextlib
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import orjson
import pytest
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from tests.faults.audit import audit, read
from tests.faults.feed import Numbered
from tests.faults.workers import WorkerProcess, publish
from topics.catalog import topic_name
from worker.settings import Settings
from worker.stream.app import Worker
from worker.stream.publish import Outgoing
from worker.stream.rejects import Origin
from worker.stream.tracing import MissingExtra, Tracing, sending

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = "00f067aa0ba902b7"
COPY = b"The harbour board voted nine to two on Thursday to rebuild the north pier before the winter storms."
FEED = [
    Numbered(
        number=0,
        story=0,
        key=b"desk",
        body=COPY,
        headers=[("traceparent", f"00-{TRACE}-{PARENT}-01".encode())],
    ),
    Numbered(number=1, story=1, key=b"desk", body=b"\xff\xd8\xff\xe0\x00\x10JFIF\x00", headers=[]),
    Numbered(
        number=2,
        story=2,
        key=b"desk",
        body=b" \n ",
        headers=[("traceparent", f"00-{TRACE}-{PARENT}-01".encode())],
    ),
]


@pytest.fixture
def exporter():
    return InMemorySpanExporter()


@pytest.fixture
def tracing(exporter):
    made = Tracing.of(Settings(traces=True, instance_id="desk-1"), SimpleSpanProcessor(exporter))
    yield made
    made.close()


@contextlib.asynccontextmanager
async def running(settings, tracing):
    worker = Worker(settings, tracing)
    await worker.start()
    try:
        yield
    finally:
        await worker.stop()
    assert not worker.crashed


async def arrive(bootstrap, topic, count):
    deadline = asyncio.get_running_loop().time() + 60
    while len(records := await read(bootstrap, topic)) < count:
        if asyncio.get_running_loop().time() > deadline:
            pytest.fail(f"{len(records)} of {count} records on {topic}")
        await asyncio.sleep(0.2)
    return records


def parent_of(record):
    """Read trace id and span id from a record's headers; one pair only."""
    (value,) = [value.decode() for name, value in record.headers if name == "traceparent"]
    _, trace, span, _ = value.split("-")
    return trace, span


def ids(span):
    return f"{span.context.trace_id:032x}", f"{span.context.span_id:016x}"


async def test_a_trace_follows_a_payload_through_every_topic_and_changes_no_placement(
    kafka, prefix, apply_topics, exporter, tracing
):
    await apply_topics(prefix)
    settings = Settings(bootstrap=kafka.bootstrap, prefix=prefix, http_port=0, traces=True)
    async with running(settings, tracing):
        await publish(kafka.bootstrap, topic_name("wire-payloads", prefix), FEED, rate=None)
        (variant,) = await arrive(kafka.bootstrap, topic_name("canonical-variants", prefix), 1)
        (canonical,) = await arrive(kafka.bootstrap, topic_name("canonical-stories", prefix), 1)
        anonymous, blank = await arrive(kafka.bootstrap, topic_name("wire-rejects", prefix), 2)
        (story,) = await arrive(kafka.bootstrap, topic_name("wire-stories", prefix), 1)
        (decision,) = await arrive(kafka.bootstrap, topic_name("wire-placements", prefix), 1)

    spans = exporter.get_finished_spans()
    by_id = {ids(span): span for span in spans}
    followed = []  # from the canonical variant back to the feed's own span
    at = parent_of(variant)
    while at in by_id:
        span = by_id[at]
        followed.append(span)
        at = (TRACE, f"{span.parent.span_id:016x}")
    assert at == (TRACE, PARENT)
    assert [span.name.split()[0] for span in followed] == ["publish", "place", "publish", "split"]
    assert parent_of(canonical) == parent_of(variant)
    assert parent_of(story) == ids(followed[2])
    place, split = followed[1], followed[3]
    assert split.attributes["messaging.destination.name"] == topic_name("wire-payloads", prefix)
    assert split.attributes["messaging.kafka.offset"] == variant_payload(variant)
    assert place.attributes["wiretrace.relation"] == "original"
    assert place.attributes["wiretrace.story_id"] == story.key.decode()
    assert split.resource.attributes["service.name"] == "wiretrace"
    assert split.resource.attributes["service.instance.id"] == "desk-1"

    assert parent_of(blank) == (TRACE, PARENT)  # a dead letter keeps the headers it came with
    published = by_id[parent_of(anonymous)]
    assert (
        by_id[parent_of(anonymous)[0], f"{published.parent.span_id:016x}"].attributes["wiretrace.rejects"]
        == "unknown_format"
    )
    assert "traceparent" not in dict(decision.headers)
    report = await audit(kafka.bootstrap, prefix, window=settings.window_ms)
    assert (report.placed, report.differing) == (1, 0)


def variant_payload(record):
    return orjson.loads(record.value)["coordinates"]["offset"]


def test_without_the_setting_nothing_is_traced():
    off = Tracing.of(Settings())
    origin = Origin(topic="t", topic_id="t", partition=0, offset=0, timestamp=None, key=None, value=b"")
    with off.handling("split", origin) as trace:
        trace.tell({"stories": 1})
    assert trace.trace_id == {}
    assert trace.publish([])[0] == []


def test_without_the_extra_it_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)
    with pytest.raises(MissingExtra, match=r"pip install 'wiretrace\[otel\]'"):
        Tracing.of(Settings(traces=True))


@pytest.mark.parametrize(
    "header", [b"", b"soon", b"\xff\xfe", b"00-" + b"0" * 32 + b"-" + b"0" * 16 + b"-01"]
)
def test_a_context_that_is_none_starts_a_new_trace(tracing, exporter, header):
    origin = Origin(
        topic="t", topic_id="t", partition=0, offset=0, timestamp=None, key=None, value=b"",
        headers=(("traceparent", header),),
    )  # fmt: skip
    with tracing.handling("split", origin) as trace:
        assert len(trace.trace_id["trace_id"]) == 32
    (span,) = exporter.get_finished_spans()
    assert span.parent is None


def test_records_that_cannot_be_sent_end_their_span_in_an_error(tracing, exporter):
    origin = Origin(topic="t", topic_id="t", partition=0, offset=0, timestamp=None, key=None, value=b"")
    with tracing.handling("place", origin) as trace:
        pass
    _, publishing = trace.publish([Outgoing(topic="x", key=None, value=b"")])
    with pytest.raises(OSError, match="gone"), sending([publishing]):
        raise OSError("gone")
    assert [span.status.is_ok for span in exporter.get_finished_spans()] == [True, False]


@pytest.fixture
def collector():
    """A collector that speaks as much OTLP as to take what it is sent; yields its address and the bodies."""
    bodies = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self):
            bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200 if self.path == "/v1/traces" else 404)
            self.end_headers()

        def log_message(self, *_):
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Collector) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", bodies
        server.shutdown()


@pytest.mark.slow
@pytest.mark.parametrize("there", [True, False])
async def test_a_worker_sends_its_spans_to_a_collector_and_does_not_need_one(  # noqa: PLR0913, PLR0917 - fixtures
    kafka, prefix, apply_topics, tmp_path, collector, unused_tcp_port, there
):
    address, bodies = collector
    await apply_topics(prefix)
    worker = WorkerProcess(
        bootstrap=kafka.bootstrap,
        prefix=prefix,
        log=tmp_path / "worker.log",
        WIRETRACE_TRACES="on",
        OTEL_EXPORTER_OTLP_ENDPOINT=address if there else f"http://127.0.0.1:{unused_tcp_port}",
    )
    worker.start()
    try:
        await publish(kafka.bootstrap, topic_name("wire-payloads", prefix), FEED, rate=None)
        await arrive(kafka.bootstrap, topic_name("canonical-variants", prefix), 1)
    finally:
        assert worker.stop(within=10) == 0
    assert any(bytes.fromhex(TRACE) in body for body in bodies) == there
