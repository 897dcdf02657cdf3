"""Put the worker together from settings, and run it until a signal or a fault ends it. No globals."""

import asyncio
import signal
import threading
import time
from typing import Any, Final

import faust
import structlog
from mode import Service

from topics.catalog import WIRE_PAYLOADS, WIRE_STORIES, topic_name
from worker.settings import Settings
from worker.stream.guard import TopicGuard
from worker.stream.halt import halt
from worker.stream.header_names import read_any_header_names
from worker.stream.health import Health
from worker.stream.kafka import METADATA_AGE_MS, client_args, faust_credentials
from worker.stream.lag import Done, Half, LagWatch
from worker.stream.memory import give_back
from worker.stream.placer import Placer
from worker.stream.positions import PayloadTransport
from worker.stream.publish import Publisher
from worker.stream.splitter import Splitter
from worker.stream.tracing import Tracing
from worker.stream.vitals import Vitals

log = structlog.get_logger("wiretrace.worker")

AHEAD: Final = 1024 * 1024
"""Bytes of a partition that are read ahead: in a backlog one partition after the other has its turn, as long
as these last. A larger record comes all the same (KIP-74).
"""
STOP_WITHIN: Final = 15.0  # seconds; a broker that does not answer must not keep us from stopping


class _App(faust.App):
    """Faust with our positions, and without the folders for tables, which kill -9 would leave behind."""

    settings_of_worker: Settings

    def _new_transport(self) -> PayloadTransport:
        return PayloadTransport(self.conf.broker_consumer, self)

    def _create_directories(self) -> None:
        """Make nothing."""


def build_app(settings: Settings) -> faust.App:
    """Return the Faust app that reads ``wire-payloads``; it keeps no table and serves no web page."""
    app = _App(
        settings.split_group,
        broker=[f"kafka://{host}" for host in settings.bootstrap.split(",")],
        broker_credentials=faust_credentials(settings),
        broker_commit_interval=0.3,
        broker_commit_every=500,
        broker_max_poll_records=500,
        broker_session_timeout=settings.session_timeout,
        broker_heartbeat_interval=settings.session_timeout / 10,
        consumer_group_instance_id=settings.instance_id and f"{settings.instance_id}-split",
        consumer_auto_offset_reset="earliest",
        consumer_max_fetch_size=AHEAD,
        consumer_metadata_max_age_ms=METADATA_AGE_MS,
        stream_wait_empty=True,
        stream_buffer_maxsize=1024,
        topic_allow_declare=False,
        topic_disable_leader=True,
        store="memory://",
        web_enabled=False,
        worker_redirect_stdouts=False,
    )
    app.settings_of_worker = settings
    return app


class Worker(Service):
    """The whole worker: probes, producer, split and place. A crash of one part ends all."""

    def __init__(self, settings: Settings, tracing: Tracing, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(**kwargs)
        self.vitals = Vitals(clock=time.monotonic)
        self._app = build_app(settings)
        publisher = Publisher(client_args(settings), linger_ms=settings.linger_ms)
        guard = TopicGuard(settings)
        placer = Placer(settings, publisher, self.vitals.place, tracing)
        payloads, stories = (topic_name(each.name, settings.prefix) for each in (WIRE_PAYLOADS, WIRE_STORIES))
        self._services = (
            Health(self.vitals, host=settings.http_host, port=settings.http_port),
            publisher,
            guard,
            Splitter(self._app, settings, publisher, guard, tracing),
            self._app,
            placer,
            LagWatch(
                settings,
                Half(topic=payloads, part=self.vitals.split, done=self._split_done),
                Half(topic=stories, part=self.vitals.place, done=placer.done),
            ),
        )

    async def on_start(self) -> None:
        """Start the parts in the order in which they need each other."""
        for service in self._services:
            await self.add_runtime_dependency(service)
        log.info("worker.started")

    async def on_stop(self) -> None:
        """Not ready from here on; the parts stop in reverse order."""
        self.vitals.stopping = True

    def _split_done(self) -> Done | None:
        """Note the assignment of split and tell how far it has committed; None before there is one."""
        if self._app.rebalancing or not self._app.rebalancing_count:
            return None
        consumer: Any = self._app.consumer
        assigned = consumer.assignment()
        self.vitals.split.assigned = len(assigned)
        return {each: consumer._committed_offset[each] for each in assigned}  # noqa: SLF001 - no public way


async def run(settings: Settings, tracing: Tracing) -> int:
    """Run a worker until SIGTERM or SIGINT (exit code 0; a second one does not wait: 1) or a fault (1)."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def asked(name: str) -> None:
        if stop.is_set():
            halt("worker.hurried", signal=name)
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, asked, number.name)
    read_any_header_names()
    worker = Worker(settings, tracing)
    give_back()
    asking, starting = asyncio.ensure_future(stop.wait()), asyncio.ensure_future(worker.start())
    await asyncio.wait({asking, starting}, return_when=asyncio.FIRST_COMPLETED)
    if starting.done():
        starting.result()
        ending = asyncio.ensure_future(worker.wait_until_stopped())
        await asyncio.wait({asking, ending}, return_when=asyncio.FIRST_COMPLETED)
        ending.cancel()
    asking.cancel()
    starting.cancel()
    _leave_within(STOP_WITHIN)
    await worker.stop()
    tracing.close()
    if worker.crashed:
        halt("worker.crashed", error=repr(worker.crash_reason)[:500])  # Faust's agents outlive a cancellation
    log.info("worker.stopped")
    return 0


def _leave_within(seconds: float) -> None:
    """Halt after so many seconds, from a thread: Faust joins its own with the loop standing still."""

    def leave() -> None:
        halt("worker.stop_timed_out", seconds=seconds)

    timer = threading.Timer(seconds, leave)
    timer.daemon = True
    timer.start()
