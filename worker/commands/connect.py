"""What the verbs that talk to a broker share: flags, settings, and one line when nobody answers."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Annotated, TypeVar

import typer

from worker.commands.exits import Exit, fail
from worker.settings import SettingError, Settings

T = TypeVar("T")

Bootstrap = Annotated[
    str | None,
    typer.Option(
        help="Address of the broker, host:port.", show_default="WIRETRACE_BOOTSTRAP, 127.0.0.1:9092"
    ),
]
Prefix = Annotated[
    str | None,
    typer.Option(help="Prefix of all topic names, joined by a dash.", show_default="WIRETRACE_PREFIX, none"),
]


def settings_of(**flags: object) -> Settings:
    """Read the settings, flags first; a wrong one ends the program with exit code 2."""
    try:
        return Settings.from_env(None, **flags)
    except SettingError as error:
        fail(str(error))


def run(work: Coroutine[None, None, T], settings: Settings) -> T:
    """Run ``work`` to its end; exit code 3 when no broker answers, 2 when it refuses us.

    The client's own log is silenced: what it has to say is in the errors.
    """
    from aiokafka import errors  # noqa: PLC0415 - not for --help

    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    try:
        return asyncio.run(work)
    except (
        errors.AuthenticationFailedError,
        errors.TopicAuthorizationFailedError,
        errors.ClusterAuthorizationFailedError,
    ) as error:
        fail(f"the broker at {settings.bootstrap} refuses us: {error}")
    except (errors.KafkaConnectionError, errors.KafkaTimeoutError, errors.RequestTimedOutError) as error:
        fail(f"no broker answers at {settings.bootstrap}: {error}", Exit.UNREACHABLE)
    except (errors.UnsupportedVersionError, errors.UnrecognizedBrokerVersion) as error:
        fail(f"what answers at {settings.bootstrap} is no Kafka that we know: {error}", Exit.UNREACHABLE)
