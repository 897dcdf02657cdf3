"""Values that a kernel makes are those that their own ``__init__`` makes."""

import copy
import gc
import pickle
import sys
from dataclasses import FrozenInstanceError, dataclass, field, fields, replace

import pytest

from worker.quick import quick
from worker.story import Coordinates, Draft, Paragraph, Role, Story


@quick
@dataclass(frozen=True, slots=True)
class Pair:
    left: object
    right: object = None
    rest: list[int] = field(default_factory=list)


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Wider(Pair):
    more: int = 3


class Plainer(Pair):
    pass


def test_fields_are_what_was_given_or_their_defaults():
    told = Paragraph(text="The ferry left.")
    assert (told.text, told.role) == ("The ferry left.", Role.COPY)
    assert told == Paragraph(role=Role.COPY, text="The ferry left.")
    assert replace(told, role=Role.LIST) == Paragraph(text="The ferry left.", role=Role.LIST)
    assert repr(Pair(1, 2)) == "Pair(left=1, right=2, rest=[])"
    assert Pair(1, rest=[4]) == Pair(left=1, right=None, rest=[4])
    assert Pair(1).rest is not Pair(1).rest
    assert Wider(left=1, more=4).more == 4
    assert Plainer(1).right is None
    assert pickle.loads(pickle.dumps(told)) == copy.deepcopy(told) == told  # noqa: S301 - our own
    with pytest.raises(FrozenInstanceError):
        told.text = "The ferry came back."


def test_every_field_of_a_story_finds_its_place():
    given = {each.name: object() for each in fields(Story)}
    for story in (Story(**given), Story(**dict(reversed(given.items())))):
        assert all(getattr(story, name) is value for name, value in given.items())
    assert all(getattr(Draft(), each.name) == each.default for each in fields(Draft))


def test_names_made_at_run_time_are_understood():
    assert Paragraph(**{str(b"text", "ascii"): "a"}).text == "a"


@pytest.mark.parametrize(
    ("made", "args", "named"),
    [
        (Paragraph, (), {}),
        (Paragraph, ("positional",), {}),
        (Paragraph, (), {"text": "a", "colour": "red"}),
        (Pair, (1,), {"left": 2}),
        (Pair, (1, 2, [], 4), {}),
        (Coordinates, (), {"topic": "wire-payloads"}),
    ],
)
def test_arguments_that_do_not_fit_are_refused_as_ever(made, args, named):
    with pytest.raises(TypeError, match=r"__init__\(\)"):
        made(*args, **named)


def test_nothing_is_lost_nor_kept():
    value = object()
    before = sys.getrefcount(value)
    made = [Pair(value, right=value) for _ in range(100)]
    assert sys.getrefcount(value) == before + 200
    assert gc.is_tracked(made[0])
    del made
    for _ in range(3):
        with pytest.raises(TypeError):
            Pair(value, colour=value)
    assert sys.getrefcount(value) == before


def test_a_class_that_is_more_than_its_arguments_is_refused():
    @dataclass(frozen=True, slots=True)
    class Checked:
        number: int

        def __post_init__(self):
            assert self.number

    @dataclass(frozen=True)
    class Open:
        number: int

    for made in (Checked, Open):
        with pytest.raises((TypeError, AttributeError)):
            quick(made)
