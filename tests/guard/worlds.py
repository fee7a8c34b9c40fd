"""The gateways that everything else is compared with, one for each way to be set up."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from ipaddress import ip_network
from pathlib import Path, PurePosixPath
from typing import Any

from regiongate.compiler.envoy.settings import Jwt
from regiongate.geo.facts import bundled, clouds
from tests.guard.cases import BANNED_KEY, EXEMPT_KEY, PLAIN_KEY, SECRET, encoded
from tests.support.bundles import table
from tests.support.gateway import Gateway, running_gateway
from tests.support.policies import (
    FAR_AHEAD,
    LONG_AGO,
    blocked_by_law,
    exempt,
    organizations_csv,
    policy_text,
)

_PLACES = {
    **dict.fromkeys(("1.2.4.0/24", "240e::/20"), "CN"),
    **dict.fromkeys(("8.8.8.0/24", "2001:4860::/32", "52.94.76.0/22"), "US"),
    **dict.fromkeys(("18.162.0.0/16", "104.16.0.0/13"), "HK"),
    "77.88.0.0/18": "RU",
}
_DISPUTED = {"iptoasn": "CN", "geo-whois": "US", "ipfire": ""}

_ORGANIZATIONS = organizations_csv(
    [
        ("newsroom", "ordinary", "", EXEMPT_KEY),
        ("plain", "ordinary", "", PLAIN_KEY),
        ("banned", "suspended", "", BANNED_KEY),
    ]
)
_SUSPENDING = {"block": LONG_AGO, "suspend": LONG_AGO.replace(day=10)}


def policy(**more: Any) -> str:
    """The policy of every world, with what is different in one."""
    location = {"facts": ["clouds"], **more.pop("location", {})}
    said = {"starts": _SUSPENDING, "organizations": [exempt("newsroom")], **more}
    return policy_text(open_paths=["/healthz", "/legal/*"], location=location, **said)


def _settings(world: str, folder: Path) -> dict[str, Any]:
    untrusted = (ip_network("10.0.0.0/8"),)
    by_header = {"organization_header": "x-organization", "api_keys": False}
    if world == "token":
        key = {"kty": "oct", "alg": "HS256", "kid": "one", "k": encoded(SECRET)}
        (folder / "jwks.json").write_text(json.dumps({"keys": [key]}))
        jwks = PurePosixPath(folder / "jwks.json")
        return {"jwt": Jwt("org_id", jwks, "https://issuer.example"), "api_keys": False}
    return {
        "header": by_header,
        "facing": {**by_header, "trusted": untrusted},
        "hops": {"trusted": (), "trusted_hops": 1},
    }.get(world, {})


_POLICIES: Mapping[str, dict[str, Any]] = {
    "warn": {
        "starts": {"warn": LONG_AGO, "block": FAR_AHEAD},
    },
    "hops": {"refusal": {"dialect": "problem"}},
    "facing": {"location": {"private": "block"}, "refusal": blocked_by_law("anthropic")},
}


@contextmanager
def world(name: str, folder: Path, upstream: str) -> Iterator[Gateway]:
    """A running gateway by its name in the table of cases."""
    tables = [
        table(source, {**_PLACES, "203.119.25.0/24": _DISPUTED[source]}) for source in _DISPUTED
    ]
    text = policy(**_POLICIES.get(name, {}))
    rows = None if name == "warn" else _ORGANIZATIONS
    with running_gateway(
        folder,
        text,
        upstream=upstream,
        organizations=rows,
        tables=tables,
        facts=[bundled.load(clouds.NAME)],
        **_settings(name, folder),
    ) as running:
        yield running
