"""Books for tests: files of profiles, as they are read."""

from __future__ import annotations

from pathlib import Path

import pytest

from regiongate.books.read import Books
from regiongate.domain.errors import Problem, ProblemsFound
from regiongate.domain.profile import Profile


def written(folder: Path, text: str, name: str = "book.csv") -> Path:
    """A file with a text, byte for byte."""
    path = folder / name
    path.write_bytes(text.encode())
    return path


def profiles(*paths: Path) -> list[Profile]:
    """What files say, with nothing wrong."""
    books = Books()
    found = [
        profile
        for path in paths
        for some in books.portions(path, lambda _: None)
        for profile in some.profiles
    ]
    books.end()
    return found


def problems(*paths: Path) -> list[Problem]:
    """Everything that is wrong with files."""
    with pytest.raises(ProblemsFound) as caught:
        profiles(*paths)
    return caught.value.problems
