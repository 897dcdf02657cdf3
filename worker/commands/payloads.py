"""Read payload files the same way for ``replay`` and ``trace``: paths in, deliveries out."""

import gzip
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import BinaryIO, Final, Literal

import orjson

from worker.errors import BadHeaders
from worker.story import Payload
from worker.stream.incoming import milliseconds as told_milliseconds

LINES: Final = (".jsonl", ".jsonl.gz")
"""Files of JSON articles, one a line; every other file is one payload."""

FACTS: Final = ("outlet", "url", "published", "feed", "content_type")
"""What a line of a manifest may say of a file; other keys are for other readers."""

JSON: Final = "application/json"
LONGEST_LINE: Final = 64 * 1024 * 1024
"""Bytes of one line, as many as a payload can be set to have."""


class InputError(Exception):
    """An input cannot be read; the message is one line that names the file, and the line in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One payload of the input.

    ``name`` is the path of its file (``kind`` "path"), or the id of a JSON article, or for lack of one
    file and line (``kind`` "id"). ``index`` counts the input from 0. ``item`` and ``outlet`` name it
    among the payloads of its outlet; ``published`` is milliseconds since 1970 UTC where it is known.
    """

    kind: Literal["path", "id"]
    name: str
    index: int
    item: str
    outlet: str | None
    published: int | None
    payload: Payload


@dataclass(frozen=True, slots=True)
class Facts:
    """What a manifest says of one file."""

    outlet: str | None = None
    url: str | None = None
    published: str | None = None
    feed: str | None = None
    content_type: str | None = None


def read_payloads(paths: Iterable[Path], manifest: Path | None = None) -> Iterator[Delivery]:
    """Give the payloads of files and directories (their files by name), in order, read one at a time.

    Missing files, empty directories and a malformed manifest are found here, before the first payload.
    Raises InputError, later too when a file cannot be read.
    """
    facts = {} if manifest is None else read_manifest(manifest)
    return _deliveries(list_files(paths, manifest), facts)


def list_files(paths: Iterable[Path], manifest: Path | None = None) -> list[Path]:
    """List the files behind ``paths``: hidden files, directories in directories and the manifest are not.

    A link in a directory may lead to a file in it, and no further: what somebody else has put there must
    not publish what lies beside it. Raises InputError.
    """
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            files = [each for each in sorted(path.iterdir()) if _is_payload(each, manifest)]
            if not files:
                raise InputError(f"{path}: holds no payload file")
            found.extend(files)
        elif path.is_file():
            found.append(path)
        elif path.exists():
            raise InputError(
                f"{path}: is no file and no directory; what comes through a pipe needs a file first"
            )
        else:
            raise InputError(f"{path}: no such file or directory")
    return found


def _is_payload(path: Path, manifest: Path | None) -> bool:
    if path.name.startswith(".") or not path.is_file():
        return False
    if manifest is not None and manifest.exists() and path.samefile(manifest):
        return False
    if not path.resolve().is_relative_to(path.parent.resolve()):
        raise InputError(f"{path}: is a link that leads out of its directory; name its file to read it")
    return True


def _deliveries(files: Iterable[Path], facts: Mapping[str, Facts]) -> Iterator[Delivery]:
    index = 0
    for path in files:
        try:
            if path.name.endswith(LINES):
                with path.open("rb") as file:
                    for delivery in article_deliveries(path, file, index):
                        yield delivery
                        index += 1
            else:
                yield file_delivery(path, path.read_bytes(), facts.get(path.name, Facts()), index)
                index += 1
        except (OSError, EOFError, zlib.error) as error:
            raise InputError(f"{path}: cannot be read: {error}") from error


def article_deliveries(path: Path, file: BinaryIO, index: int = 0) -> Iterator[Delivery]:
    """Make a payload of each line of an open file of JSON articles, counted from ``index``.

    Raises OSError, EOFError, zlib.error and InputError, also behind the first payloads.
    """
    for number, line in enumerate(_lines(path, file), start=1):
        if line.strip():
            yield _article(line, f"{path.name}:{number}", index)
            index += 1


