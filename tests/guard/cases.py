"""One table of requests and what they get, for every way in which the gate can be asked."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from dataclasses import dataclass, field
from typing import Any

from tests.support.gateway import AMERICA, AMERICA_V6, CHINA, CHINA_V6, DISPUTED, NOWHERE, RUSSIA

HONG_KONG_CLOUD, HONG_KONG_WORKER, AMERICAN_CLOUD = "18.162.0.1", "104.16.0.1", "52.94.76.1"

EXEMPT_KEY, PLAIN_KEY, BANNED_KEY = "sk-exempt-1", "sk-plain-1", "sk-banned-1"
SELF_CHECK = "/.well-known/region-access"
MODELS = "/v1/echo"
SECRET = b"a secret that is long enough for HS256"

REGION, UNKNOWN = "unsupported_country_region_territory", "unknown_location"
SUSPENDED = "organization_suspended"


@dataclass(frozen=True)
class Case:
    """A request to one world, its status, and words of its answer.

    `code` is that of the refusal or problem, `said` what a self-check says, `api` headers that the
    API must get, and `told` headers that the client must get.
    """

    name: str
    world: str
    status: int
    headers: tuple[str, ...] = ()
    target: str = MODELS
    code: str | None = None
    said: dict[str, Any] = field(default_factory=dict)
    api: dict[str, str] = field(default_factory=dict)
    told: dict[str, str] = field(default_factory=dict)


def xff(value: str) -> str:
    """The header of a proxy."""
    return f"X-Forwarded-For: {value}"


def bearer(key: str) -> str:
    """The header of an SDK."""
    return f"Authorization: Bearer {key}"


def token(secret: bytes = SECRET, **claims: Any) -> str:
    """A signed JSON Web Token (RFC 7519)."""
    head = {"alg": "HS256", "typ": "JWT", "kid": "one"}
    content = {"iss": "https://issuer.example", "exp": int(time.time()) + 86_400, **claims}
    signed = ".".join(encoded(json.dumps(part).encode()) for part in (head, content))
    return f"{signed}.{encoded(hmac.new(secret, signed.encode(), hashlib.sha256).digest())}"


def encoded(content: bytes) -> str:
    """Bytes as RFC 7515 writes them."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _block(name: str, status: int, *headers: str, **more: Any) -> Case:
    return Case(name, "block", status, headers, **more)


_AMERICAN = {"x-regiongate-country": "US", "x-regiongate-verdict": "allow"}
_EXEMPT = {"x-regiongate-organization": "newsroom", "x-regiongate-rule": "organization:exempt"}

PLACES = (
    _block("allowed", 200, xff(AMERICA), api=_AMERICAN | {"x-regiongate-class": "supported"}),
    _block("allowed over IPv6", 200, xff(AMERICA_V6), api=_AMERICAN),
    _block("blocked", 403, xff(CHINA), code=REGION),
    _block("blocked over IPv6", 403, xff(CHINA_V6), code=REGION),
    _block("blocked, mapped", 403, xff(f"::ffff:{CHINA}"), code=REGION),
    _block("blocked, another", 403, xff(RUSSIA), code=REGION),
    _block("special", 403, xff(NOWHERE), code=UNKNOWN),
    _block("private", 200, xff("10.1.2.3"), api={"x-regiongate-class": "private"}),
    _block("no proxy speaks", 200, api={"x-regiongate-class": "private"}),
    _block("disputed", 200, xff(DISPUTED), api={"x-regiongate-class": "disputed"}),
    _block("from a cloud", 403, xff(HONG_KONG_CLOUD), code=REGION),
    _block("from the edge", 403, xff(HONG_KONG_WORKER), code=REGION),
    _block("allowed cloud", 200, xff(AMERICAN_CLOUD), api=_AMERICAN),
)

_UNREADABLE = (
    *("unknown", f"{CHINA}:443", f"[{CHINA_V6}]", f"{AMERICA},", ",", "08.8.8.8"),
    *(f"{CHINA}, garbage, 127.0.0.9", f"{AMERICA}, " * 24 + CHINA),
)
_SETTLED = (
    (f"{AMERICA}, {CHINA}", CHINA),
    (f"{CHINA}, {AMERICA}", AMERICA),
    (f"garbage, {CHINA}", CHINA),
    (f"{AMERICA}, {CHINA}, 127.0.0.9", CHINA),
    ("127.0.0.9, 127.0.0.8", "127.0.0.9"),
    ("2001:4860:0:0::8888", "2001:4860::8888"),
    (f"::ffff:{AMERICA}", f"::ffff:{AMERICA}"),
    (f"{AMERICA}, ::ffff:127.0.0.1", AMERICA),
    (f"{AMERICA}, " * 18 + CHINA, CHINA),
)
FORWARDED = (
    *(
        _block(f"settled {text[:40]!r}", 200, xff(text), target=SELF_CHECK, said={"address": found})
        for text, found in _SETTLED
    ),
    *(
        _block(f"unreadable {text[:40]!r}", 400, xff(text), code="unreadable_forwarded_for")
        for text in _UNREADABLE
    ),
)

