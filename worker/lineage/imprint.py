"""What does the fold keep of a story? Made once, when it is placed; the placement log carries it.

So a recovered state needs no copy read again: keys and keywords stand in the log as they were chosen.
The bytes begin with their own version and that of the sketch. Those of an older sketch are made anew
from the copy; bytes of another version are refused.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from struct import Struct, error
from typing import Final

import numpy as np
import xxhash

from worker import kernels
from worker.errors import OtherVersion
from worker.lineage.archive import squeezed, unpack, written
from worker.lineage.postings import Keys
from worker.matching import sketch
from worker.matching.sketch import SHIFT, fingerprint
from worker.matching.tokens import tokens_of
from worker.matching.topic import Bag, Lexicon, Slots, slots_of
from worker.story import Coordinates, Fingerprint, Story
from worker.values import quick

VERSION: Final = 1
POSTED: Final = 2_048  # hashes of one story that are indexed, the smallest first
_HEAD: Final = Struct("<BBH")  # version, version of the sketch, imprints
_EACH: Final = Struct(
    "<QIIQHHHHHI"
)  # coordinates, source, then sizes: texts, topic, keys, keywords, slots, story
_BETWEEN: Final = "\x1f"  # texts; the unit separator of ASCII
_ABSENT: Final = "\x1e"
_CONTROLS: Final = {ord(_BETWEEN): " ", ord(_ABSENT): " "}


@quick
@dataclass(slots=True, kw_only=True)
class Imprint:
    """What is kept of one story: what its canonical story lists of it, and the story itself, packed.

    ``keys``, ``keywords`` and ``slots`` are how a story that is held for comparing is found, by copy and by
    topic; empty when it is not held.
    """

    id: str
    coordinates: Coordinates
    outlet: str | None
    source: int  # see ``outlet_number``
    url: str | None
    agency: str | None
    language: str | None
    packed: bytes
    keys: Keys
    keywords: Keys
    slots: Slots
    size: int = 0  # bytes of the story before it was packed; not told where it was read from a log

    def story(self) -> Story:
        """Unpack the story; that of a repeat has no copy, which is known."""
        return unpack(self.packed)

    def item(self) -> Story:
        """Unpack the story without its copy, which takes half as long."""
        return unpack(self.packed, copy=False)


NO_KEYS: Final[Keys] = np.empty(0, np.uint32)
_NO_SLOTS: Final[Slots] = np.empty(0, np.uint16)


def imprint_of(story: Story, *, copy: bool = True, whole: bool = False) -> Imprint:
    """Make the imprint of a story that is not indexed, with or without its copy, or ``whole``."""
    raw = written(story, copy=copy, whole=whole)
    return Imprint(
        id=story.id,
        coordinates=story.coordinates,
        outlet=story.outlet,
        source=outlet_number(story),
        url=story.url,
        agency=story.agency,
        language=story.language,
        packed=squeezed(raw),
        keys=NO_KEYS,
        keywords=NO_KEYS,
        slots=_NO_SLOTS,
        size=len(raw),
    )


def held_imprint_of(story: Story, lead: Bag, lexicon: Lexicon) -> Imprint:
    """Make the imprint of a story whose copy is held; keywords are chosen by what the lexicon says now."""
    imprint = imprint_of(story)
    imprint.keys = index_keys(story.fingerprint)
    imprint.keywords = lexicon.keywords(lead)
    imprint.slots = slots_of(lead)
    return imprint


def sketched(story: Story) -> Story:
    """Give a story the fingerprint of this version, where another version of split has made it."""
    if story.fingerprint.version == sketch.VERSION:
        return story
    return replace(story, fingerprint=fingerprint(tokens_of(story.paragraphs)))


def outlet_number(story: Story) -> int:
    """Give the outlet of a story, or its feed, a number; 0 when neither is known."""
    source = story.outlet or story.feed
    if not source:
        return 0
    number: int = xxhash.xxh3_64_intdigest(source.encode("utf-8", "surrogatepass"))
    return number >> 1


def index_keys(found: Fingerprint) -> Keys:
    """Cut sampled hashes, which are small by choice, to the 32 bits in which they differ most.

    Probing, telling and indexing ask for the same story, one after the other: nobody changes the array.
    """
    return _cut(found.hashes)


@lru_cache(maxsize=8)
def _cut(hashes: bytes) -> Keys:
    return np.frombuffer(kernels.cut(hashes, SHIFT, POSTED), np.uint32)


def write_imprints(imprints: Sequence[Imprint]) -> bytes:
    """Write the imprints of one decision; no bytes for none."""
    if not imprints:
        return b""
    pieces = [_HEAD.pack(VERSION, sketch.VERSION, len(imprints))]
    for each in imprints:
        at = each.coordinates
        texts = _texts(each.id, each.outlet, each.url, each.agency, each.language)
        topic = at.topic.encode("utf-8", "surrogatepass")
        sizes = (len(texts), len(topic), len(each.keys), len(each.keywords), len(each.slots))
        pieces += [
            _EACH.pack(at.offset, at.partition, at.part, each.source, *sizes, len(each.packed)),
            texts,
            topic,
            each.keys.tobytes(),
            each.keywords.tobytes(),
            each.slots.tobytes(),
            each.packed,
        ]
    return b"".join(pieces)


def read_imprints(raw: bytes) -> tuple[Imprint, ...]:
    """Read what ``write_imprints`` wrote. Raises OtherVersion, or ValueError when the bytes are damaged."""
    if not raw:
        return ()
    if raw[0] != VERSION:
        raise OtherVersion("an imprint", found=raw[0], known=(VERSION,))
    try:
        _, sketched, count = _HEAD.unpack_from(raw)
        found, at = [], _HEAD.size
        for _ in range(count):
            one, at = _read(raw, at)
            found.append(one)
    except error as reason:
        raise ValueError(f"the imprint of a story is cut off: {reason}") from reason
    if at != len(raw):
        raise ValueError(f"the imprint of a story has {len(raw)} bytes instead of {at}")
    if sketched != sketch.VERSION:
        found = [_sketched_anew(each) for each in found]
    return tuple(found)


def _read(raw: bytes, at: int) -> tuple[Imprint, int]:
    offset, partition, part, source, *sizes = _EACH.unpack_from(raw, at)
    texts, topic, keys, words, slots, packed = sizes
    at += _EACH.size
    topic_at = at + texts
    keys_at = topic_at + topic
    words_at = keys_at + 4 * keys
    slots_at = words_at + 4 * words
    packed_at = slots_at + 2 * slots
    name, *told = raw[at:topic_at].decode("utf-8", "surrogatepass").split(_BETWEEN)
    outlet, url, agency, language = [text if text != _ABSENT else None for text in told]
    return Imprint(
        id=name,
        coordinates=Coordinates(
            topic=raw[topic_at:keys_at].decode("utf-8", "surrogatepass"),
            partition=partition,
            offset=offset,
            part=part,
        ),
        outlet=outlet,
        source=source,
        url=url,
        agency=agency,
        language=language,
        packed=raw[packed_at : packed_at + packed],
        keys=np.frombuffer(raw, "<u4", keys, keys_at),
        keywords=np.frombuffer(raw, "<u4", words, words_at),
        slots=np.frombuffer(raw, "<u2", slots, slots_at),
    ), packed_at + packed


def _texts(*texts: str | None) -> bytes:
    """Join texts; the control characters that part them are blanked, where a payload has them."""
    told = _BETWEEN.join([_ABSENT if text is None else text for text in texts])
    if told.count(_BETWEEN) != len(texts) - 1 or told.count(_ABSENT) != texts.count(None):
        clean = [_ABSENT if text is None else text.translate(_CONTROLS) for text in texts]
        told = _BETWEEN.join(clean)
    return told.encode("utf-8", "surrogatepass")


def _sketched_anew(imprint: Imprint) -> Imprint:
    if len(imprint.keys):
        imprint.keys = index_keys(fingerprint(tokens_of(imprint.story().paragraphs)))
    return imprint
