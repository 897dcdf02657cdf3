"""The one JSON reader: strict first, lenient where feeds are known to be sloppy, never too deep."""

import json
import re
from collections.abc import Iterator
from typing import Final

import orjson

from worker.errors import Malformed, TooDeep, WireError
from worker.formats.charset import clean

_LOOKS_LIKE: Final = re.compile(r"\{\s*(?:\"|\}|\Z)|\[\s*(?:[\[{\"\]\d-]|\Z|true|false|null)")
_HOLDERS: Final = frozenset({dict, list})
_ESCAPED_SURROGATE: Final = re.compile(r"\\u[dD][89a-fA-F]")


def looks_like_json(text: str) -> bool:
    """Tell whether text opens as a JSON object or array does; prose may open with a bracket too."""
    return _LOOKS_LIKE.match(text) is not None


def strict_json(body: bytes, *, nesting: int) -> list[object] | None:
    """Read bytes that are JSON to the letter: their one value, or the elements of an array; None for others.

    Such bytes are UTF-8 without a control character, so that nothing is left to ask of their charset.
    Raises TooDeep when the value nests deeper than ``nesting``.
    """
    try:
        tree = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    if not (nesting and _is_flat(tree)):  # to count in the bytes takes half as long as to read them
        _check_depth(body.count(b"{") + body.count(b"["), tree, nesting)
    return tree if isinstance(tree, list) else [tree]


def read_json(text: str, *, nesting: int) -> Iterator[object]:
    """Yield the values of a payload: its one value, each element of an array, each line of JSON lines.

    A line that is broken is yielded as a WireError. Raises Malformed when nothing can be read, TooDeep
    when the value nests deeper than ``nesting``.
    """
    try:
        tree = _load(text)
    except ValueError as error:
        lines = [line for line in text.split("\n") if line.strip()]
        if len(lines) < 2 or not all(line.lstrip()[:1] == "{" for line in lines):
            raise Malformed(f"not JSON: {error}") from None
        yield from (_line(line, nesting) for line in lines)
        return
    _check_depth(_brackets(text), tree, nesting)
    if isinstance(tree, list):
        yield from tree
    else:
        yield tree


def _line(line: str, nesting: int) -> object:
    try:
        tree = _load(line)
        _check_depth(_brackets(line), tree, nesting)
    except WireError as error:
        return error
    except ValueError as error:
        return Malformed(f"not JSON: {error}")
    return tree


def _load(text: str) -> object:
    """Parse strictly, then once more with raw line breaks and lone surrogates allowed."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        if "depth limit" in str(error):
            raise TooDeep("nested too deep to read") from None
        if not ("control character" in str(error) or _ESCAPED_SURROGATE.search(text)):
            raise ValueError(str(error)) from None
    try:
        return _cleaned(json.loads(text, strict=False, parse_constant=lambda _: None))
    except RecursionError:
        raise TooDeep("nested too deep to read") from None


def _cleaned(tree: object) -> object:
    """Make every string one that can be encoded again; depth is bounded by the reader before it."""
    if isinstance(tree, str):
        return clean(tree)
    if isinstance(tree, list):
        return [_cleaned(value) for value in tree]
    if isinstance(tree, dict):
        return {clean(key): _cleaned(value) for key, value in tree.items()}
    return tree


def _brackets(text: str) -> int:
    return text.count("{") + text.count("[")


def _is_flat(tree: object) -> bool:
    """Tell whether a tree is an object that holds neither objects nor arrays."""
    return isinstance(tree, dict) and _HOLDERS.isdisjoint(map(type, tree.values()))


def _check_depth(brackets: int, tree: object, nesting: int) -> None:
    if brackets <= nesting:
        return
    level: list[object] = [tree]
    for _ in range(nesting + 1):
        level = [
            child
            for value in level
            if isinstance(value, dict | list)
            for child in (value.values() if isinstance(value, dict) else value)
        ]
        if not level:
            return
    raise TooDeep(f"nested deeper than {nesting}")
