"""The public pages are led to whatever the verdict, and their site can believe what it is told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from regiongate.compiler.envoy.settings import upstream as origin
from regiongate.control import explain
from tests.support import raw
from tests.support.echo import echo_server
from tests.support.gateway import AMERICA, CHINA, CHINA_V6, Gateway, running_gateway
from tests.support.policies import LONG_AGO, organizations_csv, policy_text
from tests.support.ports import free_port

pytestmark = pytest.mark.envoy

PAGE = "/region-access/check?lang=en"
KEY = "sk-suspended-0123456789"
BEARER = f"Authorization: Bearer {KEY}"


@pytest.fixture(scope="module")
def gateway(upstream: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """A gateway with a site, and with a suspended organization."""
    with (
        echo_server() as site,
        running_gateway(
            tmp_path_factory.mktemp("site"),
            policy_text(starts={"block": LONG_AGO, "suspend": LONG_AGO + timedelta(days=1)}),
            organizations=organizations_csv([("shady", "suspended", "", KEY)]),
            upstream=upstream,
            site=origin(site),
        ) as running,
    ):
        yield running


def seen(gateway: Gateway, *headers: str, address: str = CHINA, target: str = PAGE) -> Any:
    """What the site is told of a request."""
    own = f"X-Forwarded-For: {address}"
    answer = raw.send(gateway.port, raw.request(own, *headers, target=target))
    assert answer.status == 200
    return answer.json()


@pytest.mark.parametrize("address", [CHINA, CHINA_V6, AMERICA])
def test_every_address_reaches_the_site(gateway: Gateway, address: str) -> None:
    """Blocked or not; the site is told the settled address, the country and the request's id."""
    told = seen(gateway, address=address)
    assert told["path"] == PAGE
    assert told["headers"]["x-regiongate-client-address"] == address
    country = "US" if address == AMERICA else "CN"
    assert told["headers"]["x-regiongate-country"] == country
    line = gateway.line(told["headers"]["x-request-id"])
    assert (line["address"], line["country"], line["status"]) == (address, country, 200)
    assert line["path"] == "/region-access/check"
    assert (line["rule"], line["verdict"], line["generation"]) == ("site", None, None)


@pytest.mark.parametrize(
    "header",
    [
        f"X-Regiongate-Client-Address: {AMERICA}",
        f"x_regiongate_client_address: {AMERICA}",
        f"X-Regiongate_Client-Address: {AMERICA}",
        "X-Regiongate-Country: US",
        "X-Regiongate-Rule: none",
    ],
)
def test_no_client_can_forge_what_the_site_is_told(gateway: Gateway, header: str) -> None:
    """In whatever spelling, once or twice."""
    assert told_of(seen(gateway, header, header)) == told_of(seen(gateway))


def told_of(told: Any) -> dict[str, str]:
    """The headers of ours, whoever wrote them."""
    return {
        name: text
        for name, text in told["headers"].items()
        if name.replace("_", "-").startswith("x-regiongate-")
    }


def test_who_calls_is_none_of_the_sites_business(gateway: Gateway) -> None:
    """A suspended organization reaches its appeal, and neither its id nor its key goes there."""
    answer = raw.send(gateway.port, raw.request(f"X-Forwarded-For: {AMERICA}", BEARER))
    assert answer.status == 403
    told = seen(gateway, BEARER, "X-Api-Key: k", "Api-Key: k", "X-Goog-Api-Key: k")
    assert "shady" not in str(told)
    sent = set(told["headers"])
    assert not sent & {"authorization", "x-api-key", "api-key", "x-goog-api-key"}
    assert not sent & {f"x-regiongate-{name}" for name in ("organization", "key", "standing")}
    line = gateway.line(told["headers"]["x-request-id"])
    assert (line["organization"], line["key"]) == (None, None)


