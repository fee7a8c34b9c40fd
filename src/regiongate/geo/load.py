"""A source from a file on disk: its format found out, its content digested, its rows read."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from regiongate.geo.formats import FORMATS, Label, RawTable, Wanted
from regiongate.geo.formats.archive import content_of
from regiongate.geo.formats.detect import format_of
from regiongate.geo.formats.products import PRODUCTS, Product
from regiongate.geo.formats.raw import LabelCheck
from regiongate.geo.labels import region_fault
from regiongate.geo.source import Source, SourceTable, file_error
from regiongate.geo.votes import table_of


@dataclass(frozen=True, slots=True)
class Hints:
    """What the user says of a file; None (or "") leaves it to the file, or to its `product`.

    `fallback_date` counts where neither the user nor the file says a date.
    `format` is a key of `FORMATS`, `product` one of `products.PRODUCTS`. `fields` are written as
    `formats/fields.py` says; `label` is for formats whose rows have none.
    """

    name: str | None = None
    version: str = ""
    date: datetime.date | None = None
    fallback_date: datetime.date | None = None
    licence: str = ""
    origin: str = ""
    format: str | None = None
    product: str | None = None
    fields: tuple[str, ...] | None = None
    label: Label | None = None


def load_source(
    path: Path,
    *,
    name: str | None = None,
    version: str = "",
    date: datetime.date | None = None,
    fallback_date: datetime.date | None = None,
    licence: str = "",
    origin: str = "",
    format: str | None = None,
    product: str | None = None,
    fields: Sequence[str] | None = None,
    label: str | None = None,
) -> SourceTable:
    """Reads a source of regions, as it is shipped: plain, in gzip, in a tar or a zip.

    `name` is by default the file's name up to the first dot, `date` what the file says of itself
    (`fallback_date` where it says nothing), `format` what its content looks like. `product` names
    what a vendor ships, and with it fields, licence and origin. `fields` name the country, and the
    subdivision if there is one; `label` is the region of every row of a plain list. Raises
    SourceError, MmdbError, or OSError when the file cannot be opened.
    """
    hints = Hints(
        name=name,
        version=version,
        date=date,
        fallback_date=fallback_date,
        licence=licence,
        origin=origin,
        format=format,
        product=product,
        fields=None if fields is None else tuple(fields),
        label=None if label is None else (label,),
    )
    return table_of(*load_raw(path, hints, region_fault))


def load_raw(path: Path, hints: Hints, check: LabelCheck | None = None) -> tuple[Source, RawTable]:
    """Reads a file's labels, whatever they say; `check` finds what is wrong with one.

    Raises SourceError, MmdbError, or OSError when the file cannot be opened.
    """
    content = content_of(path)
    file = str(path)
    product = _product(hints, file)
    format = hints.format or format_of(content, file)
    if format not in FORMATS:
        known = ", ".join(FORMATS)
        raise file_error(file, "format", f"{format!r} is no format", f"write one of: {known}")
    fields = _fields(hints, product, format, file)
    raw = FORMATS[format](content, file, Wanted(fields, check, hints.label))
    if not any(raw.rows):
        raise file_error(file, "empty", "the file says nothing", "fetch it again")
    made_on = hints.date or raw.date or hints.fallback_date
    if made_on is None:
        message = "the file does not say when its data was made"
        remedy = "give the date of the source: --date, or --dated-by-fetch"
        raise file_error(file, "no-date", message, remedy)
    source = Source(
        name=hints.name or path.name.split(".")[0],
        version=hints.version or made_on.isoformat(),
        date=made_on,
        licence=hints.licence or (product.licence if product else ""),
        origin=hints.origin or (product.origin if product else ""),
        digest=hashlib.sha256(content).hexdigest(),
        format=format,
        path=path,
    )
    return source, raw


def _product(hints: Hints, file: str) -> Product | None:
    if hints.product is None:
        return None
    if hints.product not in PRODUCTS:
        known = ", ".join(PRODUCTS)
        message = f"{hints.product!r} is no product"
        raise file_error(file, "product", message, f"write one of: {known}")
    return PRODUCTS[hints.product]


def _fields(
    hints: Hints, product: Product | None, format: str, file: str
) -> tuple[str, ...] | None:
    if hints.fields is not None or product is None:
        return hints.fields
    if format not in product.fields:
        shipped = " or ".join(product.fields)
        message = f"the file is {format}, and {hints.product} is shipped as {shipped}"
        raise file_error(file, "product", message, "fetch it again, or name another product")
    return product.fields[format]
