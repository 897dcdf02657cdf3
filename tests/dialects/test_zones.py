from datetime import datetime

import pytest

from worker.dialects.zones import local_time


@pytest.mark.parametrize(
    ("agency", "moment", "offset"),
    [
        ("PA", "2026-03-29T00:59", "+00:00"),
        ("PA", "2026-03-29T02:00", "+01:00"),
        ("PA", "2026-10-25T00:30", "+01:00"),
        ("PA", "2026-10-25T03:00", "+00:00"),
        ("dpa", "2026-03-29T03:00", "+02:00"),
        ("dpa", "2026-12-01T12:00", "+01:00"),
        ("STT", "2026-07-01T12:00", "+03:00"),
        ("AAP", "2026-04-05T01:00", "+11:00"),
        ("AAP", "2026-04-05T04:00", "+10:00"),
        ("AAP", "2026-10-04T03:00", "+11:00"),
        ("AAP", "2026-07-01T12:00", "+10:00"),
        ("AFP", "2026-07-01T12:00", "+00:00"),
        (None, "2026-07-01T12:00", "+00:00"),
    ],
)
def test_an_agency_means_its_own_zone_summer_time_included(agency, moment, offset):
    assert local_time(datetime.fromisoformat(moment), agency).isoformat().endswith(offset)


@pytest.mark.parametrize("year", [1, 9999])
def test_the_first_and_the_last_year_have_a_zone_too(year):
    for agency in ("AAP", "STT", "dpa"):
        for month, day in ((1, 1), (12, 31)):
            assert local_time(datetime(year, month, day), agency).tzinfo  # noqa: DTZ001 - the point
