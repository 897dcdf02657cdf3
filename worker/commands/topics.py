"""``wiretrace topics``: make a broker's topics match the catalogue; never shrink, never delete."""

import shutil
import sys
from typing import Annotated

import typer

from topics.catalog import CATALOG
from worker.commands import connect
from worker.commands.aligned import aligned
from worker.commands.connect import Bootstrap, Prefix
from worker.commands.exits import fail

app = typer.Typer(rich_markup_mode=None)


@app.command("apply")
def apply_command(
    *,
    bootstrap: Bootstrap = None,
    prefix: Prefix = None,
    replication: Annotated[
        int | None,
        typer.Option(min=1, help="Copies of each new topic.", show_default="WIRETRACE_REPLICATION, 1"),
    ] = None,
    grow: Annotated[
        bool,
        typer.Option("--grow", help="Also add partitions where the catalogue has more. Keys then move."),
    ] = False,
) -> None:
    """Create missing topics and set the configuration of the others; says what it changed.

    Nothing is ever deleted, and no topic loses partitions or settings that the catalogue does not name.
    """
    from worker.stream import catalogue  # noqa: PLC0415 - brings the Kafka client, --help needs none

    settings = connect.settings_of(bootstrap=bootstrap, prefix=prefix, replication=replication)
    try:
        changes = connect.run(catalogue.apply(settings, grow=grow), settings)
    except catalogue.Refused as error:
        fail(str(error))
    for line in changes.done:
        sys.stdout.write(f"{line}\n")
    for line in changes.left:
        sys.stderr.write(f"wiretrace: {line}\n")
    if not changes.done and not changes.left:
        sys.stdout.write("nothing to change\n")


@app.command("list")
def list_command(*, bootstrap: Bootstrap = None, prefix: Prefix = None) -> None:
    """List the topics of the catalogue, and how those of the broker stand to them."""
    from worker.stream import catalogue  # noqa: PLC0415 - as above

    settings = connect.settings_of(bootstrap=bootstrap, prefix=prefix)
    try:
        standing = connect.run(catalogue.standing(settings), settings)
    except catalogue.Refused as error:
        fail(str(error))
    rows = [("TOPIC", "PARTITIONS", "CLEANUP", "STATE", "PURPOSE")]
    rows += [
        (
            catalogue.full_name(topic, settings),
            str(topic.partitions),
            topic.cleanup.value,
            "; ".join(standing[topic.name]) or "as in the catalogue",
            topic.purpose,
        )
        for topic in CATALOG
    ]
    most = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    for line, purpose in aligned(rows):
        shown = purpose
        if most is not None and len(line) + 2 + len(purpose) > most:  # the purpose is what may be cut
            shown = purpose[: max(0, most - len(line) - 3)] + "…"
        sys.stdout.write(f"{line}  {shown}\n" if len(shown) > 1 else f"{line.rstrip()}\n")
