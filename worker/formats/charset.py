"""Which characters the bytes mean: byte order mark, UTF-8, the declared charset, then cp1252."""

import codecs
import re
from dataclasses import dataclass
from typing import Final

from worker.errors import EmptyPayload, Undecodable
from worker.values import quick

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_READ_AS: Final = {"iso8859-1": "cp1252", "ascii": "cp1252"}
"""Labels that in practice mean cp1252, as the WHATWG Encoding Standard reads them."""

_CHARSETS: Final = re.compile(
    r"utf-8|cp\d{3,4}|iso8859-\d{1,2}|koi8-\w|mac-\w{1,12}|shift_jis\w{0,6}|euc_\w{2,12}|gb\w{1,5}|big5\w{0,6}|johab|tis-620"
)
"""The codecs of the standard library that are charsets of text; its registry also holds base64 and rot13."""

_SOMETHING: Final = re.compile("[^ \t\r\n\x00\ufeff]")
_SAMPLE: Final = 65_536
_CONTROLS: Final = bytes(set(range(32)) - set(b"\t\n\x0b\x0c\r\x1b"))
_HIGH: Final = bytes(range(0x80, 0x100))
_MOST_CONTROLS: Final = 0.02
_MOST_HIGH: Final = 0.3


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """Text, the charset that made it, and what was odd about it."""

    text: str
    charset: str
    warnings: tuple[str, ...] = ()


def decode(body: bytes, *, declared: str | None = None) -> Decoded:
    """Decode ``body``; a declaration is believed only where the bytes leave a choice.

    Raises EmptyPayload for no text at all and Undecodable for bytes that are text in no charset.
    """
    for mark, charset in _MARKS:
        if body.startswith(mark):
            return _checked(_strictly(body[len(mark) :], charset) or _by_bytes(body, declared), body)
    return _checked(_by_bytes(body, declared), body)


def clean(text: str) -> str:
    r"""Replace what no downstream encoder takes: NUL by a space, lone surrogates by U+FFFD.

    >>> clean("a\x00b")
    'a b'
    """
    if "\x00" not in text:
        if text.isascii():
            return text
        try:
            text.encode()
        except UnicodeEncodeError:
            pass
        else:
            return text
    joined = text.replace("\x00", " ").encode("utf-16", "surrogatepass")
    return joined.decode("utf-16", "replace")


def _checked(decoded: Decoded, body: bytes) -> Decoded:
    if _SOMETHING.search(decoded.text) is None:
        raise EmptyPayload("white space alone")
    if 0 not in body or "\x00" not in decoded.text:  # bytes are searched many times as fast
        return decoded
    return Decoded(
        text=clean(decoded.text), charset=decoded.charset, warnings=(*decoded.warnings, "NUL bytes replaced")
    )


def _by_bytes(body: bytes, declared: str | None) -> Decoded:
    wide = _wide(body[:_SAMPLE])
    if wide and (decoded := _strictly(body, wide)):
        return decoded
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return _legacy(body, declared)
    if _share(body[:_SAMPLE], _CONTROLS) > _MOST_CONTROLS:
        return _refuse(body)
    return Decoded(text=text, charset="utf-8")


def _legacy(body: bytes, declared: str | None) -> Decoded:
    sample = body[:_SAMPLE]
    if _share(sample, _CONTROLS) > _MOST_CONTROLS:
        return _refuse(body)
    charset = _known(declared)
    if charset and charset != "utf-8" and (decoded := _strictly(body, charset)):
        return decoded
    if _share(sample, _HIGH) > _MOST_HIGH:
        return _refuse(body)
    warning = f"not {declared or 'utf-8'}: read as cp1252"
    return Decoded(text=body.decode("cp1252", "replace"), charset="cp1252", warnings=(warning,))


def _refuse(body: bytes) -> Decoded:
    raise Undecodable(f"{len(body)} bytes are text in no charset we know")


def _strictly(body: bytes, charset: str) -> Decoded | None:
    try:
        return Decoded(text=body.decode(charset), charset=charset)
    except UnicodeDecodeError:
        return None


def _known(declared: str | None) -> str | None:
    if not declared:
        return None
    try:
        info = codecs.lookup(declared.strip().strip("\"'"))
    except (LookupError, ValueError):
        return None
    if _CHARSETS.fullmatch(info.name) is None:
        return None
    return _READ_AS.get(info.name, info.name)


def _wide(sample: bytes) -> str | None:
    """Guess UTF-16 or UTF-32 without a mark from where the NULs stand."""
    nuls = sample.count(0) if 0 in sample else 0
    if nuls * 5 < len(sample) or len(sample) < 4:
        return None
    if nuls * 10 > len(sample) * 7:
        return "utf-32-be" if sample[0] == 0 else "utf-32-le"
    even = sample[::2].count(0)
    return "utf-16-be" if even * 2 > nuls else "utf-16-le"


def _share(sample: bytes, of: bytes) -> float:
    return (len(sample) - len(sample.translate(None, of))) / len(sample) if sample else 0.0
