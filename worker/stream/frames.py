"""What the worker and its split process say to each other: values as MessagePack behind their length."""

from dataclasses import fields
from typing import Any, Final, TypeVar

import msgpack

from worker.pipeline import Limits
from worker.stream.publish import Outgoing
from worker.stream.rejects import Origin
from worker.stream.splitting import Answer, Terms

LENGTH: Final = 4  # bytes before each frame, the most significant first

Value = TypeVar("Value", Origin, Terms, Limits, Answer, Outgoing)


def frame(value: Origin | Terms | Answer) -> bytes:
    """Return a value as a frame, its length included."""
    body: bytes = msgpack.packb(value, default=_fields)
    return len(body).to_bytes(LENGTH, "big") + body


def terms_in(body: bytes) -> Terms:
    """Read the terms out of a frame without its length."""
    prefix, limits, seconds, memory = _unpack(body)
    return Terms(prefix=prefix, limits=_filled(Limits, limits), seconds=seconds, memory=memory)


def origin_in(body: bytes) -> Origin:
    """Read a payload record out of a frame without its length."""
    return _filled(Origin, _unpack(body))


def answer_in(body: bytes) -> Answer:
    """Read an answer out of a frame without its length."""
    records, *rest = _unpack(body)
    return _filled(Answer, (tuple(_filled(Outgoing, record) for record in records), *rest))


def _fields(value: object) -> list[object]:
    """Take a dataclass apart, in the order of its fields."""
    return [getattr(value, each.name) for each in fields(value)]  # type: ignore[arg-type]


def _filled(kind: type[Value], values: Any) -> Value:  # noqa: ANN401 - what MessagePack read
    return kind(**{each.name: value for each, value in zip(fields(kind), values, strict=True)})


def _unpack(body: bytes) -> Any:  # noqa: ANN401 - what MessagePack read
    return msgpack.unpackb(body, use_list=False)
