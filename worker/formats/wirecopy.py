"""Paragraphs of marked-up wire copy sorted: what stands over and under the story is for desks, not copy."""

from collections.abc import Sequence
from typing import Final

from worker.dialects.bylines import is_byline
from worker.dialects.datelines import dateline_of
from worker.dialects.signoffs import (
    is_desk_note,
    is_disclaimer,
    is_separator,
    is_sign_off,
    is_writer_title,
)
from worker.formats.blocks import Block
from worker.formats.furniture import furniture_kind
from worker.formats.lines import same_words
from worker.formats.wire import Sorter
from worker.story import Draft, FurnitureKind, Role

_HEAD: Final = 12
"""Blocks from the top within which bylines, notes and bullets stand over the copy."""

_BYLINE: Final = 120
_BULLETS: Final = ("* ", "• ", "– * ", "▪ ")


def sort_blocks(draft: Draft, blocks: Sequence[Block], *, web: bool = False) -> Draft:
    """Fill a draft with its copy; bylines and notes that stand in the text fill fields that are absent.

    ``web`` copy comes from an outlet's site: lines with the shape of page furniture are peeled too.
    """
    sorting = _Sorting(draft, blocks, web=web)
    return sorting.run()


class _Sorting:
    """One story being sorted, from its first block to its last."""

    def __init__(self, draft: Draft, blocks: Sequence[Block], *, web: bool) -> None:
        self.draft = draft
        self.blocks = [block for block in blocks if block.text]
        self.web = web
        self.sorter = Sorter()
        self.known = same_words(draft.headline) if draft.headline else None
        self.notes: list[str] = [draft.ed_note] if draft.ed_note else []
        self.byline = draft.byline
        self.begun = False
        self.told: list[str] = []

    def run(self) -> Draft:
        """Sort every block to exactly one place."""
        end = self._tail()
        for number, block in enumerate(self.blocks):
            if block.peeled:
                self._peel(block.text, block.peeled)
            elif number >= end:
                self._sort_tail(block)
            elif not self.begun and number < _HEAD and self._sort_head(block):
                continue
            else:
                self._sort_copy(block)
        return self.sorter.fill(
            self.draft,
            byline=self.byline,
            ed_note="\n".join(dict.fromkeys(self.notes)) or None,
            from_text=(*self.draft.from_text, *self.told),
        )

    def _peel(self, text: str, kind: FurnitureKind) -> None:
        """Put a marked block aside; what is marked as the byline is the byline."""
        if kind is FurnitureKind.AUTHOR and self.byline is None and not self.web and len(text) <= _BYLINE:
            self.byline = text
            self.told.append("byline")
        self.sorter.peel(text, kind)

    def _tail(self) -> int:
        """Return where the sign-offs begin, with nothing but separators and credits below them."""
        end = len(self.blocks)
        for number in range(len(self.blocks) - 1, -1, -1):
            block = self.blocks[number]
            if not block.peeled and is_sign_off(block.text):
                end = number
            elif not (block.peeled or is_separator(block.text) or len(block.text) < 200) or number < end - 2:
                break
        return end

    def _sort_tail(self, block: Block) -> None:
        if is_sign_off(block.text):
            self.sorter.peel(block.text, FurnitureKind.CREDIT)
        else:
            self.sorter.add(block.text, block.role)

    def _sort_head(self, block: Block) -> bool:
        """Place a block that stands over the copy; False when the copy begins with it."""
        text = block.text
        if block.role not in (Role.COPY, Role.SUBHEAD):
            return False
        if self.known and same_words(text) == self.known:
            self.sorter.peel(text, FurnitureKind.REPEAT)
        elif is_desk_note(text):
            self.notes.append(text)
            self.told.append("ed_note")
            self.sorter.peel(text, FurnitureKind.OTHER)
        elif is_byline(text) and not dateline_of(text):
            if self.byline is None:
                self.byline = text
                self.told.append("byline")
            self.sorter.peel(text, FurnitureKind.AUTHOR)
        elif is_writer_title(text):
            self.sorter.peel(text, FurnitureKind.AUTHOR)
        else:
            return False
        return True

    def _sort_copy(self, block: Block) -> None:
        """Place a block of the copy; bullets over it leave the head open for the byline under them."""
        text = block.text
        if block.role is Role.COPY:
            if is_disclaimer(text):
                self.sorter.peel(text, FurnitureKind.NOTICE)
                return
            if is_separator(text):
                self.sorter.peel(text, FurnitureKind.SEPARATOR)
                return
            if text.startswith(_BULLETS):
                self.sorter.add(text, Role.LIST)
                return
            if self.web and (kind := furniture_kind(text)):
                self.sorter.peel(text, kind)
                return
            before = len(self.sorter.paragraphs)
            self.sorter.add(text)
            self.begun = self.begun or len(self.sorter.paragraphs) > before
            return
        self.sorter.add(text, block.role)
