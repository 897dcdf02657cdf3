"""``wiretrace worker``: the long-lived service."""

import asyncio
from typing import Annotated

import typer

from worker import logs
from worker.commands import connect
from worker.commands.connect import Bootstrap, Prefix
from worker.commands.exits import fail
from worker.stream.app import run
from worker.stream.catalogue import Refused, lacking
from worker.stream.tracing import MissingExtra, Tracing


def command(
    *,
    bootstrap: Bootstrap = None,
    prefix: Prefix = None,
    window: Annotated[
        str | None, typer.Option(help="How long a story stays matchable.", show_default="7d")
    ] = None,
    instance_id: Annotated[
        str | None,
        typer.Option(help="A name that this worker keeps over restarts: it rejoins its groups at once."),
    ] = None,
    http_port: Annotated[
        str | None, typer.Option(help="Port of /healthz, /readyz, /metrics.", show_default="6066")
    ] = None,
    log_level: Annotated[
        str | None, typer.Option(help="debug, info, warning or error.", show_default="info")
    ] = None,
) -> None:
    """Run the worker until SIGTERM or Ctrl-C: payloads in, canonical topics out.

    The topics have to be there: wiretrace topics apply. Every setting of docs/settings.md can be given as
    an environment variable; flags win.
    """
    settings = connect.settings_of(
        bootstrap=bootstrap,
        prefix=prefix,
        window_ms=window,
        instance_id=instance_id,
        http_port=http_port,
        log_level=log_level,
    )
    try:
        tracing = Tracing.of(settings)
        absent = connect.run(lacking(settings), settings)
    except (Refused, MissingExtra) as error:
        fail(str(error))
    if absent:
        advice = "`wiretrace topics apply` makes what is missing, --grow adds partitions"
        fail(f"missing or too small: {', '.join(absent)}; {advice}")
    logs.configure(level=settings.log_level, style=settings.log_format)
    try:
        code = asyncio.run(run(settings, tracing))
    except OSError as error:
        fail(f"cannot start: {error}")
    raise SystemExit(code)
