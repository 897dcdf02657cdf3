"""``wiretrace evaluate``: a stream of articles through the core, then a score on labelled pairs."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from worker.commands.exits import fail
from worker.commands.gluing import glue
from worker.commands.payloads import Delivery, InputError, read_payloads
from worker.lineage.clock import Clock
from worker.lineage.evaluation import Scorer, read_pairs, render
from worker.lineage.fold import Fold
from worker.pipeline import split
from worker.settings import duration_ms
from worker.story import Coordinates, Story


def command(
    stream: Annotated[Path, typer.Option(help="JSON articles, one a line: .jsonl or .jsonl.gz.")],
    pairs: Annotated[Path, typer.Option(help="Tab-separated: id_a, id_b, label, confidence, note.")],
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
    the ten largest canonical stories with their outlets and headlines.
    """
    try:
        with pairs.open(encoding="utf-8") as lines:
            labelled = list(read_pairs(lines))
        limit = None if window is None else duration_ms(window)
        deliveries = list(read_payloads([stream]))
        fold = Fold(window=limit)
        scorer = collect(deliveries, fold)
    except InputError as error:
        fail(str(error))
    except KeyError as error:
        fail(f"{pairs}: no column {error}")
    except ValueError as error:
        fail(f"--window {window!r} {error}")
    except OSError as error:
        fail(f"{error.filename}: {error.strerror}")
    typer.echo(render(scorer.score(labelled)))
    if glued:
        typer.echo(f"\n{glue(fold, scorer, [each.payload.body for each in deliveries], pages=glued)}")


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
