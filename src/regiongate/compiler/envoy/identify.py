"""Which organization a request belongs to, by the claim of a token."""

from __future__ import annotations

from regiongate.compiler.envoy import names
from regiongate.compiler.envoy.settings import Jwt, Settings
from regiongate.compiler.envoy.typed import Config, extension

CACHED_TOKENS = 4096
"""How many good tokens each worker remembers, of at most 4 KiB each."""


def organization_header(settings: Settings) -> str:
    """The header that names the organization once the identifying filter has run."""
    return settings.organization_header or names.ORGANIZATION


def by_token(jwt: Jwt) -> Config:
    """A valid token names the organization; a missing or invalid one names none.

    Whether a token is needed at all is the API's own business, so a failure does not refuse.
    """
    provider: Config = {
        "local_jwks": {"filename": str(jwt.jwks)},
        "forward": True,
        "claim_to_headers": [{"header_name": names.ORGANIZATION, "claim_name": jwt.claim}],
        # Checking a signature takes longer than all the rest. Envoy keeps a token whole, with
        # its signature, and looks at its dates again each time.
        "jwt_cache_config": {"jwt_cache_size": CACHED_TOKENS},
    }
    if jwt.issuer is not None:
        provider["issuer"] = jwt.issuer
    requirement = {
        "requires_any": {
            "requirements": [{"provider_name": "organization"}, {"allow_missing_or_failed": {}}]
        }
    }
    return extension(
        "identify-by-token",
        "envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication",
        providers={"organization": provider},
        rules=[{"match": {"prefix": "/"}, "requires": requirement}],
    )
