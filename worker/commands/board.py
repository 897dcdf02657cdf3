"""``wiretrace board``: pages that show how stories travel."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from worker import logs
from worker.commands import connect
from worker.commands.connect import Bootstrap, Prefix
from worker.commands.exits import fail
from worker.extras import install
from worker.settings import Settings

if TYPE_CHECKING:
    from worker.board.intake import Source

EXTRA = f"the board needs its extra: {install('board')}"


def command(
    *,
    bootstrap: Bootstrap = None,
    prefix: Prefix = None,
    host: Annotated[
        str | None, typer.Option(help="Address to listen on.", show_default="WIRETRACE_BOARD_HOST, 127.0.0.1")
    ] = None,
    port: Annotated[
        str | None,
        typer.Option(help="Port; 0 takes a free one.", show_default="WIRETRACE_BOARD_PORT, 6060"),
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option(
            help="Folder of the board's store; kept between runs.",
            show_default="WIRETRACE_BOARD_DATA, the user's data folder",
        ),
    ] = None,
    keep: Annotated[
        str | None,
        typer.Option(
            help="How long a story stays after what was told of it last: 30d, 12h, … or forever.",
            show_default="WIRETRACE_BOARD_KEEP, 30d",
        ),
    ] = None,
    redrive: Annotated[
        bool, typer.Option("--redrive", help="Post once more what webhooks gave up: the last 1,000 of each.")
    ] = False,
    log_level: Annotated[
        str | None, typer.Option(help="debug, info, warning or error.", show_default="info")
    ] = None,
) -> None:
    """Show in a browser how stories travel, live, until SIGTERM or Ctrl-C.

    The board reads the topics as any consumer does and keeps what it read in a store of its own: it goes on
    where it stopped, serves what it has while the broker is away, and never slows the worker.
    Needs the extra: pip install 'wiretrace[board]', in a checkout '.[board]'.
    """
    settings = connect.settings_of(
        own="board",
        bootstrap=bootstrap,
        prefix=prefix,
        board_host=host,
        board_port=port,
        board_data=None if data is None else str(data),
        board_keep=keep,
        log_level=log_level,
    )
    try:
        from worker.board import saved  # noqa: PLC0415 - the extra 'board'
        from worker.board.delivery import Post  # noqa: PLC0415 - as above
        from worker.board.saved import HookError  # noqa: PLC0415 - as above
        from worker.board.serve import Listening, serve  # noqa: PLC0415 - as above
        from worker.board.store import StoreError  # noqa: PLC0415 - as above
    except ModuleNotFoundError as error:
        fail(f"{EXTRA} ({error.name} is missing)")
    try:
        hooks = () if settings.board_webhooks is None else saved.read(settings.board_webhooks)
    except HookError as error:
        fail(str(error))
    logs.configure(level=settings.log_level, style=settings.log_format)
    try:
        serve(
            source_of(settings),
            settings.board_data or default_data(),
            Listening(host=settings.board_host, port=settings.board_port, ready=_tell),
            keep=settings.board_keep,
            hooks=hooks,
            post=Post(private=settings.board_webhooks_private, again=redrive),
        )
    except StoreError as error:
        fail(str(error))
    except OSError as error:
        fail(f"cannot listen on {settings.board_host}:{settings.board_port}: {error.strerror or error}")


def source_of(settings: Settings) -> "Source":
    """Say where the board reads."""
    from worker.board.intake import Source  # noqa: PLC0415 - as above
    from worker.stream.kafka import client_args  # noqa: PLC0415 - not for --help
    from worker.stream.topic_id import topic_id  # noqa: PLC0415 - as above

    client = client_args(settings)

    async def ask(topic: str) -> str:
        return await topic_id(topic, client)

    others = {name: value for name, value in client.items() if name != "bootstrap_servers"}
    return Source(bootstrap=settings.bootstrap, topic_id=ask, prefix=settings.prefix, client=others)


def default_data() -> Path:
    """Say where the board keeps its store: the user's data folder (XDG)."""
    from worker.commands.broker import user_data  # noqa: PLC0415 - as above

    return user_data() / "board"


def _tell(address: str) -> None:
    sys.stderr.write(f"wiretrace: the board is at {address} (Ctrl-C stops it)\n")
    sys.stderr.flush()
