"""A MaxMind DB with the region in a field of its records, whatever the schema."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime

import numpy as np

from regiongate.domain.region import is_region_shape
from regiongate.geo.formats.raw import RawTable
from regiongate.geo.mmdb import read as read_mmdb
from regiongate.geo.source import file_error

USUAL_FIELDS = (
    # Country fields as ip-location-db and IPinfo, MaxMind and DB-IP, and older IPinfo write them.
    "country_code",
    "country.iso_code",
    "country",
)
SUBDIVISION_FIELD = "subdivisions.0.iso_code"


def read(content: bytes, file: str, fields: Sequence[str] | None = None) -> RawTable:
    """The labels of a MaxMind DB.

    A field is a path such as `country.iso_code`, numbers being places in an array; the first of
    the fields that holds text in a record counts. Where MaxMind's field of subdivisions holds an
    ISO 3166-2 part, the label is of the subdivision. A record without any of the fields has the
    label "", but a file in which no record has one raises SourceError.
    """
    table = read_mmdb(content, file)
    fields = USUAL_FIELDS if fields is None else fields
    found = [_label(record, fields) for record in table.records]
    if found and not any(found):
        named = ", ".join(fields)
        remedy = "name the field that holds the ISO 3166-1 code"
        raise file_error(file, "no-field", f"no record has text in a field of: {named}", remedy)
    labels = tuple(sorted(set(found)))
    number = {label: index for index, label in enumerate(labels)}
    of_record = np.array([number[label] for label in found], dtype=np.int64)
    used = table.steps.value[table.steps.value >= 0]
    rows = np.bincount(of_record[used], minlength=len(labels))
    return RawTable(
        steps=table.steps.remap(of_record),
        labels=labels,
        rows=tuple(int(count) for count in rows),
        date=_build_date(table.metadata.get("build_epoch")),
    )


def _label(record: object, fields: Sequence[str]) -> str:
    for field in fields:
        country = _at(record, field)
        if isinstance(country, str):
            region = f"{country}-{_at(record, SUBDIVISION_FIELD)}"
            return region if is_region_shape(region) else country
    return ""


def _at(record: object, path: str) -> object:
    """What a record holds at a path, None when there is no such place in it."""
    for step in path.split("."):
        if isinstance(record, dict):
            record = record.get(step)
        elif isinstance(record, list) and step.isdecimal() and int(step) < len(record):
            record = record[int(step)]
        else:
            return None
    return record


def _build_date(epoch: object) -> date | None:
    # A file made without a clock says 0, which is no date of any data.
    if not isinstance(epoch, int) or not 0 < epoch < 1 << 40:
        return None
    try:
        return datetime.fromtimestamp(epoch, UTC).date()
    except (OverflowError, ValueError):
        return None