def test_the_header_of_a_proxy_stays_here(upstream: str, tmp_path: Path) -> None:
    """Also the header in which a trusted proxy names the organization."""
    with (
        echo_server() as site,
        running_gateway(
            tmp_path,
            policy_text(),
            upstream=upstream,
            site=origin(site),
            organization_header="x-organization",
            api_keys=False,
        ) as running,
    ):
        told = seen(running, "X-Organization: acme", BEARER)
        assert "acme" not in str(told)
        assert KEY not in str(told)
        assert running.get("/v1/echo", AMERICA, x_organization="acme").status_code == 200


@pytest.mark.parametrize(
    "target",
    [
        "/region-access",
        "/Region-Access/check",
        "/region-access%2fcheck",
        "/x/region-access/check",
        "/region-access/../v1/models",
        "/region-access/%2e%2e/v1/models",
        "/region-access/..;/v1/models",
        "/v1/models?/region-access/",
        "/v1/models#/region-access/",
    ],
)
def test_what_only_looks_like_the_site_is_refused(gateway: Gateway, target: str) -> None:
    """A blocked address gets past the gate on no spelling of a path."""
    answer = raw.send(gateway.port, raw.request(f"X-Forwarded-For: {CHINA}", target=target))
    assert answer.status in (400, 403)


@pytest.mark.parametrize(
    "target", ["/region-access/..%2fv1/models", "/region-access//..//v1", "/region-access/%2fv1"]
)
def test_what_is_below_the_path_goes_to_the_site_alone(gateway: Gateway, target: str) -> None:
    """Whatever another server would make of it, the API never sees it."""
    told = seen(gateway, target=target)
    assert told["headers"]["x-regiongate-rule"] == "site"


def test_no_address_is_guessed_for_the_site(gateway: Gateway) -> None:
    """A proxy's word that cannot be read is refused here too, never passed over."""
    answer = raw.send(gateway.port, raw.request(f"X-Forwarded-For: {CHINA}:443", target=PAGE))
    assert (answer.status, answer.json()["code"]) == (400, "unreadable_forwarded_for")


def test_a_counted_proxy_is_believed_for_the_site(upstream: str, tmp_path: Path) -> None:
    """By its place in the header, readable or not, as everywhere."""
    with (
        echo_server() as site,
        running_gateway(
            tmp_path,
            policy_text(),
            upstream=upstream,
            site=origin(site),
            trusted=(),
            trusted_hops=1,
        ) as running,
    ):
        told = seen(running, address=f"{AMERICA}, {CHINA}")
        assert told["headers"]["x-regiongate-client-address"] == CHINA
        unread = raw.send(running.port, raw.request("X-Forwarded-For: unknown", target=PAGE))
        assert unread.status == 400


def test_an_absent_site_is_no_refusal(upstream: str, tmp_path: Path) -> None:
    """It is a plain 503, and the API goes on."""
    gone = origin(f"http://127.0.0.1:{free_port()}")
    with running_gateway(tmp_path, policy_text(), upstream=upstream, site=gone) as running:
        answer = running.get(PAGE, CHINA)
        assert answer.status_code == 503
        assert answer.headers["content-type"] == "text/plain"
        assert "unsupported_country" not in answer.text
        line = running.line(answer.headers["x-request-id"])
        assert (line["address"], line["country"], line["rule"]) == (CHINA, "CN", "site")
        assert running.get("/v1/models", AMERICA).status_code == 200
        assert running.get("/v1/models", CHINA).status_code == 403


def test_without_a_site_the_path_is_the_apis(upstream: str, tmp_path: Path) -> None:
    """And so it is refused where everything is."""
    with running_gateway(tmp_path, policy_text(), upstream=upstream) as running:
        assert running.get(PAGE, CHINA).status_code == 403
        assert running.get(PAGE, AMERICA).status_code == 404


def test_a_request_to_the_site_is_explained(gateway: Gateway) -> None:
    """By its line alone: nothing was decided about it."""
    request = seen(gateway)["headers"]["x-request-id"]
    gateway.line(request)
    said = explain.by_request(request, gateway.state.access_log, gateway.state.root / "bundles")
    assert (said["verdict"], said["generation"], said["rule"]) == (None, None, "site")
    assert "public page" in said["reason"]
