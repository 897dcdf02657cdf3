"""The project's own sample stream: six invented wire stories on their way through ten invented outlets.

``payloads/`` holds the bytes as a crawler or a partner feed would deliver them, one file a payload,
numbered in order of delivery; some are broken on purpose. ``manifest.jsonl`` says for each file who
published it, where and when. ``truth.json`` says what the files hold: which canonical story each
part belongs to, how it relates to the founding copy, what became of the credit; its ``about`` names
the fields. Every place, person, company and outlet is fiction; the agencies stand in credit lines
alone, and no agency filed any of this.
"""

from importlib import resources
from pathlib import Path


def folder() -> Path:
    """Return the folder that holds ``payloads/``, ``manifest.jsonl`` and ``truth.json``."""
    return Path(str(resources.files(__name__)))


def files() -> tuple[Path, ...]:
    """Return the payload files in order of delivery, which is the order of their names."""
    return tuple(sorted((folder() / "payloads").iterdir()))


def manifest() -> Path:
    """Return the manifest: a JSON line a payload with file, outlet, feed, url, published, content_type."""
    return folder() / "manifest.jsonl"


def truth() -> Path:
    """Return the truth: per payload and part the canonical story, relations, credit and links to expect."""
    return folder() / "truth.json"
