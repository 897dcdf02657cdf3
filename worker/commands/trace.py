"""``wiretrace trace``: the core without a broker, files in, JSON lines out."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from worker.commands.payloads import Delivery, read_payloads
from worker.lineage.clock import Clock
from worker.lineage.fold import Fold
from worker.lineage.placement import Step
from worker.pipeline import Empty, Limits, Rejected, split
from worker.story import Coordinates, Story
from worker.stream import mapping

Line = dict[str, Any]


def trace(paths: list[Path], *, out: Path | None, manifest: Path | None, window: int | None) -> None:
    """Write one JSON line a story to ``out`` or standard output, in the order of the input.

    ``window`` is milliseconds, None for no window. Raises what ``read_payloads`` raises.
    """
    with out.open("wb") if out else nullcontext(sys.stdout.buffer) as sink:
        _write(trace_lines(read_payloads(paths, manifest), window=window), sink)


def trace_lines(
    deliveries: Iterable[Delivery], *, window: int | None = None, limits: Limits | None = None
) -> Iterator[Line]:
    """Yield the lines of a stream of payloads; the coordinates of a payload are its place in the input."""
    fold, clock = Fold(window=window), Clock()
    limits = limits or Limits()
    for delivery in deliveries:
        at = Coordinates(topic="", partition=0, offset=delivery.index)
        payload = replace(delivery.payload, coordinates=at)
        for number, part in enumerate(split(payload, limits)):
            match part:
                case Story():
                    now, _ = clock.read(received=part.received, appended=None)
                    yield from _placed(fold.place(part, at=now), delivery)
                case Rejected(reason=reason, message=message, part=index):
                    yield {
                        "payload": _source(delivery, number if index is None else index),
                        "outlet": payload.outlet,
                        "status": "rejected",
                        "reason": reason.value,
                        "message": message,
                    }
                case Empty(reason=why):
                    yield {
                        "payload": _source(delivery, number),
                        "outlet": payload.outlet,
                        "status": "empty",
                        "reason": why,
                    }


def _placed(step: Step, delivery: Delivery) -> Iterator[Line]:
    for placement in step.placements:
        message = mapping.placement_to_wire(placement)
        line: Line = {"payload": _source(delivery, placement.story.coordinates.part)}
        line.update(orjson.loads(orjson.dumps(message)))
        yield line
    for merge in step.merges:
        yield orjson.loads(orjson.dumps(mapping.merge_to_wire(merge)))


def _source(delivery: Delivery, part: int) -> Line:
    return {delivery.kind: delivery.name, "part": part}


def _write(lines: Iterable[Line], sink: BinaryIO) -> None:
    for line in lines:
        sink.write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))
    sink.flush()
