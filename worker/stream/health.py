"""Probes over HTTP: /healthz while the event loop turns, /readyz when the worker is ready, /metrics."""

from typing import Any

from aiohttp import web
from mode import Service
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from worker import VERSION
from worker.stream import metrics
from worker.stream.vitals import Vitals


class Health(Service):
    """An HTTP server for probes; it asks nothing of the broker."""

    def __init__(self, vitals: Vitals, *, host: str, port: int, **kwargs: Any) -> None:  # noqa: ANN401
        self._vitals = vitals
        self._host = host
        self._port = port
        self._runner: web.AppRunner | None = None
        metrics.READY.set_function(lambda: vitals.unready() is None)
        metrics.BUILD_INFO.labels(VERSION).set(1)
        super().__init__(**kwargs)

    async def on_start(self) -> None:
        """Listen; an address in use raises OSError."""
        app = web.Application()
        app.router.add_get("/healthz", self._healthz)
        app.router.add_get("/readyz", self._readyz)
        app.router.add_get("/metrics", self._metrics)
        app.router.add_get("/version", self._version)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, self._host, self._port).start()

    async def on_stop(self) -> None:
        """Stop listening."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def _healthz(self, _: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    async def _readyz(self, _: web.Request) -> web.Response:
        reason = self._vitals.unready()
        if reason is None:
            return web.json_response({"status": "ready"})
        return web.json_response({"status": "unready", "reason": reason}, status=503)

    async def _metrics(self, _: web.Request) -> web.Response:
        return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    async def _version(self, _: web.Request) -> web.Response:
        return web.json_response({"version": VERSION})
