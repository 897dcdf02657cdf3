import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.formats.times import rfc3339


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2020-02-03", "2020-02-03T00:00:00Z"),
        ("2020-02-03T10:20:30Z", "2020-02-03T10:20:30Z"),
        ("2020-02-03T10:20:30.123+01:00", "2020-02-03T10:20:30+01:00"),
        ("2020-02-03 10:20", "2020-02-03T10:20:00Z"),
        ("20151014T043001+0100", "2015-10-14T04:30:01+01:00"),
        ("20190703T040512Z", "2019-07-03T04:05:12Z"),
        ("Mon, 03 Feb 2020 10:20:30 -0500", "2020-02-03T10:20:30-05:00"),
        (1580725230, "2020-02-03T10:20:30Z"),
        (1580725230000, "2020-02-03T10:20:30Z"),
    ],
)
def test_dates_become_rfc3339(value, expected):
    assert rfc3339(value) == expected


@pytest.mark.parametrize(
    "value", ["", "yesterday", "2020-13-45", "YYYYMMDD", None, True, [], 1e300, float("nan"), "20200203"]
)
def test_what_is_no_date_is_none(value):
    assert rfc3339(value) is None


@given(st.one_of(st.text(max_size=40), st.floats(), st.integers(), st.none(), st.datetimes().map(str)))
def test_any_value_gives_an_answer(value):
    answer = rfc3339(value)
    assert answer is None or "T" in answer
