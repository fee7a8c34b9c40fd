"""The atlas: the part of a bundle that only sources and lists can change, drawn once and reused.

Drawing it takes seconds, everything else milliseconds. Other dates of the measure, other exemptions
and another wording leave it as it is, so a new generation takes over the atlas of its parent
whenever both have the same digest.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from regiongate.compiler.geography import Geography, address_at, geography, record
from regiongate.domain.address import fold
from regiongate.domain.place import Place
from regiongate.domain.policy import Policy
from regiongate.geo.facts.table import Layer
from regiongate.geo.mmdb.metadata import epoch_of
from regiongate.geo.mmdb.writer import encode
from regiongate.geo.source import Source, SourceTable
from regiongate.geo.steps import NONE, Steps

DATABASE_TYPE = "regiongate-verdict"
UNKNOWN = "unknown location:unknown"
"""The key of a place about which nobody says anything, and which the database does not hold."""


@dataclass(frozen=True, slots=True)
class Atlas:
    """A verdict database, and what is worth knowing about it without reading it.

    `places` holds one place for each key in it, `probes` one address for each key and for an
    unknown place. `steps` and `distinct` count the steps and the distinct places.
    """

    digest: str
    database: bytes
    places: Mapping[str, Place]
    probes: Mapping[str, str]
    steps: int
    distinct: int


def draw(
    policy: Policy,
    tables: Sequence[SourceTable],
    at: datetime,
    facts: Sequence[Layer] = (),
) -> Atlas:
    """Lay out the whole address space and write it down."""
    space = geography(policy, tables, facts)
    sources = tuple(table.source for table in tables)
    probes = _probes(space)
    used = set(probes.values())
    return Atlas(
        digest=digest(policy, sources, at, [layer.source for layer in facts]),
        database=_database(policy, space, sources, at),
        places={key: place for key, place in space.place_by_key().items() if key in used},
        probes=probes,
        steps=len(space.steps),
        distinct=len(space.places),
    )


def digest(
    policy: Policy, sources: Sequence[Source], at: datetime, facts: Sequence[Source] = ()
) -> str:
    """SHA-256 over all that an atlas is drawn from.

    The instant counts only by which changes of the list and which network rules hold at it: they
    decide which region a place with split votes is said to be in.
    """
    listed, rules = policy.supported, policy.location
    named = {
        "list": [listed.name, listed.version, sorted(listed.regions), listed.territories],
        "changes": [[repr(change), change.holds(at)] for change in listed.changes],
        "networks": [[repr(rule), rule.holds(at)] for rule in policy.networks],
        "geofeeds": [
            [feed.file, feed.digest, str(feed.expires), feed.expires is None or at < feed.expires]
            for feed in policy.geofeeds
        ],
        "agree": rules.agree,
        "subdivisions": rules.subdivisions,
        "treatments": [rules.unknown, rules.private, rules.special, rules.disputed, rules.stale],
        "stale": sorted(instant.isoformat() for instant in rules.stale_instants()),
        "anonymizers": sorted(rules.anonymizers.items()),
        "sources": [[source.name, source.digest] for source in sources],
        "facts": [[source.name, source.digest] for source in facts],
    }
    if policy.providers:
        named["providers"] = [[one.name, sorted(one.regions)] for one in policy.providers]
    ruled = policy.ruled_networks()
    if ruled:
        named["rulings"] = [[repr(rule), rule.holds(at)] for rule in ruled]
    return hashlib.sha256(json.dumps(named, sort_keys=True).encode()).hexdigest()


def _database(policy: Policy, space: Geography, sources: Sequence[Source], at: datetime) -> bytes:
    """The verdict database: for each network its place, its key, and the votes."""
    records = [
        record(policy, place, key, at) for place, key in zip(space.places, space.keys, strict=True)
    ]
    return encode(
        space.steps,
        records,
        # The age of the data, not of the bundle: a policy must not change it.
        build_epoch=max((epoch_of(source.date) for source in sources), default=0),
        database_type=DATABASE_TYPE,
        description="Where addresses are, by the sources and the policy of this bundle",
    )


def _probes(space: Geography) -> dict[str, str]:
    """The first address that has each key, IPv4 where there is one."""
    values, first = space.steps.first_rows()
    earliest: dict[str, int] = {}
    for place, row in zip(values, first, strict=True):
        if place != NONE:
            key = space.keys[place]
            earliest[key] = min(int(row), earliest.get(key, int(row)))
    unknown = _unknown(space.steps)
    if unknown is not None:
        earliest[UNKNOWN] = min(unknown, earliest.get(UNKNOWN, unknown))
    return {str(address_at(space.steps, row)): key for key, row in sorted(earliest.items())}


def _unknown(steps: Steps) -> int | None:
    """The first row that begins an unknown place, which no row that carries IPv4 does."""
    rows = (int(row) for row in np.flatnonzero(steps.value == NONE))
    firsts = ((row, address_at(steps, row)) for row in rows)
    return next((row for row, first in firsts if fold(first) == first), None)
