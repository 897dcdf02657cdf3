"""What a host's robots.txt lets us fetch (RFC 9309)."""

import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final
from urllib.robotparser import RobotFileParser

from yarl import URL

from worker.commands.fetching import AGENT, Fetcher, FetchError

LARGEST: Final = 512 * 1024  # bytes; RFC 9309 asks for at least 500 kB
KEPT: Final = 86_400.0  # seconds that rules are kept
RETRIED: Final = 3_600.0  # seconds until a host is asked again whose rules could not be had
HOSTS: Final = 2_000


@dataclass(frozen=True, slots=True)
class _Rules:
    parser: RobotFileParser | None  # None: nothing may be fetched
    until: float


class Robots:
    """Rules of the hosts that pages are fetched from."""

    def __init__(self, fetcher: Fetcher) -> None:
        self._fetcher = fetcher
        self._rules: OrderedDict[str, _Rules] = OrderedDict()

    async def allow(self, address: str) -> bool:
        """Tell whether we may fetch a page: no rules allow all, rules that cannot be had allow nothing."""
        try:
            origin = str(URL(address).origin())
        except ValueError as error:
            raise FetchError(f"no http address: {error}") from None
        rules = self._rules.get(origin)
        if rules is None or rules.until < time.monotonic():
            rules = await self._read(origin)
            self._rules[origin] = rules
            if len(self._rules) > HOSTS:
                self._rules.popitem(last=False)
        return rules.parser is not None and rules.parser.can_fetch(AGENT, address)

    async def _read(self, origin: str) -> _Rules:
        parser = RobotFileParser()
        lines: list[str] = []
        try:
            answer = await self._fetcher.get(f"{origin}/robots.txt", headers={}, largest=LARGEST)
            lines = answer.body.decode("utf-8", "replace").splitlines()
        except FetchError as error:
            if error.status is None or not 400 <= error.status < 500 or error.status == 429:
                return _Rules(None, time.monotonic() + RETRIED)
        parser.parse(lines)
        return _Rules(parser, time.monotonic() + KEPT)
