"""Fetch over HTTP as a guest: one request a host at a time, with a pause; bounded in size, time and hops.

Addresses that feeds name are not trusted: only those given by the user may be inside our own network.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from errno import EACCES
from ipaddress import IPv6Address, ip_address
from socket import AddressFamily
from typing import Final

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver
from yarl import URL

from worker import VERSION

AGENT: Final = f"wiretrace/{VERSION}"
HOPS: Final = 5
REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
CHUNK: Final = 65_536
HOSTS: Final = 2_000
"""Hosts whose last request is remembered."""


class FetchError(Exception):
    """A request brought nothing; ``wait`` is how many seconds the host asks for."""

    def __init__(self, message: str, *, status: int | None = None, wait: float | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.wait = wait


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a host answered: 200 with a body, or 304 without one."""

    status: int
    url: str
    body: bytes
    content_type: str | None
    etag: str | None
    modified: str | None


@dataclass(slots=True)
class _Host:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    free: float = 0.0


class Fetcher:
    """Requests of one process; ``gap`` is the least number of seconds between two to one host."""

    def __init__(self, session: aiohttp.ClientSession, *, gap: float, given: frozenset[str]) -> None:
        self._session = session
        self._gap = gap
        self._given = given
        self._hosts: OrderedDict[str, _Host] = OrderedDict()

    async def get(self, address: str, *, headers: Mapping[str, str], largest: int) -> Answer:
        """Get a document of at most ``largest`` bytes, following redirects. Raises FetchError."""
        url = self._checked(address)
        for _ in range(HOPS + 1):
            async with self._turn(str(url.host)):
                try:
                    async with self._session.get(url, headers=headers, allow_redirects=False) as response:
                        if response.status not in REDIRECTS:
                            return await _answer(response, largest)
                        target = response.headers.get("Location")
                except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
                    raise FetchError(f"{type(error).__name__}: {error}"[:300]) from None
            if not target:
                raise FetchError("a redirect to nowhere")
            url = self._checked(target, url)
        raise FetchError(f"more than {HOPS} redirects")

    def _checked(self, address: str, base: URL | None = None) -> URL:
        try:
            url = URL(address) if base is None else base.join(URL(address))
            host = url.host
        except ValueError as error:
            raise FetchError(f"no address: {error}") from None
        if url.scheme not in ("http", "https") or not host:
            raise FetchError(f"no http address: {str(url)[:200]}")
        if url.user or url.password:
            raise FetchError(f"{host}: an address with a password")
        if host not in self._given and not _is_public(host, unknown=True):
            raise FetchError(f"{host} is not on the public internet")
        return url

    @asynccontextmanager
    async def _turn(self, name: str) -> AsyncIterator[None]:
        """Wait for our turn at a host, and leave the pause behind us."""
        host = self._hosts.setdefault(name, _Host())
        self._hosts.move_to_end(name)
        for old in list(self._hosts)[: max(0, len(self._hosts) - HOSTS)]:
            if not self._hosts[old].lock.locked():
                del self._hosts[old]
        async with host.lock:
            await asyncio.sleep(max(0.0, host.free - time.monotonic()))
            try:
                yield
            finally:
                host.free = time.monotonic() + self._gap


class _PublicResolver(AbstractResolver):
    """Resolves names; those that the user did not give must lie on the public internet."""

    def __init__(self, given: frozenset[str]) -> None:
        self._given = given
        self._inner = ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: AddressFamily = AddressFamily.AF_INET
    ) -> list[ResolveResult]:
        """Look a name up. Raises OSError."""
        found = await self._inner.resolve(host, port, family)
        if host in self._given:
            return found
        public = [each for each in found if _is_public(each["host"], unknown=False)]
        if not public:
            raise OSError(EACCES, f"{host} is not on the public internet")
        return public

    async def close(self) -> None:
        """Release the resolver."""
        await self._inner.close()


@asynccontextmanager
async def open_fetcher(
    *, gap: float, given: frozenset[str], timeout_s: float, contact: str | None
) -> AsyncIterator[Fetcher]:
    """Open a fetcher; ``given`` are the hosts of the user, ``contact`` tells a host's admin whom to ask."""
    agent = f"{AGENT} (+{contact})" if contact else AGENT
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(resolver=_PublicResolver(given), limit=20, limit_per_host=1),
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=timeout_s),
        headers={"User-Agent": agent},
    ) as session:
        yield Fetcher(session, gap=gap, given=given)


async def _answer(response: aiohttp.ClientResponse, largest: int) -> Answer:
    if response.status not in (200, 304):
        wait = retry_after(response.headers.get("Retry-After"), now=datetime.now(UTC))
        raise FetchError(f"status {response.status}", status=response.status, wait=wait)
    body = bytearray()
    if response.status != 304:
        async for chunk in response.content.iter_chunked(CHUNK):  # unpacked; a bomb stops at the limit
            body += chunk
            if len(body) > largest:
                raise FetchError(f"more than {largest} bytes")
    return Answer(
        status=response.status,
        url=str(response.url),
        body=bytes(body),
        content_type=response.headers.get("Content-Type"),
        etag=response.headers.get("ETag"),
        modified=response.headers.get("Last-Modified"),
    )


def retry_after(value: str | None, *, now: datetime) -> float | None:
    """Read Retry-After (RFC 9110, 10.2.3), seconds or a date, as seconds from ``now``; None for none."""
    if value is None:
        return None
    text = value.strip()
    if text.isdigit() and len(text) < 10:
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())


def _is_public(host: str, *, unknown: bool) -> bool:
    """Tell whether an IP address is on the public internet; ``unknown`` is the answer for a name."""
    try:
        address = ip_address(host.split("%", 1)[0])
    except ValueError:
        return unknown
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return address.is_global
