"""``wiretrace demo``: a real Kafka, a worker and the sample stream, followed; nothing is left running."""

import asyncio
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, TopicPartition
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from topics.catalog import CANONICAL_VARIANTS, WIRE_REJECTS, topic_name
from topics.codec import decode
from topics.messages import MergeV1, VariantV1
from worker import sample
from worker.broker import Broker, BrokerError
from worker.commands import connect, publishing
from worker.commands.exits import Exit, fail
from worker.commands.payloads import read_payloads
from worker.commands.services import Service, ServiceError, environment, free_port
from worker.settings import Settings
from worker.stream.catalogue import apply

RATE: Final = 12.0  # payloads a second: slow enough to watch, and to keep the order of the sample
SETTLED_WITHIN: Final = 60.0  # seconds


def command() -> None:
    """Start a broker and a worker, replay the sample stream, and show what was followed.

    Six invented wire stories travel through ten invented outlets: reprints, trims, a paraphrase, stripped
    credits, an update, a page of two stories, broken payloads. Takes about half a minute; the first run
    fetches Kafka's jars (44 MB) on top.
    """
    console = Console()
    try:
        with tempfile.TemporaryDirectory(prefix="wiretrace-demo-") as folder:
            _run(Path(folder), console)
    except BrokerError as error:
        fail(str(error))
    except ServiceError as error:
        fail(str(error), Exit.FAULT)


def _run(folder: Path, console: Console) -> None:
    console.print("Starting Apache Kafka …")
    with Broker.start(folder / "kafka", tell=console.print) as broker:
        settings = Settings(bootstrap=broker.bootstrap, http_port=free_port())
        changes = connect.run(apply(settings), settings)
        console.print(f"{len(changes.done)} topics made at {broker.bootstrap}; starting the worker …")
        variables = environment(
            keep=False,
            WIRETRACE_BOOTSTRAP=settings.bootstrap,
            WIRETRACE_HTTP_PORT=str(settings.http_port),
            WIRETRACE_INSTANCE_ID="demo",
        )
        worker = Service(["worker"], variables, folder / "worker.log")
        try:
            # What is published before would be split in the order of partitions, not of the sample.
            worker.wait_until_ready(settings.http_host, settings.http_port, "/readyz", within=SETTLED_WITHIN)
            variants, merges, rejects = connect.run(_replay_and_follow(settings, worker, console), settings)
        finally:
            code = worker.stop()
        _show(variants, merges, rejects, console)
    if code:
        fail(f"the worker ended with exit code {code}", Exit.FAULT)
    console.print("The worker and Kafka are stopped; nothing is left running.")


async def _replay_and_follow(
    settings: Settings, worker: Service, console: Console
) -> tuple[list[VariantV1], list[MergeV1], dict[str, dict[str, str]]]:
    """Publish the sample and read what becomes of it, until every payload is accounted for."""
    files, manifest = list(sample.files()), sample.manifest()
    publishing_task = asyncio.create_task(
        publishing.replay(
            lambda: read_payloads(files, manifest),
            settings,
            pace=publishing.Pace(rate=RATE, speed=None),
            loop=1,
            as_published=True,
            tell=lambda *_: None,
        )
    )
    consumer = AIOKafkaConsumer(
        bootstrap_servers=settings.bootstrap, isolation_level="read_committed", enable_auto_commit=False
    )
    await consumer.start()
    try:
        variants: list[VariantV1] = []
        merges: list[MergeV1] = []
        rejects: dict[str, dict[str, str]] = {}
        partitions = [
            TopicPartition(topic_name(topic.name, settings.prefix), number)
            for topic in (CANONICAL_VARIANTS, WIRE_REJECTS)
            for number in range(topic.partitions)
        ]
        consumer.assign(partitions)
        await consumer.seek_to_beginning(*partitions)
        deadline = time.monotonic() + SETTLED_WITHIN
        while len(_payloads(variants) | rejects.keys()) < len(files):
            if worker.code is not None or time.monotonic() > deadline:
                fail("the worker did not account for every payload", Exit.FAULT)
            for records in (await consumer.getmany(timeout_ms=200)).values():
                for record in records:
                    _take(record, variants, merges, rejects, console)
        await publishing_task
    finally:
        publishing_task.cancel()
        await consumer.stop()
    return variants, merges, rejects


