import pytest

from worker.dialects.credits import agency_of, byline_credit, credit_of
from worker.story import Credit, CreditKind

CREDITS = [
    ("/ Source: The Associated Press", CreditKind.SOURCE, "AP"),
    ("(Reuters)", CreditKind.SOURCE, "Reuters"),
    ("— AFP", CreditKind.SOURCE, "AFP"),
    (
        "___ Associated Press writers Ada Quill in Lima and Bo Chan contributed to this report.",
        CreditKind.CONTRIBUTOR,
        "AP",
    ),
    ("Bo Chan contributed to this report.", CreditKind.CONTRIBUTOR, None),
    ("AP writer Bo Chan contributed reporting from Lima.", CreditKind.CONTRIBUTOR, "AP"),
    ("Bo Chan reported from Lima.", CreditKind.CONTRIBUTOR, None),
    ("This report contains material from AFP.", CreditKind.CONTRIBUTOR, "AFP"),
    ("(Reporting by Ada Quill; Editing by Bo Chan)", CreditKind.CONTRIBUTOR, None),
    ("Contributing: The Associated Press", CreditKind.CONTRIBUTOR, "AP"),
    ("Copyright 2023 The Associated Press. All rights reserved.", CreditKind.COPYRIGHT, "AP"),
    ("© 2020 Harrow Bell Ltd", CreditKind.COPYRIGHT, None),
    (
        "© 2020 Harrow Bell. All rights reserved. Associated Press text may not be published.",
        CreditKind.COPYRIGHT,
        None,
    ),
]


@pytest.mark.parametrize(("line", "kind", "agency"), CREDITS)
def test_a_credit_line_says_whose_copy_it_is(line, kind, agency):
    credit = credit_of(line)
    assert credit is not None
    assert (credit.kind, credit.agency, credit.text) == (kind, agency, line)


@pytest.mark.parametrize(
    "line",
    [
        "Heavy rain contributed to the delay on Monday.",
        "The mayor praised reporting by local papers and said the Associated Press had it right.",
        "The town was quiet. Shops closed early. Ada Quill contributed to this report.",
        "Copyright law " + "is what the chambers of parliament talk about, " * 8,
    ],
)
def test_prose_is_no_credit(line):
    assert credit_of(line) is None


def test_a_newsroom_that_was_helped_still_owns_its_story():
    helped = Credit(
        kind=CreditKind.CONTRIBUTOR, text="The Associated Press contributed to this report.", agency="AP"
    )
    wrote = Credit(
        kind=CreditKind.CONTRIBUTOR, text="Associated Press writer Bo Chan contributed.", agency="AP"
    )
    assert agency_of((helped,)) is None
    assert agency_of((wrote,)) == "AP"


def test_the_dateline_outweighs_the_copyright_line():
    dateline = Credit(kind=CreditKind.DATELINE, text="LIMA (Reuters) -", agency="Reuters")
    owner = Credit(kind=CreditKind.COPYRIGHT, text="Copyright 2020 AP", agency="AP")
    assert agency_of((owner, dateline)) == "Reuters"


def test_a_byline_may_carry_the_agency():
    credit = byline_credit("Ada Quill, Associated Press")
    assert credit is not None
    assert credit.agency == "AP"
    assert byline_credit("Ada Quill") is None
