"""OpenTelemetry traces that follow one payload through all topics; off unless settings turn them on.

A payload gives a span ``split``; what it publishes a span ``publish``, whose W3C trace context goes along
in the records' headers; so ``place`` of each story is a child of it, and its records carry the context on.
Values and keys are the same with and without: no message and no placement knows of traces.
"""

import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Self

from topics.catalog import WIRE_PLACEMENTS
from worker import VERSION
from worker.extras import install
from worker.settings import Settings
from worker.stream.publish import Outgoing
from worker.stream.rejects import Origin

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
    from opentelemetry.trace import Span

PARENT: Final = "traceparent"
CONTEXT: Final = (PARENT, "tracestate")
FLUSH_WITHIN: Final = 2.0  # seconds for the last spans; an absent collector must not keep us from stopping


class MissingExtra(Exception):
    """Traces are on, and their library is not installed; the message is one line."""


@dataclass(slots=True)
class Publishing:
    """The time from handing records over until the broker has them."""

    _span: "Span | None" = None

    def end(self, error: BaseException | None = None) -> None:
        """Say that the broker has the records, or why it does not."""
        if self._span is None:
            return
        if error is not None:
            from opentelemetry.trace import StatusCode  # noqa: PLC0415 - the extra otel

            self._span.set_status(StatusCode.ERROR, type(error).__name__)
        self._span.end()


@contextmanager
def sending(publishings: Sequence[Publishing]) -> Iterator[None]:
    """End all of them when the body ends, in an error when it raises."""
    try:
        yield
    except BaseException as error:
        for each in publishings:
            each.end(error)
        raise
    for each in publishings:
        each.end()


@dataclass(slots=True)
class Handling:
    """One record in one stage. All of it is nothing when traces are off."""

    _tracing: "Tracing"
    _span: "Span | None" = None

    @property
    def trace_id(self) -> dict[str, str]:
        """Give the id of the trace as a fact for the log; no fact when there is none."""
        if self._span is None:
            return {}
        return {"trace_id": f"{self._span.get_span_context().trace_id:032x}"}

    def tell(self, facts: Mapping[str, str | int | None]) -> None:
        """Note facts on the span; those that are None are left out."""
        if self._span is not None:
            for name, value in facts.items():
                if value is not None:
                    self._span.set_attribute(f"wiretrace.{name}", value)

    def publish(self, records: Sequence[Outgoing]) -> tuple[Sequence[Outgoing], Publishing]:
        """Begin to publish: the records with the trace in their headers, and what to end afterwards."""
        if self._span is None or not records:
            return records, Publishing()
        return self._tracing.publish(self._span, records)


class Tracing:
    """Makes spans with a provider of OpenTelemetry's SDK; without one it makes nothing."""

    def __init__(self, provider: "TracerProvider | None" = None) -> None:
        self._provider = provider
        self._tracer = None if provider is None else provider.get_tracer("wiretrace", VERSION)

    @classmethod
    def of(cls, settings: Settings, processor: "SpanProcessor | None" = None) -> Self:
        """Make what the settings ask for: spans go to an OTLP collector, or to ``processor``.

        Address, headers, sampling and resource are the SDK's own ``OTEL_*`` variables. Raises
        MissingExtra.
        """
        if not settings.traces:
            return cls()
        try:
            from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415 - an extra
                OTLPSpanExporter,
            )
            from opentelemetry.sdk.resources import OTELResourceDetector, Resource  # noqa: PLC0415 - as above
            from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415 - as above
            from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415 - as above
        except ImportError as error:
            raise MissingExtra(
                f"WIRETRACE_TRACES is on and OpenTelemetry is not installed: {install('otel')}"
            ) from error
        ours = {"service.name": "wiretrace", "service.version": VERSION}
        if settings.instance_id:
            ours["service.instance.id"] = settings.instance_id
        resource = Resource.create(ours).merge(OTELResourceDetector().detect())
        provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        provider.add_span_processor(processor or BatchSpanProcessor(OTLPSpanExporter()))
        return cls(provider)

    def close(self) -> None:
        """Send the last spans, for two seconds at most."""
        if self._provider is not None:
            last = threading.Thread(target=self._provider.shutdown, daemon=True)
            last.start()
            last.join(FLUSH_WITHIN)

    @contextmanager
    def handling(self, stage: str, origin: Origin, *, took: float = 0.0) -> Iterator[Handling]:
        """Span the work on one record; its parent is the context in the record's headers.

        ``took`` is seconds of work that were done before, in another process.
        """
        if self._tracer is None:
            yield Handling(self)
            return
        from opentelemetry.trace import SpanKind  # noqa: PLC0415 - the extra otel
        from opentelemetry.trace.propagation.tracecontext import (  # noqa: PLC0415 - as above
            TraceContextTextMapPropagator,
        )

        with self._tracer.start_as_current_span(
            f"{stage} {origin.topic}",
            context=TraceContextTextMapPropagator().extract(_carrier(origin.headers)),
            kind=SpanKind.CONSUMER,
            start_time=time.time_ns() - int(took * 1e9),
            attributes={
                "messaging.system": "kafka",
                "messaging.operation.name": stage,
                "messaging.operation.type": "process",
                "messaging.destination.name": origin.topic,
                "messaging.destination.partition.id": str(origin.partition),
                "messaging.kafka.offset": origin.offset,
            },
        ) as span:
            yield Handling(self, span)

    def publish(self, parent: "Span", records: Sequence[Outgoing]) -> tuple[list[Outgoing], Publishing]:
        """Begin a span under ``parent`` and write its context into the headers of ``records``."""
        from opentelemetry.trace import SpanKind, set_span_in_context  # noqa: PLC0415 - the extra otel
        from opentelemetry.trace.propagation.tracecontext import (  # noqa: PLC0415 - as above
            TraceContextTextMapPropagator,
        )

        assert self._tracer is not None  # noqa: S101 - only a span of ours comes here
        span = self._tracer.start_span(
            "publish",
            context=set_span_in_context(parent),
            kind=SpanKind.PRODUCER,
            attributes={
                "messaging.system": "kafka",
                "messaging.operation.name": "publish",
                "messaging.operation.type": "send",
                "messaging.batch.message_count": len(records),
            },
        )
        carrier: dict[str, str] = {}
        TraceContextTextMapPropagator().inject(carrier, set_span_in_context(span))
        headers = tuple((name, value.encode()) for name, value in carrier.items())
        return [_stamped(record, headers) for record in records], Publishing(span)


def _carrier(headers: Iterable[tuple[str, bytes | None]]) -> dict[str, str]:
    """Read the trace context of a record; what is no text is none."""
    return {name: (value or b"").decode("ascii", "replace") for name, value in headers if name in CONTEXT}


def _stamped(record: Outgoing, headers: tuple[tuple[str, bytes], ...]) -> Outgoing:
    """Add a trace context; a dead letter that came with one keeps it, and the internal log needs none."""
    if record.topic.endswith(WIRE_PLACEMENTS.name) or any(name == PARENT for name, _ in record.headers):
        return record
    return replace(record, headers=(*record.headers, *headers))
