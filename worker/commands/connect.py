"""What the verbs that talk to a broker share: flags, settings, and one line when nobody answers."""

import asyncio
import logging
import os
import ssl
import sys
from collections.abc import Callable, Coroutine
from typing import Annotated, Final, NoReturn, TypeVar

import typer

from worker.commands.exits import Exit, fail
from worker.settings import SettingError, Settings

T = TypeVar("T")
SAY_EVERY: Final = 30.0  # seconds

Bootstrap = Annotated[
    str | None,
    typer.Option(
        help="Addresses of brokers, host:port, separated by commas.",
        show_default="WIRETRACE_BOOTSTRAP, 127.0.0.1:9092",
    ),
]
Prefix = Annotated[
    str | None,
    typer.Option(help="Prefix of all topic names, joined by a dash.", show_default="WIRETRACE_PREFIX, none"),
]


def settings_of(*, own: str = "", **flags: object) -> Settings:
    """Read the settings, flags first; a wrong one ends the program with exit code 2.

    ``own`` begins the names of settings whose flags leave it out: ``board_port`` is the board's ``--port``.
    """
    try:
        return Settings.from_env(None, **flags)
    except SettingError as error:
        fail(str(error).replace(f"--{own}-", "--", 1) if own else str(error))


def run(
    work: Coroutine[None, None, T], settings: Settings, *, patient: Callable[[], bool] = lambda: False
) -> T:
    """Run ``work`` to its end; exit code 3 when no broker answers, 2 when we cannot be let in.

    The client logs why it could not connect and raises something vaguer; here the log becomes the line.
    While ``patient`` says that the work waits for a broker that went away, a line every half minute tells.
    """
    from aiokafka import errors  # noqa: PLC0415 - not for --help

    heard = _LastWord(settings.bootstrap, patient)
    log = logging.getLogger("aiokafka")
    level, propagate = log.level, log.propagate
    log.addHandler(heard)
    log.setLevel(logging.ERROR)
    log.propagate = False
    where = settings.bootstrap
    try:
        return asyncio.run(work)
    except errors.KafkaError as error:
        cause = heard.error or error
        if isinstance(cause, errors.AuthenticationFailedError | errors.SaslAuthenticationFailed):
            fail(f"the broker at {where} does not take our credentials: {_text(cause)}")
        if isinstance(cause, ssl.SSLError):
            fail(f"no trusted connection to {where}: {_text(cause)}")
        if isinstance(error, errors.TopicAuthorizationFailedError | errors.ClusterAuthorizationFailedError):
            fail(f"the broker at {where} does not allow it: {_text(error)}")
        if isinstance(
            error, errors.KafkaConnectionError | errors.KafkaTimeoutError | errors.RequestTimedOutError
        ):
            _unreachable(cause, settings)
        raise
    except TimeoutError as error:  # the client's own, of a broker that is there and says nothing
        _unreachable(error, settings)
    except ssl.SSLError as error:
        fail(f"the certificates of the settings cannot be used: {_text(error)}")
    finally:
        log.removeHandler(heard)
        log.setLevel(level)
        log.propagate = propagate


class _LastWord(logging.Handler):
    """Keeps the last exception that the client logged; prints nothing of it, but that somebody waits."""

    def __init__(self, where: str, patient: Callable[[], bool]) -> None:
        super().__init__()
        self.error: BaseException | None = None
        self._where = where
        self._patient = patient
        self._told = -SAY_EVERY

    def emit(self, record: logging.LogRecord) -> None:
        """Look for an exception among the arguments of the line."""
        if self._patient() and record.created - self._told >= SAY_EVERY:
            self._told = record.created
            sys.stderr.write(f"wiretrace: the broker at {self._where} does not answer; waiting for it\n")
        for argument in record.args if isinstance(record.args, tuple) else ():
            if isinstance(argument, BaseException):
                self.error = argument


def _unreachable(cause: BaseException, settings: Settings) -> NoReturn:
    """Say why no broker answers: nobody is there, or somebody who speaks otherwise."""
    why = _text(cause)
    if isinstance(cause, OSError) and cause.errno is not None:
        why = os.strerror(cause.errno) if cause.errno > 0 else str(cause.strerror)
    elif isinstance(cause, TimeoutError) or "closed" in why:
        why = f"somebody listens, and does not answer as Kafka does; is it {settings.security_protocol}?"
    fail(f"no broker answers at {settings.bootstrap}: {why} (--bootstrap names another)", Exit.UNREACHABLE)


def _text(error: BaseException) -> str:
    return str(error) or type(error).__name__