ORGANIZATIONS = (
    _block("exempt by key", 200, xff(CHINA), bearer(EXEMPT_KEY), api=_EXEMPT),
    _block("exempt by another header", 200, xff(CHINA), f"X-Api-Key: {EXEMPT_KEY}", api=_EXEMPT),
    _block(
        "exempt beside a worthless key",
        200,
        xff(CHINA),
        bearer("sk-worthless"),
        f"X-Api-Key: {EXEMPT_KEY}",
        api=_EXEMPT,
    ),
    _block(
        "the first known key counts",
        403,
        xff(CHINA),
        bearer(PLAIN_KEY),
        f"X-Api-Key: {EXEMPT_KEY}",
        code=REGION,
    ),
    _block("ordinary key", 403, xff(CHINA), bearer(PLAIN_KEY), code=REGION),
    _block(
        "ordinary key from an allowed place",
        200,
        xff(AMERICA),
        bearer(PLAIN_KEY),
        api={"x-regiongate-organization": "plain"},
    ),
    _block("unknown key", 403, xff(CHINA), bearer(EXEMPT_KEY + "x"), code=REGION),
    _block("another scheme", 403, xff(CHINA), "Authorization: Basic bmV3c3Jvb206eA==", code=REGION),
    _block("suspended", 403, xff(AMERICA), bearer(BANNED_KEY), code=SUSPENDED),
    _block("our own header", 403, xff(CHINA), "X-Regiongate-Organization: newsroom", code=REGION),
    _block("our own words", 200, xff(AMERICA), "X_Regiongate_Rule: a", "X-Regiongate_Rule: b"),
    Case("by header", "header", 200, (xff(CHINA), "X-Organization: newsroom")),
    Case("suspended by header", "header", 403, (xff(AMERICA), "X-Organization: banned")),
    Case("nobody by header", "header", 403, (xff(CHINA), "X-Organization: nobody")),
    Case("spoofed header", "facing", 451, ("X-Organization: newsroom",)),
    Case("spoofed address", "facing", 451, (xff(AMERICA),)),
    Case("spoofed verdict", "facing", 451, ("X-Regiongate-Verdict: allow",)),
    Case("by token", "token", 200, (xff(CHINA), bearer(token(org_id="newsroom")))),
    Case("bad token", "token", 403, (xff(CHINA), bearer(token(b"wrong", org_id="newsroom")))),
    Case("old token", "token", 403, (xff(CHINA), bearer(token(org_id="newsroom", exp=1)))),
    Case("issuer", "token", 403, (xff(CHINA), bearer(token(org_id="newsroom", iss="me")))),
    Case("no token", "token", 403, (xff(CHINA),), code=REGION),
    Case("one hop", "hops", 403, (xff(f"{AMERICA}, {CHINA}"),), code=REGION),
    Case("one hop, allowed", "hops", 200, (xff(f"{CHINA}, {AMERICA}"),)),
    Case("one hop, unreadable", "hops", 400, (xff(f"{AMERICA}, unknown"),)),
    Case("no hop", "hops", 200),
)

PATHS = (
    _block("open", 200, xff(CHINA), target="/healthz"),
    _block("open with a query", 200, xff(CHINA), target="/healthz?x=1"),
    _block("open below", 404, xff(CHINA), target="/legal/terms"),
    *(
        _block(f"closed {target}", 403, xff(CHINA), target=target, code=REGION)
        for target in (
            *("/healthz/", "/HEALTHZ", "/legal/..%2fv1/echo", "/legal/%252e%252e/v1/echo"),
            *("/healthz%3f", "/healthz%3f/v1/echo", "/legal/x%3f/v1/echo"),
            *("/healthz;a=b", "/v1/echo?/healthz", "/legal/..%5cv1", "/v1/legal/x"),
        )
    ),
)

SELF_CHECKS = (
    _block(
        "self-check of a blocked place",
        200,
        xff(CHINA),
        target=SELF_CHECK,
        said={"verdict": "block", "country": "CN", "class": "unsupported", "next": None},
    ),
    _block(
        "self-check from a cloud",
        200,
        xff(HONG_KONG_CLOUD),
        target=SELF_CHECK,
        said={"cloud": "AWS ap-east-1, Hong Kong"},
    ),
    _block(
        "self-check of an exempt organization",
        200,
        xff(CHINA),
        bearer(EXEMPT_KEY),
        target=SELF_CHECK,
        said={"verdict": "allow", "rule": "organization:exempt"},
    ),
    Case(
        "self-check before the block",
        "warn",
        200,
        (xff(CHINA),),
        SELF_CHECK,
        said={"verdict": "warn", "next": {"verdict": "block", "at": "2099-01-01T00:00:00Z"}},
    ),
)

WARNINGS = (
    Case(
        "warned",
        "warn",
        200,
        (xff(CHINA),),
        told={
            "sunset": "Thu, 01 Jan 2099 00:00:00 GMT",
            "x-region-access": 'warn; country="CN"; cloud=""; rule="list:openai-2024-08"; '
            'block="2099-01-01T00:00:00Z"',
        },
        api={"x-regiongate-verdict": "warn", "x-regiongate-would": "block"},
    ),
    Case("warned from a cloud", "warn", 200, (xff(HONG_KONG_CLOUD),)),
    Case("not warned", "warn", 200, (xff(AMERICA),)),
    Case("as a problem", "hops", 403, (xff(NOWHERE),), code=UNKNOWN),
)

CASES = (*PLACES, *FORWARDED, *ORGANIZATIONS, *PATHS, *SELF_CHECKS, *WARNINGS)
