"""Which characters of the copy are no prose? Paragraphs → spans of galleries, lists, injected headlines.

Galleries, drop-downs, rosters and headlines that a page injects into a sentence pass every filter
for short lines, because they are long. Their shape tells them: counters, lists of names without
function words, a headline that ends in a capital ``MORE``.
"""

import re
from itertools import islice
from typing import Final

Span = tuple[int, int]

COUNTED: Final = "Hide Caption"
GALLERY: Final = re.compile(r"\b(?:Hide Caption|Photos?:|Caption) ?\d{0,3}|\b\d{1,3} of \d{1,3}\b")
COUNTER: Final = re.compile(r" of \d")  # each has that
GALLERY_LEAST: Final = 3  # counters or labels in one paragraph
CAPTION: Final = re.compile(
    r"""\b(?:Hide|Show|Toggle|View|Media|Image)\ [Cc]aption\b
      | \b(?:Enlarge\ this\ image|Image\ copyright)\b
      | \b(?:Getty\ Images|REUTERS/[A-Z]|AP\ Photo|File\ Photo|Photograph:)""",
    re.VERBOSE,
)
# A copy that has none of them has no galleries; nor has a paragraph, but for those of ``may_be_gallery``.
CAPTION_SIGNS: Final = ("aption", "Photo", "Images", "REUTERS/", "Enlarge")
_COPYRIGHT: Final = "Image copyright"
_LABELS: Final = (*CAPTION_SIGNS, _COPYRIGHT)  # a caption has one of them
CAPTION_MOST: Final = 70  # words: a longer paragraph holds more than a caption
INJECTED_SIGN: Final = "MORE"
PROSE_SIGNS: Final = (*CAPTION_SIGNS, INJECTED_SIGN)
INJECTED: Final = re.compile(r"[A-Z\d“‘](?<=[a-z]{3}.|[a-z]\.[)\]].)(?=[\w'’.:$“‘])")
INJECTED_END: Final = re.compile(r"MORE\b(?<=[ \w.?!'’”]MORE)")
INJECTED_MOST: Final = 700  # characters
_FUNCTION: Final = (
    "a an and are as at be been but by for from had has have he her his if in is it its more not of on or"
    " said she than that the their them they this to was we were when which who will with would you"
)
FUNCTION: Final = frozenset(_FUNCTION.split())
LIST_LEAST: Final = 24  # words in a paragraph that may be a list
LINES_LEAST: Final = 6  # shorter paragraphs in a row that may be one
LIST_CAPITALS: Final = 0.55  # share of words with a capital
LIST_FUNCTION_MOST: Final = 0.12  # share of function words; prose has a third and more


def unprosaic(text: str, *, captions: bool = True, listed: bool = True) -> list[Span]:
    """Find the spans of a paragraph that are no prose, sorted and apart.

    ``captions`` False skips galleries and captions, ``listed`` False lists.

    >>> unprosaic("Sen. Kamala Harris Kamala Devi HarrisPoll shows a race Senate votes MORE said so.")
    [(37, 72)]
    """
    if len(text) > 60:
        if (captions and _is_gallery(text)) or (listed and is_list(text)):
            return [(0, len(text))]
        if INJECTED_SIGN in text:
            return _injected(text)
    return []


def may_be_gallery(text: str) -> bool:
    """Tell whether a paragraph with none of ``CAPTION_SIGNS`` may be a gallery or a caption."""
    return _has_counters(text) or _COPYRIGHT in text


def _has_counters(text: str) -> bool:
    """Tell whether a text may have enough of them: they alone are looked for, which is quick."""
    return text.count(" of ") >= GALLERY_LEAST and len(COUNTER.findall(text)) >= GALLERY_LEAST


def _is_gallery(text: str) -> bool:
    for sign in _LABELS:
        if sign in text:
            break
    else:  # what is left are counters
        return _has_counters(text) and _counts(text)
    if COUNTED in text or (text.count(" ") < CAPTION_MOST and CAPTION.search(text)):
        return True
    return _counts(text)


def _counts(text: str) -> bool:
    """Tell whether a text has the counters and labels of a gallery."""
    return sum(1 for _ in islice(GALLERY.finditer(text), GALLERY_LEAST)) == GALLERY_LEAST


def is_list(text: str) -> bool:
    """Tell whether a text is names and titles without the small words of prose."""
    parts = text.split()
    count = len(parts)
    if count < LIST_LEAST or sum([part[0].isupper() for part in parts]) < LIST_CAPITALS * count:
        return False
    head = text[:400]
    if not head.isascii() and sum([character < "ɏ" for character in head]) < 0.8 * len(head):
        return False  # another script has other function words
    return sum([part.lower() in FUNCTION for part in parts]) < LIST_FUNCTION_MOST * count


def _injected(text: str) -> list[Span]:
    spans: list[Span] = []
    last = 0
    for end in INJECTED_END.finditer(text):
        low = max(last, end.start() - 1 - INJECTED_MOST)
        glue = INJECTED.search(text, low, end.start())
        if glue is not None:
            spans.append((glue.start(), end.end()))
        last = end.end()
    return spans
