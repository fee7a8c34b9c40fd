"""Read a bundle back: its manifest, its policy, its organizations, and the place of an address.

Nothing of it is believed that is not what was written: each file has the digest that the manifest
says, and the manifest its own.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import struct
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from functools import cached_property
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path, PurePosixPath
from typing import Any

import maxminddb

from regiongate.compiler import rulings, sources
from regiongate.compiler.atlas import Atlas
from regiongate.compiler.bundle import (
    DECISIONS,
    FORMAT,
    GENERATION,
    MANIFEST,
    ORGANIZATIONS,
    POLICY,
    POLICY_FILE,
    PROBES,
    REGISTERED,
    to_json,
)
from regiongate.compiler.envoy.gate import DATABASE
from regiongate.compiler.facts import DATABASE as FACTS
from regiongate.compiler.facts import FactBook, facts_of
from regiongate.compiler.roll import Roll, read_registered
from regiongate.compiler.snapshot import Parent
from regiongate.domain.address import canonical, special_block
from regiongate.domain.covering import Covering
from regiongate.domain.errors import CannotRun, ProblemsFound
from regiongate.domain.facts import Facts
from regiongate.domain.organization import Organization, Standing
from regiongate.domain.place import Place
from regiongate.domain.policy import Policy
from regiongate.domain.source import Age, SourceNames
from regiongate.policyfile import load, organizations

_FACTS = {
    "number": int,
    "generation": str,
    "atlas": str,
    "book": str,
    "at": str,
    "sources": list,
    "facts": list,
    "counts": dict,
    "files": dict,
}
"""What a manifest must say to be read, and as what."""

_MANIFEST_BYTES = 2**20

_NOT_ITS_SOURCES = ("unknown-source", "source-of-other-kind")
"""What is wrong with a policy whose sources its bundle does not list."""

_ALTERED = "its content is not what was written"

# The database reader trusts a file once its metadata is found; these are what damage makes it do.
_UNREADABLE = (
    maxminddb.InvalidDatabaseError,
    ValueError,
    LookupError,
    TypeError,
    struct.error,
    RecursionError,
)


class BundleReader:
    """One bundle on disk, read with the official MaxMind DB reader."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.manifest = _manifest(folder)

    @property
    def generation(self) -> str:
        """The generation, as log lines name it."""
        return str(self.manifest["generation"])

    @property
    def sources(self) -> tuple[dict[str, Any], ...]:
        """What the manifest says of each source, in the order in which the policy asks them."""
        found = tuple(self.manifest["sources"])
        if tuple(source.get("name") for source in found) != self.policy.location.sources:
            raise _damaged(self.folder / MANIFEST, "its sources are not those of the policy")
        return found

    @property
    def fact_sources(self) -> tuple[dict[str, Any], ...]:
        """What the manifest says of each source of facts, `clouds` last."""
        self._ages("facts")
        return tuple(self.manifest["facts"])

    @cached_property
    def policy(self) -> Policy:
        """The policy that was compiled, dated by the sources it was compiled with."""
        # Its sources are those of the machine that built it; what they said is in the database.
        ages = self._ages("sources")
        strange = _damaged(self.folder / MANIFEST, "its sources are not those of the policy")
        self._require_policy_files()
        try:
            names = SourceNames(tuple(ages), tuple(self._ages("facts")))
            policy = load(self.folder / POLICY / POLICY_FILE, names)
        except ProblemsFound as error:
            if any(problem.code in _NOT_ITS_SOURCES for problem in error.problems):
                raise strange from error
            raise
        if not ages.keys() >= set(policy.location.sources):
            raise strange
        ruled = str(POLICY / rulings.FILE)
        if ruled in self.manifest["files"]:
            said = rulings.load(self.content(ruled), str(self.folder / ruled))
            policy = replace(policy, rulings=said)
        return sources.dated(policy, ages)

    @cached_property
    def covering(self) -> Covering:
        """The policy's network rules, to be found by address."""
        return Covering(self.policy.network_rules())

    def _ages(self, what: str) -> dict[str, Age]:
        """The ages of the sources that the manifest lists."""
        try:
            return {
                str(source["name"]): Age(
                    date.fromisoformat(source["date"]), int(source["maximum_age"])
                )
                for source in self.manifest[what]
            }
        except (KeyError, TypeError, ValueError) as error:
            message = f"it does not say of what age its `{what}` are"
            raise _damaged(self.folder / MANIFEST, message) from error

    @cached_property
    def decisions(self) -> dict[str, Any]:
        """The decision table as the bundle has it."""
        content: dict[str, Any] = json.loads(self.content(DECISIONS))
        return content

    @cached_property
    def database(self) -> maxminddb.Reader:
        """The verdict database. Raises CannotRun when it is not one."""
        self.content(DATABASE)
        try:
            return maxminddb.open_database(self.folder / DATABASE, maxminddb.MODE_MMAP)
        except (OSError, *_UNREADABLE) as error:
            raise _damaged(self.folder / DATABASE, str(error)) from error

    @cached_property
    def fact_database(self) -> maxminddb.Reader:
        """The database of facts. Raises CannotRun when it is not one."""
        self.content(FACTS)
        try:
            return maxminddb.open_database(self.folder / FACTS, maxminddb.MODE_MMAP)
        except (OSError, *_UNREADABLE) as error:
            raise _damaged(self.folder / FACTS, str(error)) from error

    @cached_property
    def roll(self) -> Roll:
        """The organizations as they were given, without exemptions and rulings."""
        self.content(ORGANIZATIONS)
        listed = organizations.load(self.folder / ORGANIZATIONS)
        if REGISTERED not in self.manifest["files"]:
            return Roll(listed)
        where = str(self.folder / REGISTERED)
        return Roll(listed, read_registered(self.content(REGISTERED), where))

    def parent(self) -> Parent:
        """This bundle as the one that the next follows.

        A damaged bundle hands no atlas down: in the next one it would have a digest that fits.
        """
        whole = self._is_whole()
        return Parent(
            number=int(self.manifest["number"]),
            generation=self.generation,
            atlas_digest=str(self.manifest["atlas"]) if whole else "",
            atlas=self.atlas,
            book_digest=str(self.manifest["book"]) if whole else "",
            book=self.book,
        )

    def atlas(self) -> Atlas:
        """The atlas of this bundle, to be taken over as it is."""
        probes = json.loads((self.folder / PROBES).read_text("utf-8"))
        counts = self.manifest["counts"]
        return Atlas(
            digest=str(self.manifest["atlas"]),
            database=(self.folder / DATABASE).read_bytes(),
            places={key: self.place(ip_address(address)) for address, key in probes.items()},
            probes=probes,
            steps=counts["steps"],
            distinct=counts["places"],
        )

    def book(self) -> FactBook:
        """The fact book of this bundle, to be taken over as it is."""
        return FactBook(str(self.manifest["book"]), (self.folder / FACTS).read_bytes())

    def _is_whole(self) -> bool:
        """Whether every file is the one that was written."""
        try:
            for name in self.manifest["files"]:
                self.content(name)
        except CannotRun:
            return False
        return True

    def content(self, name: str) -> bytes:
        """A file of the bundle; CannotRun unless it and the manifest are what was written."""
        self._require_sealed()
        if name not in self.manifest["files"]:
            raise _damaged(self.folder / MANIFEST, f"it does not list {name}")
        data = _listed(self.folder, name, self.manifest)
        require_written(self.folder, name, data, self.manifest)
        return data

    def _require_sealed(self) -> None:
        said = {name: value for name, value in self.manifest.items() if name != "digest"}
        if hashlib.sha256(to_json(said)).hexdigest() != self.manifest.get("digest"):
            raise _damaged(self.folder / MANIFEST, _ALTERED)

    def _require_policy_files(self) -> None:
        """The policy, and what lies beside it: its list and its geofeeds."""
        listed = {name for name in self.manifest["files"] if POLICY in PurePosixPath(name).parents}
        for name in sorted({str(POLICY / POLICY_FILE), *listed}):
            self.content(name)

    def organizations(self) -> dict[str, Organization]:
        """The organizations by id, as rulings and the policy's own exemptions leave them."""
        return self.roll.by_id | self.special

    @cached_property
    def special(self) -> dict[str, Organization]:
        """The same of those that are not ordinary."""
        return self.roll.special_under(self.policy)

    @cached_property
    def keys(self) -> dict[bytes, Standing]:
        """The keys that stand otherwise than their organizations, by digest."""
        return self.roll.keys_under(self.policy)

    def record(self, address: IPv4Address | IPv6Address) -> dict[str, Any] | None:
        """What the database says of a canonical address."""
        return record_in(self.database, address, self.folder / DATABASE)

    def facts(self, address: IPv4Address | IPv6Address) -> Facts:
        """The facts about a canonical address."""
        where = self.folder / FACTS
        try:
            return facts_of(record_in(self.fact_database, address, where) or {})
        except (KeyError, TypeError, AttributeError) as error:
            raise _damaged(where, "it is no database of facts") from error

    def place(self, address: IPv4Address | IPv6Address) -> Place:
        """The place of an address, put together again from the database and the policy."""
        where = self.folder / DATABASE
        return place_in(self.database, self.policy, self.covering, address, where)