def _take(
    record: Any,  # noqa: ANN401 - aiokafka ships no types
    variants: list[VariantV1],
    merges: list[MergeV1],
    rejects: dict[str, dict[str, str]],
    console: Console,
) -> None:
    if record.topic.endswith(WIRE_REJECTS.name):
        headers = {name: value.decode() for name, value in record.headers}
        key = f"{headers['x-original-partition']}/{headers['x-original-offset']}"
        rejects[key] = headers
        line = f"  {'rejected':<11} {headers['x-error-class']}: {headers['x-error-message']}"
        console.print(line, style="red", markup=False, highlight=False)
        return
    message = decode(record.value)
    if isinstance(message, MergeV1):
        merges.append(message)
    elif isinstance(message, VariantV1):
        variants.append(message)
        told = message.variant.relation if message.variant else message.status
        console.print(
            f"  {told:<11} {message.outlet}: {message.headline or '(no headline)'}", highlight=False
        )


def _payloads(variants: list[VariantV1]) -> set[str]:
    return {f"{each.coordinates.partition}/{each.coordinates.offset}" for each in variants}


def _show(
    variants: list[VariantV1], merges: list[MergeV1], rejects: dict[str, dict[str, str]], console: Console
) -> None:
    """Print a table for each story that was followed, then what stands alone."""
    into = {merge.canonical_id: merge.into for merge in merges}
    stories: dict[str, list[VariantV1]] = defaultdict(list)
    for each in sorted(variants, key=_order):
        canonical = each.canonical_id
        while canonical in into:
            canonical = into[canonical]
        stories[canonical or ""].append(each)
    kept = stories.pop("", [])
    heads = {canonical: members[0].headline or "(no headline)" for canonical, members in stories.items()}
    alone = [members[0] for members in stories.values() if len(members) == 1]
    for canonical, members in stories.items():
        if len(members) > 1:
            console.print(_table(heads[canonical], members, heads))
    console.print("Not variants of anything, although they share words:", style="bold")
    for each in alone:
        told = _differences(each, heads)
        line = f"  {each.outlet}: {each.headline or '(no headline)'}" + (f" — {told}" if told else "")
        console.print(line, markup=False, highlight=False)
    console.print(
        f"{len(variants) + len(rejects)} parts of {len(sample.files())} payloads: "
        f"{len(variants) - len(kept)} placed in {len(stories)} canonical stories, "
        f"{len(kept)} kept unmatched, {len(rejects)} rejected.",
        highlight=False,
    )


def _order(message: VariantV1) -> tuple[str, int]:
    return (message.seen or "", message.sequence or 0)


def _table(headline: str, members: list[VariantV1], heads: dict[str, str]) -> Table:
    agency = next((each.variant.agency for each in members if each.variant and each.variant.agency), None)
    title = Text(f"{headline} ({agency or 'own copy'})", style="bold")
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for column in ("#", "outlet", "lag", "relation", "kept", "own", "credit", "paragraphs, names, figures"):
        table.add_column(column, justify="right" if column in {"#", "lag", "kept", "own"} else "left")
    for each in members:
        variant = each.variant
        if variant is None:
            continue
        cells = (
            str(variant.sequence),
            each.outlet or "?",
            "" if variant.lag is None else f"{variant.lag / 60:.0f} min",
            variant.relation,
            f"{variant.coverage:.0%}",
            f"{variant.novelty:.0%}",
            "" if variant.credit == "none" else variant.credit,
            _differences(each, heads),
        )
        table.add_row(*(Text(cell) for cell in cells))
    return table


def _differences(message: VariantV1, heads: dict[str, str]) -> str:
    variant = message.variant
    if variant is None:
        return ""
    told = [f"{swap.canonical} → {swap.variant}" for swap in (*variant.names, *variant.figures)][:4]
    dropped = sum(row.change == "dropped" for row in variant.paragraphs)
    added = sum(row.change == "added" for row in variant.paragraphs)
    told += [f"{dropped} cut"] * bool(dropped) + [f"{added} added"] * bool(added)
    told += [f"{link.type.replace('_', ' ')}: {heads.get(link.canonical_id, '?')}" for link in message.links]
    return "; ".join(told)
