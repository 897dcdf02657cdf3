import pytest

from worker.dialects.agencies import AGENCIES, agency_called, agency_named


@pytest.mark.parametrize(
    ("credit", "agency"),
    [
        ("/ Source: The Associated Press", "AP"),
        ("Ada Quill, Associated Press", "AP"),
        ("Australian Associated Press", "AAP"),
        ("Copyright 2021 Thomson Reuters", "Reuters"),
        ("dpa", "dpa"),
        ("The APPLE growers", None),
        ("PAYWALL", None),
        ("", None),
    ],
)
def test_a_credit_names_its_agency(credit, agency):
    assert agency_named(credit) == agency


def test_an_outlet_is_an_agency_only_as_a_whole():
    assert agency_called("associated  press") == "AP"
    assert agency_called("Associated Press of Harrow County") is None
    assert agency_called(None) is None


def test_every_short_name_knows_itself_or_its_long_form():
    for short, aliases in AGENCIES.items():
        assert {agency_named(alias) for alias in aliases} == {short}
