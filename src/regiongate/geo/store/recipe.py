"""A recipe: how a source is fetched, read and checked. Of secrets it knows the variables only."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from regiongate.domain.errors import CannotRun
from regiongate.geo.facts.kinds import FACT_KINDS
from regiongate.geo.source import MAXIMUM_AGE

MAXIMUM_BYTES = 1 << 30
KINDS = ("region", *FACT_KINDS)
"""What a source may speak of: where addresses are, or other facts about them."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """What `source.json` of a source says.

    One of `url` and `file` is there, or neither: its versions are uploaded. A `url` is a template:
    `${VARIABLE}` stands for a variable of the environment, `{month}` for this month or the last.
    `user` and `password` name variables. `dated` is "file" where the file or its server says the
    date, or "fetched" where the day counts on which it was fetched. `least_covered` is the least
    share of the addresses covered before that an update must cover; `most_moved` the largest share
    of them that may change region.
    """

    name: str
    url: str | None = None
    file: str | None = None
    kind: str = "region"
    format: str | None = None
    product: str | None = None
    fields: tuple[str, ...] | None = None
    label: str | None = None
    licence: str = ""
    origin: str = ""
    maximum_age: int = MAXIMUM_AGE
    maximum_bytes: int = MAXIMUM_BYTES
    user: str | None = None
    password: str | None = None
    checksum_url: str | None = None
    dated: str = "file"
    least_covered: float = 0.8
    most_moved: float = 0.1
    replaces_bundled: bool = False
    vendor: str | None = None

    @property
    def is_uploaded(self) -> bool:
        """Whether somebody sends each version, so that there is nowhere to fetch one from."""
        return self.url is None and self.file is None

    def to_json(self) -> bytes:
        """The recipe as it is stored."""
        return (json.dumps(asdict(self), indent=1, sort_keys=True) + "\n").encode()


def from_json(content: bytes, path: Path) -> Recipe:
    """The recipe that was stored; CannotRun when the file has been damaged."""
    try:
        said: Mapping[str, Any] = json.loads(content)
        known = {field.name for field in fields(Recipe)}
        values = {key: value for key, value in said.items() if key in known}
        if values.get("fields") is not None:
            values["fields"] = tuple(values["fields"])
        return Recipe(**values)
    except (ValueError, TypeError, AttributeError) as error:
        message = f"{path} cannot be read ({error}): remove the source and add it again"
        raise CannotRun(message) from error
