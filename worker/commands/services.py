"""Run other verbs of ours as processes: start, wait until ready, stop; they end when we do."""

import contextlib
import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import worker.broker.leash

POLL: Final = 0.1  # seconds
STOP_WITHIN: Final = 20.0  # seconds; then SIGKILL


class ServiceError(Exception):
    """A service did not become ready; the message is one line."""


class Service:
    """A verb of ours in a process and session of its own: Ctrl-C reaches us, and we stop it in our order.

    It ends with the process that started it, however that ends (Linux; elsewhere at a normal exit).
    """

    def __init__(self, verb: Sequence[str], environment: Mapping[str, str], log: Path) -> None:
        """Start it; ``environment`` is its own, ``log`` takes what it writes."""
        leash = [sys.executable, "-I", "-S", worker.broker.leash.__file__, str(os.getpid())]
        with log.open("wb") as sink:
            self._process = subprocess.Popen(  # noqa: S603 - our own command
                [*leash, sys.executable, "-m", "worker", *verb],
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.name = verb[0]
        self.log = log

    @property
    def pid(self) -> int:
        """Give its process id."""
        return self._process.pid

    @property
    def code(self) -> int | None:
        """Give its exit code; None while it runs."""
        return self._process.poll()

    def wait_until_ready(self, host: str, port: int, path: str, *, within: float) -> None:
        """Ask ``path`` until it answers 200. Raises ServiceError."""
        deadline = time.monotonic() + within
        while self.code is None and time.monotonic() < deadline:
            with contextlib.suppress(OSError, http.client.HTTPException):
                if _status(host, port, path) == http.HTTPStatus.OK:
                    return
            time.sleep(POLL)
        raise ServiceError(f"the {self.name} did not become ready: {self.last_word()} (log: {self.log})")

    def last_word(self) -> str:
        """Give the last line that it wrote."""
        lines = self.log.read_text(encoding="utf-8", errors="replace").split("\n")
        return next((line.strip()[:300] for line in reversed(lines) if line.strip()), "it said nothing")

    def stop(self) -> int:
        """Stop it cleanly (SIGTERM), by force after a while; give its exit code."""
        if self.code is None:
            self._process.terminate()
        try:
            return self._process.wait(timeout=STOP_WITHIN)
        except BaseException as error:  # too slow, or a second Ctrl-C while we wait: no more patience
            self._process.kill()
            code = self._process.wait()
            if isinstance(error, subprocess.TimeoutExpired):
                return code
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def _status(host: str, port: int, path: str) -> int:
    connection = http.client.HTTPConnection(host, port, timeout=2)
    try:
        connection.request("GET", path)
        with connection.getresponse() as answer:
            return answer.status
    finally:
        connection.close()


def free_port() -> int:
    """Find a port of loopback that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(*, keep: bool, **ours: str) -> dict[str, str]:
    """Make the environment of a service that talks to a broker of ours.

    ``keep`` lets the user's settings through, but for where and how to reach a broker; ``ours`` are set
    under their variables' names.
    """
    elsewhere = ("WIRETRACE_KAFKA__", "WIRETRACE_BOOTSTRAP", "WIRETRACE_PREFIX")
    theirs = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("WIRETRACE_") or (keep and not name.startswith(elsewhere))
    }
    return {**theirs, **ours}
