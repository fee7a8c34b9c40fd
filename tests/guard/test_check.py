"""`/v1/check`, what is wrong with its questions, and what of them is kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import httpx
import pytest

from regiongate.domain.errors import CannotRun
from regiongate.guard.check.app import make_app
from regiongate.guard.check.counts import Counter, read, report
from regiongate.guard.check.proxied import asked, asked_by_envoy
from regiongate.guard.check.question import MOST_ADDRESSES
from regiongate.guard.check.service import Service
from regiongate.guard.check.verdicts import MOST_BYTES
from regiongate.guard.guard import Guard
from tests.guard import serving
from tests.guard.small import files
from tests.support.bundles import write
from tests.support.gateway import AMERICA, CHINA
from tests.support.policies import exempt

DAY = date(2026, 7, 1)
NOON = 1_782_907_200.0
"""2026-07-01T12:00:00Z in seconds since 1970."""


@dataclass(frozen=True)
class Asking:
    """A running check service and its counts."""

    port: int
    counter: Counter
    path: Path

    def post(self, said: object, path: str = "/v1/check", **headers: str) -> httpx.Response:
        """Ask a question."""
        return httpx.post(f"http://127.0.0.1:{self.port}{path}", json=said, headers=headers)

    def forward(self, address: str, **headers: str) -> httpx.Response:
        """Ask as a proxy on this machine does, for a client behind a trusted proxy."""
        url = f"http://127.0.0.1:{self.port}/forward-auth"
        told = {"x-forwarded-for": f"{address}, 127.0.0.1", "x-forwarded-uri": "/v1/models"}
        more = {name.replace("_", "-"): text for name, text in headers.items()}
        return httpx.get(url, headers=told | more)

    def counted(self) -> dict[tuple[str, str, str, str], int]:
        """Requests by country, attested country, class and verdict."""
        self.counter.close()
        made = report(read(self.path).items(), DAY, DAY)
        return {row[:4]: row[4] for row in made.rows}


@pytest.fixture(name="service")
def _service(tmp_path: Path) -> Iterator[Asking]:
    content = files(tmp_path / "made", organizations=[exempt("newsroom")], open_paths=["/healthz"])
    guard = Guard(write(content, tmp_path / "bundle"))
    counter = Counter(tmp_path / "counts.json", lambda: NOON)
    app = make_app(Service(guard, counter, frozenset({"newsroom"})))
    with serving.asgi(app) as port:
        yield Asking(port, counter, tmp_path / "counts.json")
    guard.close()


def test_one_address(service: Asking) -> None:
    """An address goes in, and its verdict comes out in the words of `explain`."""
    answer = service.post({"address": CHINA})
    assert answer.status_code == 200
    said = answer.json()
    assert said.pop("generation")
    assert said == {
        "verdict": "block",
        "would": "block",
        "rule": "list:openai-2024-08",
        "class": "unsupported",
        "country": "CN",
        "region": None,
        "since": "2024-07-09T00:00:00Z",
        "next": None,
        "policy": {"name": "example-api", "version": "1"},
    }


@pytest.mark.parametrize(
    ("said", "verdict"),
    [
        ({"address": AMERICA}, "allow"),
        ({"address": CHINA, "organization": "newsroom"}, "allow"),
        ({"address": CHINA, "organization": "nobody"}, "block"),
        ({"address": CHINA, "path": "/healthz"}, "allow"),
        ({"address": CHINA, "path": "/healthz/"}, "block"),
        ({"address": CHINA, "at": "2024-07-08T23:59:59Z"}, "allow"),
        ({"address": CHINA, "at": "2024-07-09T02:00:00+02:00"}, "block"),
    ],
)
def test_what_counts(service: Asking, said: dict[str, str], verdict: str) -> None:
    """Organization, path and instant count as they do at the gateway."""
    assert service.post(said).json()["verdict"] == verdict


def test_many_addresses(service: Asking) -> None:
    """A batch has one row for each text, and a text that is no address costs no other its row."""
    said = {
        "addresses": [CHINA, AMERICA, "1.2.4.8.", CHINA],
        "organizations": [None, None, None, "newsroom"],
    }
    answer = service.post(said, "/v1/check/batch").json()
    rows = [row["verdict"] for row in answer["results"]]
    assert (rows, answer["rejected"]) == (["block", "allow", None, "allow"], 1)
    assert answer["policy"]["name"] == "example-api"


WRONG: list[tuple[object, str, int, list[str]]] = [
    ({}, "/v1/check", 422, ["address"]),
    ([], "/v1/check", 422, []),
    ({"address": f"{CHINA}:443"}, "/v1/check", 422, ["address"]),
    ({"address": 7, "at": "noon", "ip": "x"}, "/v1/check", 422, ["address", "at", "ip"]),
    ({"address": CHINA, "at": "2024-07-09"}, "/v1/check", 422, ["at"]),
    ({"address": CHINA, "path": "x" * 3000}, "/v1/check", 422, ["path"]),
    ({"addresses": CHINA}, "/v1/check/batch", 422, ["addresses"]),
    ({"addresses": [None]}, "/v1/check/batch", 422, ["addresses"]),
    ({"addresses": [CHINA], "organizations": []}, "/v1/check/batch", 422, ["organizations"]),
    ({"addresses": [CHINA] * (MOST_ADDRESSES + 1)}, "/v1/check/batch", 413, []),
    ({"address": "1" * MOST_BYTES}, "/v1/check", 413, []),
    ({}, "/v1/checks", 404, []),
]


@pytest.mark.parametrize(("said", "path", "status", "fields"), WRONG, ids=range(len(WRONG)))
def test_a_wrong_question(
    service: Asking, said: object, path: str, status: int, fields: list[str]
) -> None:
    """A question that cannot be answered gets a problem that names every field that is wrong."""
    answer = service.post(said, path)
    problem = answer.json()
    assert (answer.status_code, problem["status"]) == (status, status)
    assert answer.headers["content-type"] == "application/problem+json"
    assert sorted({row["field"] for row in problem.get("problems", [])}) == fields


def test_another_content(service: Asking) -> None:
    """What is not JSON, or does not say so, is not read as if it were; GET is no question."""
    url = f"http://127.0.0.1:{service.port}/v1/check"
    json_type = {"content-type": "application/json"}
    assert httpx.post(url, content=b"{}").status_code == 415
    assert httpx.post(url, content=b"{", headers=json_type).status_code == 422
    twice = b'{"address": "8.8.8.8", "address": "1.2.4.8"}'
    assert httpx.post(url, content=twice, headers=json_type).status_code == 422
    assert httpx.post(url, content=b"[" * 100_000, headers=json_type).status_code == 422
    assert httpx.get(url).status_code == 405


def test_what_is_kept(service: Asking) -> None:
    """Answers are counted by region and verdict; questions about another time are not."""
    service.post({"address": CHINA})
    service.post({"address": CHINA, "at": "2024-07-09T00:00:00Z"})
    service.post({"addresses": [CHINA, AMERICA, "x"]}, "/v1/check/batch")
    service.forward(AMERICA)
    assert service.counted() == {
        ("CN", "", "unsupported", "block"): 2,
        ("US", "", "supported", "allow"): 2,
    }
    text = service.path.read_text()
    assert CHINA not in text
    assert AMERICA not in text


def test_an_attested_country(tmp_path: Path) -> None:
    """A trusted organization's word is counted beside the address's country; others' is not."""
    settings = {"organization_header": "x-organization", "api_keys": False}
    content = files(tmp_path / "made", settings=settings)
    guard = Guard(write(content, tmp_path / "bundle"))
    counter = Counter(tmp_path / "counts.json", lambda: NOON)
    service = Service(guard, counter, frozenset({"newsroom"}))
    with serving.asgi(make_app(service)) as port:
        asking = Asking(port, counter, tmp_path / "counts.json")
        for organization, country in (
            *(("newsroom", "CN"), ("newsroom", "cn"), ("newsroom", "XX"), ("newsroom", "CN, US")),
            ("somebody", "CN"),
        ):
            said = asking.forward(AMERICA, x_organization=organization, x_region_attested=country)
            assert said.headers["x-regiongate-verdict"] == "allow"
        assert asking.counted() == {
            ("US", "CN", "supported", "allow"): 1,
            ("US", "", "supported", "allow"): 4,
        }
    guard.close()


