"""About one version of a source: what is recorded when it comes, and never changed."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from regiongate.domain.errors import CannotRun
from regiongate.geo.source import Source

ABOUT = "about.json"


@dataclass(frozen=True, slots=True)
class About:
    """What `about.json` of a version says.

    `digest` is the SHA-256 of the content before compression, `sha256` that of the file as it
    came. `came_from` is the URL template or the path. `product`, `fields` and `label` are those
    with which the file is read. The counts are of addresses with a label; of IPv6 they count
    networks of 48 bits.
    """

    name: str
    version: str
    date: datetime.date
    kind: str
    licence: str
    origin: str
    digest: str
    format: str
    product: str | None
    maximum_age: int
    fields: tuple[str, ...] | None
    label: str | None
    came_from: str
    fetched_at: datetime.datetime
    sha256: str
    size: int
    etag: str | None
    last_modified: str | None
    ipv4: int
    ipv6: int
    labels: int

    @property
    def folder(self) -> str:
        """The name of the folder of this version."""
        return f"{self.date.isoformat()}-{self.digest[:16]}"

    def source(self, path: Path) -> Source:
        """The source that it makes, in a file at a path."""
        return Source(
            name=self.name,
            version=self.version,
            date=self.date,
            licence=self.licence,
            origin=self.origin,
            digest=self.digest,
            format=self.format,
            path=path,
            kind=self.kind,
            maximum_age=self.maximum_age,
        )

    def to_json(self) -> bytes:
        """What is stored."""
        text = json.dumps(asdict(self), indent=1, sort_keys=True, default=_plain)
        return f"{text}\n".encode()


def from_json(content: bytes, path: Path) -> About:
    """What was stored; CannotRun when the file has been damaged."""
    try:
        said: Mapping[str, Any] = json.loads(content)
        values = {field.name: said[field.name] for field in fields(About)}
        values["date"] = datetime.date.fromisoformat(values["date"])
        values["fetched_at"] = datetime.datetime.fromisoformat(values["fetched_at"])
        values["fields"] = None if values["fields"] is None else tuple(values["fields"])
        return About(**values)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        message = f"{path} cannot be read ({type(error).__name__}: {error})"
        remedy = "roll the source back, or remove it and add it again"
        raise CannotRun(f"{message}: {remedy}") from error


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime.date) else str(value)
