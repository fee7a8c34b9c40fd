"""Read a bundle back: its manifest, its policy, its organizations, and the place of an address."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from functools import cached_property
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path, PurePosixPath
from typing import Any

import maxminddb

from regiongate.compiler import manifest, rulings, sources
from regiongate.compiler.atlas import Atlas
from regiongate.compiler.bundle import (
    DECISIONS,
    MANIFEST,
    ORGANIZATIONS,
    POLICY,
    POLICY_FILE,
    PROBES,
    REGISTERED,
)
from regiongate.compiler.envoy.gate import DATABASE
from regiongate.compiler.facts import DATABASE as FACTS
from regiongate.compiler.facts import FactBook, facts_of
from regiongate.compiler.lookup import open_database, place_in, record_in
from regiongate.compiler.manifest import damaged
from regiongate.compiler.roll import Roll, read_registered
from regiongate.compiler.snapshot import Parent
from regiongate.domain.covering import Covering
from regiongate.domain.errors import CannotRun, ProblemsFound
from regiongate.domain.facts import Facts
from regiongate.domain.organization import Organization, Standing
from regiongate.domain.place import Place
from regiongate.domain.policy import Policy
from regiongate.domain.source import Age, SourceNames
from regiongate.policyfile import load, organizations

_NOT_ITS_SOURCES = ("unknown-source", "source-of-other-kind")
"""What is wrong with a policy whose sources its bundle does not list."""


class BundleReader:
    """One bundle on disk, read with the official MaxMind DB reader."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.manifest = manifest.read(folder)

    @property
    def generation(self) -> str:
        """The generation, as log lines name it."""
        return str(self.manifest["generation"])

    @property
    def sources(self) -> tuple[dict[str, Any], ...]:
        """What the manifest says of each source, in the order in which the policy asks them."""
        found = tuple(self.manifest["sources"])
        if tuple(source.get("name") for source in found) != self.policy.location.sources:
            raise damaged(self.folder / MANIFEST, "its sources are not those of the policy")
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
        strange = damaged(self.folder / MANIFEST, "its sources are not those of the policy")
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
            raise damaged(self.folder / MANIFEST, message) from error

    @cached_property
    def decisions(self) -> dict[str, Any]:
        """The decision table as the bundle has it."""
        content: dict[str, Any] = json.loads(self.content(DECISIONS))
        return content

    @cached_property
    def database(self) -> maxminddb.Reader:
        """The verdict database. Raises CannotRun when it is not one."""
        self.content(DATABASE)
        return open_database(self.folder / DATABASE)

    @cached_property
    def fact_database(self) -> maxminddb.Reader:
        """The database of facts. Raises CannotRun when it is not one."""
        self.content(FACTS)
        return open_database(self.folder / FACTS)

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
        return manifest.content(self.folder, name, self.manifest)

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
            raise damaged(where, "it is no database of facts") from error

    def place(self, address: IPv4Address | IPv6Address) -> Place:
        """The place of an address, put together again from the database and the policy."""
        where = self.folder / DATABASE
        return place_in(self.database, self.policy, self.covering, address, where)
