"""``wiretrace poll``: follow the feeds of outlets onto wire-payloads."""

import os
import sqlite3
import time
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer

from worker import logs
from worker.commands import connect
from worker.commands.connect import Bootstrap, Prefix
from worker.commands.exits import Exit, fail
from worker.settings import duration_ms


def command(
    feeds: Annotated[
        list[str],
        typer.Argument(metavar="FEED_URL...", help="Addresses, or NAME=address to name the outlet."),
    ],
    *,
    interval: Annotated[str, typer.Option(help="How long between two looks at one feed.")] = "5m",
    gap: Annotated[str, typer.Option(help="Least time between two requests to one host.")] = "2s",
    articles: Annotated[
        bool, typer.Option("--articles", help="Publish the page that an entry links to instead of the entry.")
    ] = False,
    contact: Annotated[
        str | None, typer.Option(help="An address or mail that our User-Agent tells the hosts.")
    ] = None,
    memory: Annotated[
        Path | None,
        typer.Option(
            help="File that remembers what is published.", show_default="~/.local/state/wiretrace/poll.sqlite"
        ),
    ] = None,
    once: Annotated[bool, typer.Option("--once", help="Look at each feed once and end.")] = False,
    bootstrap: Bootstrap = None,
    prefix: Prefix = None,
) -> None:
    """Follow RSS, Atom and JSON feeds until SIGTERM or Ctrl-C: each new or changed entry is one payload.

    Requests are conditional, one a host at a time, and back off when a host fails or asks for it. An entry is
    remembered once the broker has it: a killed run repeats what was under way, under the same ce_id. With
    --once the exit code is 1 when a feed could not be read.
    """
    from worker.commands.memory import Memory, MemoryFault  # noqa: PLC0415 - --help needs no SQLite
    from worker.commands.polling import Manners, Subscription, poll  # noqa: PLC0415 - nor HTTP or Kafka
    from worker.stream.catalogue import MissingTopic, Refused  # noqa: PLC0415

    subscriptions = [Subscription(url=url, outlet=name) for name, url in map(_named, feeds)]
    if len({each.url for each in subscriptions}) < len(subscriptions):
        fail("a feed is named twice")
    manners = Manners(
        interval=_seconds(interval, "--interval"),
        gap=_seconds(gap, "--gap"),
        contact=_contact(contact),
        articles=articles,
        once=once,
    )
    settings = connect.settings_of(bootstrap=bootstrap, prefix=prefix)
    logs.configure(level=settings.log_level, style=settings.log_format)
    try:
        remembered = Memory.open(memory or _state() / "wiretrace" / "poll.sqlite", now=time.time())
    except MemoryFault as error:
        fail(str(error))
    try:
        failing = connect.run(poll(subscriptions, remembered, settings, manners), settings)
    except (MissingTopic, Refused) as error:
        fail(str(error))
    except sqlite3.Error as error:
        fail(f"the memory of polls cannot be written: {error}", Exit.FAULT)
    finally:
        remembered.close()
    if once and failing:
        raise SystemExit(int(Exit.FAULT))


def _named(text: str) -> tuple[str | None, str]:
    """Cut the name of an outlet off an address."""
    name, equals, url = (None, "", text) if "://" in text.split("=", 1)[0] else text.partition("=")
    try:
        parts = urlsplit(url)
        sound = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
        secret = parts.username or parts.password
    except ValueError:
        sound = secret = None
    if secret:
        fail("an address with a password would be published with every payload")
    if not sound or (equals and not name):
        fail(f"{text[:200]!r} is no http address of a feed")
    return name or None, url


def _seconds(text: str, flag: str) -> float:
    try:
        return duration_ms(text) / 1000
    except ValueError as error:
        fail(f"{flag}: {text[:40]!r} {error}")


def _contact(text: str | None) -> str | None:
    if text is not None and (not text.isprintable() or not text.isascii() or len(text) > 200):
        fail("--contact: is no line of plain letters")
    return text


def _state() -> Path:
    """Return where programs keep what they remember (XDG Base Directory)."""
    return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")
