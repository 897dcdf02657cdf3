import pytest

from worker.dialects.pa import read_title
from worker.dialects.reuters import signal_version
from worker.dialects.signoffs import is_desk_note, is_disclaimer, is_separator, is_sign_off, is_writer_title


@pytest.mark.parametrize(
    "line",
    "ends|-ends-|(MORE)|AAP RTV ar|AAP|hh/ph/ts/hd|EFE gr/bp|dpa wsz jln npr|/ritzau/|(©NTB)|-0-|###"
    "|This report by The Canadian Press was first published Nov. 22, 2026.".split("|"),
)
def test_a_sign_off_is_known_by_its_agencys_form(line):
    assert is_sign_off(line)


@pytest.mark.parametrize(
    "line", ["The war ends.", "AAP shares rose", "and/or not", "He ends", "Port Elder", "ends meet"]
)
def test_copy_is_no_sign_off(line):
    assert not is_sign_off(line)


@pytest.mark.parametrize(
    "line",
    [
        "(Adds comment, background)",
        "(Corrects day in paragraph 3)",
        "Eds: UPDATES with arrest.",
        "EDITOR'S NOTE: language",
    ],
)
def test_a_line_to_editors_is_a_note(line):
    assert is_desk_note(line)


@pytest.mark.parametrize(
    "line", ["(Reuters) - The ferry", "Edison said: no", "(He adds a comment)", "Editors met."]
)
def test_copy_is_no_note(line):
    assert not is_desk_note(line)


def test_titles_disclaimers_and_rules_are_told_from_copy():
    assert is_writer_title("AP Business Writer")
    assert not is_writer_title("AP writes")
    assert is_disclaimer("*** DISCLAIMER: machine translation ***")
    assert not is_disclaimer("* Ferry carried 212")
    assert is_separator("___")
    assert is_separator("* * *")
    assert not is_separator("-")


@pytest.mark.parametrize(
    ("title", "told"),
    [
        ("2 POLITICS Brexit", ("POLITICS Brexit", 2)),
        ("SPORT Trivia", ("SPORT Trivia", None)),
        (" ", (None, None)),
    ],
)
def test_the_title_of_pa_holds_slug_and_take(title, told):
    assert read_title(title) == told


@pytest.mark.parametrize(
    ("code", "kind"),
    [("edStat:C", "corrected"), ("EDSTAT:D", "kill"), ("sig:update", "update"), ("edStat:N", None)],
)
def test_an_editorial_status_is_a_version_label(code, kind):
    version = signal_version(code)
    assert (version.kind.value if version else None) == kind
