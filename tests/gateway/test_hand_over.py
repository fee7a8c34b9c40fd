"""Who agreed to it is served in its region by another provider, and nobody else is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePosixPath
from typing import Any

import httpx
import pytest

from regiongate import Gate
from regiongate.compiler.envoy.settings import Jwt
from regiongate.compiler.verify import verify
from regiongate.control import explain
from regiongate.domain.errors import CannotRun
from tests.support import raw
from tests.support.echo import echo_server
from tests.support.gateway import AMERICA, CHINA, RUSSIA, Gateway, played, running_gateway
from tests.support.policies import LONG_AGO, network, organizations_csv, policy_text, stamp
from tests.support.ports import free_port
from tests.support.providers import OURS, providers
from tests.support.tokens import ISSUER, jwks, token
from tests.support.upstream import start_upstream

pytestmark = pytest.mark.envoy

KEYS = {name: f"sk-{name}-0123456789" for name in ("agreed", "over", "exempt", "shady", "plain")}
SERVED_BY = "x-region-access-served-by"


def agreement(name: str, expires: str = "never") -> dict[str, str]:
    """One that a person has noted."""
    return {
        "organization": name,
        "provider": "east",
        "reason": "By contract.",
        "approver": "ana",
        "expires": expires,
    }


def policy(*more: dict[str, str], **sections: Any) -> str:
    """Hands China over to a provider called east."""
    who = [agreement("agreed"), agreement("over", stamp(LONG_AGO)), agreement("shady")]
    return policy_text(
        starts={"block": LONG_AGO, "suspend": LONG_AGO + timedelta(days=1)},
        hand_over={
            "providers": [{"name": "east", "regions": ["CN"]}],
            "organizations": [*who, agreement("exempt"), *more],
        },
        **sections,
    )


def table() -> str:
    """Everybody has a key; one is exempt, one suspended."""
    states = {"exempt": "exempt", "shady": "suspended"}
    return organizations_csv([(n, states.get(n, "ordinary"), "", k) for n, k in KEYS.items()])


@pytest.fixture(scope="module")
def east() -> Iterator[str]:
    """A provider that tells what it was asked."""
    with echo_server() as url:
        yield url


@pytest.fixture(scope="module")
def gateway(
    upstream: str, east: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Gateway]:
    """A gateway that hands over."""
    folder = tmp_path_factory.mktemp("hand-over")
    with running_gateway(
        folder,
        policy(),
        organizations=table(),
        upstream=upstream,
        hand_over=providers(folder, ["east"], east),
    ) as running:
        yield running


def ask(gateway: Gateway, who: str, address: str, path: str = "/v1/echo", **more: str) -> Any:
    """One request of an organization."""
    return gateway.get(path, address, authorization=f"Bearer {KEYS[who]}", **more)


def test_who_agreed_is_served_by_the_provider(gateway: Gateway) -> None:
    """With our credential there and none of the client's; the answer and the log say so."""
    answer = ask(gateway, "agreed", CHINA, cookie="a=b", x_api_key="k")
    assert (answer.status_code, answer.headers[SERVED_BY]) == (200, "east")
    sent = answer.json()["headers"]
    assert sent["authorization"] == f"Bearer {OURS}"
    assert not {"cookie", "x-api-key", "x-forwarded-for"} & set(sent)
    assert KEYS["agreed"] not in str(sent)
    assert CHINA not in str(sent)
    assert sent["x-regiongate-hand-over"] == "east"
    private = {f"x-regiongate-{name}" for name in ("organization", "key", "standing", "place")}
    assert not private & set(sent)
    line = gateway.line(sent["x-request-id"])
    assert (line["verdict"], line["organization"]) == ("hand-over", "agreed")
    assert line["rule"].startswith("hand-over:east ")
    assert line["key"] is not None
    assert (line["address"], line["country"], line["status"]) == (CHINA, "CN", 200)