def test_nothing_is_kept_unless_told(tmp_path: Path) -> None:
    """Without a file for counts the service writes nothing anywhere."""
    guard = Guard(write(files(tmp_path / "made"), tmp_path / "bundle"))
    before = sorted(tmp_path.rglob("*"))
    with serving.asgi(make_app(Service(guard))) as port:
        httpx.post(f"http://127.0.0.1:{port}/v1/check", json={"address": CHINA})
    assert sorted(tmp_path.rglob("*")) == before
    guard.close()


def test_counts_go_on(service: Asking, tmp_path: Path) -> None:
    """A service that starts again adds to the counts of before; a damaged file stops it."""
    service.post({"address": CHINA})
    service.counter.close()
    again = Counter(service.path, lambda: NOON)
    again.note("example-api 1", [("CN", "", "unsupported", "block")])
    again.close()
    assert sum(read(service.path).values()) == 2
    service.path.write_text('{"format": "regiongate-counts/1", "counts": [{"day": "x"}]}')
    with pytest.raises(CannotRun, match="holds no counts"):
        Counter(service.path)


@pytest.mark.parametrize("path", ["/auth-request", "/answer", "/forward-auth", "/ext-authz/v1/x"])
def test_a_proxy_that_says_too_little(service: Asking, path: str) -> None:
    """Without the client's path or its address nothing is decided, and nothing passes."""
    answer = httpx.get(f"http://127.0.0.1:{service.port}{path}")
    assert answer.status_code == (403 if path == "/auth-request" else 500)


