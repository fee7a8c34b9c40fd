"""What a client writes about itself never changes its verdict."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_network
from pathlib import Path

import pytest

from tests.gateway.hostile_words import (
    CHAINS,
    CLIENTS_WORDS,
    EXEMPT_KEY,
    FRAMINGS,
    MALFORMED,
    OUR_HEADERS,
    PATHS,
    SPOOFS,
    TWINS,
    forms,
)
from tests.support import raw
from tests.support.gateway import AMERICA, CHINA, Gateway, running_gateway
from tests.support.policies import exempt, network, organizations_csv, policy_text

pytestmark = pytest.mark.envoy

OPEN = ["/healthz", "/legal/*"]
PRIVATE_NETWORK = (ip_network("10.0.0.0/8"),)


@pytest.fixture(scope="module")
def facing(upstream: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """A gateway that trusts nobody here: the client is 127.0.0.1, and blocked."""
    policy = policy_text(
        location={"private": "block"}, organizations=[exempt("newsroom")], open_paths=OPEN
    )
    table = organizations_csv([("newsroom", "ordinary", "", EXEMPT_KEY)])
    with running_gateway(
        tmp_path_factory.mktemp("facing"),
        policy,
        organizations=table,
        upstream=upstream,
        trusted=PRIVATE_NETWORK,
    ) as running:
        yield running


@pytest.fixture(scope="module")
def behind(upstream: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """A gateway behind proxies on loopback, with an exempt organization."""
    with running_gateway(
        tmp_path_factory.mktemp("behind"),
        policy_text(open_paths=OPEN, organizations=[exempt("newsroom")]),
        organizations=organizations_csv([("newsroom", "ordinary", "", EXEMPT_KEY)]),
        upstream=upstream,
    ) as running:
        yield running


@pytest.mark.parametrize("headers", SPOOFS, ids=lambda lines: lines[0][:60])
def test_spoofed_by_an_untrusted_peer(facing: Gateway, headers: tuple[str, ...]) -> None:
    """A blocked client that nobody vouches for stays blocked, whatever headers it sends."""
    answer = raw.send(facing.port, raw.request(*headers))
    assert answer.status == 403
    error = answer.json()["error"]
    assert (error["code"], error["country"]) == ("unknown_location", None)
    assert error["policy"] == {"name": "example-api", "version": "1"}
    assert error["appeal"] == "https://example.com/appeal"


@pytest.mark.parametrize("headers", CLIENTS_WORDS, ids=lambda lines: lines[0][:60])
def test_spoofed_through_a_proxy(behind: Gateway, headers: tuple[str, ...]) -> None:
    """What a proxy passes on unread helps no blocked client and hurts no allowed one."""
    for address, verdict, country in ((CHINA, "block", "CN"), (AMERICA, "allow", "US")):
        own = f"X-Forwarded-For: {address}"
        answer = raw.send(
            behind.port, raw.request(own, *headers, target="/.well-known/region-access")
        )
        assert answer.status == 200
        seen = answer.json()
        assert (seen["address"], seen["verdict"]) == (address, verdict)
        assert (seen["country"], seen["region"]) == (country, None)
        assert seen["next"] is None
        assert seen["policy"]["name"] == "example-api"
        assert seen["generation"] == behind.state.current()


def test_what_we_add_is_ours(behind: Gateway) -> None:
    """Upstream and log see our own words, never a client's under the same names."""
    lines = [f"X-Regiongate-{name}: spoofed" for name in OUR_HEADERS]
    own = f"X-Forwarded-For: {AMERICA}"
    seen = raw.send(behind.port, raw.request(own, *lines, target="/v1/echo")).json()
    ours = {name: text for name, text in seen["headers"].items() if "regiongate" in name}
    assert "spoofed" not in str(ours)
    assert ours["x-regiongate-verdict"] == "allow"
    line = behind.line(seen["headers"]["x-request-id"])
    assert "spoofed" not in str(line)
    assert (line["organization"], line["key"], line["region"]) == (None, None, None)
    assert line["organization_table"] is None


@pytest.mark.parametrize("twin", TWINS)
def test_no_spelling_of_our_names_reaches_the_upstream(behind: Gateway, twin: str) -> None:
    """CGI and WSGI make one variable of `-` and `_`, so a client's twin of our header goes too."""
    names = [name.replace("-", mark) for name in OUR_HEADERS for mark in "-_"]
    lines = [f"{twin.format(name)}: spoofed" for name in names]
    own = f"X-Forwarded-For: {AMERICA}"
    kept = ["x_regiongates: kept", "my-x-regiongate-verdict: kept"]
    seen = raw.send(behind.port, raw.request(own, *lines, *kept, target="/v1/echo")).json()
    assert "spoofed" not in str(seen)
    assert seen["headers"]["x_regiongates"] == "kept"
    assert seen["headers"]["my-x-regiongate-verdict"] == "kept"
    assert seen["headers"]["x-regiongate-verdict"] == "allow"


