import gzip

import pytest

from worker.errors import EmptyPayload, Malformed, TooDeep, Undecodable, UnknownFormat, WireError
from worker.formats import Format
from worker.formats.sniff import sniff

HTML = b"<!DOCTYPE html><html><body><p>The ferry stopped.</p></body></html>"


def formats(body, content_type=None):
    return [part if isinstance(part, WireError) else part.format for part in sniff(body, content_type)]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'{"text": "The ferry stopped."}', Format.ARTICLE),
        (b'\n  {"text": "The ferry stopped."}', Format.ARTICLE),
        ('{"text": "Grüße"}'.encode("utf-16"), Format.ARTICLE),
        (HTML, Format.WEBPAGE),
        (b"\r\n\r\n" + HTML, Format.WEBPAGE),
        (b"<p>The ferry stopped.</p>", Format.WEBPAGE),
        (b"The ferry stopped.", Format.PAGETEXT),
        (b"[Editor's note: the ferry stopped.]", Format.PAGETEXT),
        (b"{The ferry} stopped.", Format.PAGETEXT),
        (b"< 5 percent voted.", Format.PAGETEXT),
    ],
)
def test_the_bytes_name_their_format(body, expected):
    assert formats(body) == [expected]


def test_a_content_type_never_overrules_the_bytes():
    assert formats(HTML, "application/json") == [Format.WEBPAGE]
    assert formats(b'{"text": "The ferry stopped."}', "text/html") == [Format.ARTICLE]


def test_a_content_type_helps_where_the_bytes_are_silent():
    assert formats(b"The ferry<br>stopped.", "text/html; charset=utf-8") == [Format.WEBPAGE]
    (source,) = sniff("Дождь идёт с утра.".encode("cp1251"), "text/plain; charset=windows-1251")
    assert source.text == "Дождь идёт с утра."


def test_each_element_and_each_line_of_json_is_a_source_of_its_own():
    assert formats(b'[{"text": "a"}, {"text": "b"}]') == [Format.ARTICLE] * 2
    assert formats(b'{"text": "a"}\n{"text": "b"}\n') == [Format.ARTICLE] * 2
    one, two = formats(b'{"text": "a"}\n{"text": \n')
    assert one is Format.ARTICLE
    assert isinstance(two, Malformed)
    (refused,) = formats(b"[7]")
    assert isinstance(refused, Malformed)
    assert formats(b"[]") == []


def test_raw_line_breaks_in_json_strings_are_forgiven():
    (source,) = sniff(b'{"text": "The ferry\nstopped."}')
    assert source.tree == {"text": "The ferry\nstopped."}


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"", EmptyPayload),
        (b" \n", EmptyPayload),
        (gzip.compress(b"The ferry stopped.", mtime=0)[:-6], Malformed),
        (b"PK\x03\x04" + b"\x00" * 40, Malformed),
        (b"\x89PNG\r\n\x1a\n" + b"\x00" * 40, UnknownFormat),
        (b"%PDF-1.7 ferry", UnknownFormat),
        (b"\x00\x00\x00\x18ftypmp42", UnknownFormat),
        (b"\x80\x81\x82\x83\xff\xfe", Undecodable),
        (b'{"text": "The fer', Malformed),
        (b"[" * 4000, TooDeep),
        (b'{"a":' * 70 + b"1" + b"}" * 70, TooDeep),
    ],
)
def test_what_cannot_be_read_has_its_reason(body, error):
    with pytest.raises(error):
        formats(body)
