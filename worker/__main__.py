"""The command line: one module per verb under ``commands``, imported only when it is the verb."""

import errno
import io
import os
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from types import MappingProxyType
from typing import Final

import typer

from worker import VERSION
from worker.commands.exits import Exit, fail

# A module of this name under worker.commands has a function `command`, or `app`, a typer.Typer
# with verbs of its own. The summary stands here so that --help imports none of them.
VERBS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "demo": "Follow a sample stream through a Kafka and a worker of its own.",
        "up": "Run broker, topics, worker and board together on this machine.",
        "broker": "Run a real Apache Kafka on this machine, without Docker or Java.",
        "topics": "Make a broker's topics match the catalogue, or list them.",
        "worker": "Split and place what arrives on wire-payloads, as a service.",
        "board": "Show in a browser how stories travel, live.",
        "replay": "Publish payload files to wire-payloads, waiting for acks.",
        "poll": "Follow RSS, Atom and JSON feeds onto wire-payloads.",
        "follow": "Watch canonical stories and their variants as they are placed.",
        "trace": "Place payload files without a broker: JSON lines.",
        "show": "Show a variant against the canonical copy, as a diff.",
        "rejects": "List what was refused, show it, put it back.",
        "export": "Write stories and links as Parquet files, for research.",
        "evaluate": "Score the matcher on labelled pairs of a stream.",
    }
)

FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def main(arguments: Sequence[str] | None = None) -> None:
    """Run ``wiretrace`` and exit: 0 clean, 1 fault, 2 usage, 3 broker unreachable, 130 interrupted."""
    argv = list(sys.argv[1:] if arguments is None else arguments) or ["--help"]
    verb = argv[0] if argv[0] in VERBS else None
    if isinstance(sys.stdout, io.TextIOWrapper):  # news has words that a terminal's encoding may lack
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        code = build(verb)(argv, prog_name="wiretrace", standalone_mode=False)
        sys.stdout.flush()
    except typer.TyperException as error:
        context = getattr(error, "ctx", None)
        where = context.command_path if context else "wiretrace"
        fail(f"{error.format_message()} ({where} --help tells more)")
    except BrokenPipeError:  # the reader of our output left: `wiretrace trace … | head`
        _drop_output()
        raise SystemExit(int(Exit.FAULT)) from None
    except OSError as error:
        if error.errno not in FULL:
            raise
        _drop_output()
        fail(f"the output cannot be written: {error.strerror}", Exit.FAULT)
    raise SystemExit(code if isinstance(code, int) else int(Exit.CLEAN))


def _drop_output() -> None:
    """Let nothing more be written: Python flushes at exit, and would fail again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def build(verb: str | None) -> typer.Typer:
    """Build the command line with the module of ``verb`` loaded and the other verbs by name alone."""
    app = typer.Typer(
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_root)
    for name, summary in VERBS.items():
        if name != verb:
            app.command(name, help=summary)(_unloaded)
            continue
        module = import_module(f"worker.commands.{name}")
        if hasattr(module, "app"):
            app.add_typer(module.app, name=name, help=summary)
        else:
            app.command(name)(module.command)
    return app


def _version(wanted: bool) -> None:  # noqa: FBT001 - typer calls it by position
    if wanted:
        sys.stdout.write(f"wiretrace {VERSION}\n")
        raise typer.Exit


def _root(
    *,
    _: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Print the version and exit."
    ),
) -> None:
    """Follow one wire story through every outlet that runs it."""


def _unloaded() -> None:
    """Stand in the list of verbs; ``build`` loads the one that is called."""


if __name__ == "__main__":
    main()
