"""``wiretrace follow``: the canonical topics, live."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated

import typer

from worker.commands import connect
from worker.commands.connect import Bootstrap, Prefix
from worker.commands.exits import fail

if TYPE_CHECKING:
    from topics.items import Item
    from worker.commands.telling import Piece

Write = Callable[["Item"], bool]
"""Write an item; tells whether it was a message, which counts."""


def command(
    canonical_id: Annotated[
        str | None,
        typer.Argument(help="One canonical story; it is followed through merges.", show_default="all"),
    ] = None,
    *,
    json: Annotated[
        bool, typer.Option("--json", help="One message a line, as it stands on the topic.")
    ] = False,
    from_beginning: Annotated[
        bool,
        typer.Option(
            "--from-beginning", help="Tell every variant that the topic still holds, not the present state."
        ),
    ] = False,
    count: Annotated[
        int | None, typer.Option(min=1, help="End after so many messages.", show_default="never")
    ] = None,
    idle: Annotated[
        float | None,
        typer.Option(min=0.1, help="End after so many seconds without a message.", show_default="never"),
    ] = None,
    bootstrap: Bootstrap = None,
    prefix: Prefix = None,
) -> None:
    """Watch canonical stories: first as they stand now, then each variant as it is placed.

    A line tells the delivery time (UTC), the headline of the canonical story, the outlet, how its
    copy relates to the canonical copy, what became of the credit, and which names and figures differ.
    It ends with the canonical id where a canonical story begins, else with the head of the story's id,
    which `wiretrace show` takes. Stories that left the window are told by --from-beginning alone.
    Ctrl-C ends it.
    """
    from topics.catalog import CANONICAL_STORIES, CANONICAL_VARIANTS  # noqa: PLC0415 - not for --help
    from topics.consumer import CanonicalConsumer  # noqa: PLC0415 - as above
    from worker.stream.catalogue import MissingTopic, Refused, require  # noqa: PLC0415 - as above
    from worker.stream.kafka import client_args  # noqa: PLC0415 - as above

    settings = connect.settings_of(bootstrap=bootstrap, prefix=prefix)
    live = asyncio.Event()  # from here on a broker that goes away is waited for
    client = client_args(settings)
    address = client.pop("bootstrap_servers")

    async def work() -> None:
        await require([CANONICAL_STORIES, CANONICAL_VARIANTS], settings)
        feed = CanonicalConsumer(
            bootstrap=address,
            prefix=settings.prefix,
            canonical_id=canonical_id,
            history=from_beginning,
            **client,
        )
        async with feed:
            items = _marked(aiter(feed), live, canonical_id)
            await _follow(items, _write_json if json else _writer(), count=count, idle=idle)

    try:
        connect.run(_until_signalled(work()), settings, patient=live.is_set)
    except (MissingTopic, Refused) as error:
        fail(str(error))
    except _UnknownStory:
        where = "canonical-variants" if from_beginning else "canonical-stories"
        advice = "" if from_beginning else "; one that left the window is told with --from-beginning"
        fail(f"no canonical story {canonical_id!r} on {where}{advice}")


class _UnknownStory(LookupError):
    """Nothing on the topics tells of the canonical story that was asked for."""


async def _marked(
    items: AsyncIterator["Item"], live: asyncio.Event, canonical_id: str | None
) -> AsyncIterator["Item"]:
    """Give the items; ``live`` is set when the past is told.

    Raises _UnknownStory when that told nothing of the one canonical story that was asked for.
    """
    from topics.items import CaughtUp  # noqa: PLC0415 - as above

    told = False
    async for item in items:
        if isinstance(item, CaughtUp):
            if canonical_id is not None and not told:
                raise _UnknownStory(canonical_id)
            live.set()
        told = True
        yield item


async def _follow(
    items: AsyncIterator["Item"], write: Write, *, count: int | None, idle: float | None
) -> None:
    """Write items until ``count`` messages are told, or none came for ``idle`` seconds."""
    told = 0
    while count is None or told < count:
        try:
            async with asyncio.timeout(idle):
                item = await anext(items)
        except TimeoutError:
            return
        told += write(item)


async def _until_signalled(work: Coroutine[None, None, None]) -> None:
    """Do the work; SIGINT and SIGTERM end it cleanly."""
    task = asyncio.ensure_future(work)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, task.cancel)
    with suppress(asyncio.CancelledError):
        await task


def _write_json(item: "Item") -> bool:
    from topics.codec import encode  # noqa: PLC0415 - as above
    from topics.items import CaughtUp, Undecodable  # noqa: PLC0415 - as above

    if isinstance(item, CaughtUp):
        return False
    if isinstance(item, Undecodable):
        sys.stderr.write(
            f"wiretrace: cannot read {item.topic}/{item.partition}@{item.offset}: {item.error}\n"
        )
        return True
    sys.stdout.buffer.write(encode(item.message) + b"\n")
    sys.stdout.buffer.flush()
    return True


def _writer() -> Write:
    """Write readable lines, in colour on a terminal."""
    from topics.items import CaughtUp  # noqa: PLC0415 - as above
    from worker.commands.telling import Headlines, tell  # noqa: PLC0415 - as above

    headlines = Headlines()
    show = _coloured() if sys.stdout.isatty() else _plain

    def write(item: "Item") -> bool:
        show(tell(item, headlines))
        return not isinstance(item, CaughtUp)

    return write


def _plain(pieces: "list[Piece]") -> None:
    sys.stdout.write("".join(text for text, _ in pieces) + "\n")
    sys.stdout.flush()


def _coloured() -> "Callable[[list[Piece]], None]":
    from rich.console import Console  # noqa: PLC0415 - slow, and needed on a terminal only
    from rich.text import Text  # noqa: PLC0415 - as above

    console = Console(highlight=False)
    return lambda pieces: console.print(Text.assemble(*pieces), soft_wrap=True)
