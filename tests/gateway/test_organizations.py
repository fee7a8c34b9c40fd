"""An organization is known by what it cannot invent, and its standing decides before its place."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path, PurePosixPath
from typing import Any

import openai
import pytest

from regiongate.compiler.envoy.settings import Jwt
from tests.support import raw
from tests.support.gateway import AMERICA, CHINA, WORKERS, Gateway, played, running_gateway
from tests.support.policies import (
    FAR_AHEAD,
    LONG_AGO,
    exempt,
    organizations_csv,
    policy_text,
    stamp,
)

pytestmark = pytest.mark.envoy

SECRET = b"a secret of thirty-two bytes or more"
YESTERDAY = datetime.now(UTC) - timedelta(days=1)
SUSPENDING = {"block": LONG_AGO, "suspend": LONG_AGO + timedelta(days=30)}

EXEMPT, UNTIL, ENDED, BANNED, PLAIN = "newsroom", "visitor", "former", "banned", "customer"
EXEMPTIONS = [exempt(EXEMPT), exempt(UNTIL, FAR_AHEAD), exempt(ENDED, YESTERDAY)]
TABLE = organizations_csv(
    [
        (EXEMPT, "ordinary", "", "sk-exempt"),
        (EXEMPT, "ordinary", "", "sk-exempt-2"),
        (UNTIL, "ordinary", "", "sk-until"),
        (ENDED, "ordinary", "", "sk-ended"),
        (BANNED, "suspended", "", "sk-banned"),
        (PLAIN, "ordinary", "", "sk-plain"),
        ("paused", "suspended", stamp(FAR_AHEAD), "sk-paused"),
        ("resumed", "suspended", stamp(YESTERDAY), "sk-resumed"),
        ("granted", "exempt", "", "sk-granted"),
        ("granted-once", "exempt", stamp(YESTERDAY), "sk-granted-once"),
    ]
)
STANDINGS = [
    # Organization, verdict and rule from a blocked place, the same from an allowed one.
    (EXEMPT, "allow organization:exempt", "allow organization:exempt"),
    (UNTIL, "allow organization:exempt", "allow organization:exempt"),
    (ENDED, "block list:openai-2024-08", "allow list:openai-2024-08"),
    (BANNED, "suspended organization:suspended", "suspended organization:suspended"),
    ("paused", "suspended organization:suspended", "suspended organization:suspended"),
    ("resumed", "block list:openai-2024-08", "allow list:openai-2024-08"),
    ("granted", "allow organization:exempt", "allow organization:exempt"),
    ("granted-once", "block list:openai-2024-08", "allow list:openai-2024-08"),
    (PLAIN, "block list:openai-2024-08", "allow list:openai-2024-08"),
    ("never-heard-of", "block list:openai-2024-08", "allow list:openai-2024-08"),
]
POLICY = policy_text(starts=SUSPENDING, organizations=EXEMPTIONS)
KEYS = {
    EXEMPT: "sk-exempt",
    UNTIL: "sk-until",
    ENDED: "sk-ended",
    BANNED: "sk-banned",
    PLAIN: "sk-plain",
    **{name: f"sk-{name}" for name in ("paused", "resumed", "granted", "granted-once")},
}


@pytest.fixture(scope="module")
def by_key(upstream: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """A gateway that knows organizations by their API keys."""
    folder = tmp_path_factory.mktemp("by-key")
    with running_gateway(folder, POLICY, organizations=TABLE, upstream=upstream) as running:
        yield running


@pytest.fixture(scope="module")
def by_header(upstream: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """A gateway whose proxies name the organization in a header."""
    with running_gateway(
        tmp_path_factory.mktemp("by-header"),
        POLICY,
        organizations=TABLE,
        upstream=upstream,
        organization_header="x-organization",
        api_keys=False,
    ) as running:
        yield running


@pytest.fixture(scope="module")
def by_token(upstream: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """A gateway that reads the organization from a claim of a signed token."""
    folder = tmp_path_factory.mktemp("by-token")
    key = {"kty": "oct", "alg": "HS256", "kid": "one", "k": encoded(SECRET)}
    (folder / "jwks.json").write_text(json.dumps({"keys": [key]}))
    jwt = Jwt("org_id", PurePosixPath(folder / "jwks.json"), "https://issuer.example")
    with running_gateway(
        folder, POLICY, organizations=TABLE, upstream=upstream, jwt=jwt, api_keys=False
    ) as running:
        yield running


def encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def token(secret: bytes = SECRET, algorithm: str = "HS256", **claims: Any) -> str:
    """A signed JSON Web Token (RFC 7519)."""
    head = {"alg": algorithm, "typ": "JWT", "kid": "one"}
    content = {"iss": "https://issuer.example", "exp": int(time.time()) + 600, **claims}
    signed = ".".join(encoded(json.dumps(part).encode()) for part in (head, content))
    signature = hmac.new(secret, signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{encoded(signature) if algorithm != 'none' else ''}"


def assert_decided(gateway: Gateway, address: str, decision: str, **headers: str) -> None:
    """The self-check, the status and the log agree on a decision."""
    verdict, rule = decision.split()
    seen = gateway.self_check(address, **headers)
    assert (seen["verdict"], seen["rule"]) == (verdict, rule)
    answer = gateway.get(address=address, **headers)
    assert answer.status_code == (200 if verdict == "allow" else 403)


@pytest.mark.parametrize(("organization", "blocked", "allowed"), STANDINGS)
def test_key(by_key: Gateway, organization: str, blocked: str, allowed: str) -> None:
    """The digest of an API key names the organization, whose standing decides."""
    bearer = f"Bearer {KEYS.get(organization, 'sk-unknown')}"
    assert_decided(by_key, CHINA, blocked, authorization=bearer)
    assert_decided(by_key, AMERICA, allowed, authorization=bearer)


@pytest.mark.parametrize(("organization", "blocked", "allowed"), STANDINGS)
def test_header(by_header: Gateway, organization: str, blocked: str, allowed: str) -> None:
    """A trusted proxy's header names the organization."""
    assert_decided(by_header, CHINA, blocked, X_Organization=organization)
    assert_decided(by_header, AMERICA, allowed, x_organization=organization)


