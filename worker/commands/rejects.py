"""``wiretrace rejects``: what was refused and why, and back with it when the cause is gone."""

import math
import re
import sys
from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import orjson
import typer

from worker.commands import connect
from worker.commands.aligned import aligned
from worker.commands.connect import Bootstrap, Prefix
from worker.commands.exits import Exit, fail
from worker.commands.moments import moment_ms
from worker.errors import Reason
from worker.settings import Settings

if TYPE_CHECKING:
    from worker.commands.letters import Letter, Mailbag, Wanted

app = typer.Typer(rich_markup_mode=None)

Reasons = Annotated[
    list[str] | None,
    typer.Option("--reason", help="Only those refused for this reason; may be given several times."),
]
Since = Annotated[
    str | None, typer.Option(help="Only those since then: a duration such as 2h, or an RFC 3339 time.")
]
SHOWN_ID = 12  # characters of an id that a list shows; enough to name it


@app.command("list")
def list_command(
    *,
    reason: Reasons = None,
    since: Since = None,
    limit: Annotated[
        int, typer.Option(min=0, help="Most letters to list, the latest; 0 for counts alone.")
    ] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="All of them as JSON lines.")] = False,
    bootstrap: Bootstrap = None,
    prefix: Prefix = None,
) -> None:
    """Count the refused payloads and parts by reason, and list the latest."""
    bag = _collect(connect.settings_of(bootstrap=bootstrap, prefix=prefix), reason, since)
    if bag.unreadable:
        sys.stderr.write(f"wiretrace: {bag.unreadable} records are no dead letters of wiretrace\n")
    if as_json:
        for letter in bag.letters:
            sys.stdout.buffer.write(orjson.dumps(_facts(letter), option=orjson.OPT_APPEND_NEWLINE))
        return
    counts = Counter(letter.why.error_class for letter in bag.letters)
    for name, count in counts.most_common():
        sys.stdout.write(f"{count:7}  {name}\n")
    if not counts:
        sys.stdout.write("no rejects\n")
    shown = bag.letters[-limit:] if limit else []
    if shown:
        sys.stdout.write("\n")
    for line, message in aligned([_row(letter) for letter in shown]):
        sys.stdout.write(f"{line}  {message}\n")


@app.command("show")
def show_command(
    reject_id: Annotated[
        str, typer.Argument(metavar="ID", help="Id of the letter, or how it begins: 4 digits or more.")
    ],
    *,
    bytes_: Annotated[int, typer.Option("--bytes", min=0, help="Most bytes of the payload to print.")] = 2000,
    raw: Annotated[
        bool, typer.Option("--raw", help="Only the payload, as it is: for a file or a pipe.")
    ] = False,
    bootstrap: Bootstrap = None,
    prefix: Prefix = None,
) -> None:
    """Show one letter: why, where it was, its headers, and its bytes with control characters made visible."""
    from worker.commands.letters import Wanted  # noqa: PLC0415 - brings the Kafka client, --help needs none

    _check_id(reject_id)
    letters = _read(connect.settings_of(bootstrap=bootstrap, prefix=prefix), Wanted(id=reject_id)).letters
    if not letters:
        fail(f"no letter {reject_id} in wire-rejects")
    if len(letters) > 1:
        fail(f"{len(letters)} letters begin with {reject_id}; give more of it")
    (letter,) = letters
    value = letter.value or b""
    if raw:
        if sys.stdout.isatty():
            fail(
                "--raw writes bytes as they are, which may do harm to a terminal; send it to a file or a pipe"
            )
        sys.stdout.buffer.write(value)
        return
    for name, fact in _facts(letter).items():
        if fact is not None and name != "headers":
            sys.stdout.write(f"{name:12} {safe(str(fact))}\n")
    for name, content in letter.headers:
        sys.stdout.write(f"  {safe(name)}: {safe(_header(content) or '')}\n")
    sys.stdout.write(f"\n{printable(value[:bytes_])}\n")
    if len(value) > bytes_:
        sys.stdout.write(f"… and {len(value) - bytes_} bytes more (--bytes, --raw)\n")


