"""Is it the same measure in other units? Miles and kilometres, pounds and kilograms, as copy converts."""

from decimal import Decimal
from typing import Final

ROUNDED: Final = 0.08  # copy rounds what it converts
_UNITS: Final = {  # what a unit measures, and how much of it
    unit: (of, size)
    for of, size, forms in (
        ("length", 1609.34, "mile miles"),
        ("length", 1000.0, "kilometer kilometers kilometre kilometres km kms"),
        ("length", 1.0, "meter meters metre metres"),
        ("length", 0.9144, "yard yards"),
        ("length", 0.3048, "foot feet ft"),
        ("length", 0.0254, "inch inches"),
        ("length", 0.01, "centimeter centimeters centimetre centimetres cm"),
        ("mass", 0.4536, "pound pounds lb lbs"),
        ("mass", 1.0, "kilogram kilograms kilo kilos kg"),
        ("mass", 907.2, "ton tons"),
        ("mass", 1000.0, "tonne tonnes"),
        ("area", 4047.0, "acre acres"),
        ("area", 10_000.0, "hectare hectares"),
        ("volume", 3.785, "gallon gallons"),
        ("volume", 1.0, "liter liters litre litres"),
    )
    for unit in forms.split()
}


def is_unit(word: str) -> bool:
    """Say whether a word names a unit."""
    return word in _UNITS


def is_converted(value: Decimal | None, unit: str, other: Decimal | None, other_unit: str) -> bool:
    """Say whether two measures are the same but for rounding.

    >>> is_converted(Decimal(660), "pound", Decimal(300), "kilogram")
    True
    >>> is_converted(Decimal(5), "mile", Decimal(5), "kilometer")
    False
    """
    (of, size), (other_of, other_size) = _UNITS[unit], _UNITS[other_unit]
    if value is None or other is None or of != other_of:
        return False
    ours, theirs = float(value) * size, float(other) * other_size
    return abs(ours - theirs) <= ROUNDED * max(ours, theirs)
