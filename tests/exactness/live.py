"""The running Envoy, asked about worlds whose dates lie around today."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from ipaddress import ip_network
from pathlib import Path
from random import Random
from typing import Any

from regiongate.compiler.envoy.settings import Settings, endpoint, upstream
from regiongate.control.gateway import run
from regiongate.control.gateway.publish import publish
from regiongate.gateway.envoy import Envoy
from regiongate.gateway.state import State
from tests.exactness import questions
from tests.exactness.compare import Tally
from tests.exactness.draw import world
from tests.exactness.reading import ELSEWHERE, Reading, meant
from tests.support.gateway import WORKERS
from tests.support.ports import free_port
from tests.support.providers import providers
from tests.support.worlds import PROVIDERS

ORGANIZATION = "x-organization"
PROXIES = ("127.0.0.1", "::1")
"""Whoever asks is believed about the address, and so cannot play these."""

_FIELDS = ("verdict", "rule", "class", "would", "country", "region", "generation")


class Live:
    """A gateway without an API behind it: what it decides stands in its log."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.state = State(folder / "state")
        self.settings = Settings(
            listen=(endpoint(f"127.0.0.1:{free_port()}"),),
            upstream=upstream(f"http://127.0.0.1:{free_port()}"),
            trusted=tuple(ip_network(address) for address in PROXIES),
            organization_header=ORGANIZATION,
            api_keys=False,
            hand_over=providers(folder, PROVIDERS),
        )
        self._started = False

    def compare(self, seed: str, requests: int) -> Tally:
        """Publish a world whose dates lie around today, and ask as often as is said."""
        now = datetime.now(UTC).replace(microsecond=0)
        drawn = world(seed, now.replace(hour=0, minute=0, second=0))
        generation = self._publish(drawn.inputs(self.folder), now)
        reading, chance = Reading(drawn), Random(seed)  # noqa: S311 - a sample, not a secret
        texts = [text for text in questions.addresses(drawn) if str(meant(text)) not in PROXIES]
        who, paths = questions.askers(drawn), [*questions.PATHS, *[ELSEWHERE] * 9]
        asked = [
            (chance.choice(texts), chance.choice(who), chance.choice(paths))
            for _ in range(requests)
        ]
        expected = [
            (*reading.said(reading.place(text), name, now, path, now), generation)
            for text, name, path in asked
        ]
        tally = Tally(seed)
        tally.compare("envoy", asked, expected, self._ask(asked))
        return tally

    def stop(self) -> None:
        """Stop it."""
        run.stop(self.state)

    def _publish(self, what: Any, at: datetime) -> str:
        if self._started:
            return publish(self.state, self.settings, what, at, Envoy(self.state)).generation
        self._started = True
        return run.start(self.state, self.settings, what, at, WORKERS).generation

    def _ask(self, asked: list[tuple[str, str | None, str]]) -> list[tuple[Any, ...]]:
        """What the log says of each request."""
        begin = self.state.access_log.stat().st_size
        connection = http.client.HTTPConnection("127.0.0.1", self.settings.listen[0].port)
        ids = [_request(connection, *question) for question in asked]
        connection.close()
        lines = self._lines(begin, len(asked))
        return [_said(lines[one]) for one in ids]

    def _lines(self, begin: int, count: int, patience: float = 20) -> dict[str, dict[str, Any]]:
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            with self.state.access_log.open("rb") as log:
                log.seek(begin)
                text = log.read()
            if text.count(b"\n") >= count:
                lines = [json.loads(line) for line in text.splitlines()]
                return {line["request_id"]: line for line in lines}
            time.sleep(0.05)
        raise AssertionError(f"fewer than {count} lines within {patience} s")


def _said(line: dict[str, Any]) -> tuple[Any, ...]:
    """What a line says. Where it has no `would`, that is the verdict."""
    full = line | {"would": line["would"] or line["verdict"]}
    return tuple(full[field] for field in _FIELDS)


@contextmanager
def gateway(folder: Path) -> Iterator[Live]:
    """A gateway that runs until the block ends."""
    live = Live(folder)
    try:
        yield live
    finally:
        live.stop()


def _request(connection: http.client.HTTPConnection, text: str, who: str | None, path: str) -> str:
    """The id of a request from an address, as a trusted proxy passes it on."""
    headers = {"x-forwarded-for": text} | ({} if who is None else {ORGANIZATION: who})
    connection.request("GET", path, headers=headers)
    response = connection.getresponse()
    response.read()
    return str(response.headers["x-request-id"])
