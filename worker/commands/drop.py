"""A watched drop: which files are complete, and where each goes. Folders alone, no broker.

A file goes drop → taken → done or failed, by renames, so that each is whole in one place at any moment. It
is taken before it is read: what the client then writes under the same name is another file. What a killed
run left in ``taken`` is delivered again by the next one.
"""

import fcntl
import os
import re
import stat
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from worker.commands.folders import REASON, Folder

TEMPORARY: Final = re.compile(
    r"[.~].*|.*(?:~|\.(?:tmp|temp|part|partial|filepart|incomplete|in_?progress|uploading|writing|crdownload|lock|swp|bak))",
    re.IGNORECASE | re.DOTALL,
)
"""Names under which clients write; a file is looked at when it is renamed."""

TAKEN: Final = ".wiretrace-taken"
LOCK: Final = ".wiretrace-lock"
NOT_A_FILE: Final = "not_a_file: a link or a special file is not followed"
EMPTY_WAITS: Final = 10  # times as long as another file: some clients make a file long before they write it


class DropError(Exception):
    """The folders cannot be used; the message is one line."""


class Unreadable(Exception):
    """A file cannot be delivered; the message is the reason."""


class Gone(Exception):
    """Who dropped a file took it back."""


class Unfinished(Exception):
    """A file changed while it was read: somebody still writes into it."""


@dataclass(frozen=True, slots=True)
class _Seen:
    """How a file looked, and since when (seconds of a steady clock)."""

    inode: int
    size: int
    changed: int
    since: float = 0.0

    def same(self, other: "_Seen | None") -> bool:
        return other is not None and (self.inode, self.size, self.changed) == (
            other.inode,
            other.size,
            other.changed,
        )


