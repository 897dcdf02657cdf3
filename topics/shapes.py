"""What a message class says of its fields, read once from its annotations."""

import types
from dataclasses import MISSING, dataclass, fields, is_dataclass, replace
from functools import cache
from typing import Annotated, Any, Final, Literal, Union, cast, get_args, get_origin, get_type_hints

from topics.rules import Header, Rule

SCALARS: Final = {str: "str", int: "int", float: "float", bool: "bool"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """The type of a value.

    ``kind`` is one of ``str int float bool literal message array pair mapping``; ``inner`` the class of a
    message; ``item`` the shape of the values of an array or pair; ``values`` the closed set of a literal.
    """

    kind: str
    nullable: bool = False
    inner: type | None = None
    item: "Shape | None" = None
    values: tuple[str, ...] = ()
    rule: Rule | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of a message class; ``required`` on the wire, else ``default`` stands for its absence."""

    name: str
    doc: str
    shape: Shape
    required: bool
    default: object = None
    header: str | None = None


def fields_of(message: type) -> tuple[Field, ...]:
    """Read the fields of a message class, in order; TypeError for a type that has no shape here."""
    return _fields_of(message)


@cache
def _fields_of(message: type) -> tuple[Field, ...]:
    """Read them once."""
    hints = get_type_hints(message, include_extras=True)
    found = []
    for each in fields(message):
        notes = get_args(hints[each.name])[1:]
        default = each.default if each.default_factory is MISSING else each.default_factory()
        found.append(
            Field(
                name=each.name,
                doc=next(note for note in notes if isinstance(note, str)),
                shape=_shape(hints[each.name]),
                required=default is MISSING or any(isinstance(n, Rule) and n.required for n in notes),
                default=None if default is MISSING else default,
                header=next((note.name for note in notes if isinstance(note, Header)), None),
            )
        )
    return tuple(found)


def _shape(hint: Any) -> Shape:  # noqa: ANN401 - a type form has no type yet
    """Read one annotation with its rule."""
    if get_origin(hint) is Annotated:
        bare, *notes = get_args(hint)
        shape = _shape(bare)
        rule = next((note for note in notes if isinstance(note, Rule)), shape.rule)
        return replace(shape, rule=rule)
    if get_origin(hint) in {Union, types.UnionType}:
        inner, none = get_args(hint)
        if none is not types.NoneType:
            raise TypeError(f"only a union with None has a shape: {hint}")
        return replace(_shape(inner), nullable=True)
    return _bare(hint)


def _bare(hint: Any) -> Shape:  # noqa: ANN401 - the same
    """Read a type without annotations."""
    arguments = get_args(hint)
    if hint in SCALARS:
        return Shape(kind=SCALARS[hint])
    if is_dataclass(hint):
        return Shape(kind="message", inner=cast("type", hint))
    if get_origin(hint) is Literal:
        return Shape(kind="literal", values=arguments)
    if get_origin(hint) is tuple and len(arguments) == 2:
        return Shape(kind="array" if arguments[1] is ... else "pair", item=_shape(arguments[0]))
    if get_origin(hint) is dict:
        return Shape(kind="mapping")
    raise TypeError(f"no shape for {hint}")