@pytest.mark.parametrize(
    ("who", "address", "status", "verdict"),
    [
        ("plain", CHINA, 403, "block"),
        ("over", CHINA, 403, "block"),
        ("shady", CHINA, 403, "suspended"),
        ("exempt", CHINA, 200, "allow"),
        ("agreed", RUSSIA, 403, "block"),
        ("agreed", AMERICA, 200, "allow"),
        ("plain", AMERICA, 200, "allow"),
    ],
)
def test_nobody_else_is(
    gateway: Gateway, who: str, address: str, status: int, verdict: str
) -> None:
    """Not without an agreement that holds, not from elsewhere, not a suspended organization."""
    answer = ask(gateway, who, address, "/v1/models", x_regiongate_hand_over="east")
    assert (answer.status_code, answer.headers.get(SERVED_BY)) == (status, None)
    line = gateway.line(answer.headers["x-request-id"])
    assert (line["verdict"], line["organization"]) == (verdict, who)


FORGED = [
    "x-regiongate-hand-over: east",
    "X-REGIONGATE-HAND-OVER: east",
    "X_Regiongate_Hand_Over: east",
    "x-regiongate-verdict: hand-over",
    "x-regiongate-rule: hand-over:east list:openai-2024-08",
    "regiongate.hand-over.organization: agreed",
    "x-regiongate-standing: ordinary hand-over east",
    "x-regiongate-organization: agreed",
    "x-envoy-original-path: /hand-over-east",
    "x-envoy-decorator-operation: hand-over-east",
    "x-region-access-served-by: east",
    "host: hand-over-east",
]


@pytest.mark.parametrize("line", [*FORGED, "\r\n".join(FORGED[:-1])], ids=lambda line: line[:40])
@pytest.mark.parametrize(("address", "status"), [(CHINA, 403), (AMERICA, 200)])
def test_a_client_cannot_choose_the_provider(
    gateway: Gateway, line: str, address: str, status: int
) -> None:
    """Whatever header it writes: who is blocked stays so, and who is allowed reaches the API."""
    own = f"X-Forwarded-For: {address}"
    bearer = f"Authorization: Bearer {KEYS['plain']}"
    answer = raw.send(gateway.port, raw.request(own, bearer, line, target="/v1/echo"))
    assert answer.status == status
    assert OURS not in answer.body.decode()
    if status == 200:
        assert answer.json()["headers"]["authorization"] == f"Bearer {KEYS['plain']}"
        assert "x-regiongate-hand-over" not in answer.json()["headers"]


@pytest.mark.parametrize("line", FORGED[:-1], ids=lambda line: line[:40])
def test_a_client_cannot_choose_the_words(gateway: Gateway, line: str) -> None:
    """Who is handed over changes neither the provider, nor its credential, nor the log."""
    lines = (f"X-Forwarded-For: {CHINA}", f"Authorization: Bearer {KEYS['agreed']}", line)
    forged = line.replace("east", "west").replace("agreed", "plain")
    answer = raw.send(gateway.port, raw.request(*lines[:2], forged, target="/v1/echo"))
    sent = answer.json()["headers"]
    assert sent["authorization"] == f"Bearer {OURS}"
    assert sent["x-regiongate-hand-over"] == "east"
    found = gateway.line(sent["x-request-id"])
    assert (found["organization"], found["verdict"]) == ("agreed", "hand-over")
    assert found["rule"] == "hand-over:east list:openai-2024-08"


@pytest.mark.parametrize(
    "target",
    [
        *(
            "/hand-over-east",
            "/hand-over/east",
            "//east/v1/echo",
            "/v1/echo?x-regiongate-hand-over",
        ),
        *("http://hand-over-east/v1/echo", "/v1/echo;hand-over=east", "/v1/../hand-over-east"),
    ],
)
def test_a_path_leads_to_no_provider(gateway: Gateway, target: str) -> None:
    """One that imitates a route is a path like any other."""
    own = f"X-Forwarded-For: {CHINA}"
    answer = raw.send(gateway.port, raw.request(own, target=target))
    assert answer.status == 403
    assert OURS not in answer.body.decode()


