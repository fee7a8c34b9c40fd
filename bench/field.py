"""Who takes part, and with which requests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from bench import alone, load, nginxes, people, places
from bench.contestant import Contestant
from bench.envoys import ORGANIZATION_HEADER, Bare, Gateway
from bench.litellms import LiteLlm
from bench.load import Request
from bench.nginxes import Nginx
from bench.ungated import LOG, ROUTER, STRIP, managers, part
from regiongate.compiler.bundle import DECISIONS
from regiongate.compiler.envoy import gate
from regiongate.compiler.envoy.files import BOOTSTRAP

UPSTREAM_PORT = 19000
MANY = 100_000
REQUESTS = 1000

_CHAT = b'{"model":"sample","messages":[{"role":"user","content":"Say hello."}]}'
_GOAL = 0.95
_KEYS_GOAL = 0.8
_BY = {"header": "trusted header", "token": "JWT", "keys": "API key"}


class Field:
    """Everyone who may take part, laid out below one folder."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self._ports = iter(range(UPSTREAM_PORT + 1, UPSTREAM_PORT + 1000))
        self._gateways: dict[tuple[str, int], Gateway] = {}
        self._bares: dict[str, Bare] = {}

    def comparison(self, counts: Sequence[int] = (1, MANY)) -> list[Contestant]:
        """The rows of the main table, each beside what it is measured against."""
        rows: list[Contestant] = []
        for by in ("header", "token", "keys"):
            rows += self._gated(by, counts)
        rows += self._nginx(counts[-1])
        for by in ("header", "token", "keys"):
            rows += self._streamed(by, counts[-1])
        return [*rows, *self._chat(counts[-1])]

    def parts(self) -> list[Contestant]:
        """The gate put together part by part: what each of them costs."""
        gateway = self._gateway("header", MANY)
        requests = self._requests("header", MANY)
        rows: list[Contestant] = []
        for title, kept in _steps(gateway):
            bare = Bare(self.home / f"part-{len(rows)}", self._port(), gateway, kept)
            before = (rows[-1].name,) if rows else ()
            rows.append(Contestant(f"part-{len(rows)}", title, bare, requests, against=before))
        return rows

    def alone(self) -> list[Contestant]:
        """Envoy's own filters, each alone before the router."""
        gateway = self._gateway("header", MANY)
        requests = self._requests("header", MANY)
        return [
            Contestant(
                f"alone-{row}",
                title,
                Bare(self.home / f"alone-{row}", self._port(), gateway, more=chain),
                requests,
            )
            for row, (title, chain) in enumerate(alone.filters().items())
        ]

    def _gated(self, by: str, counts: Sequence[int]) -> list[Contestant]:
        many = self._gateway(by, counts[-1])
        like = self._requests(by, counts[-1])
        how = _BY[by]
        bare = self._bare(by, many)
        against = [Contestant(f"envoy-{by}", f"Envoy, {how} in the requests", bare, like)]
        if by == "token":
            check = Bare(self.home / "bare-check", self._port(), many, tokens=True)
            title = "Envoy that checks the JWT"
            against.append(Contestant("envoy-token-checked", title, check, like))
        names = tuple(row.name for row in against)
        goal = _KEYS_GOAL if by == "keys" else _GOAL
        gated = [
            Contestant(
                f"gated-{by}-{count}",
                f"gated Envoy, {how}, {_count(count)}",
                self._gateway(by, count),
                self._requests(by, count),
                against=names,
                goal=goal,
            )
            for count in counts
        ]
        if by != "header":
            return [*against, *gated]
        refused = Contestant(
            "gated-refused",
            f"gated Envoy, {how}, {_count(counts[-1])}, every request refused",
            many,
            self._requests(by, counts[-1], refused=True),
            against=names,
            refused=True,
        )
        return [*against, *gated, refused]

    def _streamed(self, by: str, count: int) -> list[Contestant]:
        """The same, with the answers that an API of this kind gives most."""
        gateway = self._gateway(by, count)
        requests = self._requests(by, count, path=nginxes.STREAM_PATH)
        bare = self._bare(by, gateway)
        plain = Contestant(
            f"streamed-envoy-{by}",
            f"Envoy, {_BY[by]} in the requests, streamed answers",
            bare,
            requests,
            streamed=True,
        )
        gated = Contestant(
            f"streamed-gated-{by}",
            f"gated Envoy, {_BY[by]}, {_count(count)}, streamed answers",
            gateway,
            requests,
            against=(plain.name,),
            goal=_KEYS_GOAL if by == "keys" else _GOAL,
            streamed=True,
        )
        return [plain, gated]

    def _nginx(self, count: int) -> list[Contestant]:
        gateway = self._gateway("header", count)
        decisions = gateway.config(DECISIONS)
        rows = decisions["standings"][decisions["ordinary"]]
        verdicts = tuple((key, found[-1]["verdict"]) for key, found in rows.items())
        requests = self._requests("header", count)
        bare = Nginx(self.home / "nginx", self._port(), UPSTREAM_PORT)
        home, database = self.home / "nginx-geoip2", gateway.bundle / gate.DATABASE
        gated = Nginx(home, self._port(), UPSTREAM_PORT, database, verdicts)
        title = "nginx with ngx_http_geoip2_module"
        refused = self._requests("header", count, refused=True)
        return [
            Contestant("nginx", "nginx", bare, requests),
            Contestant("nginx-geoip2", title, gated, requests, against=("nginx",)),
            Contestant(
                "nginx-geoip2-refused",
                f"{title}, every request refused",
                gated,
                refused,
                against=("nginx",),
                refused=True,
            ),
        ]

    def _chat(self, count: int) -> list[Contestant]:
        """LiteLLM forwards chat completions only, so the gated Envoy plays that too."""
        gateway = self._gateway("header", count)
        requests = self._requests("header", count, path="/v1/chat/completions")
        proxy = LiteLlm(self.home / "litellm", self._port(), UPSTREAM_PORT)
        title = f"gated Envoy, trusted header, {_count(count)}, chat completions"
        return [
            Contestant("gated-chat", title, gateway, requests),
            Contestant(
                "litellm", "LiteLLM proxy, chat completions", proxy, requests, ("gated-chat",)
            ),
        ]

    def _bare(self, by: str, like: Gateway) -> Bare:
        """The Envoy without a gate, one for all rows that it plays."""
        if by not in self._bares:
            self._bares[by] = Bare(self.home / f"bare-{by}", self._port(), like)
        return self._bares[by]

    def _gateway(self, by: str, count: int) -> Gateway:
        """One gateway for all rows that it plays."""
        if (by, count) not in self._gateways:
            home = self.home / f"gated-{by}-{count}"
            home.mkdir(parents=True)
            self._gateways[by, count] = Gateway(home, self._port(), UPSTREAM_PORT, by, count)
        return self._gateways[by, count]

    def _requests(
        self, by: str, count: int, *, refused: bool = False, path: str = "/v1/models"
    ) -> Path:
        name = f"{by}-{count}{'-refused' * refused}{path.replace('/', '-')}.requests"
        if (self.home / name).exists():
            return self.home / name
        found = places.find(self._gateway(by, count).bundle)
        who = people.callers(count, people.TOKENS if by == "token" else REQUESTS)
        if refused:
            # An exempt organization is not refused anywhere, the first of a table included.
            who = [number + 1 - number % 2 for number in who]
        credentials = [_credential(by, number) for number in who]
        addresses = found.refused if refused else found.allowed
        rows = [
            Request(
                path=path,
                headers={"X-Forwarded-For": address, **credentials[row % len(credentials)]},
                body=b"" if path == "/v1/models" else _CHAT,
            )
            for row, address in enumerate(addresses)
        ]
        return load.write(rows, self.home / name)

    def _port(self) -> int:
        return next(self._ports)


def _steps(gateway: Gateway) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The parts of a gate in the order in which a request meets them, each with all before it."""
    yield "no gate", ()
    kept: tuple[str, ...] = (STRIP,)
    yield "removing our headers", kept
    manager = next(managers(gateway.config(BOOTSTRAP)))
    for name in dict.fromkeys(part(row["name"]) for row in manager["http_filters"]):
        if name != ROUTER:
            kept = (*kept, name)
            yield f"filter {name}", kept
    yield "the fields of the log", (*kept, LOG)


def _credential(by: str, number: int) -> dict[str, str]:
    if by == "header":
        return {ORGANIZATION_HEADER: people.name(number)}
    secret = people.token(number) if by == "token" else people.key(number)
    return {"Authorization": f"Bearer {secret}"}


def _count(count: int) -> str:
    return "1 organization" if count == 1 else f"{count:,} organizations".replace(",", " ")
