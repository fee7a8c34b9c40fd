"""An ID token: whether the provider signed it, for us, for this login, and whether it still holds.

OpenID Connect Core 1.0, 3.1.3.7; the signature with joserfc (RFC 7515).
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet, RSAKey
from joserfc.jws import JWSRegistry

from regiongate.domain.errors import CannotRun

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
"""Signatures that only the provider can make: never `none`, never one by a secret that we share."""

_KINDS: Mapping[str, type[RSAKey | ECKey]] = {"RSA": RSAKey, "EC": ECKey}
_SKEW = timedelta(minutes=1)


class NotVouched(CannotRun):
    """The provider does not vouch for whoever came; the message is for them."""


def verified(
    token: str,
    keys: Mapping[str, Any],
    *,
    issuer: str,
    client_id: str,
    nonce: str,
    at: datetime,
) -> Mapping[str, Any]:
    """The claims of an ID token. Raises NotVouched for one that is not all that it must be.

    `keys` is the provider's JSON Web Key Set; `nonce` is what this login began with.
    """
    claims = _signed(token, keys)
    wrong = _wrong(claims, issuer, client_id, nonce, at)
    if wrong is not None:
        raise NotVouched(f"the ID token of {issuer} {wrong}: begin again")
    return claims


def _signed(token: str, keys: Mapping[str, Any]) -> dict[str, Any]:
    registry = JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)
    try:
        return jwt.decode(token, KeySet(list(_known(keys))), registry=registry).claims
    except (JoseError, ValueError) as error:
        # The reason is for the log of whoever debugs; whoever came may have forged the token.
        raise NotVouched("the ID token was not signed by the provider: begin again") from error


def _known(keys: Mapping[str, Any]) -> Iterator[RSAKey | ECKey]:
    """The keys of a set that sign. What cannot be read among them is passed over (RFC 7517, 5).

    A shared key would let anybody sign who reads the set, so none is taken.
    """
    listed = keys.get("keys")
    for key in listed if isinstance(listed, list) else []:
        kind = _KINDS.get(str(key.get("kty"))) if isinstance(key, dict) else None
        if kind is not None and key.get("use", "sig") == "sig":
            with suppress(JoseError, ValueError, TypeError, KeyError):
                yield kind.import_key(key)


def _wrong(
    claims: Mapping[str, Any], issuer: str, client_id: str, nonce: str, at: datetime
) -> str | None:
    """What is wrong with the claims of a token that is signed, in words; None: nothing."""
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    if claims.get("iss") != issuer:
        return "is of another issuer"
    if client_id not in audiences or claims.get("azp", client_id) != client_id:
        return "is for somebody else"
    if len(audiences) > 1 and "azp" not in claims:
        return "does not say for which of several it is"
    if not _equal(claims.get("nonce"), nonce):
        return "belongs to another login"
    return _untimely(claims, at)


def _untimely(claims: Mapping[str, Any], at: datetime) -> str | None:
    now, skew = at.timestamp(), _SKEW.total_seconds()
    expires, issued = _time(claims.get("exp")), _time(claims.get("iat"))
    begins = _time(claims.get("nbf", issued))
    if expires is None or issued is None or begins is None:
        return "does not say when it holds"
    if now >= expires + skew:
        return "has ended"
    if max(issued, begins) > now + skew:
        return "is from the future: are both clocks right?"
    return None


def _time(value: Any) -> float | None:
    """Seconds since 1970 (RFC 7519, 2)."""
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _equal(said: Any, expected: str) -> bool:
    return isinstance(said, str) and hmac.compare_digest(said.encode(), expected.encode())
