"""The filters that find the organization: do they write where the gate reads, and nothing else?"""

from __future__ import annotations

from regiongate.compiler.verify.tree import TYPES, Json, NotUnderstood, take, take_typed

_FILTERS = TYPES + "envoy.extensions.filters.http."
LUA = _FILTERS + "lua.v3.Lua"
JWT = _FILTERS + "jwt_authn.v3.JwtAuthentication"

NAMED_BY_US = "x-regiongate-organization"
STANDING = "x-regiongate-standing"


def check_keys(config: Json, generation: str) -> None:
    """The keys are looked up in this generation's table; raises NotUnderstood otherwise."""
    code, clear = take_typed(config, LUA, ("default_source_code", "clear_route_cache"))
    if clear is not False:
        raise NotUnderstood("the keys filter makes Envoy choose the route again")
    (script,) = take(code, ("inline_string",))
    first = f'local TABLE = "bundles/{generation}/organizations.keys"\n'
    if not script.startswith(first):
        raise NotUnderstood("the keys are looked up in another bundle")


def check_token(config: Json) -> None:
    """A valid token names the organization and no other refuses; else raises NotUnderstood."""
    providers, rules = take_typed(config, JWT, ("providers", "rules"))
    ((name, provider),) = providers.items()
    anyone = {"requirements": [{"provider_name": name}, {"allow_missing_or_failed": {}}]}
    if rules != [{"match": {"prefix": "/"}, "requires": {"requires_any": anyone}}]:
        raise NotUnderstood("a token is asked for, or not looked at everywhere")
    needed = ("local_jwks", "forward", "claim_to_headers", "jwt_cache_config")
    _, forward, claims, cache, _ = take(provider, needed, ("issuer",))
    (claim,) = claims
    header, _ = take(claim, ("header_name", "claim_name"))
    take(cache, ("jwt_cache_size",))
    if (header, forward) != (NAMED_BY_US, True):
        raise NotUnderstood(f"a token names the organization in {header}, forwarded: {forward}")
