"""Fields of JSON records, however spelt: ``versioncreated``, ``versionCreated``, ``version_created``."""

from collections.abc import Iterator, Mapping
from typing import Final

from worker.formats.wiretext import line_of
from worker.story import Subject

_FOLD: Final = str.maketrans("", "", "_-. ")
_VALUES: Final = ("value", "name", "content", "text", "by")
_MOST: Final = 400


class Fields:
    """One record, read without regard to case, hyphens and underscores in names.

    An empty value is an absent one; a list of one value is that value, as in form mails.
    """

    __slots__ = ("_folded",)

    def __init__(self, tree: Mapping[str, object]) -> None:
        self._folded = {str(key).lower().translate(_FOLD): value for key, value in tree.items()}

    def get(self, *names: str) -> object:
        """Return the first of the named values that is not empty, or None. Names are folded already."""
        return next(
            (value for name in names if (value := self._folded.get(name)) not in (None, "", [], {})), None
        )

    def raw(self, *names: str) -> str | None:
        """Return the first named value that is a string or a number, as delivered."""
        for name in names:
            if (text := string(self._folded.get(name))) is not None:
                return text
        return None

    def line(self, *names: str) -> str | None:
        """Return the first named value as one plain line."""
        for name in names:
            if text := line_of(string(self._folded.get(name))):
                return text
        return None

    def records(self, *names: str) -> list["Fields"]:
        """List the objects under the first named value: a list of them, a mapping of them, or one."""
        return [Fields(value) for value in objects(self.get(*names))]

    def strings(self, *names: str) -> list[str]:
        """List the strings under the first named value, each one plain line."""
        value = self.get(*names)
        if isinstance(value, list):
            found = [line_of(string(item)) for item in value[:_MOST]]
        else:
            found = [line_of(string(value))]
        return [text for text in found if text]

    def subjects(self, *names: str) -> tuple[Subject, ...]:
        """List the subject codes under the first named value."""
        codes: dict[Subject, None] = {}
        for subject in self.records(*names):
            relations = set(subject.strings("rels", "rel"))
            code = subject.line("code", "literal", "qcode", "uri")
            if code and not relations & {"ancestor", "inferred"}:
                codes[Subject(code=code, scheme=subject.line("scheme") or subject.line("rel"))] = None
        return tuple(codes)


def string(value: object) -> str | None:
    """Read a value as a string: a number is written out, one value in a list or an object is taken out."""
    for _ in range(3):
        if isinstance(value, list):
            value = value[0] if len(value) == 1 else None
        elif isinstance(value, Mapping):
            value = next((value[name] for name in _VALUES if value.get(name)), None)
        else:
            break
    if isinstance(value, str):
        return value if value.strip() else None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return None


def objects(value: object) -> Iterator[Mapping[str, object]]:
    """Yield the objects of a list, of a mapping of objects, or the one object that ``value`` is."""
    if isinstance(value, list):
        yield from (item for item in value if isinstance(item, Mapping))
    elif isinstance(value, Mapping):
        inner = [item for item in value.values() if isinstance(item, Mapping)]
        if inner and len(inner) == sum(item is not None for item in value.values()):
            yield from inner
        else:
            yield value