def test_no_spelling_of_the_organization_header_reaches_the_upstream(
    upstream: str, tmp_path: Path
) -> None:
    """Of an untrusted peer the organization header is removed with `-`, with `_`, and mixed."""
    policy = policy_text(location={"private": "allow"}, organizations=[exempt("newsroom")])
    with running_gateway(
        tmp_path,
        policy,
        upstream=upstream,
        trusted=PRIVATE_NETWORK,
        api_keys=False,
        organization_header="x-org.team-id",
    ) as running:
        spoofed = [f"X{a}Org.Team{b}Id: newsroom" for a in "-_" for b in "-_"]
        content = raw.request(*spoofed, "x-orgsteam-id: kept", target="/v1/echo")
        headers = raw.send(running.port, content).json()["headers"]
        assert "newsroom" not in str(headers)
        assert headers["x-orgsteam-id"] == "kept"
        assert running.line(headers["x-request-id"])["organization"] is None


@pytest.mark.parametrize("form", forms(CHINA))
def test_forms_of_a_blocked_address(behind: Gateway, form: str) -> None:
    """A blocked IPv4 address is blocked in every IPv6 form that carries it."""
    answer = raw.send(behind.port, raw.request(f"X-Forwarded-For: {form}"))
    assert answer.status == 403
    assert answer.json()["error"]["country"] == "CN"


@pytest.mark.parametrize("form", forms(AMERICA))
def test_forms_of_an_allowed_address(behind: Gateway, form: str) -> None:
    """An allowed address is allowed in each of these forms too."""
    assert raw.send(behind.port, raw.request(f"X-Forwarded-For: {form}")).status == 200


@pytest.mark.parametrize(("lines", "status"), CHAINS, ids=lambda value: str(value)[:50])
def test_forwarded_for_of_a_proxy(behind: Gateway, lines: list[str], status: int) -> None:
    """A trusted proxy's header is read from the right, or the request is refused: never guessed."""
    answer = raw.send(behind.port, raw.request(*(f"X-Forwarded-For: {line}" for line in lines)))
    assert answer.status == status
    if status == 400:
        problem = answer.json()
        assert problem["code"] == "unreadable_forwarded_for"
        line = behind.line(problem["request_id"])
        assert (line["verdict"], line["status"]) == ("block", 400)
        assert line["rule"] == "forwarding:unreadable"


def test_the_place_of_a_proxy_is_not_the_clients(upstream: str, tmp_path: Path) -> None:
    """A refused proxy has a place of its own; neither the refusal nor the log tells it."""
    policy = policy_text(networks=[network("127.0.0.0/8", region="FR")])
    with running_gateway(tmp_path, policy, upstream=upstream) as running:
        assert running.self_check()["country"] == "FR"
        answer = running.get(x_forwarded_for="unknown")
        assert answer.status_code == 400
        line = running.line(answer.headers["x-request-id"])
        assert (line["country"], line["region"], line["class"]) == (None, None, "unknown")


@pytest.mark.parametrize(("target", "status"), PATHS)
def test_paths(behind: Gateway, target: str, status: int) -> None:
    """Only an open path itself is open, however a path that leads elsewhere is written."""
    answer = raw.send(behind.port, raw.request(f"X-Forwarded-For: {CHINA}", target=target))
    assert answer.status == status


@pytest.mark.parametrize("method", ["HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH"])
def test_methods(behind: Gateway, method: str) -> None:
    """No method is exempt."""
    content = raw.request(f"X-Forwarded-For: {CHINA}", method=method)
    assert raw.send(behind.port, content).status == 403


@pytest.mark.parametrize("content", MALFORMED, ids=lambda content: content[:40])
def test_malformed_requests(facing: Gateway, content: bytes) -> None:
    """What is no proper request of a blocked client gets no answer of the upstream."""
    assert raw.send(facing.port, content).status in (0, 400, 403, 404, 426)