def test_an_untrusted_peer_is_handed_over_without_its_address(
    upstream: str, east: str, tmp_path: Path
) -> None:
    """Also where Envoy itself would tell who connects."""
    corrected = network("127.0.0.0/8", region="CN")
    with running_gateway(
        tmp_path,
        policy(networks=[corrected]),
        organizations=table(),
        upstream=upstream,
        trusted=(),
        hand_over=providers(tmp_path, ["east"], east),
    ) as running:
        answer = ask(running, "agreed", CHINA, true_client_ip=CHINA, cf_connecting_ip=CHINA)
        sent = answer.json()["headers"]
        assert answer.headers[SERVED_BY] == "east"
        told = {name: text for name, text in sent.items() if not name.endswith("host")}
        assert CHINA not in str(told)
        assert "127.0.0.1" not in str(told)
        assert running.line(sent["x-request-id"])["address"] == "127.0.0.1"


def test_a_token_in_the_query_stays_here(upstream: str, east: str, tmp_path: Path) -> None:
    """A client may write its token there; the rest of the query goes along."""
    (tmp_path / "jwks.json").write_text(jwks())
    with running_gateway(
        tmp_path,
        policy(),
        organizations=table(),
        upstream=upstream,
        api_keys=False,
        jwt=Jwt("org_id", PurePosixPath(tmp_path / "jwks.json"), ISSUER),
        hand_over=providers(tmp_path, ["east"], east),
    ) as running:
        own = token(org_id="agreed")
        asked = f"/v1/echo?a=1&access_token={own}&b=2"
        answer = running.get(asked, CHINA)
        assert answer.headers[SERVED_BY] == "east"
        assert own not in answer.text
        assert answer.json()["path"] == "/v1/echo?a=1&b=2"
        with_header = running.get("/v1/echo", CHINA, authorization=f"Bearer {own}")
        assert own not in with_header.text
        assert running.line(answer.json()["headers"]["x-request-id"])["organization"] == "agreed"


def test_nothing_private_in_the_query(gateway: Gateway) -> None:
    """Keys by any usual name stay here, and the rest arrives to the byte."""
    away = "&key=K1&api_key=K2&api-key=K3&x-api-key=K4&token=K5&Key=K6&k%65y=K7&access_token"
    query = f"a&b=%2F+x%20y%0d%0az&c==&&{away}&page_token=next"
    answer = ask(gateway, "agreed", CHINA, f"/v1/echo?{query}")
    assert answer.headers[SERVED_BY] == "east"
    assert answer.json()["path"] == "/v1/echo?a&b=%2F+x%20y%0d%0az&c==&&&page_token=next"


def test_only_what_an_sdk_needs_goes_along(gateway: Gateway) -> None:
    """Nobody can list the names under which addresses and credentials travel."""
    private = ("x-region-attested", "x-envoy-original-host", "x-azure-clientip", "x-access-token")
    theirs = ("openai-organization", "origin", "x-forwarded-host", "ocp-apim-subscription-key")
    needed = ("anthropic-version", "openai-beta", "idempotency-key", "x-stainless-lang", "accept")
    said = dict.fromkeys((*private, *theirs, *needed), "word")
    answer = ask(gateway, "agreed", CHINA, **{n.replace("-", "_"): v for n, v in said.items()})
    sent = answer.json()["headers"]
    assert answer.headers[SERVED_BY] == "east"
    assert {name for name in said if name in sent} == set(needed)
    assert sent["x-regiongate-country"] == "CN"


def test_a_provider_that_does_not_answer(upstream: str, tmp_path: Path) -> None:
    """Is told as such: the API does not answer instead, and the log says whose it was."""
    with running_gateway(
        tmp_path,
        policy(),
        organizations=table(),
        upstream=upstream,
        hand_over=providers(tmp_path, ["east"], f"http://127.0.0.1:{free_port()}"),
    ) as running:
        answer = ask(running, "agreed", CHINA)
        assert answer.status_code == 503
        line = running.line(answer.headers["x-request-id"])
        assert (line["verdict"], line["organization"]) == ("hand-over", "agreed")


