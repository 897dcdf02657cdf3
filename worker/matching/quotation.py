"""Which characters of the copy are somebody's own words? Paragraphs → quoted spans.

Speeches, statements, letters, rulings and tweets reach every outlet by themselves, so they prove
nothing about who took copy from whom. Read are: double marks (straight, curly, low, guillemets)
with the open paragraph continued below; single curly marks; tweets and their embeds; turns of a
transcript; and what the format marks as a block quote.
"""

import re
from collections.abc import Sequence
from typing import Final

Span = tuple[int, int]

OPEN_MAX: Final = 6  # paragraphs that an open mark may run on through
MARKS: Final = ('"', "“", "”", "„", "«", "»", "‟", "＂", "''", "``")
SINGLE: Final = re.compile(r"(?<!\w)‘([^‘’]{12,400}(?:(?:’(?=\w))[^‘’]{1,400}){0,6})’(?!\w)")
TWEET_FOOT: Final = re.compile(
    r"""[—–-]{1,3}\ ?[^()\n—]{1,60}\(@\w{1,20}\)                        # — Name (@handle)
        (?:\ {0,2}[A-Z][a-z]{2,8}\.?\ \d{1,2},\ \d{4})?""",
    re.VERBOSE,
)
TWEET_SIGNS: Final = ("@", "twitter", "t.co/")
TWEET_MARK: Final = re.compile(r"pic\.twitter\.com/\w|https?://t\.co/\w|^RT @\w|^@\w{2,20} ")
TURN: Final = re.compile(r"^[A-Z][A-Z.'’-]{1,24}(?: [A-Z][A-Z.'’-]{0,24}){0,4}(?: \([^)]{1,40}\))?: ")
SPEAKER: Final = re.compile(r"^[A-Z][^:.!?;“”\"\n]{3,90}: (?=\S)")
SPEAKER_MOST: Final = 96  # characters up to the colon
SPEAKER_CAPITALS: Final = 0.6  # share of capitalised words in a title and name: "Vice President Joe Biden"
CITED: Final = re.compile(r"^(?:&gt;|>) ?\S")


def _is_closing(text: str, at: int, mark: str, *, inside: bool) -> bool:
    if mark in "”»":
        return True
    if mark in "“„«‟" or mark == "``":
        return False
    before = text[at - 1] if at else " "
    after = text[at + len(mark)] if at + len(mark) < len(text) else " "
    if before.isspace() or before in "([—–":
        return after.isspace() and inside
    if after.isalnum():
        return before in ".,!?…" and inside
    return True


def _marked(text: str, marks: Sequence[tuple[int, str]], *, inside: bool) -> tuple[list[Span], bool]:
    """Read the quoted spans of one paragraph; tell whether it ends inside one."""
    spans: list[Span] = []
    start = 0 if inside else -1
    for at, mark in marks:
        closing = _is_closing(text, at, mark, inside=start >= 0)
        if closing and start >= 0:
            spans.append((start, at + len(mark)))
            start = -1
        elif not closing and start < 0:
            start = at
        elif not closing:  # an open mark inside an open quotation: the earlier one was left open
            spans.append((start, at))
            start = at
    if start >= 0:
        spans.append((start, len(text)))
    return spans, start >= 0


def _marks(copy: str, paragraphs: Sequence[str]) -> list[list[tuple[int, str]]]:
    """Find the quotation marks of each paragraph of a copy joined by line ends."""
    found: list[tuple[int, str]] = []
    for mark in MARKS:  # each by itself: several times as fast as a pattern for all, as most are not there
        at = copy.find(mark)
        while at >= 0:
            found.append((at, mark))
            at = copy.find(mark, at + len(mark))
    found.sort()
    result: list[list[tuple[int, str]]] = [[] for _ in paragraphs]
    place = offset = 0
    end = len(paragraphs[0]) if paragraphs else 0
    for at, mark in found:
        while at > end:
            place += 1
            offset = end + 1
            end = offset + len(paragraphs[place])
        result[place].append((at - offset, mark))
    return result


def _tweeted(text: str) -> Span | None:
    """Find the tweet of a paragraph: all up to the last foot, or all of it."""
    if not any(sign in text for sign in TWEET_SIGNS):
        return None
    end = 0
    for found in TWEET_FOOT.finditer(text):
        end = found.end()
    if end:
        return (0, end)
    if TWEET_MARK.search(text):
        return (0, len(text))
    return None


def quotations(paragraphs: Sequence[str], *, cited: frozenset[int] = frozenset()) -> list[list[Span]]:
    """Read the quoted spans of each paragraph, sorted and apart.

    ``cited`` counts the paragraphs that the format marks as quotation. An opening mark that its
    paragraph does not close runs to the end of that paragraph; the next ones continue it only when
    the first mark that they hold is a closing one, at most ``OPEN_MAX`` paragraphs down.
    """
    copy = "\n".join(paragraphs)
    marks = _marks(copy, paragraphs)
    has_tweets = any(sign in copy for sign in TWEET_SIGNS)
    result: list[list[Span]] = []
    inside = False
    for place, text in enumerate(paragraphs):
        if (
            place in cited
            or (text[:1] in "&>" and CITED.match(text))
            or (": " in text[:SPEAKER_MOST] and _is_turn(text))
        ):
            result.append([(0, len(text))])
            inside = False
            continue
        if inside and not _continues(paragraphs, marks, place):
            inside = False
        spans: list[Span] = []
        if inside or marks[place]:
            spans, inside = _marked(text, marks[place], inside=inside)
        plain = len(spans)
        if "‘" in text:
            spans += [found.span() for found in SINGLE.finditer(text)]
        if has_tweets and (tweet := _tweeted(text)) is not None:
            spans.append(tweet)
            if TWEET_FOOT.match(text) and result:
                result[-1] = [(0, len(paragraphs[place - 1]))]
        result.append(spans if len(spans) == plain else _joined(spans))
    return result


def _continues(paragraphs: Sequence[str], marks: Sequence[Sequence[tuple[int, str]]], place: int) -> bool:
    """Tell whether an open quotation is closed further down, before anything opens."""
    for text, found in zip(
        paragraphs[place : place + OPEN_MAX], marks[place : place + OPEN_MAX], strict=True
    ):
        if found:
            at, mark = found[0]
            return at > 0 and _is_closing(text, at, mark, inside=True)
    return False


def _is_turn(text: str) -> bool:
    """Tell whether a paragraph is what a named speaker says, as in transcripts and lists of reactions."""
    if TURN.match(text):
        return True
    found = SPEAKER.match(text)
    if found is None or len(text) < 2 * found.end() + 40:
        return False
    name = found.group().split()
    return len(name) > 1 and sum(part[0].isupper() for part in name) >= SPEAKER_CAPITALS * len(name)


def _joined(spans: list[Span]) -> list[Span]:
    joined: list[Span] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined
