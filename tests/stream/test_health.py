"""The probes over real HTTP."""

import aiohttp
import pytest

from worker import VERSION
from worker.stream.health import Health
from worker.stream.vitals import Vitals


@pytest.fixture
def vitals():
    found = Vitals(clock=lambda: 1000.0)
    found.split.progress = found.place.progress = 1000.0
    return found


@pytest.fixture
async def get(vitals, unused_tcp_port):
    health = Health(vitals, host="127.0.0.1", port=unused_tcp_port)
    await health.start()

    async def get(path):
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"http://127.0.0.1:{unused_tcp_port}{path}") as response,
        ):
            return response.status, response.headers, await response.text()

    yield get
    await health.stop()


async def test_a_worker_that_turns_is_alive_before_it_is_ready(get):
    assert (await get("/healthz"))[0] == 200
    status, _, body = await get("/readyz")
    assert status == 503
    assert "no assignment yet" in body


async def test_readyz_and_the_gauge_say_the_same(get, vitals):
    assert "\nwiretrace_ready 0.0\n" in (await get("/metrics"))[2]
    vitals.split.assigned = vitals.place.assigned = 1
    vitals.place.recovered = True
    assert (await get("/readyz"))[0] == 200
    assert "\nwiretrace_ready 1.0\n" in (await get("/metrics"))[2]


async def test_metrics_are_in_the_text_format_and_tell_the_version(get):
    status, headers, body = await get("/metrics")
    assert status == 200
    assert headers["Content-Type"].startswith("text/plain; version=")
    assert f'wiretrace_build_info{{version="{VERSION}"}} 1.0' in body
    assert 'wiretrace_payloads_total{outcome="rejected"}' in body
