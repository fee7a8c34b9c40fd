"""Follow a live log: every line once, through rotation by renaming, by copying, and a restart."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from regiongate.survey import rotation
from regiongate.survey.rotation import Stamp

PIECE = 4 * 2**20
"""So many bytes are handed out at once, or one line where that is longer."""

GRACE = 10.0
"""So many seconds a rotated file stays open after its last line: its writer may not know yet."""


@dataclass(frozen=True, slots=True)
class Found:
    """A file of the log that is not open yet, with its first line and the digest of that.

    `current` says whether the log's own name leads to it, `size` how long it is, as far as that is
    known without decompressing it.
    """

    path: Path
    first: bytes
    head: str
    current: bool
    size: int | None


@dataclass(frozen=True, slots=True)
class Piece:
    """Whole lines of one file, from byte `begin` on.

    The last line of a rotated file may have no end.
    """

    head: str
    begin: int
    content: bytes

    @property
    def end(self) -> int:
        """The byte after the last one."""
        return self.begin + len(self.content)


@dataclass(frozen=True, slots=True)
class Finished:
    """A rotated file has been read to its end."""

    head: str


@dataclass(frozen=True, slots=True)
class Truncated:
    """A file was emptied in place after byte `position` of it.

    If it was copied before, the copy is found and read on. What was written between the copying
    and the emptying is in no file, and nobody can know how much that was.
    """

    head: str
    position: int


Event = Piece | Finished | Truncated


@dataclass(slots=True)
class _Open:
    """A file that is being read: `first` is its first line, `position` the next byte of it."""

    file: BinaryIO
    first: bytes
    head: str
    position: int
    path: Path
    inode: tuple[int, int]
    quiet_since: float
    current: bool

    def is_same(self) -> bool:
        """Whether it still begins as it did and has what was read; emptied in place, it has not."""
        self.file.seek(0)
        begins = self.file.read(len(self.first)) == self.first
        return begins and not (self.current and rotation.stamp_of(self.file).size < self.position)

    def content(self, size: int) -> bytes | None:
        """The next bytes; None when it was emptied meanwhile, so they may be another file's."""
        self.file.seek(self.position)
        content = self.file.read(size)
        return content if self.is_same() else None


@dataclass(slots=True)
class Tail:
    """Reads a log. `resume` says at which byte to begin in a file, None to leave it alone.

    `clock` counts seconds from anywhere. What `poll` hands out counts as read once it is asked for
    the next; until then it can be asked for again, by a new Tail.
    """

    log: Path
    resume: Callable[[Found], int | None]
    clock: Callable[[], float]
    grace: float = GRACE
    _open: dict[str, _Open] = field(default_factory=dict)
    _done: dict[Path, Stamp] = field(default_factory=dict)

    def poll(self) -> Iterator[Event]:
        """What is new since the last time; it ends where the log does."""
        yield from self._look()
        for one in list(self._open.values()):
            if rotation.is_compressed(one.path):
                yield from self._unpack(one)
            else:
                yield from self._read(one)
                yield from self._retire(one)

    def lag(self) -> int:
        """The bytes in open files that have not been read, half a line at the end among them."""
        return sum(
            max(0, rotation.stamp_of(one.file).size - one.position) for one in self._open.values()
        )

    def heads(self) -> frozenset[str]:
        """The digests of the first lines of the files that are open."""
        return frozenset(self._open)

    def close(self) -> None:
        """Let go of all files."""
        for one in list(self._open.values()):
            self._let_go(one)

    def _look(self) -> Iterator[Event]:
        """Open what is there and was not; find out which file has the log's own name now."""
        for one in list(self._open.values()):
            if not one.is_same():
                self._let_go(one)
                yield Truncated(one.head, one.position)
        current = rotation.stamp(self.log)
        for one in self._open.values():
            was, one.current = one.current, current is not None and one.inode == _inode(current)
            if was and not one.current:
                one.quiet_since = self.clock()
        # The log itself comes first: of two files that begin alike, it is the one that grows.
        for path in (self.log, *rotation.beside(self.log)):
            found = rotation.stamp(path)
            if found is not None and self._done.get(path) != found and not self._is_open(found):
                self._begin(path)

    def _is_open(self, found: Stamp) -> bool:
        """Whether a name leads to an open file: its inode is nobody else's while it is open."""
        return any(one.inode == _inode(found) for one in self._open.values())

    def _begin(self, path: Path) -> None:
        """Open a file, unless it has not one line yet, or is a copy of what is being read."""
        file = rotation.opened(path)
        if file is None:
            return
        found = rotation.stamp_of(file)
        position = None
        try:
            first = rotation.head(file)
        except rotation.DAMAGE:
            first = None  # It is being compressed just now, or it is damaged.
        head = "" if first is None else rotation.digest(first)
        if first is not None and head not in self._open:
            position = self._resumed(path, first, head, found)
        if first is None or position is None:
            file.close()
            return
        self._open[head] = _Open(
            file, first, head, position, path, _inode(found), self.clock(), path == self.log
        )

    def _resumed(self, path: Path, first: bytes, head: str, found: Stamp) -> int | None:
        size = None if rotation.is_compressed(path) else found.size
        position = self.resume(Found(path, first, head, path == self.log, size))
        if position is None:
            self._done[path] = found
        return position

    def _read(self, one: _Open) -> Iterator[Event]:
        size = PIECE
        while True:
            content = one.content(size)
            if content is None:
                self._let_go(one)
                yield Truncated(one.head, one.position)
                return
            end = content.rfind(b"\n") + 1
            if end:
                yield from self._hand_out(one, content[:end])
                size = PIECE
            elif len(content) < size:
                return
            else:
                size *= 2  # One line is longer than a piece.

    def _retire(self, one: _Open) -> Iterator[Event]:
        """Finish a rotated file that grows no more, with a last line that has no end."""
        quiet = self.clock() - one.quiet_since >= self.grace
        if one.current or one.head not in self._open or not quiet:
            return
        found = rotation.stamp_of(one.file)
        rest = one.content(found.size)
        if rest:
            yield from self._hand_out(one, rest)
        self._finish(one, found)
        yield Finished(one.head)

    def _unpack(self, one: _Open) -> Iterator[Event]:
        """Read a compressed file to its end, which may have no end of a line.

        One that is damaged, or still being written, is looked at again once it has changed.
        """
        found = rotation.stamp_of(one.file)
        try:
            one.file.seek(one.position)
            while lines := one.file.readlines(PIECE):
                yield from self._hand_out(one, b"".join(lines))
        except rotation.DAMAGE:
            self._finish(one, found)
            return
        self._finish(one, found)
        yield Finished(one.head)

    def _hand_out(self, one: _Open, content: bytes) -> Iterator[Event]:
        yield Piece(one.head, one.position, content)
        one.position += len(content)
        one.quiet_since = self.clock()

    def _finish(self, one: _Open, found: Stamp) -> None:
        """Leave a file alone until it changes, under whatever name it has by now."""
        self._let_go(one)
        for path in rotation.beside(self.log):
            if (named := rotation.stamp(path)) is not None and _inode(named) == one.inode:
                self._done[path] = found

    def _let_go(self, one: _Open) -> None:
        one.file.close()
        del self._open[one.head]


def _inode(found: Stamp) -> tuple[int, int]:
    return found.device, found.inode
