"""``wiretrace export``: the canonical topics as Parquet files, for people who count."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from worker.commands import connect
from worker.commands.connect import Bootstrap, Prefix
from worker.commands.exits import fail
from worker.commands.moments import moment_ms
from worker.extras import install

if TYPE_CHECKING:
    from worker.export.parquet import Export
    from worker.settings import Settings


def command(
    *,
    to: Annotated[
        Path,
        typer.Option(help="File to write, such as stories.parquet; the links go to stories.links.parquet."),
    ],
    since: Annotated[
        str | None,
        typer.Option(
            help="Only stories delivered since then: a duration such as 30d, a date, or an RFC 3339 time.",
            show_default="all that the topic holds",
        ),
    ] = None,
    until: Annotated[
        str | None, typer.Option(help="Only stories delivered before then.", show_default="now")
    ] = None,
    copy: Annotated[
        bool, typer.Option("--copy", help="Add the copy itself; agency copy is licensed.")
    ] = False,
    bootstrap: Bootstrap = None,
    prefix: Prefix = None,
) -> None:
    """Write a row a story, with what makes it a variant and the facts of its canonical story, as Parquet.

    Reads canonical-variants from its beginning to its present end, committed records only, in bounded
    memory. docs/export.md explains every column, docs/research.md what to ask of them. Needs the extra
    export: pip install 'wiretrace[export]', in a checkout '.[export]'.
    """
    try:
        from worker.export.parquet import Export  # noqa: PLC0415 - an extra, and not for --help
    except ImportError:
        fail(f"DuckDB is not installed: {install('export')}")
    settings = connect.settings_of(bootstrap=bootstrap, prefix=prefix)
    first, last = moment_ms(since, "--since"), moment_ms(until, "--until")
    if first is not None and last is not None and first >= last:
        fail("--since has to be before --until")
    if to.suffix != ".parquet":
        fail(f"--to: {to.name!r} does not end in .parquet")
    if not to.parent.is_dir():
        fail(f"--to: there is no folder {to.parent}")
    try:
        with Export(to, since=first, until=last, copy=copy) as export:
            unread = connect.run(_read(settings, export), settings)
            written = export.write()
    except OSError as error:
        fail(f"cannot write {to}: {error.strerror or error}")
    if unread:
        sys.stderr.write(f"wiretrace: {unread} records are of a version that this one cannot read\n")
    sys.stdout.write(f"{to}: {written.stories} stories\n{export.links}: {written.links} links\n")


async def _read(settings: "Settings", export: "Export") -> int:
    """Hand every event of the log to the export; count the records that cannot be read."""
    from topics.catalog import CANONICAL_VARIANTS  # noqa: PLC0415 - brings the Kafka client
    from topics.consumer import CanonicalConsumer, CaughtUp, Event, Undecodable  # noqa: PLC0415 - as above
    from worker.stream.catalogue import MissingTopic, Refused, require  # noqa: PLC0415 - as above
    from worker.stream.kafka import client_args  # noqa: PLC0415 - as above

    client = client_args(settings)
    address = client.pop("bootstrap_servers")
    try:
        await require([CANONICAL_VARIANTS], settings)
    except (MissingTopic, Refused) as error:
        fail(str(error))
    unread = 0
    async with CanonicalConsumer(bootstrap=address, prefix=settings.prefix, history=True, **client) as feed:
        async for item in feed:
            match item:
                case Event():
                    export.take(item)
                case Undecodable():
                    unread += 1
                case CaughtUp():
                    break
                case _:
                    continue
    return unread