def _manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a bundle, with the facts that its readers ask for."""
    return _manifest_in(folder / MANIFEST, _manifest_bytes(folder))


def _manifest_bytes(folder: Path) -> bytes:
    path = folder / MANIFEST
    try:
        with path.open("rb") as file:
            data = file.read(_MANIFEST_BYTES + 1)
    except (FileNotFoundError, NotADirectoryError) as error:
        message = f"{folder} is not a bundle: it has no {MANIFEST}"
        raise CannotRun(f"{message}: name the folder of a bundle") from error
    except OSError as error:
        raise _damaged(path, str(error.strerror)) from error
    if len(data) > _MANIFEST_BYTES:
        raise _damaged(path, f"it is larger than {_MANIFEST_BYTES // 2**20} MiB")
    return data


def _manifest_in(path: Path, data: bytes) -> dict[str, Any]:
    try:
        found = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise _damaged(path, f"it is not JSON, {error}") from error
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise _damaged(path, f"it is no manifest of the format {FORMAT}")
    for name, kind in _FACTS.items():
        if not isinstance(found.get(name), kind):
            raise _damaged(path, f"it does not say `{name}`")
    if not all(isinstance(source, dict) for source in found["sources"]):
        raise _damaged(path, "it does not say `sources`")
    if not all(isinstance(found["counts"].get(name), int) for name in ("steps", "places")):
        raise _damaged(path, "it does not say `counts`")
    if GENERATION.fullmatch(found["generation"]) is None:
        raise _damaged(path, f"{found['generation']!r} is not a generation")
    return found


def files_of(folder: Path) -> dict[str, bytes]:
    """Every file of a bundle by its relative path: those that its manifest lists.

    Another file in the folder is an error, and is not read. Nothing is read that lies outside of
    the folder, and of no file more than the manifest says. Whether they are what the manifest says
    is for `verify` to find. Raises CannotRun.
    """
    data = _manifest_bytes(folder)
    manifest = _manifest_in(folder / MANIFEST, data)
    _require_no_more(folder, {MANIFEST, *manifest["files"]})
    return {name: _listed(folder, name, manifest) for name in manifest["files"]} | {MANIFEST: data}


def _require_no_more(folder: Path, listed: set[str]) -> None:
    """Ends at the first file too many, so a manifest put into a large folder costs nothing."""
    for home, _, names in os.walk(folder):
        for name in names:
            path = Path(home, name)
            if str(path.relative_to(folder)) not in listed:
                raise CannotRun(f"{path} does not belong to the bundle: build the bundle again")


def _listed(folder: Path, name: str, manifest: dict[str, Any]) -> bytes:
    facts = manifest["files"][name]
    size = facts.get("bytes") if isinstance(facts, dict) else None
    if not isinstance(size, int) or size < 0:
        raise _damaged(folder / MANIFEST, f"it does not say the size of {name!r}")
    plain = PurePosixPath(name)
    named = name.isprintable() and str(plain) == name and name not in (".", MANIFEST)
    if not named or plain.is_absolute() or ".." in plain.parts:
        raise _damaged(folder / MANIFEST, f"it lists {name!r}, which is no file of a bundle")
    path = folder / name
    try:
        if not path.resolve().is_relative_to(folder.resolve()) or not path.is_file():
            raise _damaged(path, "it is no file in the folder of the bundle")
        with path.open("rb") as file:
            data = file.read(size + 1)
    except (OSError, OverflowError, MemoryError) as error:
        raise _damaged(path, str(error)) from error
    if len(data) != size:
        raise _damaged(path, f"it has not the {size} bytes that the manifest says")
    return data


def require_written(folder: Path, name: str, data: bytes, manifest: Mapping[str, Any]) -> None:
    """Raises CannotRun unless a file's content has the digest that the manifest says."""
    if hashlib.sha256(data).hexdigest() != manifest["files"][name].get("sha256"):
        raise _damaged(folder / name, _ALTERED)