@pytest.mark.parametrize(("organization", "blocked", "allowed"), STANDINGS)
def test_token(by_token: Gateway, organization: str, blocked: str, allowed: str) -> None:
    """A claim of a valid token names the organization."""
    bearer = f"Bearer {token(org_id=organization)}"
    assert_decided(by_token, CHINA, blocked, authorization=bearer)
    assert_decided(by_token, AMERICA, allowed, authorization=bearer)


def test_log_names_the_organization(by_key: Gateway, by_header: Gateway, by_token: Gateway) -> None:
    """The log has the organization's id, and for a key the short form of its digest."""
    cases = [
        (by_key, {"x_api_key": "sk-plain"}, hashlib.sha256(b"sk-plain").hexdigest()[:16]),
        (by_header, {"x_organization": PLAIN}, None),
        (by_token, {"authorization": f"Bearer {token(org_id=PLAIN)}"}, None),
    ]
    for gateway, headers, key in cases:
        answer = gateway.get(address=CHINA, **headers)
        line = gateway.line(answer.headers["x-request-id"])
        assert (line["organization"], line["key"]) == (PLAIN, key)


def test_log_has_what_an_organization_attests(by_header: Gateway) -> None:
    """The country of its own user stands in the log, cut where it is no country; none is null."""
    verdicts = set()
    for said, logged in (("FR", "FR"), ('CNX"},{', "CNX"), (None, None)):
        headers = {"x_organization": PLAIN} | ({} if said is None else {"x_region_attested": said})
        answer = by_header.get(address=CHINA, **headers)
        line = by_header.line(answer.headers["x-request-id"])
        assert line["attested"] == logged
        verdicts.add(line["verdict"])
    assert verdicts == {"block"}


