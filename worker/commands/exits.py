"""How a command ends: exit codes and the one line that says why."""

import sys
from enum import IntEnum
from typing import NoReturn


class Exit(IntEnum):
    """Exit codes of ``wiretrace``."""

    CLEAN = 0
    FAULT = 1  # a defect, or a broker that died under us
    USAGE = 2  # what the user typed, set or named cannot be
    UNREACHABLE = 3  # no broker answers
    INTERRUPTED = 130  # Ctrl-C, as shells say it


def fail(message: str, code: Exit = Exit.USAGE) -> NoReturn:
    """Say in one line on standard error why we stop, and exit with ``code``."""
    line = " ".join(message.split())
    sys.stderr.write(f"wiretrace: {line}\n")
    raise SystemExit(int(code))
