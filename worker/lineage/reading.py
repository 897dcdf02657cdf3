"""How is a story read? Words, narrative, lead: each part when it is first needed."""

from functools import cached_property

from worker.matching.narrative import Narrative, read
from worker.matching.tokens import Tokens, tokens
from worker.matching.topic import Bag, lead_of, whole_of
from worker.story import Role, Story


class Reading:
    """What is read of the story in hand."""

    def __init__(self, story: Story) -> None:
        """Begin with nothing read."""
        self._story = story
        self.ready: Narrative | None = None
        self.bag: Bag | None = None

    @property
    def narrative(self) -> Narrative:
        """Read the copy."""
        if self.ready is None:
            self.ready = narrative_of(self._story, self._tokens)
        return self.ready

    @cached_property
    def lead(self) -> Bag:
        """Read the headline and the first words."""
        return lead_of(self._story.headline, self._tokens)

    @cached_property
    def _tokens(self) -> Tokens:
        return tokens_of(self._story)

    def whole(self) -> Bag:
        """Read all the words."""
        if self.bag is None:
            self.bag = whole_of(self._tokens)
        return self.bag


def tokens_of(story: Story) -> Tokens:
    """Read the words of a story."""
    return tokens("\n".join([each.text for each in story.paragraphs]))


def narrative_of(story: Story, found: Tokens | None = None) -> Narrative:
    """Read the narrative of a story; ``found`` are its words, where they have been read."""
    cited = frozenset(at for at, each in enumerate(story.paragraphs) if each.role is Role.QUOTE)
    return read(tuple(story.copy()), cited=cited, found=found)
