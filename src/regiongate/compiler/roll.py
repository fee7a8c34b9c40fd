"""The roll: who is who, and whose the API keys are, by the organizations file and by the store.

A decision in a case changes how organizations stand, never who they are. So what is large is made
once from a roll, however many generations are made with it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from typing import overload

from regiongate.compiler.envoy.keytable import KeyBook
from regiongate.domain.errors import CannotRun
from regiongate.domain.organization import (
    ID_PATTERN,
    ORDINARY,
    Organization,
    Standing,
    of_keys,
    standings,
)
from regiongate.domain.policy import Policy
from regiongate.policyfile import organizations

_HEAD = b"organization,key_sha256\n"
_LINE = re.compile(rf"({ID_PATTERN}),([0-9a-f]{{64}})")


class Roll(Sequence[Organization]):
    """All organizations, sorted by id: those `listed` in a file, those `registered` in a store.

    A registered one is ordinary and has keys; one that is also listed has the keys of both. Raises
    CannotRun where the two say that a key belongs to different organizations.
    """

    def __init__(
        self, listed: Iterable[Organization] = (), registered: Iterable[Organization] = ()
    ) -> None:
        self.listed = tuple(sorted(listed, key=lambda row: row.id))
        self.registered = tuple(sorted(registered, key=lambda row: row.id))
        self.rows = _together(self.listed, self.registered)

    @classmethod
    def of(cls, rows: Sequence[Organization]) -> Roll:
        """These rows as a roll; one that is a roll already stays what it is."""
        return rows if isinstance(rows, Roll) else cls(rows)

    def __iter__(self) -> Iterator[Organization]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    @overload
    def __getitem__(self, index: int) -> Organization: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Organization]: ...

    def __getitem__(self, index: int | slice) -> Organization | Sequence[Organization]:
        return self.rows[index]

    @cached_property
    def by_id(self) -> dict[str, Organization]:
        """The same by id."""
        return {row.id: row for row in self.rows}

    @cached_property
    def special(self) -> dict[str, Organization]:
        """Those of the file that are not ordinary, by id."""
        listed = (self.by_id[row.id] for row in self.listed)
        return {row.id: row for row in listed if row.standing != ORDINARY}

    @cached_property
    def owners(self) -> dict[bytes, str]:
        """The organization of each key, by the key's digest."""
        return {key: row.id for row in self.rows for key in row.keys}

    @cached_property
    def keys(self) -> KeyBook:
        """The keys and their organizations, as the gateway's table needs them."""
        return KeyBook.of(self.owners.items())

    @cached_property
    def listed_file(self) -> bytes:
        """Those of the file, as a bundle keeps them."""
        return organizations.dump(self.listed).encode()

    @cached_property
    def registered_file(self) -> bytes:
        """Those of the store, as a bundle keeps them: a line for each key, sorted."""
        pairs = ((row.id, key) for row in self.registered for key in sorted(row.keys))
        return _HEAD + "".join(f"{name},{key.hex()}\n" for name, key in pairs).encode("ascii")

    def special_under(self, policy: Policy) -> dict[str, Organization]:
        """Those that are not ordinary, by id and sorted, as rulings and exemptions leave them."""
        return dict(sorted((self.special | standings(self.by_id, policy)).items()))

    def keys_under(self, policy: Policy) -> dict[bytes, Standing]:
        """The keys that stand otherwise than their organizations, by digest."""
        ruled = {ruling.key for ruling in policy.rulings if ruling.key is not None}
        special = self.special_under(policy) if ruled else {}
        owners = {key: self.owners[key] for key in ruled & self.owners.keys()}
        rows = {key: special.get(name) or self.by_id[name] for key, name in owners.items()}
        return of_keys(rows, policy.rulings)

    def prepare(self) -> None:
        """Make at once what is made but once, for whoever will be in a hurry."""
        _ = self.by_id, self.special, self.owners, self.keys
        _ = self.listed_file, self.registered_file, self.listed_words

    @cached_property
    def listed_words(self) -> str:
        """Those of the file as JSON, for the digest of a generation's inputs."""
        rows = self.listed
        return json.dumps([[r.id, r.standing.name, [key.hex() for key in r.keys]] for r in rows])


def read_registered(data: bytes, where: str) -> tuple[Organization, ...]:
    """The organizations of a bundle's file of registered ones; CannotRun when it is none.

    `where` is what the message calls the file.
    """
    text = data.decode("ascii", "replace")
    if not data.startswith(_HEAD) or not text.endswith("\n"):
        raise CannotRun(f"{where} is no file of registered organizations: build the bundle again")
    keys: dict[str, list[bytes]] = {}
    for number, line in enumerate(text.split("\n")[1:-1], start=2):
        found = _LINE.fullmatch(line)
        if found is None:
            raise CannotRun(f"{where}:{number} is no organization and key: build the bundle again")
        keys.setdefault(found[1], []).append(bytes.fromhex(found[2]))
    return tuple(Organization(name, keys=tuple(of)) for name, of in keys.items())


def _together(
    listed: Sequence[Organization], registered: Sequence[Organization]
) -> tuple[Organization, ...]:
    if not registered:
        return tuple(listed)
    found = {row.id: row for row in listed}
    said = {key: row.id for row in listed for key in row.keys}
    for row in registered:
        for key in row.keys:
            if said.setdefault(key, row.id) != row.id:
                _refuse(key, said[key], row.id)
        known = found.get(row.id)
        if known is None:
            found[row.id] = row
        else:
            found[row.id] = replace(known, keys=tuple(sorted({*known.keys, *row.keys})))
    return tuple(found[name] for name in sorted(found))


def _refuse(key: bytes, listed: str, registered: str) -> None:
    message = f"the key {key[:8].hex()}… is {listed}'s by the organizations in force"
    remedy = "correct the organizations file, or import the organization again"
    raise CannotRun(f"{message}, and {registered}'s by the store: {remedy}")
