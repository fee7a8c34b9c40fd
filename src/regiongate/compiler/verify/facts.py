"""Does the database of facts read as one, and does it agree with the verdict database?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import chain, islice
from typing import Any

from regiongate.compiler.verify import sample
from regiongate.compiler.verify.finding import Finding
from regiongate.compiler.verify.gate import OpenBundle
from regiongate.domain.facts import CLOUD_NAME, KINDS
from regiongate.domain.region import is_region_shape

DATABASE = "facts.mmdb"
TYPE = "regiongate-facts"
READ_THROUGH = 5000
"""How many networks are read from the beginning on, beside those of the sample."""

_KEYS = {
    "anonymizers",
    "cloud",
    "isp",
    "autonomous_system_number",
    "autonomous_system_organization",
}


def check_facts(bundle: OpenBundle) -> Iterator[Finding]:
    """The official reader reads it, each record is whole, and no kind of anonymizer is missing."""
    if bundle.same_places:
        return
    yield from _check_metadata(bundle)
    listed = ((net[0], record) for net, record in islice(bundle.fact_database, READ_THROUGH))
    sampled = ((one, bundle.fact_database.get(one)) for one in sample.addresses(bundle))
    for address, record in chain(listed, sampled):
        if record is not None:
            yield from _check_record(str(address), record)
        verdict = bundle.record(address) or {}
        kinds, stated = set(_kinds(verdict.get("regiongate"))), set(_kinds(record))
        if kinds != stated:
            message = f"{address}: the kinds {sorted(stated)} are not those of the verdict database"
            yield Finding("facts", DATABASE, message)


def _check_metadata(bundle: OpenBundle) -> Iterator[Finding]:
    found = bundle.fact_database.metadata()
    days = [date.fromisoformat(source["date"]) for source in bundle.manifest["facts"]]
    begins = [datetime(day.year, day.month, day.day, tzinfo=UTC) for day in days]
    expected = {
        "database_type": TYPE,
        "ip_version": 6,
        "build_epoch": int(max(begin.timestamp() for begin in begins)) if begins else 1,
    }
    for name, value in expected.items():
        if getattr(found, name) != value:
            message = f"its metadata say {name} = {getattr(found, name)!r}, not {value!r}"
            yield Finding("facts", DATABASE, message)


def _check_record(where: str, record: Any) -> Iterator[Finding]:
    wrong = None
    if not isinstance(record, dict) or not record or not record.keys() <= _KEYS:
        wrong = "the record is none of facts"
    elif not set(_kinds(record)) <= set(KINDS):
        wrong = f"the kinds {record['anonymizers']} are not known"
    elif record.get("isp") != _words(record.get("cloud")):
        wrong = f"the words {record.get('isp')!r} are not those for its cloud"
    elif not isinstance(record.get("autonomous_system_number", 1), int):
        wrong = "the number of the AS is none"
    if wrong is not None:
        yield Finding("facts", DATABASE, f"{where}: {wrong}")


def _kinds(record: Any) -> list[str]:
    return [] if record is None else list(record.get("anonymizers", ()))


def _words(cloud: Any) -> str | None:
    """What Envoy is to say of a cloud; "" when the cloud cannot be one."""
    if cloud is None:
        return None
    named = [cloud[key] for key in ("provider", "region") if key in cloud]
    if not all(CLOUD_NAME.fullmatch(name) for name in named):
        return ""
    if "location" not in cloud:
        return " ".join(named)
    return f"{' '.join(named)}, {cloud['location']}" if is_region_shape(cloud["iso"]) else ""
