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
from worker.commands.moments import span_ms
from worker.commands.payloads import Delivery, InputError, read_payloads
from worker.lineage.clock import Clock
from worker.lineage.fold import Fold
from worker.lineage.placement import Status, Step
from worker.pipeline import Empty, Limits, Rejected, split
from worker.settings import EMBARGOES
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
    *,
    embargoes: Annotated[
        str, typer.Option(help="hold: embargoed stories wait for their time; mark: they go on, marked.")
    ] = EMBARGOES[0],
) -> None:
    """Place payload files without a broker: one JSON line a story, in the order of the input.

    The lines are what the worker publishes on canonical-variants, with the payload that each story came
    from; payloads that were refused or hold no story have a line too.
    """
    if embargoes not in EMBARGOES:
        fail(f"--embargoes: {embargoes!r} is none of {', '.join(EMBARGOES)}")
    limit = span_ms(window, "--window")
    try:
        deliveries = read_payloads(paths, manifest)
        with out.open("wb") if out else nullcontext(sys.stdout.buffer) as sink:
            for line in trace_lines(deliveries, window=limit, hold=embargoes == "hold"):
                sink.write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))
            sink.flush()
    except InputError as error:
        fail(str(error))
    except OSError as error:
        if error.filename is None:  # it is the output: a pipe that was closed, a disk that is full
            raise
        fail(f"{error.filename}: {error.strerror}")


def trace_lines(
    deliveries: Iterable[Delivery],
    *,
    window: int | None = None,
    limits: Limits | None = None,
    hold: bool = True,
) -> Iterator[Line]:
    """Yield the lines of a stream of payloads; the coordinates of a payload are its place in the input.

    ``hold`` keeps embargoed stories back until a later payload tells that their time has come.
    """
    fold, clock = Fold(window=window, hold=hold), Clock()
    limits = limits or Limits()
    sources: dict[str, Line] = {}  # of stories that wait
    for place, delivery in enumerate(deliveries):
        at = Coordinates(topic="", partition=0, offset=place)
        payload = replace(delivery.payload, coordinates=at)
        for number, part in enumerate(split(payload, limits)):
            match part:
                case Story():
                    now, _ = clock.read(received=part.received, appended=None)
                    yield from _placed(fold.place(part, at=now), delivery, sources)
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


def _placed(step: Step, delivery: Delivery, sources: dict[str, Line]) -> Iterator[Line]:
    """Yield the lines of a step; ``sources`` remembers where the stories came from that wait."""
    for lapse in step.lapses:
        yield orjson.loads(orjson.dumps(mapping.lapse_to_wire(lapse)))
    for placement in step.placements:
        message = mapping.placement_to_wire(placement)
        story = placement.story
        source = sources.pop(story.id, None) or _source(delivery, story.coordinates.part)
        if placement.status is Status.HELD or (placement.status is Status.KEPT and story.part_no is not None):
            sources[story.id] = source
        yield {"payload": source} | orjson.loads(orjson.dumps(message))
    for merge in step.merges:
        yield orjson.loads(orjson.dumps(mapping.merge_to_wire(merge)))
    for reach in step.reaches:
        yield orjson.loads(orjson.dumps(mapping.reach_to_wire(reach)))


def _source(delivery: Delivery, part: int) -> Line:
    return {delivery.kind: delivery.name, "part": part}
