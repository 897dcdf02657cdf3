"""``wiretrace replay``: payload files onto wire-payloads, as a feed would deliver them."""

import re
import sys
from pathlib import Path
from typing import Annotated

import typer

from worker import logs
from worker.commands import connect
from worker.commands.connect import Bootstrap, Prefix
from worker.commands.drop import Drop, DropError
from worker.commands.exits import Exit, fail
from worker.commands.payloads import Facts, InputError, list_files, read_manifest, read_payloads
from worker.commands.progress import progress
from worker.settings import Settings, duration_ms


def command(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(help="Directories, payload files, .jsonl[.gz] of JSON articles.", show_default=False),
    ] = None,
    *,
    watch: Annotated[
        Path | None,
        typer.Option(help="Publish files as they are dropped into this directory, until SIGTERM or Ctrl-C."),
    ] = None,
    settle: Annotated[
        str | None,
        typer.Option(help="A watched file is complete when it kept still for so long.", show_default="2s"),
    ] = None,
    done: Annotated[
        Path | None,
        typer.Option(help="Where a watched file goes that is published.", show_default="DIR/done"),
    ] = None,
    failed: Annotated[
        Path | None,
        typer.Option(help="Where one goes that cannot be, with its reason.", show_default="DIR/failed"),
    ] = None,
    outlet: Annotated[
        str | None, typer.Option(help="Outlet of the watched files that the manifest does not name.")
    ] = None,
    feed: Annotated[
        str | None, typer.Option(help="Feed of the watched files that the manifest does not name.")
    ] = None,
    manifest: Annotated[
        Path | None,
        typer.Option(help='JSON lines that say of a file: {"file", "outlet", "url", "published", "feed"}.'),
    ] = None,
    rate: Annotated[str | None, typer.Option(help="At most so many payloads a second, such as 50/s.")] = None,
    speed: Annotated[
        str | None,
        typer.Option(
            help="Keep the distances between publication times, so many times as fast, such as 60x."
        ),
    ] = None,
    loop: Annotated[int, typer.Option(min=0, help="So many times over; 0 is for ever.")] = 1,
    as_published: Annotated[
        bool,
        typer.Option(
            "--as-published", help="Tell the worker that each payload came when it was published, not now."
        ),
    ] = False,
    bootstrap: Bootstrap = None,
    prefix: Prefix = None,
) -> None:
    """Publish payload files to wire-payloads and wait until the broker has them.

    A file is one payload, its bytes untouched; a line of a .jsonl is one JSON article. Directories are
    read by file name. Ends with a summary; exit code 1 when a payload was too large for the topic, 130 when
    Ctrl-C or SIGTERM ended it: what was under way is acknowledged first.

    With --watch it follows a drop: names such as .x, x.tmp and x.part are left alone until they are renamed,
    a complete file is published and moved to done once the broker has it, what cannot be published goes to
    failed. A killed run delivers what it had not moved again, under the same ce_id.
    """
    if watch is not None:
        if paths or rate or speed or loop != 1 or as_published:
            fail("--watch takes no other paths, and no --rate, --speed, --loop or --as-published")
        _watch(
            watch,
            facts=Facts(outlet=outlet, feed=feed),
            manifest=manifest,
            settle=settle,
            done=done,
            failed=failed,
            settings=connect.settings_of(bootstrap=bootstrap, prefix=prefix),
        )
        return
    if settle or done or failed or outlet or feed:
        fail("--settle, --done, --failed, --outlet and --feed are for --watch")
    if not paths:
        fail("Missing argument: files or directories to replay, or --watch DIR")
    from worker.commands import publishing  # noqa: PLC0415 - brings the Kafka client, --help needs none
    from worker.stream.catalogue import MissingTopic, Refused  # noqa: PLC0415 - as below

    if rate is not None and speed is not None:
        fail("--rate and --speed both set the pace; give one")
    pace = publishing.Pace(rate=_number(rate, "--rate", "/s"), speed=_number(speed, "--speed", "x"))
    settings = connect.settings_of(bootstrap=bootstrap, prefix=prefix)
    try:
        read_payloads(paths, manifest)  # finds what is missing before the broker is asked for anything
        expected = _expected(list_files(paths, manifest), loop)
        with progress(expected) as tell:
            summary = connect.run(
                publishing.replay(
                    lambda: read_payloads(paths, manifest),
                    settings,
                    pace=pace,
                    loop=loop or None,
                    as_published=as_published,
                    tell=tell,
                    stoppable=True,
                ),
                settings,
            )
    except InputError as error:
        fail(str(error))
    except (MissingTopic, Refused) as error:
        fail(str(error))
    sys.stdout.write(summary.text() + "\n")
    sys.stdout.flush()
    for refused in summary.refused:
        sys.stderr.write(f"wiretrace: not published: {refused}\n")
    if summary.stopped or summary.refused:
        raise SystemExit(int(Exit.INTERRUPTED if summary.stopped else Exit.FAULT))


def _watch(
    folder: Path,
    *,
    facts: Facts,
    manifest: Path | None,
    settle: str | None,
    done: Path | None,
    failed: Path | None,
    settings: Settings,
) -> None:
    """Follow a drop until a signal ends it."""
    from worker.commands import watching  # noqa: PLC0415 - brings the Kafka client, --help needs none
    from worker.stream.catalogue import MissingTopic, Refused  # noqa: PLC0415 - as below

    try:
        seconds = duration_ms(settle or "2s") / 1000
    except ValueError as error:
        fail(f"--settle: {settle!r} {error}")
    drop = Drop(folder, done=done or folder / "done", failed=failed or folder / "failed", settle=seconds)
    try:
        known = {} if manifest is None else read_manifest(manifest)
        if manifest is not None and manifest.resolve().parent == folder.resolve():
            fail(f"{manifest}: lies in the drop, where it would be published")
        drop.open()
        logs.configure(level=settings.log_level, style=settings.log_format)
        connect.run(watching.watch(drop, settings, known=known, facts=facts, interval=seconds / 4), settings)
    except (InputError, DropError, MissingTopic, Refused) as error:
        fail(str(error))
    finally:
        drop.close()


def _expected(files: list[Path], loop: int) -> int | None:
    """Count the payloads ahead; None when only reading would tell."""
    if loop == 0 or any(path.name.endswith((".jsonl", ".jsonl.gz")) for path in files):
        return None
    return len(files) * loop


def _number(text: str | None, flag: str, unit: str) -> float | None:
    if text is None:
        return None
    match = re.fullmatch(rf"(\d{{1,9}}(?:\.\d{{1,6}})?)(?:{unit})?", text)
    if not match or float(match[1]) <= 0:
        fail(f"{flag}: {text[:40]!r} is no number above 0, such as 50{unit}")
    return float(match[1])
