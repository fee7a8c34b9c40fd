"""The library answers as the judge, the interpreter of the tests and the official reader do.

At every boundary of the address space and one address to each side, in both families, under every
standing and open path, at every date and one second to each side.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv6Address
from itertools import islice
from pathlib import Path

import pytest

from regiongate import Gate
from regiongate.compiler.reader import BundleReader
from regiongate.domain.address import V4_EMBEDDINGS
from regiongate.domain.judge import judge, row_at, timeline
from regiongate.domain.organization import ORDINARY
from regiongate.geo.mmdb import read
from tests.library.conftest import COMPILER, WORLD
from tests.support import interpreter

FOLDERS = [WORLD, *sorted(path for path in (COMPILER / "golden").iterdir() if path.is_dir())]
EVERYWHERE = 150
"""Boundaries in a bundle that has many: enough for all of the small ones."""


@pytest.fixture(params=FOLDERS, ids=lambda folder: folder.name)
def bundle(request: pytest.FixtureRequest, bundle_of: Callable[[Path], Path]) -> Path:
    """Each bundle of the compiler's own tests."""
    return bundle_of(request.param)


def addresses(bundle: Path) -> Iterator[IPv4Address | IPv6Address]:
    """Canonical addresses: each boundary of the verdict database, and its two neighbours."""
    table = read(bundle / "verdict.mmdb").steps
    starts = (int(hi) << 64 | int(lo) for hi, lo in zip(table.hi, table.lo, strict=True))
    numbers = {start + shift for start in starts for shift in (-1, 0, 1)}
    for number in sorted(number for number in numbers if 2 <= number < 2**128):
        if number < 2**32:
            yield IPv4Address(number)
        elif not any(IPv6Address(number) in network for network, _ in V4_EMBEDDINGS):
            yield IPv6Address(number)


def instants(reader: BundleReader) -> list[datetime]:
    """Each date of the policy and of a standing, one second to each side, and long before."""
    dates = {*reader.policy.change_instants(), datetime(2000, 1, 1, tzinfo=UTC)}
    ends = (row.standing.until for row in reader.organizations().values())
    dates |= {end for end in ends if end is not None}
    shifts = [timedelta(seconds=seconds) for seconds in (-1, 0, 1)]
    return sorted(date + shift for date in dates for shift in shifts)


def test_single_answers(bundle: Path) -> None:
    """Verdict, rule, class, what it would be, and the next verdict are those of the judge."""
    reader, gate = BundleReader(bundle), Gate.open(bundle)
    policy, rows = reader.policy, reader.organizations()
    paths = [None, *(path.replace("*", "x") for path in policy.open_paths), "/v1/models"]
    for address in addresses(bundle):
        place = reader.place(address)
        for name in [None, "nobody", *rows]:
            standing = rows[name].standing if name in rows else ORDINARY
            for path in paths:
                line = timeline(policy, place, standing, path)
                for at in instants(reader):
                    found = gate.decide(str(address), name, at, path=path)
                    judged = judge(policy, place, standing, at, path)
                    slow = interpreter.answer(policy, place, standing, at, path or "/")
                    said = (found.verdict, found.rule, found.place_class, found.would)
                    assert said == (slow.verdict, slow.rule, slow.place_class, slow.would)
                    assert said[:2] == (judged.verdict, judged.rule)
                    assert found.next == row_at(line, at).next
        assert gate.reason(str(address), at=at) == judge(policy, place, ORDINARY, at).reason


def test_country_and_region(bundle: Path) -> None:
    """Country and region are those that the official reader finds, as Envoy's does."""
    reader, gate = BundleReader(bundle), Gate.open(bundle)
    for address in addresses(bundle):
        record = reader.record(address) or {}
        parts = record.get("subdivisions", [{}])
        found = gate.decide(str(address))
        assert found.country == record.get("country", {}).get("iso_code")
        assert found.region == parts[0].get("iso_code")


def test_columns(bundle: Path) -> None:
    """A column of addresses gets, row by row, what each address gets alone."""
    reader, gate = BundleReader(bundle), Gate.open(bundle)
    rows = [
        (str(address), name)
        for address in islice(addresses(bundle), EVERYWHERE)
        for name in [None, "nobody", *reader.organizations()]
    ]
    column, names = [address for address, _ in rows], [name for _, name in rows]
    for at in instants(reader):
        alone = [gate.decide(address, name, at) for address, name in rows]
        expected = [
            {
                "verdict": one.verdict,
                "would": one.would,
                "rule": one.rule,
                "class": one.place_class,
                "country": one.country,
                "region": one.region,
            }
            for one in alone
        ]
        assert gate.decide_many(column, names, at).table.to_pylist() == expected


def test_embedded_addresses(gate: Gate) -> None:
    """An IPv4 address inside of an IPv6 address gets what it gets alone, in every embedding."""
    for text in ("1.0.0.1", "3.0.1.9", "8.0.1.255", "127.0.0.1", "99.0.0.1"):
        number = int(IPv4Address(text))
        carried = [
            str(IPv6Address(int(network.network_address) | number << shift))
            for network, shift in V4_EMBEDDINGS
        ]
        carried += [f"::ffff:{text}", f"64:ff9b::{text}"]
        alone = gate.decide(text)
        assert {gate.decide(address) for address in carried} == {alone}
        verdicts = gate.decide_many([*carried, text]).table["rule"].to_pylist()
        assert set(verdicts) == {alone.rule}


def test_addresses_that_two_families_share(gate: Gate) -> None:
    """`::` and `::1` share an entry with 0.0.0.0 and 0.0.0.1, and are judged alike."""
    assert gate.decide("::") == gate.decide("0.0.0.0")
    assert gate.decide("::1") == gate.decide("0.0.0.1")
    assert gate.decide("::1").place_class == "private"