@app.command("redrive")
def redrive_command(
    reject_id: Annotated[
        str | None, typer.Argument(metavar="ID", help="Only letters whose id begins so: 4 digits or more.")
    ] = None,
    *,
    reason: Reasons = None,
    since: Since = None,
    rate: Annotated[float, typer.Option(min=0.01, max=1000, help="Payloads a second.")] = 2.0,
    attempts: Annotated[
        int, typer.Option(min=1, help="Leave what was refused so many times or more: the loop guard.")
    ] = 3,
    yes: Annotated[
        bool, typer.Option("--yes", help="Do it; without, it only says what it would do.")
    ] = False,
    bootstrap: Bootstrap = None,
    prefix: Prefix = None,
) -> None:
    """Put refused payloads back on wire-payloads, as they were, once their cause is gone.

    Says what it would do; --yes does it. A payload of which some parts were placed is placed again as a
    repeat. Exit code 1 when nothing could go although there were letters.
    """
    from topics.catalog import WIRE_PAYLOADS  # noqa: PLC0415 - as above
    from worker.commands import letters  # noqa: PLC0415 - brings the Kafka client, --help needs none
    from worker.stream.catalogue import MissingTopic, Refused, full_name  # noqa: PLC0415 - as above

    if reject_id is not None:
        _check_id(reject_id)
    settings = connect.settings_of(bootstrap=bootstrap, prefix=prefix)
    bag = _collect(settings, reason, since, reject_id or "")
    if reject_id is not None and not bag.letters:
        fail(
            f"no letter {reject_id} in wire-rejects" + (" that the flags ask for" if reason or since else "")
        )
    try:
        redrive = letters.plan(bag.letters, topic=full_name(WIRE_PAYLOADS, settings), attempts=attempts)
    except Refused as error:
        fail(str(error))
    for why, count in redrive.staying.items():
        sys.stdout.write(f"{count:7}  stay: {why}\n")
    counts = Counter(letter.why.error_class for letter in redrive.going)
    for name, count in counts.most_common():
        sys.stdout.write(f"{count:7}  {'go' if yes else 'would go'}: {name}\n")
    if not redrive.going:
        sys.stdout.write("nothing to redrive\n")
        raise SystemExit(int(Exit.FAULT if bag.letters else Exit.CLEAN))
    if not yes:
        seconds = len(redrive.going) / rate
        sys.stdout.write(f"nothing was sent; --yes sends {len(redrive.going)} in {math.ceil(seconds)} s\n")
        return
    try:
        sent = connect.run(letters.send(redrive.going, settings, rate=rate, tell=_progress), settings)
    except (MissingTopic, Refused) as error:
        fail(str(error))
    sys.stdout.write(f"redrove {sent} payload{'' if sent == 1 else 's'}, all acknowledged\n")


def printable(value: bytes) -> str:
    r"""Render bytes for a terminal: text with control characters escaped, or a dump when it is no text.

    >>> print(printable(b"Storm" + bytes([27])))
    Storm\x1b
    """
    try:
        return safe(value.decode("utf-8"), keep="\n\t")
    except UnicodeDecodeError as error:
        if error.start >= len(value) - 3 and error.start > 0:  # the cut split a character
            return safe(value[: error.start].decode("utf-8"), keep="\n\t")
    lines = []
    for at in range(0, len(value), 16):
        row = value[at : at + 16]
        text = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in row)
        lines.append(f"{at:08x}  {row.hex(' '):47}  {text}")
    return "\n".join(lines)


def safe(text: str, *, keep: str = "") -> str:
    """Escape what a terminal would obey or that hides: control characters and direction marks."""
    return "".join(
        char if char in keep or char.isprintable() else char.encode("unicode_escape").decode("ascii")
        for char in text
    )


def _row(letter: "Letter") -> tuple[str, ...]:
    """Say a letter in the cells of a line."""
    why = letter.why
    place = f"{why.topic}/{why.partition}/{why.offset}" + ("" if why.part is None else f"#{why.part}")
    attempt = f"attempt {why.attempt}"
    cells = (why.reject_id[:SHOWN_ID], _time(letter.written), why.error_class, place, attempt)
    return tuple(safe(cell) for cell in (*cells, why.error_message))


def _check_id(reject_id: str) -> None:
    """End the program when this cannot be how the id of a letter begins."""
    if not re.fullmatch(r"[0-9a-f]{4,32}", reject_id):
        fail(f"{reject_id[:40]!r} is no id of a letter: 4 to 32 hexadecimal digits")


def _collect(settings: Settings, reasons: list[str] | None, since: str | None, id_: str = "") -> "Mailbag":
    """Read the letters that the flags ask for; a flag that cannot be ends the program with code 2."""
    from worker.commands.letters import Wanted  # noqa: PLC0415 - as above

    known = [reason.value for reason in Reason]
    if unknown := sorted(set(reasons or ()) - set(known)):
        fail(f"no such reason: {', '.join(unknown)}; there are {', '.join(known)}")
    return _read(
        settings, Wanted(reasons=frozenset(reasons or ()), since=moment_ms(since, "--since"), id=id_)
    )


def _read(settings: Settings, wanted: "Wanted") -> "Mailbag":
    from worker.commands.letters import collect  # noqa: PLC0415 - as above
    from worker.stream.catalogue import MissingTopic, Refused  # noqa: PLC0415 - as above

    try:
        return connect.run(collect(settings, wanted), settings)
    except (MissingTopic, Refused) as error:
        fail(str(error))


def _facts(letter: "Letter") -> dict[str, object]:
    why = letter.why
    return {
        "id": why.reject_id,
        "reason": why.error_class,
        "message": why.error_message,
        "stage": why.error_stage,
        "part": why.part,
        "topic": why.topic,
        "partition": why.partition,
        "offset": why.offset,
        "written": _time(letter.written),
        "attempt": why.attempt,
        "worker": why.worker_version,
        "key": None if letter.key is None else letter.key.decode("utf-8", "backslashreplace"),
        "bytes": len(letter.value or b"") if why.size is None else why.size,
        "digest": why.digest,
        "headers": {name: _header(value) for name, value in letter.headers},
    }


def _header(value: bytes | None) -> str | None:
    return None if value is None else value.decode("utf-8", "backslashreplace")


def _time(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _progress(sent: int) -> None:
    if sent % 100 == 0:
        sys.stderr.write(f"wiretrace: {sent} redriven\n")
