"""Packed payloads: gzip and zip opened within limits, so that a bomb costs what the limit allows."""

import io
import zipfile
import zlib
from collections.abc import Iterator
from typing import Final

from worker.errors import Malformed, TooLarge, TooManyStories, WireError

_CHUNK: Final = 65_536
_MEMBERS: Final = 1_000
_GZIP: Final = b"\x1f\x8b"
_ZIP: Final = b"PK\x03\x04"
_IGNORED: Final = ("__MACOSX/", ".DS_Store")


def is_packed(body: bytes) -> bool:
    """Tell whether the bytes are a gzip file or a zip archive."""
    return body.startswith((_GZIP, _ZIP))


def unpack(body: bytes, *, largest: int) -> Iterator[bytes | WireError]:
    """Yield what a gzip file or a zip archive holds, ``largest`` bytes in all.

    A broken member is yielded as its error. Raises Malformed, TooLarge, TooManyStories.
    """
    if body.startswith(_GZIP):
        yield _gunzip(body, largest)
    else:
        yield from _unzip(body, largest)


def _gunzip(body: bytes, largest: int) -> bytes:
    """Inflate all members of a gzip file (RFC 1952)."""
    out: list[bytes] = []
    size = 0
    rest = body
    try:
        while rest.startswith(_GZIP):
            inflater = zlib.decompressobj(wbits=31)
            out.append(inflater.decompress(rest, largest - size + 1))
            size += len(out[-1])
            if size > largest:
                raise TooLarge(f"a gzip file of more than {largest} bytes unpacked")
            if not inflater.eof:
                raise Malformed("a gzip file cut short")
            rest = inflater.unused_data
    except zlib.error as error:
        raise Malformed(f"a broken gzip file: {error}") from None
    return b"".join(out)


def _unzip(body: bytes, largest: int) -> Iterator[bytes | WireError]:
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            members = [member for member in archive.infolist() if _is_wanted(member)]
            if len(members) > _MEMBERS:
                raise TooManyStories(f"a zip archive of {len(members)} files")
            left = largest
            for member in members:
                opened = _member(archive, member, left)
                if isinstance(opened, bytes):
                    left -= len(opened)
                yield opened
    except (zipfile.BadZipFile, ValueError, EOFError, OSError, NotImplementedError) as error:
        raise Malformed(f"a broken zip archive: {error}") from None


def _is_wanted(member: zipfile.ZipInfo) -> bool:
    return not member.is_dir() and not any(name in member.filename for name in _IGNORED)


def _member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, left: int) -> bytes | WireError:
    """Read one member, whatever size its directory entry claims."""
    if member.flag_bits & 1:
        return Malformed("an encrypted file in a zip archive")
    out: list[bytes] = []
    try:
        with archive.open(member) as opened:
            while chunk := opened.read(_CHUNK):
                left -= len(chunk)
                if left < 0:
                    raise TooLarge("a zip archive over the limit of bytes unpacked")
                out.append(chunk)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError) as error:
        return Malformed(f"a broken file in a zip archive: {error}")
    return b"".join(out)
