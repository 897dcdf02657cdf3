"""Release times that agencies write in prose, and what must not be taken for one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.dialects.embargoes import find_embargo
from worker.dialects.versions import read_slugline

WRITTEN = "2026-12-03T15:00:00Z"  # a Thursday


def until(note, *, written=WRITTEN, agency="AP", **more):
    found = find_embargo(notes=[note], written=written, agency=agency, **more)
    return found.until if found else "not held"


@pytest.mark.parametrize(
    ("note", "agency", "moment"),
    [
        ("EMBARGOED until 0001 GMT Dec. 7", "AP", "2026-12-07T00:01:00Z"),
        ("EMBARGOED TO 0001 MONDAY DECEMBER 7", "PA", "2026-12-07T00:01:00Z"),
        ("Embargoed until 00.01 hours on Monday 7 December 2026", "PA", "2026-12-07T00:01:00Z"),
        ("STRICTLY EMBARGOED: 6 p.m. EST Friday", "AP", "2026-12-04T18:00:00-05:00"),
        ("EMBARGO 0001 GMT", "AP", "2026-12-04T00:01:00Z"),
        ("EMBARGO 1600 GMT", "AP", "2026-12-03T16:00:00Z"),
        ("Embargo: 2026-12-05, noon ET", "dpa", "2026-12-05T12:00:00-05:00"),
        ("HOLD FOR RELEASE until Dec. 6, 2026, at 12:01 a.m.", "AP", "2026-12-06T00:01:00-05:00"),
        ("For use Sunday, Dec. 6, and thereafter.", "AP", "2026-12-06T00:01:00-05:00"),
        ("Eds: For release Saturday; moved in advance.", "AP", "2026-12-05T00:01:00-05:00"),
        ("Moved in advance for use Sunday, Jan. 3", "AP", "2027-01-03T00:01:00-05:00"),
        ("Sperrfrist: 12. Dezember, 06.00 Uhr", "dpa", "2026-12-12T06:00:00+01:00"),
        ("SPERRFRIST 5.12.2026 18 Uhr", "dpa", "2026-12-05T18:00:00+01:00"),
        ("Embargo jusqu'au 5 décembre 06h00", "AFP", "2026-12-05T06:00:00Z"),
        ("NOT FOR PUBLICATION BEFORE midnight Saturday", "PA", "2026-12-05T00:00:00Z"),
        ("Embargoed until 2000 GMT", "Reuters", "2026-12-03T20:00:00Z"),
    ],
)
def test_the_hour_is_read_where_it_is_meant(note, agency, moment):
    assert until(note, agency=agency) == moment


@pytest.mark.parametrize(
    "note",
    [
        "EMBARGOED",
        "EMBARGOED until further notice",
        "EMBARGO: Friday, Dec. 6",  # a Sunday
        "EMBARGO 31 Feb 0600 GMT",
        "HOLD FOR RELEASE 25:99 p.m.",
        "Embargoed until 13 p.m. Saturday",
    ],
)
def test_an_hour_that_cannot_be_read_leaves_the_copy_held(note):
    assert until(note) is None


@pytest.mark.parametrize(
    "note",
    [
        "EMBARGO LIFTED at 0001 GMT Dec. 7",
        "Adds details on the oil embargo that began in May",
        "For use by clients of the sports service only",
        "For release history see Dec. 1",
        "UPDATES with police saying at 6 p.m. that the bridge is open",
        "",
    ],
)
def test_other_notes_hold_nothing(note):
    assert until(note) == "not held"


@pytest.mark.parametrize(
    ("label", "cycle", "moment"),
    [
        ("Adv 12", "BC", "2026-12-12T00:01:00-05:00"),
        ("Adv12-13", "AM", "2026-12-12T00:01:00-05:00"),
        ("Adv 12", "PM", "2026-12-12T12:00:00-05:00"),
        ("Adv 1", "BC", "2027-01-01T00:01:00-05:00"),
        ("Adv 31 and Jan. 2", "BC", "2027-01-02T00:01:00-05:00"),
        ("ADVANCE FOR SUNDAY", "AM", "2026-12-06T00:01:00-05:00"),
        ("Adv", "BC", None),
        ("Adv 40", "BC", None),
    ],
)
def test_an_advance_names_its_day(label, cycle, moment):
    found = find_embargo(advance=label, written=WRITTEN, cycle=cycle, agency="AP")
    assert found.until == moment


def test_a_day_alone_means_nothing_when_nobody_knows_when_it_was_written():
    assert find_embargo(advance="Adv 12", agency="AP").until is None
    assert find_embargo(notes=["EMBARGOED until 0001 GMT Dec. 7, 2026"]).until == "2026-12-07T00:01:00Z"


def test_a_headline_about_a_trade_embargo_is_news():
    assert find_embargo(openings=["EMBARGO ON OIL BEGINS ON DEC. 7"], written=WRITTEN) is None
    held = find_embargo(openings=["EMBARGOED UNTIL 0600 GMT FRIDAY - Ferry to stop"], written=WRITTEN)
    assert held.until == "2026-12-04T06:00:00Z"


def test_the_slug_line_keeps_the_label_of_an_advance():
    assert read_slugline("BC-US--Ferry, Adv 12, 500").hold == "Adv 12"


@given(st.text(max_size=300), st.text(max_size=60))
def test_any_words_give_a_time_or_none(note, label):
    found = find_embargo(
        notes=[f"EMBARGOED {note}"], openings=[note], advance=f"Adv {label}", written=WRITTEN
    )
    assert found is not None