def test_suspended_refusal(by_key: Gateway) -> None:
    """A suspended organization is told so, in words and a code of their own, wherever it is."""
    for address, country in ((AMERICA, "US"), (CHINA, "CN")):
        with (
            openai.OpenAI(
                base_url=f"{by_key.url}/v1",
                api_key="sk-banned",
                max_retries=0,
                default_headers=played(address),
            ) as client,
            pytest.raises(openai.PermissionDeniedError) as refused,
        ):
            client.models.list()
        assert refused.value.code == "organization_suspended"
        body = refused.value.body
        assert isinstance(body, dict)
        assert body["country"] == country
        assert body["since"] == stamp(SUSPENDING["suspend"])
        assert body["appeal"] == "https://example.com/appeal"


def test_suspension_begins_with_its_phase(upstream: str, tmp_path: Path) -> None:
    """Before the measure's suspend date a suspended organization is treated like any other."""
    policy = policy_text(starts={"block": LONG_AGO, "suspend": FAR_AHEAD})
    with running_gateway(tmp_path, policy, organizations=TABLE, upstream=upstream) as running:
        assert_decided(running, AMERICA, "allow list:openai-2024-08", x_api_key="sk-banned")
        assert_decided(running, CHINA, "block list:openai-2024-08", x_api_key="sk-banned")
        coming = running.self_check(AMERICA, x_api_key="sk-banned")["next"]
        assert coming == {"verdict": "suspended", "at": stamp(FAR_AHEAD)}


def test_other_places_for_the_key(by_key: Gateway) -> None:
    """The key is found in each of the headers that the APIs use, in any case and spacing."""
    for header in (
        "Authorization: Bearer sk-exempt",
        "authorization: bearer sk-exempt",
        "AUTHORIZATION: BEARER   sk-exempt  ",
        "X-Api-Key: sk-exempt-2",
        "api-key: sk-exempt",
        "x-goog-api-key:sk-exempt",
    ):
        answer = raw.send(by_key.port, raw.request(f"X-Forwarded-For: {CHINA}", header))
        assert answer.status == 200, header


@pytest.mark.parametrize(
    "headers",
    [
        ("authorization: Bearer worthless", "x-api-key: sk-banned"),
        ("x-api-key: sk-banned", "authorization: Bearer worthless"),
        ("authorization: Bearer sk-banned", "x-api-key: worthless"),
        ("authorization: Basic d29ydGhsZXNz", "x-api-key: sk-banned"),
        ("x-api-key: worthless", "api-key: sk-banned"),
        ("x-api-key: sk-banned", "x-api-key: worthless"),
        ("x-api-key: worthless", "x-api-key: sk-banned"),
        ("authorization: Bearer worthless", "authorization: Bearer sk-banned"),
        ("authorization: Bearer sk-banned", "authorization: Bearer worthless"),
        ("authorization: Bearer " + "k" * 5000, "x-api-key: sk-banned"),
        ("x-api-key: " + "k" * 5000, "x-goog-api-key: sk-banned"),
    ],
    ids=lambda headers: " ".join(header[:28] for header in headers),
)
def test_a_worthless_key_hides_no_suspension(by_key: Gateway, headers: tuple[str, ...]) -> None:
    """A key that nobody knows, sent beside the real one, does not lift a suspension."""
    answer = raw.send(by_key.port, raw.request(f"X-Forwarded-For: {AMERICA}", *headers))
    assert answer.status == 403
    assert answer.json()["error"]["code"] == "organization_suspended"


