"""Payloads to start from: what the tests of the formats hold, and one of each frame and wrapping."""

import gzip
import importlib
import json
from collections.abc import Iterator
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path

FORMATS = Path(__file__).resolve().parents[1] / "formats"
FIXTURES = {".xml", ".rss", ".atom", ".json", ".txt", ".html"}
LONGEST = 16_384
LEAST = 12

ANPA = (
    b"\x16\x16\x01V5414\x1fasian\nr i\x13\x11 BC-US--Ferry 03-01 0500\r\n\x02^BC-US--Ferry, 1st Ld,88"
    b"<\r\n^Ferry stops at Harrow<\r\n^Eds: UPDATES with the mayor<\r\n^By ANNA VALE=\r\n"
    b"\t   HARROW, Maine (AP) "
    b"_ The last ferry left.\r\n\x08^;W;L\x10\r\n\x08New\x10 Quay;3;7\x10\r\n\t   ___=\r\n"
    b"\x03AP-WF-03-01-16 0337GMT<\x0c\x04"
)
IPTC7901 = (
    b"\x01eca062 4 i 211 dpa 061\r\n\r\nferry/\r\nharbour/\r\n\x021ST LEAD\r\nFerry stops\r\nBy Anna Vale, "
    b"dpa =\r\n\r\n   Harrow (dpa) - The last ferry left\r\non Monday.\r\n   # Notebook\r\nCall 1234\r\n"
    b"\x03011205 GMT Okt 16\x7f\x7f\x04"
)
MAIL = (
    b"From: Desk <desk@harrow.example>\r\nSubject: =?utf-8?Q?F=C3=A4hre?=\r\nMessage-ID: <1@x>\r\n"
    b"MIME-Version: 1.0\r\n"
    b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n'
    b"Content-Type: text/plain; charset=iso-8859-1\r\n"
    b"Content-Transfer-Encoding: quoted-printable\r\n\r\nDie F=E4hre fuhr.\r\n-- \r\nDesk\r\n--b\r\n"
    b"Content-Type: application/json\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    b"eyJ0aXRsZSI6ImEifQ==\r\n--b--\r\n"
)
WORDS = (
    "<?xml version=",
    "encoding=",
    "<!DOCTYPE",
    "<![CDATA[",
    "<nitf>",
    "<body.content>",
    "<hl1>",
    "<newsMessage>",
    "<newsItem guid=",
    "<inlineXML>",
    "<inlineData>",
    "<NewsML>",
    "<NewsItem>",
    "<NewsComponent>",
    "<DataContent>",
    "<rss>",
    "<channel>",
    "<item>",
    "<feed>",
    "<entry>",
    "<content type=",
    "<RBNews>",
    "<html>",
    "<p>",
    "<br/>",
    "application/ld+json",
    "NewsArticle",
    '"headline":',
    '"body_html":',
    '"body_text":',
    '"associations":',
    '"versioncreated":',
    '"versionCreated":',
    '"bodies":',
    '"headlines":',
    '"renditions":',
    '"data":',
    '"items":',
    '"api_version":',
    '"altids":',
    '"itemid":',
    "1st Ld-Writethru",
    "10th Add",
    "KILL KILL KILL",
    "Adv 12",
    "(AP) _ ",
    "APNewsAlert",
    "Eds: ",
    "AP-WF-03-01-16 0337GMT",
    "EMBARGO",
    "Content-Type: ",
    "Subject: ",
    "boundary=",
    "Content-Transfer-Encoding: base64",
    "\x16\x16\x01",
    "\x1f",
    "\x02",
    "\x03",
    "\x04",
    "\x08",
    "\x10",
    "&amp;amp;",
    "&#0;",
    "\xff\xfe",
    "PK\x03\x04",
    "\x1f\x8b\x08",
    "embargoed",
    "usable",
    "canceled",
)


def seeds() -> Iterator[bytes]:
    """Yield payloads, at most 16 kB each."""
    found = dict.fromkeys(seed for seed in _all() if LEAST <= len(seed) <= LONGEST)
    return iter(found)


def name_of(seed: bytes) -> str:
    """Name a payload by its content."""
    return blake2b(seed, digest_size=6).hexdigest()


def dictionary() -> str:
    """Write the words of the wire as libFuzzer reads them: a quoted string a line."""
    lines = []
    for word in WORDS:
        escaped = "".join(
            chr(byte) if 32 <= byte < 127 and byte not in b'"\\' else f"\\x{byte:02x}"
            for byte in word.encode("latin-1")
        )
        lines.append(f'"{escaped}"\n')
    return "".join(lines)


def _all() -> Iterator[bytes]:
    yield from (
        ANPA,
        ANPA + ANPA,
        IPTC7901,
        IPTC7901 + IPTC7901,
        MAIL,
        b"From x y\n" + MAIL + b"\nFrom x y\n" + MAIL,
    )
    yield gzip.compress(ANPA, mtime=0)
    for path in sorted(FORMATS.rglob("*")):
        if path.suffix in FIXTURES:
            yield path.read_bytes()
            yield path.read_bytes().decode("utf-8", "replace").encode("utf-16")
    for path in sorted(FORMATS.rglob("test_*.py")):
        name = ".".join(path.relative_to(FORMATS.parents[1]).with_suffix("").parts)
        for constant, value in sorted(vars(importlib.import_module(name)).items()):
            if constant.isupper():
                yield from _payloads(value)


def _payloads(value: object) -> Iterator[bytes]:
    """Make payloads of a constant: bytes and text as they are, trees as JSON, the members of lists too."""
    if isinstance(value, bytes):
        yield value
    elif isinstance(value, str):
        yield value.encode("utf-8", "replace")
    elif isinstance(value, dict | list | tuple):
        with suppress(TypeError, ValueError):
            yield json.dumps(value).encode()
        for member in value.values() if isinstance(value, dict) else value:
            yield from _payloads(member)