class Drop:
    """The folders of one drop, held by this process alone until ``close``.

    ``settle`` is how many seconds a file must keep its size and time of change to be complete; one that
    was seen just so under a temporary name is complete at once when it is renamed. ``refused`` gathers what
    ``complete`` moved to failed: name, reason, where it is now; whoever tells of it empties it.
    """

    def __init__(self, folder: Path, *, done: Path, failed: Path, settle: float) -> None:
        self.folder = folder
        self.done = done
        self.failed = failed
        self.refused: list[tuple[str, str, Path]] = []
        self._settle = settle
        self._taken = folder / TAKEN
        self._files: dict[Path, _Seen] = {}
        self._written: dict[int, _Seen] = {}
        self._held = ExitStack()
        self._serial = 0
        self._busy: set[Path] = set()

    def open(self) -> None:
        """Make the folders and hold them. Raises DropError."""
        if not self.folder.is_dir():
            raise DropError(f"{self.folder}: no such directory")
        try:
            with ExitStack() as held:
                self._open(held)
                self._held = held.pop_all()
        except BlockingIOError:
            raise DropError(f"{self.folder}: another wiretrace watches it") from None
        except OSError as error:
            raise DropError(f"{error.filename or self.folder}: {error.strerror}") from None

    def _open(self, held: ExitStack) -> None:
        def hold(path: Path, mode: int = 0o777) -> Folder:
            folder = Folder(path, mode=mode)
            held.callback(folder.close)
            return folder

        self._drop = hold(self.folder.resolve())  # a link to it is the operator's
        self._taking, self._doing = hold(self._taken, 0o700), hold(self.done)
        self._failing = hold(self.failed)
        lock = self._drop.lock(LOCK)
        held.callback(os.close, lock)
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        found = [self._drop, self._taking, self._doing, self._failing]
        if len({(each.device, each.inode) for each in found}) < len(found):
            raise DropError("the drop and its folders of done and failed files must be different folders")
        if len({each.device for each in found}) > 1:
            raise DropError(
                "done and failed must be on the file system of the drop: files are moved by renames"
            )
        self._serial = max((int(name) for name in self._taking.names() if name.isdecimal()), default=0)

    def close(self) -> None:
        """Let another process have the drop."""
        self._held.close()

    def complete(self, now: float) -> list[Path]:
        """List the files that are complete, those of a killed run first, then by time of change and name.

        ``now`` is seconds of a steady clock. Links and special files are moved to failed: they are never
        followed or opened.
        """
        files: dict[Path, _Seen] = {}
        written: dict[int, _Seen] = {}
        ready: list[tuple[bool, int, Path]] = []
        for path, left in self._entries():
            try:
                told = self._look(path)
            except FileNotFoundError:
                continue
            if stat.S_ISDIR(told.st_mode):
                continue
            if not left and TEMPORARY.fullmatch(path.name):
                written[told.st_ino] = _Seen(told.st_ino, told.st_size, told.st_mtime_ns)
                continue
            if not stat.S_ISREG(told.st_mode):
                with suppress(Gone):
                    self.refused.append((path.name, NOT_A_FILE, self.fail(self.take(path), NOT_A_FILE)))
                continue
            seen = _Seen(told.st_ino, told.st_size, told.st_mtime_ns, now)
            before = self._files.get(path)
            if before is not None and seen.same(before):
                seen = before
            files[path] = seen
            wait = self._settle * (1 if seen.size else EMPTY_WAITS)
            renamed = bool(seen.size) and before is None and seen.same(self._written.get(seen.inode))
            if renamed or now - seen.since >= wait:
                ready.append((not left, seen.changed, path))
        self._files, self._written = files, written
        return [path for _, _, path in sorted(ready)]

    def take(self, path: Path) -> Path:
        """Move a complete file to where nobody writes; one that is there already stays.

        Raises Gone, DropError.
        """
        seen = self._files.pop(path, None)
        if self._is_taken(path):
            taken = path
        else:
            self._serial += 1
            slot = f"{self._serial:08}"
            taken = self._taken / slot / path.name
            try:
                self._taking.make(slot)
                try:
                    self._drop.move(path.name, self._taking, _inside(taken))
                except FileNotFoundError:
                    raise Gone(path.name) from None
            except OSError as error:
                raise DropError(f"{path}: cannot be moved: {error.strerror}") from None
        if seen is not None:
            self._files[taken] = seen
        self._busy.add(taken)
        return taken

    @contextmanager
    def reading(self, taken: Path) -> Iterator[BinaryIO]:
        """Open a taken file; at the end it must be what it was. Raises Unreadable, Unfinished."""
        try:
            handle = self._taking.read(_inside(taken))
        except OSError as error:
            raise Unreadable(f"unreadable: {error.strerror}") from None
        with os.fdopen(handle, "rb") as file:
            before = _look(handle)
            yield file
            after = _look(handle)
        if not before.same(after) or not after.same(self._files.get(taken, after)):
            raise Unfinished(taken.name)

    def read(self, taken: Path, largest: int) -> bytes:
        """Read a taken file of at most ``largest`` bytes. Raises Unreadable, Unfinished."""
        with self.reading(taken) as file:
            size = _look(file.fileno()).size
            if not size:
                raise Unreadable("empty: no byte")
            if size > largest:
                raise Unreadable(f"too_large: {size} bytes, the topic takes {largest}")
            try:
                body = file.read(largest + 1)
            except OSError as error:
                raise Unreadable(f"unreadable: {error.strerror}") from None
        if len(body) != size:
            raise Unfinished(taken.name)
        return body

    def release(self, taken: Path) -> None:
        """Leave a taken file for later: it has to keep still once more, and is then complete again."""
        self._busy.discard(taken)
        self._files.pop(taken, None)

    def finish(self, taken: Path) -> Path:
        """Move a delivered file to done, beside what has its name there. Raises DropError."""
        return self._move(taken, self._doing)

    def fail(self, taken: Path, reason: str) -> Path:
        """Move a file that cannot be delivered to failed, the reason beside it. Raises DropError."""
        return self._move(taken, self._failing, reason)

    def _move(self, taken: Path, folder: Folder, reason: str | None = None) -> Path:
        try:
            name = folder.free(taken.name)
            if reason is not None:
                folder.write(name + REASON, reason + "\n")
            self._taking.move(_inside(taken), folder, name)
            self._taking.remove(taken.parent.name)
        except OSError as error:
            raise DropError(f"{taken}: cannot be moved to {folder.path}: {error.strerror}") from None
        self._busy.discard(taken)
        self._files.pop(taken, None)
        return folder.path / name

    def _is_taken(self, path: Path) -> bool:
        return path.parent.parent == self._taken

    def _look(self, path: Path) -> os.stat_result:
        return self._taking.look(_inside(path)) if self._is_taken(path) else self._drop.look(path.name)

    def _entries(self) -> Iterator[tuple[Path, bool]]:
        """Yield every path to look at, and whether a killed run left it in taken. Raises DropError."""
        try:
            for slot in self._taking.names():
                if not stat.S_ISDIR(self._taking.look(slot).st_mode):
                    continue
                left = [self._taken / slot / name for name in self._taking.names(slot)]
                yield from ((path, True) for path in left if path not in self._busy)
                if not left:
                    self._taking.remove(slot)
            names = self._drop.names()
        except OSError as error:
            raise DropError(f"{self.folder}: {error.strerror}") from None
        for name in names:
            yield self.folder / name, False


def _inside(taken: Path) -> str:
    """Name a taken file as it is named in the folder of taken files."""
    return f"{taken.parent.name}/{taken.name}"


def _look(handle: int) -> _Seen:
    told = os.fstat(handle)
    if not stat.S_ISREG(told.st_mode):
        raise Unreadable(NOT_A_FILE)
    return _Seen(told.st_ino, told.st_size, told.st_mtime_ns)
