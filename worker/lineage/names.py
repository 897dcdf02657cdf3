"""Which canonical story does a wire item name? Ids, numbers, slugs and quoted headlines → canonical stories.

Numbers and slugs are used again, so they name a story for a day and a half only, of one agency, and
never without a look at the copy where there is copy.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, Final

from worker.formats.lines import same_words
from worker.lineage.canons import Canon
from worker.lineage.catalogue import Catalogue
from worker.lineage.chains import Chains
from worker.lineage.filing import (
    names_of,
    number_name,
    regions_agree,
    replaced_names,
    slug_name,
    victim_headlines,
    victim_names,
)
from worker.lineage.placement import NamedBy
from worker.matching.tokens import tokens
from worker.matching.topic import lead_of
from worker.story import Story

CALLED: Final = 64  # stories of one name that are looked at, the latest: a name of more is that of a section
LASTS: Final = 36 * 3_600_000  # milliseconds for which a number or a slug names one story
AKIN: Final = 0.2  # of the long words of the shorter opening stand in the other's; of strangers 1 in 100
AKIN_BY_ID: Final = 0.13  # with an id in common; of strangers 5 in 100
AKIN_LEAST: Final = 2  # words
OPENING: Final = 600  # characters of headline and copy
HEADLINES: Final = 64  # copies that are looked at for a quoted headline, out of more than
FEW: Final = 2_000  # copies, which are all looked at: rare words are not known yet
TIERS: Final = (NamedBy.ID, NamedBy.NUMBER, NamedBy.SLUG)
_LONG: Final = re.compile(r"\w{5,}")


class Names:
    """What filings called themselves: name → canonical stories, and when each used it last."""

    def __init__(self, catalogue: Catalogue, chains: Chains) -> None:
        self.catalogue = catalogue
        self.chains = chains
        self._named: dict[str, dict[int, int | None]] = {}

    # Reading

    def home(self, story: Story, *, at: int | None) -> Canon | None:
        """Find the canonical story of an earlier version of a filing; the opening has to be akin."""
        for name in (*names_of(story), *replaced_names(story)):
            least = AKIN_BY_ID if name.startswith("i:") else AKIN
            for canon in self._called(story, (name,), at=at):
                copies, opening = self.catalogue.copies, _opening(story)
                if name.startswith("i:") and any(map(copies.is_bare, canon.held)):
                    return canon  # there is no opening any more to bear its id out
                held = (copies.story(number) for number in canon.held)
                if any(_is_akin(opening, _opening(each), least) for each in held):
                    return canon
        return None

    def continued(self, part: Story, *, at: int | None) -> Canon | None:
        """Find the canonical story that a part continues: by its names alone, there is nothing to compare."""
        return next(self._called(part, (*names_of(part), *replaced_names(part)), at=at), None)

    def victims(self, story: Story, *, at: int | None) -> tuple[list[Canon], NamedBy]:
        """Find what a bulletin acts on, and by what it named it; the surest kind of name decides.

        Where that kind leaves several, the weaker ones choose among them.
        """
        found: list[Canon] = []
        named_by = NamedBy.HEADLINE
        tiers = zip(TIERS, victim_names(story), strict=True)
        for kind, names in tiers:
            here = {canon.number: canon for canon in self._called(story, names, at=at)}
            if not found:
                found, named_by = list(here.values()), kind
            elif len(found) > 1 and (both := [canon for canon in found if canon.number in here]):
                found = both
        if len(found) != 1:
            here = {canon.number: canon for canon in self._headed(story)}
            if not found:
                return list(here.values()), NamedBy.HEADLINE
            found = [canon for canon in found if canon.number in here] or found
        return found, named_by

    def named_in(self, story: Story, texts: Iterable[str], *, at: int | None) -> list[Canon]:
        """List the canonical stories whose number or slug stands among the texts of a note."""
        names = [name for text in texts for name in (number_name(text), slug_name(text)) if name]
        return list({canon.number: canon for canon in self._called(story, names, at=at)}.values())

    def _called(self, story: Story, names: Iterable[str], *, at: int | None) -> Iterator[Canon]:
        """Yield the canonical stories that go by names, the latest use first."""
        for name in names:
            for number, used in islice(reversed(self._named.get(name, {}).items()), CALLED):
                chain = self.chains.of(number)
                if chain is None:
                    continue
                if not name.startswith("i:"):
                    if at is not None and used is not None and at - used > LASTS:
                        continue
                    if chain.agency and story.agency and chain.agency != story.agency:
                        continue
                if name.startswith("s:") and not regions_agree(chain.slug, story.slug):
                    continue
                yield self.catalogue.canon_at(number)

    def _headed(self, story: Story) -> Iterator[Canon]:
        """Yield the canonical stories with a headline that a bulletin quotes."""
        copies = self.catalogue.copies
        for headline in victim_headlines(story):
            quoted = same_words(headline)
            numbers = copies.documents()
            if len(numbers) > FEW:
                keywords = copies.lexicon.keywords(lead_of(headline, tokens("")))
                numbers = sorted(set(copies.keyworded.documents(keywords)), reverse=True)[:HEADLINES]
            for number in numbers:
                if copies.is_held(number) and _is_quoted(quoted, copies.story(number).headline):
                    yield self.catalogue.canon_at(copies.home(number))

    # Changing

    def add(self, canon: Canon, names: Iterable[str], *, at: int | None) -> None:
        """Note the names of a canonical story, the latest at the end."""
        for name in names:
            here = self._named.setdefault(name, {})
            here.pop(canon.number, None)
            here[canon.number] = at

    def forget(self, number: int) -> None:
        """Drop the names of a canonical story that is gone."""
        chain = self.chains.of(number)
        for name in chain.names if chain is not None else ():
            here = self._named.get(name, {})
            here.pop(number, None)
            if not here:
                self._named.pop(name, None)

    def move(self, young: int, old: int) -> None:
        """Let the names of one canonical story stand for another."""
        chain = self.chains.of(young)
        for name in chain.names if chain is not None else ():
            here = self._named.setdefault(name, {})
            times = [at for at in (here.pop(young, None), here.get(old)) if at is not None]
            here[old] = max(times, default=None)
            self._named[name] = dict(sorted(here.items(), key=lambda use: use[1] or 0))

    def capture(self) -> dict[str, Any]:
        """Give the state as JSON may hold it."""
        return {name: list(here.items()) for name, here in self._named.items()}

    def resume(self, state: dict[str, Any]) -> None:
        """Take over what ``capture`` gave."""
        self._named = {name: dict(here) for name, here in state.items()}


def _opening(story: Story) -> frozenset[str]:
    """List the long words of headline and first paragraphs."""
    text = story.headline or ""
    for paragraph in story.copy():
        if len(text) > OPENING:
            break
        text += f"\n{paragraph}"
    return frozenset(_LONG.findall(text[:OPENING].casefold()))


def _is_akin(one: frozenset[str], other: frozenset[str], least: float) -> bool:
    """Tell whether two openings may tell the same event: a low bar, for stories that share a name."""
    shared = len(one & other)
    return shared >= AKIN_LEAST and shared >= least * min(len(one), len(other))


def _is_quoted(quoted: str, headline: str | None) -> bool:
    return bool(headline) and same_words(headline or "") == quoted
