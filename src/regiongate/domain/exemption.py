"""Exemptions and corrections: what an approver has decided for one organization, key or network."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from regiongate.domain.address import IPNetwork
from regiongate.domain.instant import require_instants
from regiongate.domain.line import is_line

DIGEST_BYTES = 32
"""Length of the digest (SHA-256) by which a key is known."""

FINEST = {4: 24, 6: 48}
"""The longest prefix, by version of IP, that names no single client."""


class Scope(StrEnum):
    """What an exemption is for."""

    ORGANIZATION = "organization"
    KEY = "key"
    NETWORK = "network"


@dataclass(frozen=True, slots=True)
class Exemption:
    """What the region rules do not apply to, why, by whose word, until when.

    Exactly one of `organization` (id), `key` (SHA-256 digest) and `network` is set, the one that
    `scope` says. `holder` is the organization that is told of it; that of a key or a network may
    be unknown. It holds from `granted` to `expires` (whole seconds; None: no end), or to `ended`
    where somebody (`ended_by`) ended it before, and why (`ended_reason`). `appeal` is the id of the
    appeal that it was granted in.
    """

    id: str
    scope: Scope
    organization: str | None
    key: bytes | None
    network: IPNetwork | None
    reason: str
    approver: str
    granted: datetime
    expires: datetime | None
    ended: datetime | None = None
    ended_by: str | None = None
    ended_reason: str | None = None
    appeal: str | None = None
    holder: str | None = None

    def __post_init__(self) -> None:
        """It is for one thing, and that is the one of its scope."""
        subjects = {
            Scope.ORGANIZATION: self.organization,
            Scope.KEY: self.key,
            Scope.NETWORK: self.network,
        }
        named = [scope for scope, subject in subjects.items() if subject is not None]
        if named != [self.scope]:
            raise ValueError(f"an exemption for {self.scope} that names {named}")
        if self.key is not None and len(self.key) != DIGEST_BYTES:
            raise ValueError(f"a key is named by its SHA-256 digest, not by {len(self.key)} bytes")
        if self.organization is not None and self.holder != self.organization:
            raise ValueError("an organization holds its own exemption")
        _require_reason(self.reason)
        _require_span(self.granted, self.expires, self.ended)

    @property
    def subject(self) -> str:
        """What it is for, as text: the id, the digest in hexadecimal, or the network."""
        if self.key is not None:
            return self.key.hex()
        return str(self.organization if self.network is None else self.network)

    def holds(self, at: datetime) -> bool:
        """Whether it is in force at an instant."""
        return _holds(self.granted, self.expires, self.ended, at)


@dataclass(frozen=True, slots=True)
class Correction:
    """Where a network really is: it wins over every source, from `granted` until its end.

    `region` is a code of ISO 3166-1 or 3166-2. The times are those of an exemption.
    """

    id: str
    network: IPNetwork
    region: str
    reason: str
    approver: str
    granted: datetime
    expires: datetime | None
    ended: datetime | None = None
    ended_by: str | None = None
    ended_reason: str | None = None
    appeal: str | None = None

    def __post_init__(self) -> None:
        """It has a reason and an end that lies after its beginning, or none."""
        _require_reason(self.reason)
        _require_span(self.granted, self.expires, self.ended)

    def holds(self, at: datetime) -> bool:
        """Whether it is in force at an instant."""
        return _holds(self.granted, self.expires, self.ended, at)


def folded(network: IPNetwork) -> IPNetwork:
    """The /24 or /48 that holds a network: the finest that may stand in an audit event."""
    finest = FINEST[network.version]
    return network.supernet(new_prefix=finest) if network.prefixlen > finest else network


def _require_reason(reason: str) -> None:
    if not is_line(reason):
        raise ValueError(f"the reason is {reason!r}: it must be one line of text, and not empty")


def _require_span(granted: datetime, expires: datetime | None, ended: datetime | None) -> None:
    require_instants(granted, expires, ended)
    if expires is not None and (expires.microsecond or expires <= granted):
        raise ValueError(f"{expires.isoformat()} is no whole second after {granted.isoformat()}")
    if ended is not None and ended < granted:
        raise ValueError("what was never granted cannot end")


def _holds(
    granted: datetime, expires: datetime | None, ended: datetime | None, at: datetime
) -> bool:
    ends = min((end for end in (expires, ended) if end is not None), default=None)
    return granted <= at and (ends is None or at < ends)
