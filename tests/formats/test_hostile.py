"""Payloads made to hurt: nothing hangs, whatever is repeated a hundred thousand times."""

import json
import time

import pytest

from worker.pipeline import split
from worker.story import Payload

SIZE = 400_000
HEAD = b"\x16\x16\x01V5414\x1fasian\nr i\x13\x11 BC-US--Ferry 03-01 0500\n\x02"
DPA = b"\x01eca062 4 i 211 dpa 061\n\nferry/\n\x02"
MAIL = b"From: a@b.example\nSubject: ferry\n"
UNITS = {
    "ANPA header lines": (HEAD, b"^a<\n"),
    "ANPA keyword lines": (b"", b"^BC-US--Ferry, 1st Ld,88<\n"),
    "ANPA trailers": (b"", b"AP-WF-03-01-16 0337GMT\n"),
    "ANPA table rows": (HEAD, b"\x08a;b;c\x10\n"),
    "ANPA one line": (HEAD, b"ferry "),
    "7901 lines": (DPA, b"ferry dog\n"),
    "7901 columns": (DPA, b"a   b   c   "),
    "7901 messages": (b"", DPA + b"a =\nb\x03\x04"),
    "mail headers": (MAIL, b"X-Ferry: dog\n"),
    "mail lines": (MAIL + b"\n", b"ferry \n"),
    "mail flowed": (MAIL + b"Content-Type: text/plain; format=flowed\n\n", b"ferry \n"),
    "mail parts": (MAIL + b"Content-Type: multipart/mixed; boundary=x\n\n", b"--x\n\nferry\n"),
    "mail words": (b"From: a\nSubject: ", b"=?utf-8?Q?a?= "),
    "mailbox": (b"", b"From a b\nFrom: a\nSubject: b\n\nferry\n"),
    "page of short lines": (b"", b"Short line\n"),
    "page of menus": (b"", b"Home | News | Sport\n"),
    "page of related titles": (b"", b"Related stories\nA title of some other story\n"),
    "page of bars": (b"", b"a | "),
    "page of quotes": (b"", b'"a" '),
    "page of braces": (b"", b".a{b}"),
    "captions": (b"<html><body>", b"<figcaption>a ferry</figcaption>"),
    "metas": (b"<html>", b"<meta name=a content=b>"),
}


@pytest.mark.parametrize("name", UNITS)
def test_what_is_repeated_without_end_is_answered_in_seconds(name):
    head, unit = UNITS[name]
    body = head + unit * (SIZE // len(unit))
    started = time.process_time()
    assert split(Payload(body=body))
    assert time.process_time() - started < 8


@pytest.mark.parametrize(
    "tree",
    [
        {
            "version": "https://jsonfeed.org/version/1",
            "items": [{"id": str(n), "title": "a"} for n in range(9_000)],
        },
        [{"uri": str(n), "headline": "a", "versioncreated": "x"} for n in range(9_000)],
        {
            "uri": "x",
            "headline": "a",
            "associations": {
                str(n): {"type": "text", "headline": "b", "body_html": "c"} for n in range(9_000)
            },
        },
    ],
    ids=["JSON feed", "array", "associations"],
)
def test_more_stories_than_the_limit_are_refused_and_none_is_dropped_in_silence(tree):
    (rejected,) = split(Payload(body=json.dumps(tree).encode()))
    assert rejected.reason == "too_many_stories"
