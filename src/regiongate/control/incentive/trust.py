"""Trust: whose claim codes a vendor believes, by which key."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from regiongate.control.acting import acting
from regiongate.control.audit.signed import written
from regiongate.domain.claim import require_name
from regiongate.domain.errors import CannotRun
from regiongate.domain.role import Act
from regiongate.store.ledger_issuers import Issuer, Issuers


def trust(
    connection: sa.Connection, name: str, key: Ed25519PublicKey, person: str, at: datetime
) -> Issuer:
    """Believe an issuer's codes; the same key again changes nothing.

    Raises CannotRun where it is trusted with another key, or the person may not.
    """
    actor = acting(connection, person, Act.TRUST_ISSUER)
    try:
        require_name(name, "issuer")
    except ValueError as error:
        raise CannotRun(str(error)) from None
    issuers, said = Issuers(connection), written(key)
    found = issuers.get(name)
    if found is not None and found.key == said:
        return found
    if found is not None:
        remedy = f"regiongate incentive distrust {name} first, once you know why it has changed"
        raise CannotRun(f"{name} is trusted with another key, {found.key}: {remedy}")
    made = Issuer(name, said, at, actor.name)
    issuers.trust(made)
    return made


def distrust(connection: sa.Connection, name: str, person: str, at: datetime) -> Issuer:
    """Believe an issuer's codes no longer; what was granted for them stays.

    Raises CannotRun where it is not trusted, or the person may not.
    """
    actor = acting(connection, person, Act.TRUST_ISSUER)
    issuers = Issuers(connection)
    found = issuers.get(name)
    if found is None:
        raise not_trusted(name)
    issuers.distrust(found, actor.name, at)
    return found


def not_trusted(name: str) -> CannotRun:
    """Of an issuer that nobody has said to be trusted."""
    remedy = "get its public key from it by a way you trust, then: regiongate incentive trust"
    return CannotRun(f"{name} is no trusted issuer: {remedy}")
