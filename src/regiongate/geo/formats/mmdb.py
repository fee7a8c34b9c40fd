"""A MaxMind DB with the label in fields of its records, whatever the schema."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime

import numpy as np

from regiongate.geo.formats.fields import alternatives
from regiongate.geo.formats.labelling import Labels
from regiongate.geo.formats.raw import ANYTHING, Label, RawTable, Wanted
from regiongate.geo.mmdb import BadPath, FieldPath, parse_path
from regiongate.geo.mmdb import read as read_mmdb
from regiongate.geo.source import file_error

USUAL_FIELDS = (
    # The country as ip-location-db and IPinfo Lite, MaxMind and DB-IP, and older IPinfo write it.
    "country_code|country.iso_code|country",
    # Its part, as MaxMind writes it.
    "subdivisions[0].iso_code",
)


def read(content: bytes, file: str, wanted: Wanted = ANYTHING) -> RawTable:
    """The labels of a MaxMind DB.

    A record without any of the fields has a label of empty texts, but a file in which no record
    has the first field raises SourceError, and so does one in which the check refuses all of them.
    """
    fields = USUAL_FIELDS if wanted.fields is None else wanted.fields
    paths = [[_path(text, file) for text in alternatives(field)] for field in fields]
    table = read_mmdb(content, file)
    picked = table.pick(*(path for field in paths for path in field))
    labels = Labels(wanted.check)
    of_row = [labels.number(_label(row, paths)) for row in picked.rows]
    _check(labels, fields[0], file)
    numbers = np.array(of_row, dtype=np.int64)
    steps = picked.steps
    rows = np.bincount(numbers[steps.value[steps.value >= 0]], minlength=len(labels.labels))
    return RawTable(
        steps=steps.remap(numbers),
        labels=labels.labels,
        rows=tuple(rows.tolist()),
        date=_build_date(table.metadata.get("build_epoch")),
    )


def _path(text: str, file: str) -> FieldPath:
    try:
        return parse_path(text)
    except BadPath as error:
        raise file_error(file, "field", str(error), "mend the path") from None


def _label(row: Sequence[object], paths: Sequence[Sequence[FieldPath]]) -> Label:
    """The label of a picked row, which has one value for each alternative of each field."""
    values = iter(row)
    said = ([_text(next(values)) for _ in field] for field in paths)
    return tuple(next((text for text in texts if text), "") for texts in said)


def _text(value: object) -> str:
    """A value as a text of a label; a map or an array is none."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int) else ""


def _check(labels: Labels, field: str, file: str) -> None:
    said = [number for number, label in enumerate(labels.labels) if label[0]]
    if labels.labels and not said:
        named = ", ".join(alternatives(field))
        message = f"no record has text in a field of: {named}"
        raise file_error(file, "no-field", message, "name the field that holds the label")
    faults = [labels.fault(number) for number in said]
    if faults and all(faults) and faults[0] is not None:
        code, message, _ = faults[0]
        raise file_error(file, code, message, "name the field that holds the ISO 3166-1 code")


def _build_date(epoch: object) -> date | None:
    # A file made without a clock says 0, which is no date of any data.
    if not isinstance(epoch, int) or not 0 < epoch < 1 << 40:
        return None
    try:
        return datetime.fromtimestamp(epoch, UTC).date()
    except (OverflowError, ValueError):
        return None
