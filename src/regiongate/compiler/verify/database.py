"""Does the verdict database read as one, and does it name places that the policy knows?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

from regiongate.compiler.verify.finding import Finding
from regiongate.compiler.verify.gate import OpenBundle
from regiongate.compiler.verify.history import History
from regiongate.compiler.verify.sample import Sampled, kinds, rules
from regiongate.domain.address import LAST_SHARED, IPAddress, IPNetwork, canonical, counted
from regiongate.domain.organization import ORDINARY
from regiongate.domain.place import locate

DATABASE = "verdict.mmdb"
TYPE = "regiongate-verdict"


def check_database(bundle: OpenBundle) -> Iterator[Finding]:
    """The official reader reads it, and every record found by sampling is what the policy says."""
    if bundle.same_places:
        return
    yield from _check_metadata(bundle)
    yield from _check_networks(bundle)
    table = set(bundle.decisions["standings"][bundle.decisions["ordinary"]])
    for kind in kinds(bundle):
        key = History(bundle.policy, kind.place, ORDINARY).key()
        yield from _check_record(bundle, kind, key, table)
    yield from _check_probes(bundle)


def _check_metadata(bundle: OpenBundle) -> Iterator[Finding]:
    found = bundle.database.metadata()
    dates = [date.fromisoformat(source["date"]) for source in bundle.manifest["sources"]]
    newest = max(dates, default=date(1970, 1, 1))
    expected = {
        "database_type": TYPE,
        "ip_version": 6,
        "build_epoch": int(datetime(newest.year, newest.month, newest.day, tzinfo=UTC).timestamp()),
    }
    for name, value in expected.items():
        if getattr(found, name) != value:
            message = f"its metadata say {name} = {getattr(found, name)!r}, not {value!r}"
            yield Finding("database", DATABASE, message)


def _check_networks(bundle: OpenBundle) -> Iterator[Finding]:
    """The rules found for an address are those whose networks hold it, the narrowest first."""
    for rule in rules(bundle):
        for end in _ends(rule.network):
            found = bundle.place(end).rules
            lengths = [one.network.prefixlen for one in found]
            if rule not in found or not all(end in one.network for one in found):
                yield Finding("database", DATABASE, f"{end}: not found as a part of {rule.network}")
            if lengths != sorted(lengths, reverse=True):
                yield Finding("database", DATABASE, f"{end}: its networks are not in order")


def _ends(network: IPNetwork) -> tuple[IPAddress, IPAddress]:
    """The first and the last address that the rules of a network reach."""
    first, last = network[0], network[-1]
    return (first if counted(first) == first else first + LAST_SHARED + 1), last


def _check_record(
    bundle: OpenBundle, kind: Sampled, key: str, table: set[str]
) -> Iterator[Finding]:
    if key not in table:
        yield Finding("database", DATABASE, f"{kind.address}: no decision is known for {key!r}")
    said = bundle.decisions["unknown"] if kind.record is None else _key_of(kind.record)
    if said != key:
        message = f"{kind.address}: the place is {said!r}, by the policy it is {key!r}"
        yield Finding("database", DATABASE, message)
    record = kind.record or {}
    located = locate(bundle.policy, kind.place, datetime.fromisoformat(bundle.manifest["at"]))
    part = (record.get("subdivisions") or [{}])[0].get("iso_code")
    if (record.get("country", {}).get("iso_code"), part) != (located.country, located.subdivision):
        message = f"{kind.address}: the region is not {located.region!r}, as its votes say"
        yield Finding("database", DATABASE, message)


def _check_probes(bundle: OpenBundle) -> Iterator[Finding]:
    probes = json.loads((bundle.folder / "probes.json").read_text("utf-8"))
    for text, key in probes.items():
        record = bundle.record(canonical(text))
        said = bundle.decisions["unknown"] if record is None else _key_of(record)
        if said != key:
            message = f"{text} is to have the place {key!r}, the database says {said!r}"
            yield Finding("database", "probes.json", message)


def _key_of(record: dict[str, Any]) -> str:
    return str(record["city"]["names"]["en"])