@pytest.mark.parametrize(
    "bearer",
    [
        token(b"another secret of thirty-two bytes..", org_id=EXEMPT),
        token(algorithm="none", org_id=EXEMPT),
        token(org_id=EXEMPT, exp=int(time.time()) - 600),
        token(org_id=EXEMPT, nbf=int(time.time()) + 6000),
        token(org_id=EXEMPT, iss="https://evil.example"),
        token(org_id=[EXEMPT]),
        token(org_id={"id": EXEMPT}),
        token(org_id=f"{EXEMPT},{PLAIN}"),
        token(org_id=f" {EXEMPT}"),
        token(org_id=EXEMPT.upper()),
        token(sub=EXEMPT),
        token(org_id=EXEMPT) + "x",
        "garbage",
        "a.b.c",
    ],
)
def test_worthless_tokens(by_token: Gateway, bearer: str) -> None:
    """A token that is forged, over, early, of another issuer or of another form names nobody."""
    decision = "block list:openai-2024-08"
    assert_decided(by_token, CHINA, decision, authorization=f"Bearer {bearer}")
    assert by_token.get(address=AMERICA, authorization=f"Bearer {bearer}").status_code == 200


def test_a_remembered_token_vouches_for_no_other(by_token: Gateway) -> None:
    """A token that was good before helps none that shares its beginning but not its signature."""
    good = token(org_id=EXEMPT)
    signed, _, signature = good.rpartition(".")
    for _ in range(3):
        assert by_token.get(address=CHINA, authorization=f"Bearer {good}").status_code == 200
    forged = [f"{signed}.{encoded(bytes(32))}", f"{signed}.", signed, f"{good}A", good[:-3]]
    forged.append(f"{signed}.{signature[::-1]}")
    for bearer in (*forged, *forged):
        answer = by_token.get(address=CHINA, authorization=f"Bearer {bearer}")
        assert answer.status_code == 403, bearer
        assert by_token.line(answer.headers["x-request-id"])["organization"] is None
    assert by_token.get(address=CHINA, authorization=f"Bearer {good}").status_code == 200


def test_a_remembered_token_expires(by_token: Gateway) -> None:
    """A token that was good before names nobody any more once it is over, on kept connections."""
    leeway, left = 60, 3
    over = int(time.time()) - leeway + left
    bearer = f"Bearer {token(org_id=EXEMPT, exp=over)}"
    with by_token.client(CHINA) as client:
        client.headers["authorization"] = bearer
        for _ in range(2 * WORKERS):
            assert client.get("/v1/models").status_code == 200
        time.sleep(left + 1.1)
        assert client.get("/v1/models").status_code == 403
    for _ in range(2 * WORKERS):
        assert by_token.get(address=CHINA, authorization=bearer).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        (f"x-organization: {EXEMPT}, {PLAIN}",),
        (f"x-organization: {PLAIN}", f"x-organization: {EXEMPT}"),
        (f"x-organization: {EXEMPT}", f"x-organization: {PLAIN}"),
        (f"x-organization: {EXEMPT}", f"x-organization: {EXEMPT}"),
        (f"x-organization: {EXEMPT.upper()}",),
        ("x-organization:",),
        (f"x-regiongate-organization: {EXEMPT}",),
        (f"x_organization: {EXEMPT}",),
        ("authorization: Bearer sk-exempt",),
    ],
)
def test_unclear_headers(by_header: Gateway, headers: tuple[str, ...]) -> None:
    """A header that names several organizations, or none of the table, exempts nobody."""
    answer = raw.send(by_header.port, raw.request(f"X-Forwarded-For: {CHINA}", *headers))
    assert answer.status == 403


def test_header_of_an_untrusted_peer(upstream: str, tmp_path: Path) -> None:
    """From a peer outside the trusted networks the organization header is not even read."""
    policy = policy_text(location={"private": "block"}, organizations=EXEMPTIONS)
    with running_gateway(
        tmp_path,
        policy,
        organizations=TABLE,
        upstream=upstream,
        trusted=(ip_network("10.0.0.0/8"),),
        organization_header="x-organization",
        api_keys=False,
    ) as running:
        answer = running.get(x_organization=EXEMPT)
        assert answer.status_code == 403
        line = running.line(answer.headers["x-request-id"])
        assert (line["organization"], line["class"]) == (None, "private")
