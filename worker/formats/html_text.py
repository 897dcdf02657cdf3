"""Text out of HTML: block elements become lines; depth is checked before the tree is walked."""

import re
from itertools import accumulate
from typing import Final

from resiliparse.extract.html2text import extract_plain_text
from resiliparse.parse.html import HTMLTree

from worker.errors import TooDeep

_NESTED: Final = re.compile(
    r"<(/?)(?:[dD](?i:iv|etails|d|l)|[sS](?i:pan|ection|trong|mall|trike|u[bp]|vg|)|[aA](?i:rticle|side|)|[uU](?i:l|)"
    r"|[bB](?i:utton|lockquote|ody|)|[hH](?i:eader|[1-6])|[fF](?i:igure|orm|ooter|ont|ieldset)|[iI](?i:frame|ns|)"
    r"|[nN](?i:av|obr)|[lL](?i:abel)|[eE][mM]|[mM](?i:ain)|[cC](?i:enter|ite|ode)|[tT](?i:able|emplate)|[oO][lL]|[qQgG]"
    r"|(?i:[a-z]{1,16}-[a-z\-]{1,40}))[\s>/]"
)
"""Elements that stay open until they are closed; ``p``, ``li`` and table cells close each other.

Written by first letters, which the matcher tells apart at a glance: a page has thousands of tags.
"""

_DEEPER_THAN_DATA: Final = 8
"""Pages nest deeper than data does: their limit is so many times that of JSON."""

_WHOLE_PAGE: Final = re.compile(r"<(?:html|body|head)[\s>]", re.IGNORECASE)


def parse_html(text: str, *, nesting: int) -> HTMLTree:
    """Parse HTML as browsers do. Raises TooDeep, because walking a tree costs its depth squared."""
    limit = nesting * _DEEPER_THAN_DATA
    if text.count("<") > limit:
        steps = (-1 if slash else 1 for slash in _NESTED.findall(text))
        if max(accumulate(steps), default=0) > limit:
            raise TooDeep(f"elements nested deeper than {limit}")
    return HTMLTree.parse(text)


def html_text(text: str, *, nesting: int) -> str:
    """Extract the text of a fragment, or the main text of a whole page, one block a line."""
    return tree_text(parse_html(text, nesting=nesting), main=_WHOLE_PAGE.search(text, 0, 65_536) is not None)


def tree_text(tree: HTMLTree, *, main: bool) -> str:
    """Extract the text of a tree; ``main`` leaves out navigation, comments and footers."""
    extracted: str = extract_plain_text(
        tree,
        preserve_formatting=True,
        main_content=main,
        list_bullets=False,
        alt_texts=False,
        comments=False,
        post_meta=not main,
    )
    return extracted
