import pytest

from worker.formats.blocks import html_blocks, text_blocks
from worker.formats.wiretext import line_of, plain
from worker.story import Role

WRAPPED = (
    "The night ferry to Saint Orla limped home on one engine.\n"
    "Nobody was hurt, the harbour master said in Elder\non Sunday."
)


def texts(blocks):
    return [block.text for block in blocks]


def test_text_between_and_behind_paragraphs_is_copy():
    assert texts(html_blocks("before<p>one</p>behind<div>two<p>three</p></div>")) == [
        "before",
        "one",
        "behind",
        "two",
        "three",
    ]


def test_inline_elements_break_no_word():
    assert texts(html_blocks("<p>The <b>Elder L</b>ine's <a href='x'>ferry</a>.</p>")) == [
        "The Elder Line's ferry."
    ]


@pytest.mark.parametrize(
    ("markup", "told"),
    [
        ("<p>One.<br/><br/>Two.</p>", ["One.", "Two."]),
        ("<p>One sentence.<br/>Another one.</p>", ["One sentence.", "Another one."]),
        ("<p>Fuel had <br/>mixed</p>", ["Fuel had mixed"]),
        ("<p>By Mara Elling<br/>The ferry came home.</p>", ["By Mara Elling", "The ferry came home."]),
        (
            f"<p>{WRAPPED.replace(chr(10), '<br/>')}</p>",
            [WRAPPED.replace("\n", " ")],
        ),
    ],
)
def test_a_line_break_parts_paragraphs_or_wraps_a_line(markup, told):
    assert texts(html_blocks(markup)) == told


def test_text_wrapped_by_hand_parts_at_indents_and_blank_lines():
    raw = "   One goes\non here.\n   Two too.\n\nThree."
    assert texts(text_blocks(raw)) == ["One goes on here.", "Two too.", "Three."]


def test_markup_that_is_indented_for_the_eye_is_one_paragraph():
    assert texts(html_blocks("<p>One\n      goes on\n      here.\n    </p>")) == ["One goes on here."]


def test_columns_of_blanks_are_a_table():
    raw = "Prices:\n\n    Gold    1,200.00   +0.4\n    Silver     17.14   +0.2\n"
    assert [(block.role, block.text.count("\n")) for block in text_blocks(raw)][1:] in (
        [(Role.TABLE, 1)],
        [(Role.TABLE, 0), (Role.TABLE, 0)],
    )


def test_escaped_html_is_html_and_broken_html_is_read():
    assert texts(html_blocks("&lt;p&gt;One&lt;/p&gt;&lt;p&gt;Two&lt;/p&gt;")) == ["One", "Two"]
    assert texts(html_blocks("<strong>toto</toto>")) == ["toto"]


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        ("&amp;amp;quot;x", '"x'),
        ("Dellâ€™s â€œbestâ€\x9d", "Dell’s “best”"),
        ("naïve façade über Ålesund", "naïve façade über Ålesund"),
        ("35<endash>-</endash>40 <emdash/>", "35-40 –"),
        ("AT&T", "AT&T"),
    ],
)
def test_escapes_and_mojibake_are_undone_and_nothing_else(raw, told):
    assert plain(raw) == told


def test_an_empty_field_is_absent():
    assert line_of(" \n ") is None
    assert line_of(None) is None
