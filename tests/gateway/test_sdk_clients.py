"""The official SDKs meet the refusal that their users know, with the reason in it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from pathlib import Path

import anthropic
import openai
import pytest

from tests.support.gateway import AMERICA, CHINA, CHINA_V6, Gateway, played, running_gateway
from tests.support.policies import (
    APPEAL,
    DEMANDED_BY,
    FAR_AHEAD,
    LONG_AGO,
    blocked_by_law,
    policy_text,
)

pytestmark = pytest.mark.envoy

REGION = "unsupported_country_region_territory"
SELF_CHECK = "/.well-known/region-access"


@pytest.fixture(scope="module")
def changing(upstream: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """A gateway to which each test publishes the policy that it is about."""
    folder = tmp_path_factory.mktemp("changing")
    with running_gateway(folder, policy_text(), upstream=upstream) as running:
        yield running


def sync_client(gateway: Gateway, address: str) -> openai.OpenAI:
    return openai.OpenAI(
        base_url=f"{gateway.url}/v1",
        api_key="any",
        max_retries=0,
        default_headers=played(address),
    )


def assert_explained(error: dict[str, object], request_id: str | None) -> None:
    """The facts that every refusal carries, whatever its dialect."""
    assert error["code"] == REGION
    assert error["country"] == "CN"
    assert error["request_id"] == request_id is not None
    assert error["policy"] == {"name": "example-api", "version": "1"}
    assert error["since"] == "2024-07-09T00:00:00Z"
    assert error["self_check"] == SELF_CHECK
    assert error["appeal"] == APPEAL


def chat(client: openai.OpenAI, *, stream: bool) -> None:
    client.chat.completions.create(
        model="m", messages=[{"role": "user", "content": "hi"}], stream=stream
    )


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("address", [CHINA, CHINA_V6])
def test_openai(gateway: Gateway, address: str, stream: bool) -> None:
    """OpenAI's SDK raises the error of its own API, and its body says why and what to do."""
    with sync_client(gateway, address) as client, pytest.raises(openai.PermissionDeniedError) as e:
        chat(client, stream=stream)
    assert e.value.code == REGION
    assert e.value.status_code == 403
    assert e.value.type == "request_forbidden"
    assert "Country, region, or territory not supported" in str(e.value)
    assert isinstance(e.value.body, dict)
    assert_explained(e.value.body, e.value.request_id)
    assert e.value.response.headers["content-type"] == "application/json"
    assert e.value.response.headers["cache-control"] == "no-store"


def test_openai_async(gateway: Gateway) -> None:
    """The asynchronous client raises the same."""

    async def ask() -> None:
        async with openai.AsyncOpenAI(
            base_url=f"{gateway.url}/v1",
            api_key="any",
            max_retries=0,
            default_headers=played(CHINA),
        ) as client:
            await client.models.list()

    with pytest.raises(openai.PermissionDeniedError) as error:
        asyncio.run(ask())
    assert error.value.code == REGION


def test_openai_does_not_retry(gateway: Gateway) -> None:
    """A refusal is final for the SDK: one request, although it may retry."""
    user_agent = "test-openai-does-not-retry"
    headers = {**played(CHINA), "x-request-id": user_agent}
    with (
        openai.OpenAI(
            base_url=f"{gateway.url}/v1", api_key="any", max_retries=5, default_headers=headers
        ) as client,
        pytest.raises(openai.PermissionDeniedError),
    ):
        client.models.list()
    gateway.line(user_agent)
    assert sum(line["request_id"] == user_agent for line in gateway.lines()) == 1


def test_anthropic(changing: Gateway) -> None:
    """Anthropic's SDK raises PermissionDeniedError with the facts in the error of its own form."""
    changing.publish(policy_text(refusal={"dialect": "anthropic"}))
    with (
        anthropic.Anthropic(
            base_url=changing.url, api_key="any", max_retries=0, default_headers=played(CHINA)
        ) as client,
        pytest.raises(anthropic.PermissionDeniedError) as e,
    ):
        client.messages.create(
            model="m", max_tokens=9, messages=[{"role": "user", "content": "hi"}]
        )
    body = e.value.body
    assert isinstance(body, dict)
    assert body["type"] == "error"
    assert body["error"]["type"] == "forbidden"
    assert body["error"]["message"] == "Request not allowed"
    assert_explained(body["error"], e.value.response.headers["x-request-id"])


def test_problem(changing: Gateway) -> None:
    """The third dialect is a problem document of RFC 9457."""
    changing.publish(policy_text(refusal={"dialect": "problem"}))
    answer = changing.get(address=CHINA)
    assert answer.status_code == 403
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert body["type"] == f"urn:regiongate:refusal:{REGION}"
    assert body["title"] == "Country, region, or territory not supported"
    assert body["status"] == 403
    assert_explained(body, answer.headers["x-request-id"])


