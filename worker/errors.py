"""Why a payload was refused: a closed set of reasons, and the errors that carry them."""

from collections.abc import Iterable
from enum import StrEnum
from typing import ClassVar


class Reason(StrEnum):
    """Header, metric label and log key at once; nobody parses the message beside it."""

    EMPTY_PAYLOAD = "empty_payload"  # no byte, or white space alone
    UNDECODABLE = "undecodable"  # bytes that are text in no charset we know
    UNKNOWN_FORMAT = "unknown_format"  # nobody claims the bytes
    MALFORMED = "malformed"  # the format is known, the payload breaks it
    NO_COPY = "no_copy"  # a JSON article, page or item that holds no story text
    TOO_LARGE = "too_large"  # payload over the byte limit, or copy over the word limit
    TOO_MANY_STORIES = "too_many_stories"  # one payload, more stories than the limit
    TOO_DEEP = "too_deep"  # nesting over the limit
    TOO_SLOW = "too_slow"  # splitting took longer than the limit; never told by the core, which has no clock
    OUT_OF_MEMORY = "out_of_memory"  # splitting took more memory than the limit; the same
    BAD_HEADERS = "bad_headers"  # CloudEvents headers that contradict themselves
    INTERNAL = "internal"  # a defect of ours: the payload is kept for redrive


class WireError(Exception):
    """A payload or a part of it cannot become a story; ``reason`` says which kind of fault."""

    reason: ClassVar[Reason] = Reason.MALFORMED


class EmptyPayload(WireError):
    """There is nothing to read."""

    reason = Reason.EMPTY_PAYLOAD


class Undecodable(WireError):
    """No charset makes text of these bytes."""

    reason = Reason.UNDECODABLE


class UnknownFormat(WireError):
    """No row of the format table claims these bytes."""

    reason = Reason.UNKNOWN_FORMAT


class Malformed(WireError):
    """The format was recognised and its grammar is broken."""

    reason = Reason.MALFORMED


class NoCopy(WireError):
    """The payload was read and holds no story text."""

    reason = Reason.NO_COPY


class TooLarge(WireError):
    """Over the limit of bytes (payload) or words (copy)."""

    reason = Reason.TOO_LARGE


class TooManyStories(WireError):
    """One payload claims more stories than the limit."""

    reason = Reason.TOO_MANY_STORIES


class TooDeep(WireError):
    """Nested deeper than the limit."""

    reason = Reason.TOO_DEEP


class BadHeaders(WireError):
    """CloudEvents headers that cannot be right, such as a ``ce_time`` that is no time."""

    reason = Reason.BAD_HEADERS


class OtherVersion(Exception):
    """State or a topic was written by a version of wiretrace that this code does not read."""

    def __init__(self, what: str, *, found: object, known: Iterable[object]) -> None:
        versions = " and ".join(map(str, known))
        super().__init__(f"{what} is of version {found}, and this worker reads {versions}")
