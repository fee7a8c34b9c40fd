"""Whatever stands in a book ends in profiles or in problems, never in a crash or in silence."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regiongate.books.csv_book import HEADER
from regiongate.books.json_book import PROFILE, SHAPES
from regiongate.books.read import Books
from regiongate.domain.errors import ProblemsFound
from regiongate.store.profile_rows import joined, rows_of

_FUZZ = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
_CELLS = st.one_of(
    st.sampled_from(["", "acme", "Acme", "a@b.example", "en", "true", "0" * 64, "sk-1", '"', ","]),
    st.text(max_size=8),
)
_VALUES = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.sampled_from(["acme", "a@b.example", "en", "0" * 64, "billing", "CN", "2024-07-09"]),
        st.text(max_size=8),
    ),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=5,
)


def _objects(keys: Any, values: Any = _VALUES) -> Any:
    return st.fixed_dictionaries({}, optional=dict.fromkeys(keys, values))


_LINES = st.one_of(
    _VALUES,
    _objects(PROFILE.keys).flatmap(
        lambda card: st.fixed_dictionaries(
            {name: st.lists(_objects(shape.keys), max_size=2) for name, shape in SHAPES.items()}
        ).map(lambda lists: card | {"organization": "acme", "name": "Acme"} | lists)
    ),
)


def _read(path: Path) -> int | None:
    """How many profiles a file has, none of them one that the store could not be given."""
    books = Books()
    try:
        found = [rows_of(one.profiles, one.dossier) for one in books.portions(path, lambda _: None)]
        books.end()
    except ProblemsFound as problems:
        assert all(str(one).isprintable() for one in problems.problems)
        return None
    return len(joined(found))


@_FUZZ
@given(st.lists(st.lists(_CELLS, min_size=7, max_size=9), min_size=1, max_size=4))
def test_rows(tmp_path: Path, rows: list[list[str]]) -> None:
    """Cells of any text, quoted or not."""
    path = tmp_path / "book.csv"
    text = "".join(",".join(row) + "\n" for row in rows)
    path.write_text(f"{','.join(HEADER)}\n{text}", "utf-8", errors="surrogatepass")
    found = _read(path)
    assert found is None or found <= len(rows)


@_FUZZ
@given(st.lists(_LINES, min_size=1, max_size=3))
def test_lines(tmp_path: Path, lines: list[Any]) -> None:
    """Values of any kind under every key; a line that is no problem is a profile."""
    path = tmp_path / "book.jsonl"
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    assert _read(path) in (None, len(lines))


@_FUZZ
@given(st.binary(max_size=300))
def test_bytes(tmp_path: Path, data: bytes) -> None:
    """A file of anything at all."""
    for name in ("book.csv", "book.jsonl"):
        (tmp_path / name).write_bytes(data)
        assert _read(tmp_path / name) in (None, 0)
