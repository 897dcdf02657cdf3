"""A restart anywhere in made-up lives of stories changes nothing: a few of ``python -m tests.fuzz.lives``."""

import pytest

from tests.fuzz.lives import differences


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_restart_anywhere_in_any_life_tells_the_same(seed):
    assert [(each.how, each.record) for each in differences(seed)] == []
