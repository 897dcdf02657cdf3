"""No pattern of the package backtracks without bound on what a feed may send."""

import importlib
import pkgutil
import re
import time
from collections.abc import Iterable, Mapping

import pytest

import topics
import worker

LENGTH = 1000  # characters: a quadratic pattern takes milliseconds
SECONDS = 0.5  # of processor time
UNITS = (*'aA1 \n.,-/(<="|', "a ", "Aa ", "1 ", "A.", "a, ", "a-", "1-", " \n", "A\n", "<a ", "| ", "By A ")


def patterns():
    """Yield every compiled pattern that a module holds by name, with the name."""
    for package in (worker, topics):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if found.name.endswith("__main__"):
                continue
            module = importlib.import_module(found.name)
            for name, value in vars(module).items():
                for pattern in _within(value):
                    yield pytest.param(pattern, id=f"{found.name}.{name}")


def _within(value, depth=3):
    if isinstance(value, re.Pattern):
        yield value
    elif depth and isinstance(value, Mapping):
        yield from (each for part in value.items() for each in _within(part, depth - 1))
    elif depth and isinstance(value, Iterable) and isinstance(value, tuple | list | frozenset | set):
        yield from (each for part in value for each in _within(part, depth - 1))


PATTERNS = {(param.values[0].pattern, param.values[0].flags): param for param in patterns()}


def slowest(pattern, length=LENGTH):
    """Return the worst time of a pattern over strings that repeat a unit and break off, and that unit."""
    text = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
    own = sorted(set(re.findall(r"[A-Za-z]{2,12}", text)))[:5]
    worst = (0.0, "")
    for unit in (*UNITS, *own, *(f"{word} " for word in own)):
        attack = unit * (length // len(unit)) + "\x00!"
        subject = attack if isinstance(pattern.pattern, str) else attack.encode()
        started = time.process_time()
        for method in (pattern.search, pattern.fullmatch):
            method(subject)
        worst = max(worst, (time.process_time() - started, unit))
    return worst


def test_there_are_patterns_and_the_test_knows_a_bad_one():
    assert len(PATTERNS) > 100
    good = slowest(re.compile("a+"), length=200)[0]
    bad = slowest(re.compile("a*a*a*b"), length=200)[0]  # the fourth power, as a search
    assert good < SECONDS
    assert bad > 100 * good


@pytest.mark.parametrize("pattern", PATTERNS.values())
def test_a_pattern_answers_in_time_whatever_is_repeated(pattern):
    seconds, unit = slowest(pattern)
    assert seconds < SECONDS, f"{seconds:.1f} s for {unit!r}"