def test_a_gateway_that_is_not_told_where(upstream: str, tmp_path: Path) -> None:
    """Does not start: a verdict that no route carries out would be no verdict."""
    with (
        pytest.raises(CannotRun, match="--hand-over east=URL and --hand-over-key east=FILE"),
        running_gateway(tmp_path, policy(), upstream=upstream),
    ):
        pass


def test_our_key_never_leaves_for_the_api(gateway: Gateway) -> None:
    """The API gets the client's own, as ever."""
    sent = ask(gateway, "agreed", AMERICA).json()["headers"]
    assert sent["authorization"] == f"Bearer {KEYS['agreed']}"
    assert OURS not in str(sent)


def test_the_key_stands_in_no_file_of_the_gateway(gateway: Gateway) -> None:
    """Neither in the bundle nor anywhere in the state directory."""
    files = [path for path in gateway.state.root.rglob("*") if path.is_file()]
    assert files
    assert [path for path in files if OURS.encode() in path.read_bytes()] == []


def test_everybody_says_the_same(gateway: Gateway) -> None:
    """The self-check, the library, and explain by the line of the log."""
    answer = ask(gateway, "agreed", CHINA)
    said = ask(gateway, "agreed", CHINA, "/.well-known/region-access").json()
    assert said["verdict"] == "hand-over"
    bundle = gateway.state.bundle(str(gateway.state.current()))
    found = Gate.open(bundle).decide(CHINA, "agreed")
    assert (found.verdict, found.rule) == ("hand-over", said["rule"])
    request = answer.json()["headers"]["x-request-id"]
    gateway.line(request)
    why = explain.by_request(request, gateway.state.access_log, gateway.state.root / "bundles")
    assert (why["verdict"], why["rule"]) == ("hand-over", said["rule"])
    assert "agreed to be served by east" in why["reason"]
    assert verify(bundle) == []


def test_an_agreement_ends_at_its_instant(upstream: str, east: str, tmp_path: Path) -> None:
    """On an open connection, with nobody there to switch."""
    end = (datetime.now(UTC) + timedelta(seconds=6)).replace(microsecond=0)
    with (
        running_gateway(
            tmp_path,
            policy(agreement("plain", stamp(end))),
            organizations=table(),
            upstream=upstream,
            hand_over=providers(tmp_path, ["east"], east),
        ) as running,
        httpx.Client(base_url=running.url, headers=played(CHINA)) as client,
    ):
        client.headers["authorization"] = f"Bearer {KEYS['plain']}"
        seen: list[int] = []
        while not seen or seen[-1] != 403:
            begun = datetime.now(UTC)
            seen.append(client.get("/v1/echo").status_code)
            assert (seen[-1] == 200) == (begun < end) or abs(begun - end) < timedelta(seconds=0.1)
        assert set(seen) == {200, 403}


def test_an_answer_streams_through(upstream: str, tmp_path: Path) -> None:
    """Token by token, as from the API itself."""
    with (
        start_upstream(token_delay_ms=150) as other,
        running_gateway(
            tmp_path,
            policy(),
            organizations=table(),
            upstream=upstream,
            hand_over=providers(tmp_path, ["east"], other),
        ) as running,
    ):
        body = {
            "model": "sample-large",
            "stream": True,
            "messages": [{"role": "user", "content": "hello there, count"}],
        }
        headers = {**played(CHINA), "authorization": f"Bearer {KEYS['agreed']}"}
        url = f"{running.url}/v1/chat/completions"
        with httpx.stream("POST", url, json=body, headers=headers, timeout=30) as answer:
            assert answer.headers[SERVED_BY] == "east"
            at = [datetime.now(UTC) for _ in answer.iter_bytes()]
        assert len(at) > 2
        assert at[-1] - at[0] > timedelta(seconds=0.3)
