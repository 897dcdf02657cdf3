"""Answers to programs that need not be sent again, and what stands in the head of each."""

from collections.abc import Callable, Coroutine
from hashlib import blake2b
from typing import Any, Final

from fastapi import Request
from fastapi.responses import Response
from fastapi.routing import APIRoute

from topics.times import time_text
from worker.board.app import board_of

STATE: Final = "Wiretrace-Broker"
SINCE: Final = "Wiretrace-Broker-Since"
DOCUMENTED: Final = {
    "ETag": {
        "description": "Names the content: send it as If-None-Match.",
        "schema": {"type": "string"},
    },
    STATE: {"description": "How the board stands to the broker.", "schema": {"type": "string"}},
    SINCE: {"description": "Since when; RFC 3339.", "schema": {"type": "string", "format": "date-time"}},
}


class Conditional(APIRoute):
    """A route whose answers bear an entity tag, and are not sent to whoever has them (304)."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap the handler."""
        answer = super().get_route_handler()

        async def conditional(request: Request) -> Response:
            response = await answer(request)
            if response.status_code != 200 or request.method not in {"GET", "HEAD"}:
                return response
            tag = f'"{blake2b(bytes(response.body), digest_size=16).hexdigest()}"'
            if matches(request.headers.get("if-none-match", ""), tag):
                response = Response(status_code=304)
            response.headers["ETag"] = tag
            response.headers["Cache-Control"] = "no-cache"
            status = board_of(request).hub.status
            response.headers[STATE] = str(status.state)
            response.headers[SINCE] = time_text(status.since)
            return response

        return conditional


def matches(given: str, tag: str) -> bool:
    """Tell whether If-None-Match names a tag, weakly compared (RFC 9110, 13.1.2).

    >>> matches('"a", W/"b"', '"b"'), matches("*", '"b"'), matches('"a"', '"b"')
    (True, True, False)
    """
    return any(each.strip().removeprefix("W/") in {tag, "*"} for each in given.split(","))
