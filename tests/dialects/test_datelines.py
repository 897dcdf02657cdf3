import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.dialects.datelines import dateline_of


@pytest.mark.parametrize(
    ("paragraph", "text", "place", "date", "agency"),
    [
        ("BEIRUT (AP) — The port reopened.", "BEIRUT (AP) —", "BEIRUT", None, "AP"),
        (
            "FRESNO, Calif. (Reuters) - Growers met.",
            "FRESNO, Calif. (Reuters) -",
            "FRESNO, Calif.",
            None,
            "Reuters",
        ),
        ("CHICAGO, Feb. 3 (UPI) -- Snow fell.", "CHICAGO, Feb. 3 (UPI) --", "CHICAGO", "Feb. 3", "UPI"),
        ("MADRID, 12 may (EFE).- El tren paró.", "MADRID, 12 may (EFE).-", "MADRID", "12 may", "EFE"),
        (
            "OSLO, Aug 29, 2014 (AFP) - Boats sank.",
            "OSLO, Aug 29, 2014 (AFP) -",
            "OSLO",
            "Aug 29, 2014",
            "AFP",
        ),
        (
            "BRASILIA/LIMA (Reuters) - Rivers rose.",
            "BRASILIA/LIMA (Reuters) -",
            "BRASILIA/LIMA",
            None,
            "Reuters",
        ),
        ("Frankfurt/Main (dpa) - Der Preis geht.", "Frankfurt/Main (dpa) -", "Frankfurt/Main", None, "dpa"),
        (
            "ORIENT POINT, N.Y. (AP) _ Ferries ran.",
            "ORIENT POINT, N.Y. (AP) _",
            "ORIENT POINT, N.Y.",
            None,
            "AP",
        ),
        ("(Reuters) - Shares fell.", "(Reuters) -", None, None, "Reuters"),
        (
            "MOSCOW, January 13. /TASS/. The rocket flew.",
            "MOSCOW, January 13. /TASS/.",
            "MOSCOW",
            "January 13",
            "TASS",
        ),
        ("WASHINGTON —\xa0The bill passed.", "WASHINGTON —", "WASHINGTON", None, None),
        ("LAS VEGAS – The fair closed.", "LAS VEGAS –", "LAS VEGAS", None, None),
        ("ST. PAUL, Minn. — The river froze.", "ST. PAUL, Minn. —", "ST. PAUL, Minn.", None, None),
    ],
)
def test_a_dateline_opens_wire_copy(paragraph, text, place, date, agency):
    found = dateline_of(paragraph)
    assert found is not None
    assert (found.text, found.place, found.date, found.agency) == (text, place, date, agency)


@pytest.mark.parametrize(
    "paragraph",
    [
        "The mayor (AP) said nothing.",
        "Lisbon — a city of hills — waited.",
        "UPDATE — The road is open.",
        "NASA-funded probes fell silent.",
        "A — B.",
        "U.S. officials – two of them – left.",
        "",
        "— Ada Quill (@adaquill) May 3, 2020",
    ],
)
def test_prose_that_resembles_a_dateline_is_none(paragraph):
    assert dateline_of(paragraph) is None


@given(st.text(max_size=400))
def test_a_dateline_is_always_the_opening_of_its_paragraph(paragraph):
    found = dateline_of(paragraph)
    assert found is None or paragraph.lstrip().startswith(found.text)