@pytest.mark.parametrize("dialect", ["openai", "anthropic", "problem"])
def test_451(changing: Gateway, dialect: str) -> None:
    """A legal demand is answered with 451 and names who demands it (RFC 7725)."""
    changing.publish(policy_text(refusal=blocked_by_law(dialect)))
    answer = changing.get(address=CHINA)
    assert answer.status_code == 451
    assert answer.headers["link"] == f'<{DEMANDED_BY}>; rel="blocked-by"'
    assert answer.json().get("status", 451) == 451
    allowed = changing.get(address=AMERICA)
    assert allowed.status_code == 200
    assert "link" not in allowed.headers


def test_warning(changing: Gateway) -> None:
    """Before the block a client gets its answer, and in headers the date, the reason and a link."""
    changing.publish(policy_text(starts={"warn": LONG_AGO, "block": FAR_AHEAD}))
    answer = changing.get(address=CHINA)
    assert answer.status_code == 200
    assert parsedate_to_datetime(answer.headers["sunset"]) == FAR_AHEAD
    assert answer.headers["x-region-access"] == (
        'warn; country="CN"; cloud=""; rule="list:openai-2024-08"; block="2099-01-01T00:00:00Z"'
    )
    links = answer.headers["link"]
    assert f'<{SELF_CHECK}>; rel="sunset"' in links
    assert f'<{APPEAL}>; rel="help"' in links
    assert changing.line(answer.headers["x-request-id"])["verdict"] == "warn"
    quiet = changing.get(address=AMERICA)
    assert not {"sunset", "x-region-access", "link"} & set(quiet.headers)


def test_observation(changing: Gateway) -> None:
    """Before its first date a measure only counts: nothing is said, and the log says `would`."""
    changing.publish(policy_text(starts={"warn": FAR_AHEAD}))
    answer = changing.get(address=CHINA)
    assert answer.status_code == 200
    assert "x-region-access" not in answer.headers
    line = changing.line(answer.headers["x-request-id"])
    assert (line["verdict"], line["would"]) == ("allow", "block")
    assert changing.self_check(CHINA)["next"] == {"verdict": "warn", "at": "2099-01-01T00:00:00Z"}


def test_report_only(changing: Gateway) -> None:
    """A policy that only reports refuses nobody, and logs what it would have done."""
    changing.publish(policy_text(report_only=True))
    answer = changing.get(address=CHINA)
    assert answer.status_code == 200
    line = changing.line(answer.headers["x-request-id"])
    assert (line["verdict"], line["would"], line["status"]) == ("allow", "block", 200)
    assert changing.self_check(CHINA)["verdict"] == "allow"


@pytest.mark.parametrize(
    ("starts", "verdict", "following"),
    [
        ({"warn": FAR_AHEAD}, "allow", "warn"),
        ({"warn": LONG_AGO, "block": FAR_AHEAD}, "warn", "block"),
        ({"block": LONG_AGO}, "block", None),
        ({"block": LONG_AGO, "suspend": FAR_AHEAD}, "block", None),
    ],
)
def test_self_check(
    changing: Gateway, starts: dict[str, object], verdict: str, following: str | None
) -> None:
    """The self-check answers in every phase, blocked clients too, and says what comes next."""
    generation = changing.publish(policy_text(starts=starts)).generation  # type: ignore[arg-type]
    answer = changing.get(f"{SELF_CHECK}?from=a-refusal", CHINA)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    at = None if following is None else {"verdict": following, "at": "2099-01-01T00:00:00Z"}
    assert answer.json() == {
        "address": CHINA,
        "country": "CN",
        "region": None,
        "cloud": None,
        "advice": None,
        "class": "unsupported",
        "verdict": verdict,
        "rule": "list:openai-2024-08",
        "policy": {"name": "example-api", "version": "1"},
        "generation": generation,
        "next": at,
    }


def test_self_check_of_no_region(gateway: Gateway) -> None:
    """Where no region is known, the self-check says null instead of inventing one."""
    seen = gateway.self_check("239.1.1.1")
    assert (seen["country"], seen["region"], seen["class"]) == (None, None, "special")


def test_open_paths(gateway: Gateway) -> None:
    """An open path answers a blocked client, its query string aside; its neighbours do not."""
    statuses = {
        path: gateway.get(path, CHINA).status_code
        for path in ("/healthz", "/healthz?a=/v1", "/legal/terms", "/healthzz", "/healthz/x", "/")
    }
    assert statuses == {
        "/healthz": 200,
        "/healthz?a=/v1": 200,
        "/legal/terms": 404,  # The upstream's own answer: it has no such page.
        "/healthzz": 403,
        "/healthz/x": 403,
        "/": 403,
    }


def test_refusal_without_waiting(tmp_path: Path) -> None:
    """A refusal does not depend on the upstream."""
    policy = policy_text()
    with running_gateway(tmp_path, policy, upstream="http://127.0.0.1:9") as alone:
        assert alone.get(address=CHINA).status_code == 403
        assert alone.self_check(AMERICA)["verdict"] == "allow"
        answer = alone.get(address=AMERICA)
        assert answer.status_code == 503
        assert alone.line(answer.headers["x-request-id"])["status"] == 503
