"""Say what went wrong to programs: problem details (RFC 9457)."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

import orjson
from fastapi import Request
from fastapi.responses import Response
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

MEDIA_TYPE: Final = "application/problem+json"
SHOWN: Final = 200  # characters of a path that are told back

PLACES: Final = ("/api/", "/feeds/")
"""Under these paths programs ask, not people."""


class Problem(BaseModel):
    """What went wrong, after RFC 9457."""

    type: str = Field(default="about:blank", description="about:blank: the status says it")
    title: str = Field(description="the status in words")
    status: int
    detail: str = Field(description="what is wrong with this request")
    instance: str = Field(description="path that was asked")
    look: str | None = Field(default=None, description="where what was asked for can be looked for")
    faults: dict[str, str] = Field(default_factory=dict, description="a sentence for each broken parameter")

    model_config = {
        "json_schema_extra": {
            "examples": [
                {
                    "type": "about:blank",
                    "title": "Bad Request",
                    "status": 400,
                    "detail": "badge: 'lost' is none of stripped, corrected, killed, embargoed",
                    "instance": "/api/stories",
                    "look": "/api/openapi.json",
                    "faults": {"badge": "'lost' is none of stripped, corrected, killed, embargoed"},
                }
            ]
        }
    }


class Unknown(HTTPException):
    """There is no such thing; ``look`` says where those that there are can be found."""

    def __init__(self, detail: str, *, look: str) -> None:
        super().__init__(HTTPStatus.NOT_FOUND, detail)
        self.look = look


def described(description: str) -> dict[str, Any]:
    """Describe a problem as the answer of an operation."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {"description": description, "content": content}


def wanted(request: Request) -> bool:
    """Tell whether a program asks, who wants problem details rather than a page."""
    return request.url.path.startswith(PLACES)


def bad_filter(request: Request, faults: Mapping[str, str]) -> Response:
    """Answer 400 and name every parameter at fault."""
    detail = "; ".join(f"{name}: {fault}" for name, fault in faults.items())
    return _answer(request, HTTPStatus.BAD_REQUEST, detail, look="/api/openapi.json", faults=dict(faults))


def http(request: Request, error: HTTPException) -> Response:
    """Answer with the status of an error, and where to look."""
    look = error.look if isinstance(error, Unknown) else "/api/openapi.json"
    answer = _answer(request, error.status_code, str(error.detail), look=look)
    answer.headers.update(error.headers or {})
    return answer


def _answer(
    request: Request, status: int, detail: str, *, look: str, faults: dict[str, str] | None = None
) -> Response:
    problem = Problem(
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        instance=request.url.path[:SHOWN],
        look=look,
        faults=faults or {},
    )
    return Response(orjson.dumps(problem.model_dump()), status, media_type=MEDIA_TYPE)
