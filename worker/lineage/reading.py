"""How is a story read? Words, narrative, lead: each part when it is first needed."""

from typing import Final

from worker.matching.narrative import Narrative, read
from worker.matching.tokens import Tokens, tokens_of
from worker.matching.topic import Bag, lead_of, whole_of
from worker.story import Role, Story

_QUOTE: Final = Role.QUOTE


class Reading:
    """What is read of the story in hand."""

    __slots__ = ("_lead", "_story", "_tokens", "bag", "ready")

    def __init__(self, story: Story) -> None:
        """Begin with nothing read."""
        self._story = story
        self._tokens: Tokens | None = None
        self._lead: Bag | None = None
        self.ready: Narrative | None = None
        self.bag: Bag | None = None

    @property
    def narrative(self) -> Narrative:
        """Read the copy."""
        if self.ready is None:
            self.ready = narrative_of(self._story)
        return self.ready

    @property
    def lead(self) -> Bag:
        """Read the headline and the first words."""
        if self._lead is None:
            self._lead = lead_of(self._story.headline, self._words())
        return self._lead

    def whole(self) -> Bag:
        """Read all the words."""
        if self.bag is None:
            self.bag = whole_of(self._words())
        return self.bag

    def _words(self) -> Tokens:
        if self._tokens is None:
            self._tokens = tokens_of(self._story.paragraphs)
        return self._tokens


def narrative_of(story: Story) -> Narrative:
    """Read the narrative of a story."""
    paragraphs = story.paragraphs
    cited = frozenset([at for at, each in enumerate(paragraphs) if each.role is _QUOTE])
    return read([each.text for each in paragraphs], cited=cited, found=tokens_of(paragraphs))
