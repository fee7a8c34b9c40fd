"""What profiles cannot say because the store says otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class KeyOfAnother:
    """A key (digest, hexadecimal) that is to be `organization`'s and is known as `another`'s."""

    organization: str
    digest: str
    another: str


@dataclass(frozen=True, slots=True, order=True)
class OwnerIsOrganization:
    """An owner was described whose id is that of an organization, which has its own profile."""

    owner: str


@dataclass(frozen=True, slots=True, order=True)
class UnknownOwner:
    """`owner` is to hold a share of `owned`, and is neither an owner nor an organization."""

    owned: str
    owner: str


Contradiction = KeyOfAnother | OwnerIsOrganization | UnknownOwner


class Contradicted(Exception):
    """Profiles say what cannot be so: nothing of them may be kept."""

    def __init__(self, found: Sequence[Contradiction]) -> None:
        self.found = tuple(found)
        super().__init__(f"{len(self.found)} contradictions, the first: {self.found[0]}")
