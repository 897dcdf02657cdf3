"""The jars are what the lock says or they are not used, whatever happens to the first download."""

import hashlib
import multiprocessing
import re
from itertools import chain
from pathlib import Path

import pytest

from worker.broker import BrokerError, config, jars, storage

BODIES = {"org.wire:alpha:1": b"alpha", "org.wire:beta:2": b"beta" * 1000}
LOCK = "".join(f"{hashlib.sha256(body).hexdigest()}  {name}\n" for name, body in BODIES.items())


def hush(_line: str) -> None:
    """Progress is not under test here."""


def place_download(jar: jars.Jar, repository: Path, body: bytes) -> Path:
    target = repository / jar.filename
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(body)
    return target


@pytest.fixture
def registry(monkeypatch):
    """A lock of two jars and a registry that serves them; gives the coordinates asked for."""
    asked: list[str] = []

    def resolve(jar, repository):
        asked.append(jar.coordinate)
        return place_download(jar, repository, BODIES[jar.coordinate])

    monkeypatch.setattr(jars, "_lock_text", lambda: LOCK)
    monkeypatch.setattr(jars, "_resolve", resolve)
    return asked


def test_the_committed_lock_names_kafka_and_a_digest_for_every_jar():
    locked = jars.locked()
    assert locked[0].coordinate == "org.apache.kafka:kafka_2.13:4.3.1"
    assert len({jar.filename for jar in locked}) == len(locked) == 46
    assert all(re.fullmatch(r"[0-9a-f]{64}", jar.sha256) for jar in locked)


def test_jars_are_fetched_once_in_the_order_of_the_lock(tmp_path, registry):
    first = jars.fetch(tmp_path, tell=hush)
    assert [path.name for path in first] == ["alpha-1.jar", "beta-2.jar"]
    assert [path.read_bytes() for path in first] == list(BODIES.values())
    assert jars.fetch(tmp_path, tell=hush) == first
    assert sorted(registry) == sorted(BODIES)


@pytest.mark.usefixtures("registry")
def test_a_jar_with_another_digest_is_refused_and_never_named(tmp_path, monkeypatch):
    def resolve(jar, repository):
        return place_download(jar, repository, b"something else")

    good = jars._resolve
    monkeypatch.setattr(jars, "_resolve", resolve)
    with pytest.raises(BrokerError, match="is not what the lock says"):
        jars.fetch(tmp_path, tell=hush)
    assert not list(tmp_path.rglob("*.jar"))
    monkeypatch.setattr(jars, "_resolve", good)
    assert len(jars.fetch(tmp_path, tell=hush)) == 2


def test_a_broken_off_download_goes_on_where_it_was(tmp_path, registry, monkeypatch):
    def resolve(jar, repository):
        if jar.coordinate.startswith("org.wire:beta"):
            raise BrokerError("the line went dead")
        return good(jar, repository)

    good = jars._resolve
    monkeypatch.setattr(jars, "_resolve", resolve)
    with pytest.raises(BrokerError, match="the line went dead"):
        jars.fetch(tmp_path, tell=hush)
    monkeypatch.setattr(jars, "_resolve", good)
    registry.clear()
    jars.fetch(tmp_path, tell=hush)
    assert registry == ["org.wire:beta:2"]


@pytest.mark.usefixtures("registry")
def test_jars_that_somebody_deleted_are_fetched_again(tmp_path):
    first = jars.fetch(tmp_path, tell=hush)
    first[0].unlink()
    assert all(path.is_file() for path in jars.fetch(tmp_path, tell=hush))


@pytest.mark.usefixtures("registry")
def test_a_cache_that_cannot_be_written_is_named(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    with pytest.raises(BrokerError, match=f"cannot write the broker's cache {blocked}"):
        jars.fetch(blocked, tell=hush)


def first_start(cache: Path, results: "multiprocessing.Queue[list[str]]") -> None:
    asked: list[str] = []

    def resolve(jar, repository):
        asked.append(jar.coordinate)
        return place_download(jar, repository, BODIES[jar.coordinate])

    jars._lock_text = lambda: LOCK
    jars._resolve = resolve
    paths = jars.fetch(cache, tell=hush)
    assert [path.read_bytes() for path in paths] == list(BODIES.values())
    results.put(asked)


def test_of_several_first_starts_one_downloads_and_the_others_wait(tmp_path):
    results: multiprocessing.Queue[list[str]] = multiprocessing.Queue()
    starts = [multiprocessing.Process(target=first_start, args=(tmp_path, results)) for _ in range(4)]
    for start in starts:
        start.start()
    asked = [results.get(timeout=30) for _ in starts]
    for start in starts:
        start.join(30)
        assert start.exitcode == 0
    assert sorted(chain(*asked)) == sorted(BODIES)


def test_the_cache_is_where_the_user_says(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.delenv("WIRETRACE_BROKER_CACHE", raising=False)
    assert jars.cache_folder() == tmp_path / "wiretrace" / "broker"
    monkeypatch.setenv("WIRETRACE_BROKER_CACHE", str(tmp_path / "mine"))
    assert jars.cache_folder() == tmp_path / "mine"


def test_a_path_of_any_letters_survives_the_properties_file(tmp_path):
    folder = tmp_path / "Zürich\\β"
    text = config.properties(data=folder, port=1, controller=2, node=config.Node(), more={})
    assert text.isascii()
    (line,) = [line for line in text.splitlines() if line.startswith("log.dirs=")]
    assert line.encode("ascii").decode("unicode_escape") == f"log.dirs={folder}/log"


def test_new_clusters_have_ids_that_kafka_takes():
    ids = {storage.new_uuid() for _ in range(500)}
    assert len(ids) == 500
    assert all(re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_-]{21}", each) for each in ids)