def _lines(path: Path, file: BinaryIO) -> Iterator[bytes]:
    with gzip.open(file) if path.suffix == ".gz" else nullcontext(file) as plain:
        number = 0
        while line := plain.readline(LONGEST_LINE + 1):
            number += 1
            if len(line) > LONGEST_LINE:
                raise InputError(f"{path}:{number}: is longer than {LONGEST_LINE} bytes")
            yield line.rstrip(b"\r\n")


def file_delivery(path: Path, body: bytes, facts: Facts, index: int) -> Delivery:
    """Make one payload of a file's bytes; its item is the file's name."""
    published = milliseconds(facts.published)
    return Delivery(
        kind="path",
        name=str(path),
        index=index,
        item=path.name,
        outlet=facts.outlet,
        published=published,
        payload=Payload(
            body=body,
            content_type=facts.content_type,
            id=content_id(facts.outlet, facts.feed, facts.url, path.name, body),
            outlet=facts.outlet,
            feed=facts.feed,
            url=facts.url,
            published=facts.published,
            received=published,
        ),
    )


def _article(line: bytes, place: str, index: int) -> Delivery:
    """Take a line as it is; what it says of itself is read for its name, and again by the parser.

    A line that is no JSON object is a payload too: the pipeline refuses it as it would from a feed.
    """
    try:
        said = orjson.loads(line)
    except orjson.JSONDecodeError:
        said = None
    said = said if isinstance(said, dict) else {}
    name = _text(said.get("id")) or place
    outlet = _text(said.get("outlet"))
    published = milliseconds(_text(said.get("published")))
    return Delivery(
        kind="id",
        name=name,
        index=index,
        item=name,
        outlet=outlet,
        published=published,
        payload=Payload(
            body=line, content_type=JSON, id=content_id(outlet, None, None, name, line), received=published
        ),
    )


def _text(value: object) -> str | None:
    return str(value) if isinstance(value, str | int) and value != "" else None


def content_id(outlet: str | None, feed: str | None, url: str | None, item: str, body: bytes) -> str:
    """Name a delivery by what it is: the same item of the same outlet with the same bytes has the same id."""
    digest = blake2b(digest_size=16, person=b"payload-id/1")
    for part in (outlet or "", feed or "", url or "", item):
        encoded = part.encode("utf-8", "surrogatepass")
        digest.update(len(encoded).to_bytes(8, "little") + encoded)
    digest.update(body)
    return digest.hexdigest()


def milliseconds(published: str | None) -> int | None:
    """Read a time of publication as milliseconds since 1970 UTC; without an offset it is UTC.

    None when there is none, when it is no ISO 8601 time, or when it is out of 1970 to 9999.
    """
    try:
        return told_milliseconds(published or "")
    except BadHeaders:
        return None


def read_manifest(path: Path) -> dict[str, Facts]:
    """Read what a manifest says of each file name. Raises InputError."""
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from error
    facts: dict[str, Facts] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        name, said = _manifest_line(line, f"{path}:{number}")
        if name in facts:
            raise InputError(f"{path}:{number}: names {name!r} a second time")
        facts[name] = said
    return facts


def _manifest_line(line: bytes, place: str) -> tuple[str, Facts]:
    try:
        said = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise InputError(f"{place}: is no JSON ({error.msg})") from error
    if not isinstance(said, dict) or not isinstance(said.get("file"), str) or not said["file"]:
        raise InputError(f'{place}: is no object with a "file"')
    given = {key: said[key] for key in FACTS if said.get(key) is not None and said[key] != ""}
    for key, value in given.items():
        if not isinstance(value, str):
            raise InputError(f'{place}: "{key}" is no text')
    return said["file"], Facts(**given)