def test_a_self_check_that_is_not_routed(service: Asking) -> None:
    """A proxy that asks whether a self-check passes is told where to send it."""
    told = {"x-forwarded-uri": "/.well-known/region-access"}
    url = f"http://127.0.0.1:{service.port}/forward-auth"
    answer = httpx.get(url, headers={"x-forwarded-for": CHINA, **told})
    assert (answer.status_code, answer.json()["code"]) == (421, "self_check_not_routed")


def test_metrics(service: Asking) -> None:
    """Prometheus and a probe see which generation is in force, and how many could not be."""
    text = httpx.get(f"http://127.0.0.1:{service.port}/metrics").text
    generation = httpx.get(f"http://127.0.0.1:{service.port}/healthz").json()["generation"]
    assert "regiongate_check_bundles_refused_total 0" in text
    assert f'generation="{generation}"' in text


def _lines(forwarded: str) -> dict[str, list[bytes]]:
    return {"x-forwarded-for": [forwarded.encode()]}


def test_the_last_part_is_the_proxys_word() -> None:
    """What a proxy has appended is the peer; only what stands left of it is a client's word."""
    what = asked(_lines(f"{AMERICA}, {CHINA}"), b"/v1/models?x=1")
    assert what is not None
    assert (what.peer, what.path, what.query) == (CHINA, "/v1/models", "x=1")
    assert what.headers("x-forwarded-for") == [AMERICA.encode()]
    assert asked(_lines(f"{AMERICA}, "), b"/") is None


@pytest.mark.parametrize(
    ("forwarded", "peer", "found"),
    [
        (f"{AMERICA},{CHINA}", CHINA, CHINA),
        (f"{AMERICA},192.0.2.2", "127.0.0.1", "127.0.0.1"),
        (AMERICA, CHINA, None),
        (f"{CHINA},{AMERICA}", CHINA, None),
        (AMERICA, "", None),
    ],
)
def test_an_envoy_that_has_not_appended(forwarded: str, peer: str, found: str | None) -> None:
    """Where Envoy does not append the peer, a client could be believed: nothing is decided."""
    what = asked_by_envoy(_lines(forwarded), b"/", peer)
    assert (None if what is None else what.peer) == found
