"""What a compiled verdict database says of an address, read with the official MaxMind DB reader."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from typing import Any

import maxminddb

from regiongate.compiler.atlas import Atlas
from regiongate.compiler.manifest import damaged
from regiongate.domain.address import canonical, special_block
from regiongate.domain.covering import Covering
from regiongate.domain.place import Place
from regiongate.domain.policy import Policy

# The database reader trusts a file once its metadata is found; these are what damage makes it do.
_UNREADABLE = (
    maxminddb.InvalidDatabaseError,
    ValueError,
    LookupError,
    TypeError,
    struct.error,
    RecursionError,
)


def open_database(path: Path) -> maxminddb.Reader:
    """A database of a bundle. Raises CannotRun when it is not one."""
    try:
        return maxminddb.open_database(path, maxminddb.MODE_MMAP)
    except (OSError, *_UNREADABLE) as error:
        raise damaged(path, str(error)) from error


def record_in(
    database: maxminddb.Reader, address: IPv4Address | IPv6Address, where: Path | str
) -> dict[str, Any] | None:
    """What a verdict database says of a canonical address; CannotRun when it is damaged.

    `where` is what the message calls the database.
    """
    try:
        found: Any = database.get(address)
    except _UNREADABLE as error:
        raise damaged(where, str(error)) from error
    if found is not None and not isinstance(found, dict):
        raise damaged(where, "it is no verdict database")
    return found


def place_in(
    database: maxminddb.Reader,
    policy: Policy,
    covering: Covering,
    address: IPv4Address | IPv6Address,
    where: Path | str,
) -> Place:
    """The place of a canonical address.

    Votes and the kinds of anonymizers come from a verdict database, the rest from the policy,
    whose network rules `covering` finds.
    """
    found = record_in(database, address, where)
    votes, anonymizers = ({}, []) if found is None else _stated(found, where)
    block = special_block(address)
    return Place(
        votes=tuple(votes.get(name) for name in policy.location.sources),
        special=None if block is None else block.kind,
        group=None if block is None else block.group,
        rules=covering.address(address),
        anonymizers=tuple(sorted(anonymizers)),
    )


def atlas_finder(atlas: Atlas, policy: Policy) -> Callable[[str], Place]:
    """What finds the place of an address, written as text, in an atlas that is nowhere on disk."""
    database = maxminddb.open_database(io.BytesIO(atlas.database), maxminddb.MODE_FD)
    covering = Covering(policy.network_rules())

    def find(text: str) -> Place:
        return place_in(database, policy, covering, canonical(text), "the verdict database")

    return find


def _stated(record: dict[str, Any], where: Path | str) -> tuple[dict[str, str], list[str]]:
    """The votes in a record by source, and the kinds of anonymizers in it."""
    ours = record.get("regiongate")
    votes = ours.get("votes") if isinstance(ours, dict) else None
    kinds = ours.get("anonymizers", []) if isinstance(ours, dict) else None
    known = isinstance(kinds, list) and all(isinstance(kind, str) for kind in kinds)
    if not isinstance(votes, dict) or not known:
        raise damaged(where, "it is no verdict database")
    return votes, kinds or []
