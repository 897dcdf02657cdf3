"""``wiretrace evaluate``: a stream of articles through the core, then a score on labelled pairs."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Final

import typer

from worker.commands.exits import fail
from worker.commands.gluing import glue
from worker.commands.moments import span_ms
from worker.commands.payloads import Delivery, InputError, read_payloads
from worker.lineage.clock import Clock
from worker.lineage.evaluation import Pair, Scorer, read_pairs, render
from worker.lineage.fold import Fold
from worker.pipeline import split
from worker.story import Coordinates, Story

LABELS: Final = ("V", "M", "P", "Q", "B", "E", "T", "N")
CONFIDENCES: Final = ("h", "m", "l")


def command(
    stream: Annotated[Path, typer.Option(help="JSON articles, one a line: .jsonl or .jsonl.gz.")],
    pairs: Annotated[
        Path,
        typer.Option(help="Tab-separated under a line of names: id_a, id_b, label, confidence, note."),
    ],
    window: Annotated[
        str | None,
        typer.Option(help="Forget stories after so long a time, such as 7d or 12h.", show_default="never"),
    ] = None,
    glued: Annotated[
        int, typer.Option(help="Also run so many pairs of articles together and see them come apart.", min=0)
    ] = 0,
) -> None:
    """Score the matcher: run a stream of articles through the core, in order, then judge labelled pairs.

    Prints precision, recall and F1, a table of labels against outcomes, the pairs that went wrong and
    the ten largest canonical stories with their outlets and headlines. docs/research.md says what the
    labels mean.
    """
    limit = span_ms(window, "--window")
    try:
        labelled = _labelled(pairs)
        deliveries = list(read_payloads([stream]))
    except InputError as error:
        fail(str(error))
    fold = Fold(window=limit)
    scorer = collect(deliveries, fold)
    score = scorer.score(labelled)
    if not score.scored:
        fail(f"{stream}: holds none of the {len(labelled)} pairs of {pairs}; their ids are its ids")
    typer.echo(render(score))
    if glued:
        typer.echo(f"\n{glue(fold, scorer, [each.payload.body for each in deliveries], pages=glued)}")


def _labelled(path: Path) -> list[Pair]:
    """Read the pairs. Raises InputError."""
    try:
        with path.open(encoding="utf-8") as lines:
            pairs = list(read_pairs(lines))
    except KeyError as error:
        raise InputError(f"{path}: its first line names no column {error}") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: is not UTF-8") from error
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from error
    for number, pair in enumerate(pairs, start=2):
        if pair.label not in LABELS:
            raise InputError(f"{path}:{number}: label {pair.label[:40]!r} is none of {', '.join(LABELS)}")
        if pair.confidence not in CONFIDENCES:
            raise InputError(
                f"{path}:{number}: confidence {pair.confidence[:40]!r} is none of {', '.join(CONFIDENCES)}"
            )
    return pairs


def collect(deliveries: Iterable[Delivery], fold: Fold) -> Scorer:
    """Split and place a stream of payloads, in order."""
    clock, scorer = Clock(), Scorer()
    for delivery in deliveries:
        at = Coordinates(topic="", partition=0, offset=delivery.index)
        for part in split(replace(delivery.payload, coordinates=at)):
            if isinstance(part, Story):
                now, _ = clock.read(received=part.received, appended=None)
                scorer.add(delivery.name, fold.place(part, at=now))
    return scorer
