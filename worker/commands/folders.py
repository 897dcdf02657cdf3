"""A directory that is held: what is moved into it goes there, whatever its name leads to by then."""

import errno
import os
from pathlib import Path
from typing import Final

REASON: Final = ".reason.txt"
LONGEST_STEM: Final = 200  # bytes of a name that are kept: file systems take 255 in all
LONGEST_SUFFIX: Final = 16
_HOLD: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_READ: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class Folder:
    """A directory by its descriptor; names are looked up in it, and links among them are not followed.

    Whoever may write beside a directory may put a link into its place: what is then moved there by name is
    written to where the link leads, and what is read comes from there.
    """

    def __init__(self, path: Path, *, mode: int = 0o777) -> None:
        """Make the directory where it is missing, and hold it. Raises OSError, for a link too."""
        if path.is_symlink():
            raise OSError(errno.ELOOP, "is a link, and files are not moved through links", str(path))
        path.mkdir(mode=mode, parents=True, exist_ok=True)
        self.path = path
        self._handle = os.open(path, _HOLD)
        told = os.fstat(self._handle)
        self.device, self.inode = told.st_dev, told.st_ino

    def close(self) -> None:
        """Let it go."""
        os.close(self._handle)

    def names(self, inner: str = ".") -> list[str]:
        """List what is in it, or in a directory in it, sorted. Raises OSError."""
        handle = os.open(inner, _HOLD, dir_fd=self._handle)
        try:
            with os.scandir(handle) as entries:
                return sorted(entry.name for entry in entries)
        finally:
            os.close(handle)

    def look(self, name: str) -> os.stat_result:
        """Tell how a file, or a link, looks. Raises OSError."""
        return os.stat(name, dir_fd=self._handle, follow_symlinks=False)

    def read(self, name: str) -> int:
        """Open a file, and not what a link leads to. Raises OSError."""
        return os.open(name, _READ, dir_fd=self._handle)

    def make(self, name: str) -> None:
        """Make a directory in it. Raises OSError."""
        os.mkdir(name, dir_fd=self._handle)

    def remove(self, name: str) -> None:
        """Remove an empty directory in it. Raises OSError."""
        os.rmdir(name, dir_fd=self._handle)

    def lock(self, name: str) -> int:
        """Open a file to be locked. Raises OSError."""
        return self._create(name, os.O_RDWR | os.O_CREAT)

    def move(self, name: str, to: "Folder", new: str) -> None:
        """Move a file, or a link itself. Raises OSError."""
        os.rename(name, new, src_dir_fd=self._handle, dst_dir_fd=to._handle)  # noqa: SLF001 - its own kind

    def write(self, name: str, text: str) -> None:
        """Write a file that is not there. Raises OSError."""
        with open(name, "x", encoding="utf-8", opener=self._create) as file:
            file.write(text)

    def free(self, name: str) -> str:
        """Name a file so that nothing is overwritten: ``story.xml``, ``story~2.xml``. Raises OSError."""
        start, dot, end = name.rpartition(".")
        stem, suffix = (start, dot + end) if start and len(end) <= LONGEST_SUFFIX else (name, "")
        stem = os.fsdecode(os.fsencode(stem)[:LONGEST_STEM])
        found, number = f"{stem}{suffix}", 1
        while self._has(found) or self._has(found + REASON):
            number += 1
            found = f"{stem}~{number}{suffix}"
        return found

    def _has(self, name: str) -> bool:
        try:
            self.look(name)
        except FileNotFoundError:
            return False
        return True

    def _create(self, name: str, flags: int) -> int:
        return os.open(name, flags | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644, dir_fd=self._handle)
