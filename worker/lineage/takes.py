"""How do the parts of a story join? A version and an add → the copy with the part in its place."""

from dataclasses import replace

from worker.lineage.chain import Edition
from worker.matching.sketch import fingerprint
from worker.matching.tokens import tokens_of
from worker.story import Story


def with_part(copy: Story, edition: Edition, part: Story) -> Story:
    """Put the paragraphs of a part behind those of the parts that come before it.

    ``copy`` is the copy of the version as it stands. Inserts and subs name their place in words that
    nobody can follow for sure: they too are put behind the copy, so that it is known.
    """
    number = part.part_no or 0
    place = len(copy.paragraphs) - sum(count for taken, count in edition.takes if taken > number)
    paragraphs = (*copy.paragraphs[:place], *part.paragraphs, *copy.paragraphs[place:])
    return replace(copy, paragraphs=paragraphs, fingerprint=fingerprint(tokens_of(paragraphs)))
