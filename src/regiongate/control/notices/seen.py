"""What a notice says was seen: from the sightings of many organizations at once."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from regiongate.control.notices.clouds import CloudsOf
from regiongate.domain.notice import Listed, Seen
from regiongate.store.addressees import SHORT, Correspondent
from regiongate.store.usage import Most, Usage, Usages

Places = Collection[tuple[str, str]]
"""Networks in CIDR form, each with the region (empty for none) in which it was seen."""

_DIGEST = re.compile(rf"[0-9a-f]{{{SHORT}}}(?:[0-9a-f]{{{64 - SHORT}}})?")
_NO_KEYS = frozenset({"invalid"})
"""What the gateway logs of a key that is none."""


@dataclass(frozen=True, slots=True)
class Looking:
    """How far back sightings are looked at, which places count (None: those that did when the
    sightings were kept), and what is known of clouds.
    """

    look_back: timedelta
    places: Places | None
    clouds: CloudsOf


def seen_of(
    connection: sa.Connection,
    organizations: Sequence[str],
    known: Mapping[str, Correspondent],
    looking: Looking,
    at: datetime,
) -> dict[str, Seen]:
    """What was seen of those of these organizations that call from unsupported regions."""
    since = (at - looking.look_back).astimezone(UTC).date()
    until = at.astimezone(UTC).date()
    found = Usages(connection, since, until, looking.places).of(organizations)
    nobody = Correspondent("")
    return {
        name: Seen(
            keys=_keys(usage.keys, known.get(name, nobody).prefixes),
            networks=_listed(usage.networks),
            regions=_listed(usage.regions),
            clouds=looking.clouds(usage.networks.values),
            first=usage.first,
            last=usage.last,
            requests=usage.unsupported,
            total=usage.requests,
            since=since,
            until=until,
        )
        for name, usage in _some(found)
    }


def _some(found: Mapping[str, Usage]) -> Iterator[tuple[str, Usage]]:
    return ((name, usage) for name, usage in found.items() if usage.networks.values)


def _listed(of: Most) -> Listed:
    return Listed(of.values, of.all - len(of.values) if of.values else 0)


def _keys(keys: Most, prefixes: Mapping[str, str]) -> Listed:
    """Keys as their owners know them: by their beginning, or else by that of their digest."""
    shown = tuple(_key(key, prefixes) for key in keys.values if key not in _NO_KEYS)
    return Listed(shown, keys.all - len(keys.values) if shown else 0)


def _key(key: str, prefixes: Mapping[str, str]) -> str:
    if not _DIGEST.fullmatch(key):
        return f"{key}…"
    prefix = prefixes.get(key[:SHORT])
    return f"SHA-256 {key[:SHORT]}…" if prefix is None else f"{prefix}…"