@pytest.mark.parametrize("framing", FRAMINGS)
def test_smuggling(behind: Gateway, framing: bytes) -> None:
    """A request whose end is open to opinion is refused, so that none hides behind another."""
    hidden = b"GET /v1/echo HTTP/1.1\r\nHost: hidden\r\nX-Forwarded-For: 1.2.4.8\r\n\r\n"
    head = f"POST /v1/files HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: {AMERICA}\r\n".encode()
    answer = raw.send(behind.port, head + framing + b"\r\n0\r\n\r\n" + hidden, answers=2)
    assert answer.status in (400, 501)
    assert b"hidden" not in answer.body


def test_pipelined_requests(behind: Gateway) -> None:
    """Each request on one connection gets the verdict of its own client."""
    allowed = f"GET /healthz HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: {AMERICA}\r\n\r\n".encode()
    answer = raw.send(behind.port, allowed + raw.request(f"X-Forwarded-For: {CHINA}"), answers=2)
    assert answer.status == 200
    assert b"HTTP/1.1 403" in answer.body


def test_network_rules_see_every_form(upstream: str, tmp_path: Path) -> None:
    """A rule for a network holds for the IPv6 forms of its addresses too."""
    policy = policy_text(networks=[network("8.8.8.0/25", verdict="block")])
    with running_gateway(tmp_path, policy, upstream=upstream) as running:
        for form in forms("8.8.8.8"):
            answer = raw.send(running.port, raw.request(f"X-Forwarded-For: {form}"))
            assert (answer.status, answer.json()["error"]["code"]) == (403, "network_not_supported")
        for form in forms("8.8.8.200"):
            answer = raw.send(running.port, raw.request(f"X-Forwarded-For: {form}"))
            assert answer.status == 200


def test_log_lines_stay_json(behind: Gateway) -> None:
    """Whatever stands in path, host, agent or request id, each line of the log is one object."""
    nasty = [b'"', b"\\", b'","verdict":"allow"}', b"%REQ(authorization)%", b"{}", b"\t"]
    nasty += [b"\xff\xfe", b"\xe2\x82", "\u2028\U0001f600".encode()]
    before = len(behind.lines())
    for text in nasty:
        lines = [b"User-Agent: " + text, b"X-Request-Id: id" + text, b"X-Forwarded-For: 1.2.4.8"]
        raw.send(behind.port, raw.request(*lines, target=b"/v1/" + text.replace(b"\t", b"")))
        named = b"GET /v1/models HTTP/1.1\r\nHost: a" + text + b"\r\nConnection: close\r\n\r\n"
        raw.send(behind.port, named)
    last = raw.send(behind.port, raw.request(target="/v1/echo")).json()["headers"]["x-request-id"]
    behind.line(last)
    assert len(behind.lines()) >= before + len(nasty)


def test_keys_are_never_stored(behind: Gateway) -> None:
    """No file of the state directory holds an API key, however it was sent."""
    secret = "sk-" + "S3cr3t" * 8
    lines = [f"X-Forwarded-For: {AMERICA}"]
    ways = [
        [f"Authorization: Bearer {secret}"],
        [f"Authorization: bearer {secret}", f"X-Api-Key: {secret}"],
        [f"api-key: {secret}"],
        [f"x-goog-api-key: {secret}"],
        [f"x-api-key: {secret}", f"x-api-key: {secret}x"],
        [f"Authorization: Basic {secret}"],
        [f"Cookie: key={secret}"],
    ]
    for way in ways:
        raw.send(behind.port, raw.request(*lines, *way))
    raw.send(behind.port, raw.request(*lines, target=f"/v1/models?key={secret}"))
    last = raw.send(
        behind.port, raw.request(*lines, f"x-api-key: {EXEMPT_KEY}", target="/v1/echo")
    ).json()["headers"]["x-request-id"]
    line = behind.line(last)
    assert line["organization"] == "newsroom"
    assert len(line["key"]) == 16
    for path in behind.state.root.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert secret.encode() not in content, path
            assert EXEMPT_KEY.encode() not in content, path


def test_a_client_forges_no_log_line(behind: Gateway) -> None:
    """What Envoy answers before it removes our headers is logged without what the client wrote."""
    forged = ("x-regiongate-verdict: allow", "x-regiongate-rule: forged", "x-organization: acme")
    before = len(behind.lines())
    assert raw.send(behind.port, raw.request(*forged, target="/v1/%00")).status == 400
    last = raw.send(behind.port, raw.request(target="/v1/echo")).json()["headers"]["x-request-id"]
    behind.line(last)
    [line] = [one for one in behind.lines()[before:] if one["status"] == 400]
    said = ("verdict", "rule", "country", "organization", "key", "generation", "request_id")
    assert [line[name] for name in said] == [None] * len(said)
