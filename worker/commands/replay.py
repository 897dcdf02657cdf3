"""``wiretrace replay``: payload files onto wire-payloads, as a feed would deliver them."""

import re
import sys
from pathlib import Path
from typing import Annotated

import typer

from worker.commands import connect
from worker.commands.connect import Bootstrap, Prefix
from worker.commands.exits import Exit, fail
from worker.commands.payloads import InputError, list_files, read_payloads


def command(
    paths: Annotated[
        list[Path],
        typer.Argument(help="Directories, payload files, .jsonl[.gz] of JSON articles."),
    ],
    *,
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
    read by file name. Ends with a summary; exit code 1 when a payload was too large for the topic.
    """
    from worker.commands import publishing  # noqa: PLC0415 - brings the Kafka client, --help needs none
    from worker.stream.catalogue import MissingTopic, Refused  # noqa: PLC0415 - as below

    if rate is not None and speed is not None:
        fail("--rate and --speed both set the pace; give one")
    pace = publishing.Pace(rate=_number(rate, "--rate", "/s"), speed=_number(speed, "--speed", "x"))
    settings = connect.settings_of(bootstrap=bootstrap, prefix=prefix)
    try:
        read_payloads(paths, manifest)  # finds what is missing before the broker is asked for anything
        expected = _expected(list_files(paths, manifest), loop)
        with publishing.progress(expected) as tell:
            summary = connect.run(
                publishing.replay(
                    lambda: read_payloads(paths, manifest),
                    settings,
                    pace=pace,
                    loop=loop or None,
                    as_published=as_published,
                    tell=tell,
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
    if summary.refused:
        raise SystemExit(int(Exit.FAULT))


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
