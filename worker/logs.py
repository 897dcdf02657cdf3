"""Logs: one event name a message with facts as keys; JSON lines, or readable lines on a terminal.

Configured once by the commands that serve. What the libraries log (faust, aiokafka) takes the same way,
and a flood of the same line, as in an outage of the broker, is counted instead of written.
"""

import json
import logging
import sys
import time
from collections.abc import Callable
from typing import Any, Final, TextIO

import orjson
import structlog
from structlog.typing import EventDict, Processor

FLOOD: Final = 5  # lines of one kind
INTERVAL: Final = 10.0  # within so many seconds; what is more is counted
KINDS: Final = 1000  # kinds of lines remembered at a time


def configure(
    *,
    level: str = "info",
    style: str = "auto",
    stream: TextIO | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> None:
    """Send every log line, ours and the libraries', to ``stream`` (standard output).

    ``style`` is json, console, or auto: console on a terminal. ``clock`` gives seconds.
    """
    out = sys.stdout if stream is None else stream
    console = style == "console" or (style == "auto" and out.isatty())
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="ts"),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    rendering: list[Processor] = (
        [structlog.dev.ConsoleRenderer(colors=out.isatty(), timestamp_key="ts")]
        if console
        else [structlog.processors.format_exc_info, _rename, _json]
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, _foreign],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *rendering],
        )
    )
    handler.addFilter(FloodGate(clock=clock))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    logging.captureWarnings(capture=True)
    # worker: mode tells the starts of its services under our modules; our own loggers are wiretrace.*
    for name in ("aiokafka", "faust", "mode", "kafka", "asyncio", "uvicorn", "worker"):
        library = logging.getLogger(name)
        library.handlers[:] = []
        library.propagate = True
        library.setLevel(max(logging.WARNING, root.level))


class FloodGate(logging.Filter):
    """Let five lines of one kind through in ten seconds; the next to pass says how many did not.

    A kind is logger, level and event name (for libraries: the message before its arguments). Lines
    of wiretrace at level info and below are not limited: they are one a message by design.
    """

    def __init__(self, *, clock: Callable[[], float]) -> None:
        super().__init__()
        self._clock = clock
        self._seen: dict[tuple[str, int, str], list[float]] = {}  # start of the interval, lines in it

    def filter(self, record: logging.LogRecord) -> bool:
        """Say whether the line may pass; a passing line carries the number of those held back."""
        if record.levelno <= logging.INFO:
            return True
        event = record.msg.get("event") if isinstance(record.msg, dict) else record.msg
        kind = (record.name, record.levelno, str(event))
        now = self._clock()
        if kind not in self._seen and len(self._seen) >= KINDS:
            self._seen.clear()
        start, count = self._seen.get(kind, [now, 0.0])
        if now - start >= INTERVAL:
            held = int(count) - FLOOD
            if held > 0:
                _note(record, held)
            start, count = now, 0.0
        self._seen[kind] = [start, count + 1]
        return count < FLOOD


def _note(record: logging.LogRecord, held: int) -> None:
    if isinstance(record.msg, dict):
        record.msg["held_back"] = held
    else:
        record.held_back = held


def _foreign(_logger: object, _method: str, event: EventDict) -> EventDict:
    """Give a library's line an event name; its prose becomes a fact."""
    record = event.get("_record")
    event["message"] = event["event"]
    event["event"] = "library.log"
    if record is not None and (held := getattr(record, "held_back", 0)):
        event["held_back"] = held
    return event


def _rename(_logger: object, _method: str, event: EventDict) -> EventDict:
    """Put time, level and event name first."""
    first = {key: event.pop(key) for key in ("ts", "level", "event", "logger") if key in event}
    return {**first, **event}


def _json(_logger: object, _method: str, event: EventDict) -> str:
    try:
        return orjson.dumps(event, default=_text, option=orjson.OPT_NON_STR_KEYS).decode()
    except TypeError:  # a lone surrogate from a payload, an integer beyond 64 bits
        text = json.dumps(event, default=_text, skipkeys=True, ensure_ascii=False)
        return text.encode("utf-8", "replace").decode()


def _text(value: Any) -> str:  # noqa: ANN401 - whatever somebody logged
    return repr(value)[:500]
