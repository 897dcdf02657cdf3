import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.errors import EmptyPayload, Undecodable
from worker.formats.charset import clean, decode

COPY = "Grüße aus Köln: „Wir haben’s geschafft“, sagte die Bürgermeisterin."


@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "utf-16-le", "utf-16-be"])
def test_unicode_is_read_with_and_without_a_mark(charset):
    assert decode(COPY.encode(charset)).text == COPY


def test_utf8_holds_whatever_the_declaration_says():
    assert decode(COPY.encode(), declared="iso-8859-1").text == COPY


def test_a_true_declaration_is_believed():
    copy = "Привет, столица. Дождь идёт с утра."
    assert decode(copy.encode("cp1251"), declared="windows-1251").text == copy


def test_latin1_is_read_as_cp1252():
    decoded = decode("„Müller“ sagte nichts und ging nach Hause.".encode("cp1252"), declared="latin-1")
    assert decoded.text == "„Müller“ sagte nichts und ging nach Hause."


def test_undeclared_legacy_bytes_fall_back_to_cp1252_and_say_so():
    decoded = decode("Müller sagte nichts und ging.".encode("cp1252"))
    assert decoded.text == "Müller sagte nichts und ging."
    assert decoded.warnings


@pytest.mark.parametrize("label", ["base64", "rot13", "no-such-charset", "", "idna", "\x00"])
def test_a_label_that_is_no_charset_is_ignored(label):
    assert decode("Müller ging.".encode("cp1252"), declared=label).charset == "cp1252"


@pytest.mark.parametrize("body", [b"", b" \r\n\t", b"\xef\xbb\xbf"])
def test_white_space_is_an_empty_payload(body):
    with pytest.raises(EmptyPayload):
        decode(body)


@pytest.mark.parametrize(
    "body",
    [
        bytes(range(256)),
        b"\x80\x81\x82\xfe\xff" * 9,
        b"\x01\x02\x03\x04",
        b"\x00\x00",
        b"\xff\xfe\xff\x00\x81",
    ],
)
def test_bytes_that_are_no_text_are_undecodable(body):
    with pytest.raises(Undecodable):
        decode(body)


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1).filter(str.strip))
def test_utf8_text_comes_back_as_it_was(text):
    assert decode(text.encode()).text.removeprefix("\ufeff") == text.removeprefix("\ufeff")


@given(st.text(st.characters(exclude_categories=[])))
def test_clean_text_can_always_be_encoded(text):
    assert "\x00" not in clean(text)
    clean(text).encode()
