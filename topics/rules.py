"""What an annotation may say of a value beside its type."""

from dataclasses import dataclass
from typing import Annotated, Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Limits of a value, spelt as JSON Schema spells them."""

    minimum: float | None = None
    maximum: float | None = None
    min_length: int | None = None
    pattern: str | None = None
    format: str | None = None
    encoding: str | None = None
    required: bool = False  # on the wire, although writers need not spell it


@dataclass(frozen=True, slots=True)
class Header:
    """The Kafka header that holds a field."""

    name: str


TIME_PATTERN: Final = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$"

TAG: Final = Rule(required=True)

Time = Annotated[str, Rule(format="date-time", pattern=TIME_PATTERN)]
"""RFC 3339, UTC, three decimals: ``2026-11-22T21:05:00.000Z``."""
Id = Annotated[str, Rule(min_length=1)]
Count = Annotated[int, Rule(minimum=0)]
Ordinal = Annotated[int, Rule(minimum=1)]
Urgency = Annotated[int, Rule(minimum=1, maximum=8)]
Share = Annotated[float, Rule(minimum=0, maximum=1)]
"""0 to 1, four decimals."""
Base64 = Annotated[str, Rule(encoding="base64", pattern=r"^[A-Za-z0-9+/]*={0,2}$")]
