"""The fact book: the database of facts beside the verdict database.

No verdict is read from it. It holds the words with which a refusal names a cloud, and what
`explain` shows; the kinds of anonymizers that verdicts depend on are in the atlas as well.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

from regiongate.domain.facts import NO_FACTS, AutonomousSystem, Cloud, Facts, Site, combined
from regiongate.geo.facts import providers
from regiongate.geo.facts.table import Layer, together
from regiongate.geo.mmdb.metadata import epoch_of
from regiongate.geo.mmdb.writer import encode
from regiongate.geo.source import Source
from regiongate.geo.steps import NONE

DATABASE = "facts.mmdb"
DATABASE_TYPE = "regiongate-facts"
_FORM = 1
"""The form of the records: a book of another form is no book to take over."""


@dataclass(frozen=True, slots=True)
class FactBook:
    """A database of facts; `digest` is over all that it is made from."""

    digest: str
    database: bytes


def draw(layers: Sequence[Layer]) -> FactBook:
    """Lay the sources over each other and write them down."""
    steps, facts = together(layers)
    database = encode(
        steps,
        [record(fact) for fact in facts],
        # The age of the data, as in the atlas; libmaxminddb takes no database without one.
        build_epoch=max((epoch_of(layer.source.date) for layer in layers), default=1),
        database_type=DATABASE_TYPE,
        description="What addresses belong to, by the sources of facts of this bundle",
    )
    return FactBook(digest([layer.source for layer in layers]), database)


def lookup(layers: Sequence[Layer], address: int) -> Facts:
    """The facts about one address, given as a number, without laying out the rest."""
    values = ((layer, layer.steps.lookup(address)) for layer in layers)
    stated = (layer.facts[value] for layer, value in values if value != NONE)
    return reduce(combined, stated, NO_FACTS)


def digest(sources: Sequence[Source]) -> str:
    """SHA-256 over all that a fact book is made from."""
    named = {
        "form": _FORM,
        "regions": hashlib.sha256(providers.REGIONS.read_bytes()).hexdigest(),
        "sources": [[source.name, source.kind, source.digest] for source in sources],
    }
    return hashlib.sha256(json.dumps(named, sort_keys=True).encode()).hexdigest()


def record(facts: Facts) -> dict[str, Any]:
    """What the database says of an address.

    Envoy's provider reads only fixed paths, of which `isp` is a text: there ride the words for
    the cloud. The AS is where every reader of a MaxMind ASN database looks for it.
    """
    found: dict[str, Any] = {}
    if facts.anonymizers:
        found["anonymizers"] = list(facts.anonymizers)
    if facts.cloud is not None:
        found["cloud"] = _cloud_record(facts.cloud)
        found["isp"] = facts.cloud.words
    if facts.autonomous_system is not None:
        found["autonomous_system_number"] = facts.autonomous_system.number
        if facts.autonomous_system.name is not None:
            found["autonomous_system_organization"] = facts.autonomous_system.name
    return found


def facts_of(found: Mapping[str, Any]) -> Facts:
    """The facts of such a record. Raises KeyError, TypeError or AttributeError for another one."""
    cloud, number = found.get("cloud"), found.get("autonomous_system_number")
    name = found.get("autonomous_system_organization")
    return Facts(
        anonymizers=tuple(found.get("anonymizers", ())),
        cloud=None if cloud is None else _cloud(cloud),
        autonomous_system=None if number is None else AutonomousSystem(number, name),
    )


def _cloud_record(cloud: Cloud) -> dict[str, str]:
    found = {"provider": cloud.provider}
    if cloud.region is not None:
        found["region"] = cloud.region
    if cloud.location is not None:
        found |= {"location": cloud.location.name, "iso": cloud.location.region}
    return found


def _cloud(found: Mapping[str, str]) -> Cloud:
    location = Site(found["location"], found["iso"]) if "location" in found else None
    return Cloud(found["provider"], found.get("region"), location)
