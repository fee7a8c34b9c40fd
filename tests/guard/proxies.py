"""Real proxies in front of the sample API that ask the check service: nginx, Caddy and Envoy."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from tests.support.ports import free_port

HTTP = "envoy.extensions.filters.http"


@contextmanager
def running(command: list[str], folder: Path, port: int) -> Iterator[int]:
    """A process that serves on a port until the block ends."""
    words = folder / "words.log"
    with words.open("wb") as log, subprocess.Popen(command, stdout=log, stderr=log) as process:
        try:
            _wait(port, process, words)
            yield port
        finally:
            process.terminate()
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()


def _wait(port: int, process: subprocess.Popen[bytes], words: Path) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and process.poll() is None:
        try:
            httpx.get(f"http://127.0.0.1:{port}/", timeout=5)
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(words.read_text("utf-8", "replace")[-4000:])


@contextmanager
def nginx(folder: Path, check: int, upstream: str) -> Iterator[int]:
    """nginx with the lines of docs/check.md."""
    port = free_port()
    with running(nginx_command(folder, port, check, upstream), folder, port):
        yield port


def nginx_command(
    folder: Path, port: int, check: int, upstream: str, *, asks: bool = True
) -> list[str]:
    """How to start it; its configuration is written down. It `asks`, or passes everything on."""
    page = (Path(__file__).parents[2] / "docs" / "check.md").read_text("utf-8")
    lines = page.split("```nginx\n")[1].split("```")[0]
    lines = lines.replace("127.0.0.1:8090", f"127.0.0.1:{check}")
    lines = lines.replace("http://127.0.0.1:8081", upstream).replace("8080", str(port))
    if not asks:
        lines = lines.replace("auth_request /", "# auth_request /")
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    config = folder / "nginx.conf"
    config.write_text(
        f"daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log;\n"
        f"events {{}}\nhttp {{\naccess_log off;\n{temporary}{lines}\n}}\n"
    )
    return ["nginx", "-p", str(folder), "-e", str(folder / "error.log"), "-c", str(config)]


@contextmanager
def caddy(folder: Path, check: int, upstream: str, proxies: str) -> Iterator[int]:
    """Caddy with the lines of docs/check.md, behind the proxies of a network."""
    port = free_port()
    page = (Path(__file__).parents[2] / "docs" / "check.md").read_text("utf-8")
    lines = page.split("```caddyfile\n")[1].split("```")[0]
    for written, ours in (
        ("api.example.com", f"http://127.0.0.1:{port}"),
        ("127.0.0.1:8090", f"127.0.0.1:{check}"),
        ("127.0.0.1:8081", upstream.removeprefix("http://")),
        ("10.0.0.0/8", proxies),
    ):
        lines = lines.replace(written, ours)
    config = folder / "Caddyfile"
    # Its own port for changes is the same on every machine, and nobody needs it here.
    config.write_text(f"{{\n    admin off\n}}\n{lines}")
    command = ["caddy", "run", "--config", str(config), "--adapter", "caddyfile"]
    with running(command, folder, port):
        yield port


@contextmanager
def envoy(folder: Path, check: int, upstream: str, *, grpc: bool) -> Iterator[int]:
    """Envoy with the filter of docs/check.md."""
    port = free_port()
    with running(envoy_command(folder, port, check, upstream, said(grpc=grpc)), folder, port):
        yield port


def said(*, grpc: bool) -> dict[str, Any]:
    """What docs/check.md says of Envoy."""
    page = (Path(__file__).parents[2] / "docs" / "check.md").read_text("utf-8")
    block = page.split("```json\n")[2 if grpc else 1].split("```")[0]
    return {**json.loads(block), "grpc": grpc}


def envoy_command(
    folder: Path, port: int, check: int, upstream: str, said: dict[str, Any]
) -> list[str]:
    """How to start it; its configuration is written down."""
    config = _envoy(port, check, urlsplit(upstream).port or 80, said, said["grpc"])
    path = folder / "envoy.json"
    path.write_text(json.dumps(config))
    binary = str(Path(sys.executable).with_name("envoy"))
    options = ["--use-dynamic-base-id", "--concurrency", "1", "--log-level", "warn"]
    return [binary, "-c", str(path), *options]


def _envoy(port: int, check: int, upstream: int, said: dict[str, Any], grpc: bool) -> Any:
    router = f"type.googleapis.com/{HTTP}.router.v3.Router"
    to_api = {"match": {"prefix": "/"}, "route": {"cluster": "api"}}
    routes = [*said["routes"], to_api]
    manager = {
        "@type": "type.googleapis.com/envoy.extensions.filters.network."
        "http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": "http",
        **said["connection_manager"],
        "http_filters": [
            *said["http_filters"],
            {"name": "router", "typed_config": {"@type": router}},
        ],
        "route_config": {"virtual_hosts": [{"name": "all", "domains": ["*"], "routes": routes}]},
    }
    listener = {
        "address": _address(port),
        "filter_chains": [{"filters": [{"name": "http", "typed_config": manager}]}],
    }
    clusters = [_cluster("api", upstream, False), _cluster("check", check, grpc)]
    return {"static_resources": {"listeners": [listener], "clusters": clusters}}


def _address(port: int) -> dict[str, Any]:
    return {"socket_address": {"address": "127.0.0.1", "port_value": port}}


def _cluster(name: str, port: int, grpc: bool) -> dict[str, Any]:
    endpoint = {"lb_endpoints": [{"endpoint": {"address": _address(port)}}]}
    found: dict[str, Any] = {
        "name": name,
        "type": "STATIC",
        "load_assignment": {"cluster_name": name, "endpoints": [endpoint]},
    }
    if grpc:
        kind = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions"
        options = {
            "@type": f"type.googleapis.com/{kind}",
            "explicit_http_config": {"http2_protocol_options": {}},
        }
        found["typed_extension_protocol_options"] = {kind: options}
    return found
