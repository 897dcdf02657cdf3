"""A quick class is the dataclass that it was, in all but the time that a call takes."""

import copy
import gc
import pickle
import sys
from dataclasses import FrozenInstanceError, asdict, astuple, dataclass, field, fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker import kernels
from worker.story import Draft, Story
from worker.values import quick


@dataclass(frozen=True, slots=True, kw_only=True)
class Plain:
    text: str
    number: int | None = None
    tags: tuple[str, ...] = ()
    notes: list[str] = field(default_factory=list)


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Quick:
    text: str
    number: int | None = None
    tags: tuple[str, ...] = ()
    notes: list[str] = field(default_factory=list)


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Longer(Quick):
    last: str = "x"


@given(st.dictionaries(st.sampled_from([each.name for each in fields(Plain)]), st.integers()))
def test_a_call_makes_what_init_makes_or_fails_as_it_does(told):
    try:
        expected = asdict(Plain(**told))
    except TypeError as error:
        expected = str(error).replace("Plain", "Quick")
    try:
        made = asdict(Quick(**told))
    except TypeError as error:
        made = str(error)
    assert made == expected


@pytest.mark.parametrize("wrong", [{}, {"number": 1}, {"text": "a", "other": 1}])
def test_arguments_that_do_not_fit_are_refused(wrong):
    with pytest.raises(TypeError, match="__init__"):
        Quick(**wrong)
    with pytest.raises(TypeError, match="positional"):
        Quick("a")


def test_a_quick_value_cannot_be_changed_but_copied_compared_and_replaced():
    one = Quick(text="a", notes=[])
    with pytest.raises(FrozenInstanceError):
        one.text = "b"
    assert one == Quick(text="a") == copy.copy(one) == pickle.loads(pickle.dumps(one))  # noqa: S301 - our own
    assert replace(one, number=3) == Quick(number=3, text="a")
    assert one != Longer(text="a")


@quick
@dataclass(slots=True)
class Changeable:
    one: object


def test_the_collector_looks_at_what_may_be_part_of_a_cycle_alone():
    assert not gc.is_tracked(Placed(1))
    assert gc.is_tracked(Placed([]))
    assert gc.is_tracked(Quick(text="a"))  # with a list of its own
    assert gc.is_tracked(Changeable(1))  # it may get one yet


@quick
@dataclass(frozen=True, slots=True)
class Placed:
    one: int
    two: int = 2
    three: int = field(default=3, kw_only=True)


@pytest.mark.parametrize(
    ("told", "named", "expected"),
    [((1,), {}, (1, 2, 3)), ((1, 5), {"three": 4}, (1, 5, 4)), ((), {"two": 7, "one": 8}, (8, 7, 3))],
)
def test_fields_may_be_told_by_their_place(told, named, expected):
    assert astuple(Placed(*told, **named)) == expected


@pytest.mark.parametrize(("told", "named"), [((1, 2, 3), {}), ((1,), {"one": 1}), ((), {})])
def test_what_does_not_fit_in_place_is_refused(told, named):
    with pytest.raises(TypeError, match="__init__"):
        Placed(*told, **named)


def test_each_default_list_is_a_new_one():
    assert Quick(text="a").notes is not Quick(text="a").notes


def test_a_default_that_cannot_be_made_is_an_error_of_its_own():
    def refuse() -> list[str]:
        raise LookupError("no notes today")

    @quick
    @dataclass(frozen=True, slots=True)
    class Refused:
        word: str
        notes: list[str] = field(default_factory=refuse)

    word = str(object())
    before = sys.getrefcount(word)
    for _ in range(100):
        with pytest.raises(LookupError, match="today"):
            Refused(word)
    assert Refused(word, []).notes == []
    assert sys.getrefcount(word) == before


def test_a_class_that_inherits_is_quick_in_its_own_right():
    class Child(Quick):
        pass

    assert isinstance(Child(text="a"), Child)
    assert Longer(text="a", last="z").last == "z"
    assert {each.name for each in fields(Draft)} < {each.name for each in fields(Story)}


def test_nothing_is_kept_of_what_is_gone():
    word = str(object())
    before = sys.getrefcount(word)
    made = [Quick(text=word, notes=[]) for _ in range(100)]
    for wrong in range(100):
        with pytest.raises(TypeError):
            Quick(text=word, wrong=wrong)
    del made
    assert sys.getrefcount(word) == before


def test_a_class_that_does_more_than_keep_its_fields_is_refused():
    class Checked:
        def __post_init__(self) -> None:
            pass

    with pytest.raises(TypeError, match="does more"):
        quick(dataclass(frozen=True)(Checked))
    with pytest.raises(TypeError, match="no slot"):
        quick(dataclass(frozen=True)(type("Open", (), {"__annotations__": {"text": str}, "text": "a"})))
    with pytest.raises(TypeError, match="not a class"):
        kernels.quicken(int, (), {}, {}, 0, True)
