"""``wiretrace up``: broker, topics, worker and board together on a laptop."""

import signal
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from types import FrameType
from typing import Annotated, Final

import typer

from worker import sample
from worker.broker import Broker, BrokerError
from worker.commands import connect, publishing
from worker.commands.broker import user_data
from worker.commands.exits import Exit, fail
from worker.commands.payloads import read_payloads
from worker.commands.services import Service, ServiceError, environment, free_port
from worker.settings import Settings
from worker.stream.catalogue import apply

READY_WITHIN: Final = 90.0  # seconds
WATCH: Final = 0.5  # seconds between looks at the processes


def command(
    *,
    data: Annotated[
        Path | None,
        typer.Option(help="Folder for all data; kept between runs.", show_default="the user's data folder"),
    ] = None,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port of the broker; 0 takes a free one.")
    ] = 9092,
    board_port: Annotated[
        str | None, typer.Option(help="Port of the board; 0 takes a free one.", show_default="6060")
    ] = None,
    http_port: Annotated[
        str | None,
        typer.Option(help="Port of the worker's probes and metrics; 0: a free one.", show_default="6066"),
    ] = None,
    with_sample: Annotated[
        bool, typer.Option("--sample", help="Also send the sample stream of invented news, at four a second.")
    ] = False,
) -> None:
    """Run broker, topics, worker and board together on this machine, until Ctrl-C or SIGTERM.

    The first run fetches Kafka's jars (44 MB). Needs the extras: pip install
    'wiretrace[broker,board]', in a checkout '.[broker,board]'.
    """
    for number in (signal.SIGINT, signal.SIGTERM):  # also where a shell made us ignore SIGINT
        signal.signal(number, _interrupt)
    settings = connect.settings_of(board_port=board_port, http_port=http_port)
    folder = data or user_data()
    try:
        _run(folder, port, settings, with_sample=with_sample)
    except (BrokerError, ServiceError) as error:
        fail(str(error), Exit.FAULT)
    except KeyboardInterrupt:
        _tell("everything is stopped")


def _run(folder: Path, port: int, settings: Settings, *, with_sample: bool) -> None:
    """Start all, each when the one before is ready, and watch until one ends or we are interrupted."""
    logs = folder / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    _tell("starting Apache Kafka")
    with ExitStack() as stack:  # stops in the opposite order: the board, the worker, the broker
        broker = stack.enter_context(Broker.start(folder / "broker", port or None, tell=_tell))
        ours = Settings(bootstrap=broker.bootstrap)
        connect.run(apply(ours), ours)
        http_port, board_port = settings.http_port or free_port(), settings.board_port or free_port()
        variables = environment(
            keep=True,
            WIRETRACE_BOOTSTRAP=broker.bootstrap,
            WIRETRACE_HTTP_PORT=str(http_port),
            WIRETRACE_BOARD_PORT=str(board_port),
            WIRETRACE_BOARD_DATA=str(folder / "board"),
        )
        worker = stack.enter_context(Service(["worker"], variables, logs / "worker.log"))
        board = stack.enter_context(Service(["board"], variables, logs / "board.log"))
        worker.wait_until_ready(settings.http_host, http_port, "/readyz", within=READY_WITHIN)
        board.wait_until_ready(settings.board_host, board_port, "/healthz", within=READY_WITHIN)
        sys.stdout.write(
            f"board    http://{settings.board_host}:{board_port}/\n"
            f"worker   http://{settings.http_host}:{http_port}/metrics\n"
            f"broker   {broker.bootstrap}\n"
            f"logs     {logs}\n"
            "Ctrl-C stops them all.\n"
        )
        sys.stdout.flush()
        if with_sample:
            _send_sample(ours)
        while broker.running() and worker.code is None and board.code is None:
            time.sleep(WATCH)
        ended = next((each for each in (worker, board) if each.code is not None), None)
        if ended is None:
            fail(f"Kafka ended by itself; its log is {broker.log}", Exit.FAULT)
        fail(f"the {ended.name} ended with exit code {ended.code}: {ended.last_word()}", Exit.FAULT)


def _send_sample(settings: Settings) -> None:
    files, manifest = list(sample.files()), sample.manifest()
    work = publishing.replay(
        lambda: read_payloads(files, manifest),
        settings,
        pace=publishing.Pace(rate=4.0, speed=None),
        loop=1,
        as_published=True,
        tell=lambda *_: None,
    )
    connect.run(work, settings)
    _tell(f"{len(files)} sample payloads are sent")


def _tell(line: str) -> None:
    sys.stderr.write(f"wiretrace: {line}\n")
    sys.stderr.flush()


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
