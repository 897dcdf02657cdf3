"""Become another program that ends when the parent does: ``leash.py PARENT COMMAND…``.

Linux alone knows how (PR_SET_PDEATHSIG, kept over execve); elsewhere the command just runs.
The signal comes when the thread that started us ends, so start brokers from a thread that lasts.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1  # linux/prctl.h


def main() -> None:
    """Set the leash, then become the command; exit at once when the parent has gone already."""
    parent, *command = sys.argv[1:]
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal.SIGTERM), 0, 0, 0)
    if os.getppid() != int(parent):
        sys.exit(1)
    os.execv(command[0], command)  # noqa: S606 - becoming the command is the point


if __name__ == "__main__":
    main()
