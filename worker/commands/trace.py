"""``wiretrace trace``: the core without a broker, files in, JSON lines out."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from worker.commands.exits import fail
from worker.commands.payloads import Delivery, InputError, read_payloads
from worker.lineage.clock import Clock
from worker.lineage.fold import Fold
from worker.lineage.placement import Step
from worker.pipeline import Empty, Limits, Rejected, split
from worker.settings import duration_ms
from worker.story import Coordinates, Story
from worker.stream import mapping

Line = dict[str, Any]


def command(
    paths: Annotated[
        list[Path],
        typer.Argument(help="Payload files, directories of them, or .jsonl[.gz] files of JSON articles."),
    ],
    out: Annotated[Path | None, typer.Option(help="Write to this file instead of standard output.")] = None,
    manifest: Annotated[
        Path | None, typer.Option(help="JSON lines with file, outlet, url, published, feed by file name.")
    ] = None,
    window: Annotated[
        str | None,
        typer.Option(help="Forget stories after so long a time, such as 7d or 12h.", show_default="never"),
    ] = None,
) -> None:
    """Place payload files without a broker: one JSON line a story, in the order of the input.

    The lines are what the worker publishes on canonical-variants, with the payload that each story came
    from; payloads that were refused or hold no story have a line too.
    """
    try:
        deliveries = read_payloads(paths, manifest)
        limit = None if window is None else duration_ms(window)
        with out.open("wb") if out else nullcontext(sys.stdout.buffer) as sink:
            for line in trace_lines(deliveries, window=limit):
                sink.write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))
            sink.flush()
    except InputError as error:
        fail(str(error))
    except ValueError as error:
        fail(f"--window {window!r} {error}")
    except OSError as error:
        fail(f"{error.filename}: {error.strerror}")


def trace_lines(
    deliveries: Iterable[Delivery], *, window: int | None = None, limits: Limits | None = None
) -> Iterator[Line]:
    """Yield the lines of a stream of payloads; the coordinates of a payload are its place in the input."""
    fold, clock = Fold(window=window), Clock()
    limits = limits or Limits()
    for place, delivery in enumerate(deliveries):
        at = Coordinates(topic="", partition=0, offset=place)
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
        yield line | orjson.loads(orjson.dumps(message))
    for merge in step.merges:
        yield orjson.loads(orjson.dumps(mapping.merge_to_wire(merge)))


def _source(delivery: Delivery, part: int) -> Line:
    return {delivery.kind: delivery.name, "part": part}
