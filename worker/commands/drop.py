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
from dataclasses import dataclass
from pathlib import Path
from typing import Final

TEMPORARY: Final = re.compile(
    r"[.~].*|.*(?:~|\.(?:tmp|temp|part|partial|filepart|incomplete|in_?progress|uploading|writing|crdownload|lock|swp|bak))",
    re.IGNORECASE | re.DOTALL,
)
"""Names under which clients write; a file is looked at when it is renamed."""

TAKEN: Final = ".wiretrace-taken"
LOCK: Final = ".wiretrace-lock"
REASON: Final = ".reason.txt"
EMPTY_WAITS: Final = 10  # times as long as another file: some clients make a file long before they write it
LONGEST_STEM: Final = 200  # bytes of a name that done and failed keep: file systems take 255 in all
LONGEST_SUFFIX: Final = 16


class DropError(Exception):
    """The folders cannot be used; the message is one line."""


class Unreadable(Exception):
    """A file cannot be delivered; the message is the reason."""


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
    was seen just so under a temporary name is complete at once when it is renamed.
    """

    def __init__(self, folder: Path, *, done: Path, failed: Path, settle: float) -> None:
        self.folder = folder
        self.done = done
        self.failed = failed
        self._settle = settle
        self._taken = folder / TAKEN
        self._files: dict[Path, _Seen] = {}
        self._written: dict[int, _Seen] = {}
        self._lock = -1
        self._serial = 0
        self._busy: set[Path] = set()

    def open(self) -> None:
        """Make the folders and hold them. Raises DropError."""
        if not self.folder.is_dir():
            raise DropError(f"{self.folder}: no such directory")
        places = [self.folder, self._taken, self.done, self.failed]
        try:
            for place in places[1:]:
                place.mkdir(parents=True, exist_ok=True)
            found = [place.stat() for place in places]
            self._lock = os.open(
                self.folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644
            )
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.close()
            raise DropError(f"{self.folder}: another wiretrace watches it") from None
        except OSError as error:
            self.close()
            raise DropError(f"{error.filename or self.folder}: {error.strerror}") from None
        if len({(each.st_dev, each.st_ino) for each in found}) < len(found):
            raise DropError("the drop and its folders of done and failed files must be different folders")
        if len({each.st_dev for each in found}) > 1:
            raise DropError(
                "done and failed must be on the file system of the drop: files are moved by renames"
            )
        self._serial = max(
            (int(each.name) for each in self._taken.iterdir() if each.name.isdigit()), default=0
        )

    def close(self) -> None:
        """Let another process have the drop."""
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

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
                told = path.lstat()
            except FileNotFoundError:
                continue
            if stat.S_ISDIR(told.st_mode):
                continue
            if not left and TEMPORARY.fullmatch(path.name):
                written[told.st_ino] = _Seen(told.st_ino, told.st_size, told.st_mtime_ns)
                continue
            if not stat.S_ISREG(told.st_mode):
                self.fail(self.take(path), "not_a_file: a link or a special file is not followed")
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
        """Move a complete file to where nobody writes; one that is there already stays. Raises DropError."""
        seen = self._files.pop(path, None)
        if path.parent.parent == self._taken:
            taken = path
        else:
            self._serial += 1
            taken = self._taken / f"{self._serial:08}" / path.name
            try:
                taken.parent.mkdir()
                path.rename(taken)
            except OSError as error:
                raise DropError(f"{path}: cannot be moved: {error.strerror}") from None
        if seen is not None:
            self._files[taken] = seen
        self._busy.add(taken)
        return taken

    def read(self, taken: Path, largest: int) -> bytes:
        """Read a taken file of at most ``largest`` bytes. Raises Unreadable, Unfinished."""
        try:
            handle = os.open(taken, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError as error:
            raise Unreadable(f"unreadable: {error.strerror}") from None
        with os.fdopen(handle, "rb") as file:
            try:
                before = _look(file.fileno())
                if not before.size:
                    raise Unreadable("empty: no byte")
                if before.size > largest:
                    raise Unreadable(f"too_large: {before.size} bytes, the topic takes {largest}")
                body = file.read(largest + 1)
                after = _look(file.fileno())
            except OSError as error:
                raise Unreadable(f"unreadable: {error.strerror}") from None
        if not before.same(after) or len(body) != after.size or not after.same(self._files.get(taken, after)):
            raise Unfinished(taken.name)
        return body

    def release(self, taken: Path) -> None:
        """Leave a taken file for later: it has to keep still once more, and is then complete again."""
        self._busy.discard(taken)
        self._files.pop(taken, None)

    def finish(self, taken: Path) -> Path:
        """Move a delivered file to done, beside what has its name there. Raises DropError."""
        return self._move(taken, self.done)

    def fail(self, taken: Path, reason: str) -> Path:
        """Move a file that cannot be delivered to failed, the reason beside it. Raises DropError."""
        return self._move(taken, self.failed, reason)

    def _move(self, taken: Path, folder: Path, reason: str | None = None) -> Path:
        try:
            target = _free(folder, taken.name)
            if reason is not None:
                target.with_name(target.name + REASON).write_text(reason + "\n", encoding="utf-8")
            taken.rename(target)
            taken.parent.rmdir()
        except OSError as error:
            raise DropError(f"{taken}: cannot be moved to {folder}: {error.strerror}") from None
        self._busy.discard(taken)
        self._files.pop(taken, None)
        return target

    def _entries(self) -> Iterator[tuple[Path, bool]]:
        """Yield every path to look at, and whether a killed run left it in taken. Raises DropError."""
        try:
            for slot in sorted(self._taken.iterdir()):
                for path in sorted(slot.iterdir()) if slot.is_dir() and not slot.is_symlink() else ():
                    if path not in self._busy:
                        yield path, True
                if slot.is_dir() and not any(slot.iterdir()):
                    slot.rmdir()
            with os.scandir(self.folder) as entries:
                names = sorted(entry.name for entry in entries)
        except OSError as error:
            raise DropError(f"{self.folder}: {error.strerror}") from None
        for name in names:
            yield self.folder / name, False


def _look(handle: int) -> _Seen:
    told = os.fstat(handle)
    if not stat.S_ISREG(told.st_mode):
        raise Unreadable("not_a_file: a link or a special file is not followed")
    return _Seen(told.st_ino, told.st_size, told.st_mtime_ns)


def _free(folder: Path, name: str) -> Path:
    """Name a file in a folder so that nothing is overwritten: ``story.xml``, ``story~2.xml``."""
    start, dot, end = name.rpartition(".")
    stem, suffix = (start, dot + end) if start and len(end) <= LONGEST_SUFFIX else (name, "")
    stem = os.fsdecode(os.fsencode(stem)[:LONGEST_STEM])
    target = folder / f"{stem}{suffix}"
    number = 1
    while os.path.lexists(target) or os.path.lexists(target.with_name(target.name + REASON)):
        number += 1
        target = folder / f"{stem}~{number}{suffix}"
    return target