def _damaged(path: Path | str, why: str) -> CannotRun:
    return CannotRun(f"{path} cannot be read ({why}): build the bundle again")


def record_in(
    database: maxminddb.Reader, address: IPv4Address | IPv6Address, where: Path | str
) -> dict[str, Any] | None:
    """What a verdict database says of a canonical address; CannotRun when it is damaged.

    `where` is what the message calls the database.
    """
    try:
        found: Any = database.get(address)
    except _UNREADABLE as error:
        raise _damaged(where, str(error)) from error
    if found is not None and not isinstance(found, dict):
        raise _damaged(where, "it is no verdict database")
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


def _stated(record: dict[str, Any], where: Path | str) -> tuple[dict[str, str], list[str]]:
    """The votes in a record by source, and the kinds of anonymizers in it."""
    ours = record.get("regiongate")
    votes = ours.get("votes") if isinstance(ours, dict) else None
    kinds = ours.get("anonymizers", []) if isinstance(ours, dict) else None
    known = isinstance(kinds, list) and all(isinstance(kind, str) for kind in kinds)
    if not isinstance(votes, dict) or not known:
        raise _damaged(where, "it is no verdict database")
    return votes, kinds or []


def place_finder(atlas: Atlas, policy: Policy) -> Callable[[str], Place]:
    """What finds the place of an address, written as text, in an atlas that is nowhere on disk."""
    database = maxminddb.open_database(io.BytesIO(atlas.database), maxminddb.MODE_FD)
    covering = Covering(policy.network_rules())

    def find(text: str) -> Place:
        return place_in(database, policy, covering, canonical(text), "the verdict database")

    return find
