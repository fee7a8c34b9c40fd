"""What a format is: how DuckDB reads it, and which SQL gives each of our columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

TOKEN_KINDS = ("tokens_in", "tokens_out")
"""The columns that say of which kind tokens are: of what was asked, or of the answer."""

TOKENS = frozenset({"tokens", *TOKEN_KINDS})
"""The columns that hold whole numbers."""

_TEXTS = ("address", "time", "organization", "key", "host", "path", "model", "attested")
COLUMNS = (*_TEXTS, "tokens", *TOKEN_KINDS)
"""The columns that are read; a format has the address, and of the others what it can."""


class Reader(StrEnum):
    """How the rows of a file are read."""

    JSON = "json"
    """One JSON object a line; `fields` are those to read, with their DuckDB types."""
    LINES = "lines"
    """One text `line` a row, `line` cut into the struct `m` by `pattern` where there is one."""
    CSV = "csv"
    """Comma-separated with a header, all texts."""
    PARQUET = "parquet"


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of log. `columns` maps ours to SQL over what the reader gives, null for no value.

    SQL for `time` gives a TIMESTAMP in UTC, for TOKENS a BIGINT, for others a VARCHAR. `pattern`
    is a regular expression (RE2) with the groups `names`; a line that it does not match is
    rejected, and lines that begin with `comment` are no rows.
    """

    name: str
    reader: Reader
    columns: Mapping[str, str]
    fields: Mapping[str, str] = field(default_factory=dict)
    pattern: str | None = None
    names: tuple[str, ...] = ()
    comment: str | None = None


def quoted(name: str) -> str:
    """A name as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"
