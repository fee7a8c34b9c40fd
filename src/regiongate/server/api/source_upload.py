"""A source that is sent: its file as the body, and what is to be known of it as the query."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, Query, Request
from pydantic import AfterValidator

from regiongate.control.sources.bring import How
from regiongate.domain.source import NAME_PATTERN
from regiongate.geo.formats import FORMATS
from regiongate.geo.formats.products import PRODUCTS
from regiongate.geo.source import MAXIMUM_AGE
from regiongate.geo.store.recipe import KINDS, Recipe
from regiongate.geo.store.vendors import VENDORS
from regiongate.server.problem import Refused

CALLED = "upload"
"""What a file that was sent is called in records and problems."""

BYTES = "application/octet-stream"
_LONGEST_AGE = 36_500
_LINE = 300

UPLOAD: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "The file, of 24 MiB at most: docs/sources.md says which formats there are.",
        "content": {BYTES: {"schema": {"type": "string", "format": "binary"}}},
    }
}
UPLOAD_OR_NONE = {"requestBody": UPLOAD["requestBody"] | {"required": False}}


def _one_of(known: Collection[str]) -> AfterValidator:
    def check(said: str | None) -> str | None:
        if said is not None and said not in known:
            raise ValueError(f"write one of {', '.join(known)}")
        return said

    return AfterValidator(check)


def _among(known: Collection[str], description: str) -> Any:
    """A query parameter that takes one of some words."""
    return Query(description=description, json_schema_extra={"enum": [*known]})


def _recipe(
    name: Annotated[
        str, Query(pattern=f"^{NAME_PATTERN}$", description="Its name.", examples=["ours"])
    ],
    kind: Annotated[
        str | None, _one_of(KINDS), _among(KINDS, "What it speaks of; none: region.")
    ] = None,
    licence: Annotated[
        str | None,
        Query(max_length=_LINE, description="The licence of the data.", examples=["CC0-1.0"]),
    ] = None,
    origin: Annotated[
        str | None, Query(max_length=_LINE, description="Where the data comes from, in words.")
    ] = None,
    max_age: Annotated[
        int | None,
        Query(
            ge=1, le=_LONGEST_AGE, description=f"Days after which it is stale; none: {MAXIMUM_AGE}."
        ),
    ] = None,
    format: Annotated[
        str | None, _one_of(FORMATS), _among(FORMATS, "None: what the file looks like.")
    ] = None,
    product: Annotated[
        str | None, _one_of(PRODUCTS), _among(PRODUCTS, "What a maker calls it.")
    ] = None,
    field: Annotated[
        list[str] | None,
        Query(max_length=10, description="The fields of a MaxMind DB to read."),
    ] = None,
    label: Annotated[
        str | None,
        Query(max_length=_LINE, description="What a list of networks says of all of them."),
    ] = None,
    least_covered: Annotated[
        float | None, Query(ge=0, le=1, description="See docs/sources.md.")
    ] = None,
    most_moved: Annotated[
        float | None, Query(ge=0, le=1, description="See docs/sources.md.")
    ] = None,
    vendor: Annotated[
        str | None,
        _one_of(VENDORS),
        _among(VENDORS, "Fetch it from a known maker; nothing is uploaded then."),
    ] = None,
    edition: Annotated[
        str | None,
        Query(max_length=64, description="Which of the maker's files; none: its free countries."),
    ] = None,
    replace_bundled: Annotated[
        bool, Query(description="Take the name of a bundled source.")
    ] = False,
) -> Recipe:
    if edition is not None and vendor is None:
        raise Refused(422, "invalid", "edition belongs to vendor")
    begun = Recipe(name) if vendor is None else VENDORS[vendor].recipe(name, vendor, edition)
    said: dict[str, Any] = {
        "kind": kind,
        "licence": licence,
        "origin": origin,
        "maximum_age": max_age,
        "format": format,
        "product": product,
        "fields": None if field is None else tuple(field),
        "label": label,
        "least_covered": least_covered,
        "most_moved": most_moved,
        "replaces_bundled": replace_bundled,
    }
    return replace(begun, **{key: value for key, value in said.items() if value is not None})


@dataclass(frozen=True, slots=True)
class Taken:
    """How a file is taken: what `How` says of it."""

    sha256: str | None
    date: date | None
    dated_by_fetch: bool
    accept: bool

    def how(self, at: datetime, file: Path | None, *, dry_run: bool) -> How:
        """How a file that was sent is brought; None: it is fetched."""
        return How(
            at,
            os.environ,
            file=file,
            sha256=self.sha256,
            date=self.date,
            accept=self.accept,
            dry_run=dry_run,
            dated_by_fetch=self.dated_by_fetch,
            called=CALLED,
        )


def _taken(
    sha256: Annotated[
        str | None,
        Query(pattern="^[0-9a-fA-F]{64}$", description="The digest that the file must have."),
    ] = None,
    dated: Annotated[
        date | None,
        Query(
            alias="date",
            description="The date of data that does not say its own.",
            examples=["2026-06-17"],
        ),
    ] = None,
    dated_by_fetch: Annotated[bool, Query(description="The day of sending is that date.")] = False,
    accept_change: Annotated[bool, Query(description="Take a version that looks wrong.")] = False,
) -> Taken:
    return Taken(sha256, dated, dated_by_fetch, accept_change)


async def _content(request: Request) -> bytes:
    """The body. Raises Refused for one that does not say that it is bytes."""
    content = await request.body()
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content and kind != BYTES:
        raise Refused(415, "invalid", f"send the file with the Content-Type {BYTES}")
    return content


TheRecipe = Annotated[Recipe, Depends(_recipe)]
TheTaken = Annotated[Taken, Depends(_taken)]
TheContent = Annotated[bytes, Depends(_content)]


@contextmanager
def kept_for_now(content: bytes) -> Iterator[Path]:
    """A file that was sent, on disk while it is read. Raises Refused where nothing was sent."""
    if not content:
        raise Refused(422, "invalid", "send the file of the source as the body")
    with tempfile.TemporaryDirectory(prefix="regiongate-upload-") as folder:
        path = Path(folder) / CALLED
        path.write_bytes(content)
        yield path
