"""The organization that a JSON Web Token names (RFC 7519), checked as Envoy's filter checks it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from regiongate.compiler.envoy.identify import CACHED_TOKENS
from regiongate.compiler.envoy.settings import Jwt
from regiongate.domain.errors import CannotRun
from regiongate.guard.asked import Asked

_ALGORITHMS = [
    *("ES256", "ES384", "ES512", "HS256", "HS384", "HS512", "RS256", "RS384", "RS512"),
    *("PS256", "PS384", "PS512", "EdDSA"),
]
_LEEWAY = 60
"""Seconds by which two clocks may differ: the default of Envoy's filter."""


class Tokens:
    """Finds the claim of valid tokens. A missing or invalid token names nobody, and is no error."""

    def __init__(self, settings: Jwt, clock: Callable[[], float] = time.time) -> None:
        self._settings = settings
        self._clock = clock
        path = Path(settings.jwks)
        try:
            self._keys = KeySet.import_key_set(json.loads(path.read_bytes())).keys
        except (OSError, ValueError, KeyError, TypeError, JoseError) as error:
            message = f"{path} cannot be read as a JSON Web Key Set ({error})"
            raise CannotRun(f"{message}: name the file with --jwks and build the bundle") from error
        self._signed = lru_cache(CACHED_TOKENS)(self._check)

    def organization(self, asked: Asked) -> str | None:
        """What the claim says: of the bearer token, else of the query's `access_token`."""
        values = asked.headers("authorization")
        if len(values) == 1 and values[0].startswith(b"Bearer "):
            text = values[0][7:].strip().decode("latin-1")
        else:
            text = next(iter(parse_qs(asked.query).get("access_token", [])), "")
        claims = self._signed(text) if text else None
        if claims is None or not self._is_timely(claims):
            return None
        return _worded(claims, self._settings.claim)

    def _check(self, text: str) -> Mapping[str, Any] | None:
        """The claims of a token whose signature and issuer are right."""
        try:
            said = jws.extract_compact(text.encode()).headers().get("kid")
        except (JoseError, ValueError):
            return None
        for key in self._keys:
            if said is not None and key.kid is not None and said != key.kid:
                continue
            try:
                claims = jwt.decode(text, key, algorithms=_ALGORITHMS).claims
            except (JoseError, ValueError, TypeError):
                continue
            issuer = self._settings.issuer
            return claims if issuer is None or claims.get("iss") == issuer else None
        return None

    def _is_timely(self, claims: Mapping[str, Any]) -> bool:
        now = self._clock()
        ends, begins = claims.get("exp", now), claims.get("nbf", now)
        if not isinstance(ends, int | float) or not isinstance(begins, int | float):
            return False
        return begins - _LEEWAY <= now <= ends + _LEEWAY


def _worded(claims: Mapping[str, Any], name: str) -> str | None:
    """A claim as the text of a header; a dot in its name leads into an object."""
    found: Any = claims
    for part in name.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    if isinstance(found, bool):
        return str(found).lower()
    return str(found) if isinstance(found, str | int) else None
