"""Worker processes of a test: started, killed and stopped by their own pid."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaProducer

from tests.faults.feed import Numbered


class WorkerProcess:
    """One ``wiretrace worker``; its log goes to a file of the test."""

    def __init__(self, *, bootstrap: str, prefix: str, log: Path, name: str = "one", **settings: str) -> None:
        self._environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith("WIRETRACE_")},
            "WIRETRACE_BOOTSTRAP": bootstrap,
            "WIRETRACE_PREFIX": prefix,
            "WIRETRACE_HTTP_PORT": "0",
            "WIRETRACE_INSTANCE_ID": name,
            "WIRETRACE_LOG_LEVEL": "warning",
            **settings,
        }
        self._log = log
        self.port = int(self._environment["WIRETRACE_HTTP_PORT"])
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "worker", "worker"],
                env=self._environment,
                stdout=log,
                stderr=log,
                cwd=Path(__file__).resolve().parents[2],
            )

    def kill(self) -> None:
        """As a machine does that loses power: no goodbye."""
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()

    def stop(self, within: float = 30.0) -> int:
        """As an orchestrator does; returns the exit code."""
        if self.process is None:
            return 0
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(timeout=within)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise

    async def ready(self, within: float = 120.0) -> None:
        """Wait until the worker has its partitions and its state; it needs a port for its probes."""
        deadline = asyncio.get_running_loop().time() + within
        while await self.metric("wiretrace_ready") != 1.0:
            if asyncio.get_running_loop().time() > deadline:
                msg = f"not ready after {within:.0f} s"
                raise TimeoutError(msg)
            await asyncio.sleep(0.2)

    async def metric(self, name: str) -> float | None:
        """Read a metric, by its name and labels as written; None while the worker does not answer."""
        _, _, body = (await self._get("/metrics")).partition("\r\n\r\n")
        for line in body.splitlines():
            if line.startswith(f"{name} "):
                return float(line.rpartition(" ")[2])
        return None

    async def answers(self, path: str) -> bool:
        """Tell whether the worker says OK to a probe."""
        return " 200 " in (await self._get(path)).partition("\r\n")[0]

    async def _get(self, path: str) -> str:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        except OSError:
            return ""
        try:
            writer.write(f"GET {path} HTTP/1.0\r\n\r\n".encode())
            return (await asyncio.wait_for(reader.read(), 2)).decode()
        except (OSError, TimeoutError):
            return ""
        finally:
            writer.close()

    def suspend(self) -> None:
        """Freeze: the process stands still and knows nothing of it."""
        if self.process is not None:
            self.process.send_signal(signal.SIGSTOP)

    def wake(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGCONT)

    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None


async def publish(bootstrap: str, topic: str, feed: list[Numbered], *, rate: float | None) -> None:
    """Put payloads on a topic, ``rate`` a second, and wait for the broker's word on each."""
    producer: Any = AIOKafkaProducer(
        bootstrap_servers=bootstrap,
        acks="all",
        enable_idempotence=True,
        linger_ms=5,
        max_request_size=8 * 1024 * 1024,
    )
    await producer.start()
    receipts = []
    started = asyncio.get_running_loop().time()
    try:
        for number, payload in enumerate(feed):
            if rate is not None:
                wait = started + number / rate - asyncio.get_running_loop().time()
                if wait > 0:
                    await asyncio.sleep(wait)
            receipts.append(
                await producer.send(topic, key=payload.key, value=payload.body, headers=payload.headers)
            )
        await asyncio.gather(*receipts)
    finally:
        await producer.stop()
