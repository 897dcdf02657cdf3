"""Which characters of the copy are somebody's own words? Paragraphs → quoted spans.

Speeches, statements, letters, rulings and tweets reach every outlet by themselves, so they prove
nothing about who took copy from whom. Read are: double marks (straight, curly, low, guillemets)
with the open paragraph continued below; single curly marks; tweets and their embeds; turns of a
transcript; and what the format marks as a block quote.
"""

import re
from collections.abc import Sequence
from itertools import chain
from typing import Final

from worker import kernels

Span = tuple[int, int]

OPEN_MAX: Final = 6  # paragraphs that an open mark may run on through
SINGLE: Final = re.compile(  # the mark comes first, so that it alone is looked for
    r"‘(?<!\w‘)([^‘’]{12,400}(?:(?:’(?=\w))[^‘’]{1,400}){0,6})’(?!\w)"
)
TWEET_FOOT: Final = re.compile(
    r"""[—–-]{1,3}\ ?[^()\n—]{1,60}\(@\w{1,20}\)                        # — Name (@handle)
        (?:\ {0,2}[A-Z][a-z]{2,8}\.?\ \d{1,2},\ \d{4})?""",
    re.VERBOSE,
)
TWEET_HANDLE: Final = "(@"  # each foot has one
TWEET_SIGNS: Final = ("@", "twitter.com/", "t.co/")
TWEET_OPENING: Final = re.compile(r"RT @\w|@\w{2,20} ")
TWEET_LINK: Final = re.compile(r"pic\.twitter\.com/\w|https?://t\.co/\w")
TURN: Final = re.compile(r"^[A-Z][A-Z.'’-]{1,24}(?: [A-Z][A-Z.'’-]{0,24}){0,4}(?: \([^)]{1,40}\))?: ")
SPEAKER: Final = re.compile(r"^[A-Z][^:.!?;“”\"\n]{3,90}: (?=\S)")
SPEAKER_MOST: Final = 96  # characters up to the colon
SPEAKER_CAPITALS: Final = 0.6  # share of capitalised words in a title and name: "Vice President Joe Biden"
CITED: Final = re.compile(r"^(?:&gt;|>) ?\S")
SPEECH_SIGNS: Final = (": ", ">", "&gt;", "‘", *TWEET_SIGNS)  # without them a paragraph is none of this


def _tweeted(text: str) -> Span | None:
    """Find the tweet of a paragraph: all up to the last foot, or all of it."""
    if TWEET_HANDLE in text:
        end = 0
        for found in TWEET_FOOT.finditer(text):
            end = found.end()
        if end:
            return (0, end)
    linked = "twitter.com/" in text or "t.co/" in text
    if TWEET_OPENING.match(text) or (linked and TWEET_LINK.search(text)):
        return (0, len(text))
    return None


def quotations(
    paragraphs: Sequence[str],
    *,
    cited: frozenset[int] = frozenset(),
    signed: Sequence[Sequence[int]] | None = None,
) -> list[list[Span]]:
    """Read the quoted spans of each paragraph, sorted and apart.

    ``cited`` counts the paragraphs that the format marks as quotation. An opening mark that its
    paragraph does not close runs to the end of that paragraph; the next ones continue it only when
    the first mark that they hold is a closing one, at most ``OPEN_MAX`` paragraphs down. ``signed``
    are the paragraphs that hold each of ``SPEECH_SIGNS``, where they have been looked for.
    """
    speakers, arrows, entities, singles, *tweets = signed or kernels.holding(paragraphs, SPEECH_SIGNS)
    whole = bytearray(len(paragraphs))
    for place in (*arrows, *entities):
        whole[place] = CITED.match(paragraphs[place]) is not None
    for place in speakers:
        text = paragraphs[place]
        if text.find(": ", 0, SPEAKER_MOST) > 0:
            whole[place] |= _is_turn(text)
    for place in cited:
        whole[place] = True
    spans = kernels.quoted(paragraphs, whole, OPEN_MAX)
    for place in sorted({*singles, *chain.from_iterable(tweets)}):
        if not whole[place]:
            _add_unmarked(paragraphs, place, spans)
    return spans


def _add_unmarked(paragraphs: Sequence[str], place: int, spans: list[list[Span]]) -> None:
    """Add what stands between single marks, and what is a tweet, to the spans of a paragraph."""
    text = paragraphs[place]
    found = [each.span() for each in SINGLE.finditer(text)] if "‘" in text else []
    tweet = _tweeted(text)
    if tweet is not None:
        found.append(tweet)
        if place and TWEET_HANDLE in text and TWEET_FOOT.match(text):
            spans[place - 1] = [(0, len(paragraphs[place - 1]))]
    if found:
        spans[place] = _joined(spans[place] + found)


def _is_turn(text: str) -> bool:
    """Tell whether a paragraph is what a named speaker says, as in transcripts and lists of reactions.

    A colon has to stand in its first ``SPEAKER_MOST`` characters.
    """
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
