import pytest

from worker.dialects.bylines import author_names, is_byline


@pytest.mark.parametrize(
    "line",
    [
        "By ADA QUILL",
        "By Ada Quill, Associated Press",
        "BY ADA QUILL and BO CHAN",
        "By The Associated Press",
        "Von Karla Blum",
    ],
)
def test_a_byline_is_a_whole_line_of_names(line):
    assert is_byline(line)


@pytest.mark.parametrize(
    "line", ["By noon the road was closed.", "By Tuesday, all had left.", "Bye Ada", "By", ""]
)
def test_prose_that_begins_with_by_is_no_byline(line):
    assert not is_byline(line)


def test_the_people_of_a_byline_are_listed():
    assert author_names("By Ada Quill, Bo Chan and Cy Drew") == ("Ada Quill", "Bo Chan", "Cy Drew")
    assert author_names(None) == ()
