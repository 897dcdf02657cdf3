"""What elements mean for copy: NITF, XHTML, HTML and TTNITF, in lower case."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from worker.story import FurnitureKind, Role

SKIPPED: Final = frozenset(
    {"script", "style", "head", "title", "noscript", "template", "iframe", "object", "embed", "form"}
    | {
        "button",
        "select",
        "svg",
        "nav",
        "audio",
        "video",
        "media-reference",
        "media-object",
        "media-metadata",
    }
    | {"nitf-table-metadata", "col", "colgroup", "img", "body.end", "body.head"}
)
FURNITURE: Final[Mapping[str, FurnitureKind]] = MappingProxyType(
    {
        **dict.fromkeys(
            ("figcaption", "media-caption", "media-producer", "caption", "figure", "media"),
            FurnitureKind.CAPTION,
        ),
        **dict.fromkeys(("bild", "bildtext", "bildfil", "bildskapare", "bildbyline"), FurnitureKind.CAPTION),
        "note": FurnitureKind.NOTICE,
        "tagline": FurnitureKind.CREDIT,
        "byline": FurnitureKind.AUTHOR,
        "header": FurnitureKind.OTHER,  # of dpa: time, slug line, genre and the headline again
        "dat": FurnitureKind.OTHER,
    }
)
ROLES: Final[Mapping[str, Role]] = MappingProxyType(
    {
        **dict.fromkeys(("rubrik", "mellis", "mellanrubrik"), Role.SUBHEAD),
        **dict.fromkeys(("hl1", "hl2", "hedline", "h1", "h2", "h3", "h4", "h5", "h6", "dt"), Role.SUBHEAD),
        "li": Role.LIST,
        "dd": Role.LIST,
        "blockquote": Role.QUOTE,
        "bq": Role.QUOTE,
    }
)
CLASSES: Final[Mapping[str, FurnitureKind]] = MappingProxyType(
    {
        "byline": FurnitureKind.AUTHOR,
        "caption": FurnitureKind.CAPTION,
        "wp-caption-text": FurnitureKind.CAPTION,
        "notepad": FurnitureKind.NOTICE,
        "notebook": FurnitureKind.NOTICE,
        "copyright": FurnitureKind.COPYRIGHT,
    }
)
"""Classes that mark what is no copy: dpa's notepad, captions of WordPress."""

TABLES: Final = frozenset({"table", "nitf-table"})
CONTAINERS: Final = frozenset(
    {
        "p",
        "pre",
        "div",
        "block",
        "section",
        "article",
        "main",
        "body",
        "body.content",
        "html",
        "ul",
        "ol",
        "dl",
    }
    | {
        "header",
        "footer",
        "aside",
        "center",
        "address",
        "hr",
        "credit",
        "paragraph",
        "para",
        "nitf",
        "figure",
    }
    | {"text", "ingress", "brodtext", "citat", "faktaruta", "vinjett"}  # TTNITF, the dialect of TT
    | {"fn", "tagline", "fieldset", "details", "summary", "tr", "td", "th", "tbody"}
)
