"""Say on standard error how far a replay is."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

PLAIN_EVERY: Final = 5.0  # seconds between lines of progress where there is no terminal

Tell = Callable[[int], None]


@contextmanager
def progress(expected: int | None) -> Iterator[Tell]:
    """Show progress on standard error: a bar on a terminal, else a line every five seconds."""
    if not sys.stderr.isatty():
        yield _plain()
        return
    from rich.console import Console  # noqa: PLC0415 - slow, and needed on a terminal only
    from rich.progress import (  # noqa: PLC0415
        BarColumn,
        MofNCompleteColumn,
        Progress,
        SpinnerColumn,
        TextColumn,
        TimeElapsedColumn,
    )

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeElapsedColumn(),
    )
    started = time.monotonic()
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("publishing", total=expected, rate="")

        def tell(published: int) -> None:
            rate = published / max(time.monotonic() - started, 0.001)
            bar.update(task, completed=published, rate=f"{rate:.0f}/s")

        yield tell


def _plain() -> Tell:
    last = time.monotonic()

    def tell(published: int) -> None:
        nonlocal last
        if time.monotonic() - last >= PLAIN_EVERY:
            last = time.monotonic()
            sys.stderr.write(f"published {published}\n")

    return tell
