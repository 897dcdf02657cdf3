"""What every test may ask for."""

import os
import uuid
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import hypothesis
import pytest

from worker.broker import Broker
from worker.settings import Settings
from worker.stream import catalogue

# A shared machine stalls now and then; what is too slow is found by benchmarks and pytest's timeout.
hypothesis.settings.register_profile("here", deadline=None)
hypothesis.settings.load_profile("here")

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The development material beside the repository; WIRETRACE_REQUIRE_SHARED makes its absence an error."""
    if not SHARED.is_dir():
        if os.environ.get("WIRETRACE_REQUIRE_SHARED"):
            pytest.fail(f"{SHARED.name}/ is required here and is absent")
        pytest.skip("the development material is not beside the repository")
    return SHARED


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--no-broker", action="store_true", help="skip the tests that start a real Kafka; CI never does"
    )
    parser.addoption(
        "--pictures", action="store_true", help="rewrite docs/pictures from what the browser tests see"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark what uses the broker, so that ``-m broker`` and ``--no-broker`` find it."""
    for item in items:
        if "kafka" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.broker)
        if config.getoption("--no-broker") and item.get_closest_marker("broker"):
            item.add_marker(pytest.mark.skip(reason="--no-broker"))


@pytest.fixture(scope="session")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """One real Kafka for the whole run; ``kafka.bootstrap`` is its address."""
    Broker.warm()
    with Broker.start(tmp_path_factory.mktemp("kafka")) as broker:
        yield broker


@pytest.fixture
def prefix() -> str:
    """A topic prefix that no other test uses, so that tests share a broker and not their topics."""
    return f"t{uuid.uuid4().hex[:10]}"


@pytest.fixture
def apply_topics(kafka: Broker) -> Callable[[str], Awaitable[None]]:
    """Make the catalogue's topics on the test broker under a prefix."""

    async def apply(prefix: str) -> None:
        await catalogue.apply(Settings(bootstrap=kafka.bootstrap, prefix=prefix))

    return apply
