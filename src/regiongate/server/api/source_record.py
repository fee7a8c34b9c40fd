"""A source, as the API says it: its age, what is wrong with it, and what of it is in force."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from regiongate.control.sources import ages
from regiongate.control.sources.known import Listed, alarm
from regiongate.geo.store.about import About
from regiongate.geo.store.catalogue import Catalogue


class CoveredRecord(BaseModel):
    """Of how many addresses it says something; of IPv6, networks of 48 bits are counted."""

    ipv4: int
    ipv6_48: int


class InForceRecord(BaseModel):
    """The version that the generation in force was made of."""

    version: str
    date: date
    digest: str
    alarm: str | None = Field(description="That it is stale, and what to do; null: it is not.")


class SourceRecord(BaseModel):
    """A source with its age."""

    name: str
    place: str = Field(description="`bundled`, `store`, or `instead of bundled`.")
    kind: str
    format: str
    version: str
    date: date
    age_days: int
    maximum_age: int
    stale: bool
    stale_from: datetime
    licence: str
    origin: str
    digest: str
    addresses: CoveredRecord
    fetched_at: datetime | None
    came_from: str | None = Field(description="A path, a URL without its secrets, or `upload`.")
    previous: str | None = Field(description="The version that a rollback returns to.")
    alarm: str | None = Field(description="That it is stale, and what to do; null: it is not.")
    in_force: InForceRecord | None = Field(
        description="What the gateway has of it; null: nothing, or no gateway has run."
    )


class DamagedRecord(BaseModel):
    """A source that cannot be used, and why."""

    name: str
    place: Literal["damaged"] = "damaged"
    alarm: str


class BackRecord(BaseModel):
    """The version that counts again."""

    name: str
    version: About
    was_left: bool = Field(description="It had been gone back from before.")


class RemovedRecord(BaseModel):
    """A source that was taken away."""

    name: str
    bundled_counts: bool = Field(description="One that comes along has its name, and counts now.")


Entries = Mapping[str, Mapping[str, Any]]
"""What the bundle in force records of its sources, by name."""


def source_record(
    one: Listed, catalogue: Catalogue, in_force: Entries, at: datetime
) -> SourceRecord:
    """The record of a source at an instant."""
    source, stored = one.source, one.stored
    about = None if stored is None else stored.about
    return SourceRecord(
        name=source.name,
        place=one.place,
        kind=source.kind,
        format=source.format,
        version=source.version,
        date=source.date,
        age_days=source.age.days(at),
        maximum_age=source.maximum_age,
        stale=source.age.is_stale(at),
        stale_from=source.age.stale_from,
        licence=source.licence,
        origin=source.origin,
        digest=source.digest,
        addresses=CoveredRecord(ipv4=one.covered.ipv4, ipv6_48=one.covered.ipv6),
        fetched_at=None if about is None else about.fetched_at,
        came_from=None if about is None else about.came_from,
        previous=None if stored is None else stored.pointer.previous,
        alarm=alarm(source, at, catalogue),
        in_force=_in_force(in_force.get(source.name), at, catalogue),
    )


def _in_force(
    entry: Mapping[str, Any] | None, at: datetime, catalogue: Catalogue
) -> InForceRecord | None:
    if entry is None:
        return None
    told = ages.alarms([entry], at, catalogue)
    return InForceRecord(
        version=entry["version"],
        date=entry["date"],
        digest=entry["digest"],
        alarm=told[0] if told else None,
    )
