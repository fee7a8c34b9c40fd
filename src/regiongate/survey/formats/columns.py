"""Any CSV, JSON lines or Parquet: columns that a user names, or that are called as ours."""

from __future__ import annotations

from collections.abc import Mapping

from regiongate.survey.formats.format import COLUMNS, TOKENS, Format, Reader, literal, quoted
from regiongate.survey.formats.values import count, instant, said

_JSON_TYPES = dict.fromkeys(TOKENS, "BIGINT")
_TIMES = ("TIMESTAMP", "DATE")


def json_columns(chosen: Mapping[str, str], written: bool = False) -> Format:
    """JSON lines; a dot leads into an object, as in `request.ip`.

    `written` says that times are texts with date and time, which are then read as such at once.
    """
    columns: dict[str, tuple[str, list[str]]] = {}
    fields: dict[str, str] = {}
    for column, name in chosen.items():
        top, *below = name.split(".")
        usual = (
            "TIMESTAMPTZ" if column == "time" and written else _JSON_TYPES.get(column, "VARCHAR")
        )
        # A field that two columns read is a text for both.
        fields[top] = "JSON" if below else "VARCHAR" if top in fields else usual
        columns[column] = (top, below)
    return Format(
        "json",
        Reader.JSON,
        {column: _value(column, *where, fields) for column, where in columns.items()},
        fields=fields,
    )


def _value(column: str, top: str, below: list[str], fields: Mapping[str, str]) -> str:
    if fields[top] == "TIMESTAMPTZ":
        return f"{quoted(top)}::TIMESTAMP"
    if fields[top] == "BIGINT":
        return quoted(top)
    return _as(column, _json(top, below, fields))


def _json(top: str, below: list[str], fields: Mapping[str, str]) -> str:
    if fields[top] != "JSON":
        return quoted(top)
    path = "$" + "".join("." + quoted(name) for name in below)
    return f"json_extract_string({quoted(top)}, {literal(path)})"


def csv_columns(chosen: Mapping[str, str]) -> Format:
    """CSV with a header."""
    columns = {column: _as(column, said(quoted(name))) for column, name in chosen.items()}
    return Format("csv", Reader.CSV, columns)


def parquet_columns(chosen: Mapping[str, str], types: Mapping[str, str]) -> Format:
    """Parquet, by the types that the file says its columns have."""
    columns = {column: _typed(column, quoted(name), types[name]) for column, name in chosen.items()}
    return Format("parquet", Reader.PARQUET, columns)


def usual(present: set[str]) -> dict[str, str]:
    """The columns that are called as ours are."""
    return {name: name for name in COLUMNS if name in present}


def _typed(column: str, name: str, kind: str) -> str:
    if column == "time" and kind.startswith(_TIMES):
        return f"{name}::TIMESTAMP"
    return _as(column, name if kind == "VARCHAR" else f"{name}::VARCHAR")


def _as(column: str, text: str) -> str:
    if column == "time":
        return instant(text)
    return count(text) if column in TOKENS else text
