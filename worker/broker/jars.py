"""Fetch the jars that ``jars.lock`` names, once per machine, and believe only their digests."""

import fcntl
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Final

from worker.broker.errors import BrokerError, MissingExtra

CACHE_VARIABLE: Final = "WIRETRACE_BROKER_CACHE"
DOWNLOADS: Final = 4  # at a time; more gain nothing and look rude
ATTEMPTS: Final = 3  # per jar

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Jar:
    """One line of the lock: Maven coordinate (group:artifact:version) and SHA-256 in hexadecimal."""

    coordinate: str
    sha256: str

    @property
    def filename(self) -> str:
        """Name the file as Maven does."""
        _, artifact, version = self.coordinate.split(":")
        return f"{artifact}-{version}.jar"


def locked() -> tuple[Jar, ...]:
    """Read the committed lock, in class path order."""
    return tuple(Jar(sha256=digest, coordinate=coordinate) for digest, coordinate in _rows(_lock_text()))


def cache_folder() -> Path:
    """Say where jars live: WIRETRACE_BROKER_CACHE, else the user's cache folder (XDG)."""
    if named := os.environ.get(CACHE_VARIABLE):
        return Path(named)
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "wiretrace" / "broker"


def fetch(cache: Path, *, tell: Tell) -> tuple[Path, ...]:
    """Give the jars in class path order, downloading what the cache lacks.

    Several processes may ask at once: one downloads while the others wait. A folder of jars gets
    its name only when every digest in it was right, so a killed download leaves no half a cache.
    Raises BrokerError.
    """
    folder = cache / release()
    jars = locked()
    paths = tuple(folder / jar.filename for jar in jars)
    if all(path.is_file() for path in paths):
        return paths
    with alone(cache):
        if not all(path.is_file() for path in paths):
            tell(f"fetching Apache Kafka {kafka_version()} ({len(jars)} jars, 44 MB) into {cache}, once")
            _download(jars, folder)
    return paths


@contextmanager
def alone(cache: Path) -> Iterator[None]:
    """Hold the cache for this process; others wait. Raises BrokerError when it cannot be written."""
    try:
        cache.mkdir(parents=True, exist_ok=True)
        with (cache / ".lock").open("wb") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
    except OSError as error:
        raise BrokerError(f"cannot write the broker's cache {cache}: {error}") from error


def release() -> str:
    """Name the set of jars: Kafka's version and a digest of the lock, for folders in the cache."""
    return f"kafka-{kafka_version()}-{hashlib.sha256(_lock_text().encode()).hexdigest()[:12]}"


def kafka_version() -> str:
    """Give the locked version of Kafka."""
    return next(jar.coordinate for jar in locked()).rpartition(":")[2]


def _lock_text() -> str:
    return (files("worker.broker") / "jars.lock").read_text(encoding="utf-8")


def _rows(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        digest, coordinate = line.split()
        yield digest, coordinate


def _download(jars: tuple[Jar, ...], folder: Path) -> None:
    """Fill a neighbour of ``folder`` and give it the name at the end; a later try goes on from it."""
    partial = folder.with_name(folder.name + ".partial")
    partial.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(max_workers=DOWNLOADS) as pool:
        for _ in pool.map(lambda jar: _obtain(jar, partial), jars):
            pass
    shutil.rmtree(partial / "repository", ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)  # only there when someone took jars out of it
    partial.replace(folder)


def _obtain(jar: Jar, folder: Path) -> None:
    target = folder / jar.filename
    if target.is_file() and digest_of(target) == jar.sha256:
        return
    source = _resolve(jar, folder / "repository")
    found = digest_of(source)
    if found != jar.sha256:
        source.unlink(missing_ok=True)
        raise BrokerError(
            f"{jar.coordinate} is not what the lock says: SHA-256 {found}, expected {jar.sha256}"
        )
    source.replace(target)


def _resolve(jar: Jar, repository: Path) -> Path:
    try:
        from jgo.maven import MavenContext  # noqa: PLC0415 - the extra 'broker'
    except ModuleNotFoundError as error:
        raise MissingExtra("jgo") from error
    group, artifact, version = jar.coordinate.split(":")
    component = MavenContext(repo_cache=repository, timeout=30).project(group, artifact).at_version(version)
    wanted = component.artifact()
    target = repository / component.path_prefix / wanted.filename
    target.unlink(missing_ok=True)  # half a file of a killed download
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return Path(wanted.resolve())
        except (OSError, RuntimeError) as error:  # requests' errors are OSErrors
            target.unlink(missing_ok=True)
            if attempt == ATTEMPTS:
                cause = " ".join(str(error).split())[:200]
                raise BrokerError(f"cannot fetch {jar.coordinate} from Maven Central: {cause}") from error
    raise AssertionError  # pragma: no cover - the loop returns or raises


def digest_of(path: Path) -> str:
    """Compute the SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
