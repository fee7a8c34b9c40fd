"""What the script that identifies organizations by API key makes of headers, in the real Envoy."""

from __future__ import annotations

import re
import string
import time
from collections.abc import Iterator, Sequence
from importlib.resources import files

import pytest

from regiongate.compiler.envoy.keytable import pack
from tests.envoy.scripted import (
    PRINTABLE,
    Gateway,
    Headers,
    Seen,
    behind,
    drawn,
    key_of,
    known,
    lua,
    many_rows,
    member,
    scratch,
    script,
    unknown,
)

TOKEN = string.ascii_letters + string.digits + "-._~+/="
LENGTHS = [1, 2, 54, 55, 56, 57, 63, 64, 65, 119, 120, 121, 164, 1000, 4095, 4096]
ROWS = 100_000
AMBIGUOUS = Seen(key="invalid", organization="org-1", copies="1,1,0")
INVALID = Seen(key="invalid", copies="1,0,0")


@pytest.fixture(scope="module")
def rows() -> list[tuple[bytes, str]]:
    """100 000 keys of 60 000 organizations."""
    return many_rows()


@pytest.fixture(scope="module")
def gateway(rows: list[tuple[bytes, str]]) -> Iterator[Gateway]:
    """One Envoy over the large table for all tests that only ask."""
    with scratch() as at:
        (at / "keys.table").write_bytes(pack(rows))
        with behind(at, {"typed_config": lua(script(at / "keys.table"))}) as running:
            yield running


@pytest.mark.envoy
@pytest.mark.parametrize("length", LENGTHS)
def test_short_form_is_the_digest_at_every_padding_boundary(gateway: Gateway, length: int) -> None:
    """Keys of every awkward length give the digest that hashlib gives, in all four headers."""
    key = key_of(drawn(length), length, TOKEN)
    assert gateway.see(("Authorization", f"Bearer {key}")) == unknown(key)
    for header in ("x-api-key", "api-key", "x-goog-api-key"):
        assert gateway.see((header, key)) == unknown(key)


@pytest.mark.envoy
def test_short_form_stays_the_digest_once_compiled(gateway: Gateway) -> None:
    """Thousands of random keys give hashlib's digest before and after LuaJIT compiles the code."""
    random_ = drawn(7)
    for number in range(3000):
        plain = key_of(random_, random_.randint(1, 300 if number % 20 else 4096))
        assert gateway.see(("x-api-key", plain)) == unknown(plain)
        bearer = key_of(random_, random_.randint(1, 200), PRINTABLE.replace(",", ""))
        assert gateway.see(("authorization", f"Bearer {bearer}")) == unknown(bearer)


@pytest.mark.envoy
def test_members_are_found_and_others_are_not(
    gateway: Gateway, rows: list[tuple[bytes, str]]
) -> None:
    """Keys in the table of 100 000 name their organization, the first and last row included."""
    number_of = {digest: number for number, (digest, _) in enumerate(rows)}
    ordered = sorted(number_of)
    edges = [number_of[digest] for digest in (*ordered[:3], *ordered[-3:])]
    for number in [*edges, *drawn(1).sample(range(ROWS), 1000)]:
        key = member(number)
        seen = gateway.see(("authorization", f"Bearer {key}"))
        assert seen == known(key, f"org-{number % 60_000}")
        assert gateway.see(("x-api-key", key + "x")) == unknown(key + "x")


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
        expected = unknown("sk-" + "abcd"[first])
        assert gateway.see(*order[first:]) == expected
        assert gateway.see(*reversed(order[first:])) == expected
    assert gateway.see(("authorization", "Basic eA=="), order[1]) == unknown("sk-b")
    assert gateway.see(("authorization", "Bearer "), order[1]) == unknown("sk-b")


@pytest.mark.envoy
@pytest.mark.parametrize("scheme", ["bearer ", "BEARER ", "Bearer   ", "Bearer\t", "bEaReR \t"])
def test_the_scheme_is_read_like_any_api_reads_it(gateway: Gateway, scheme: str) -> None:
    """Case of the scheme and blanks around the key change nothing."""
    expected = known(member(5), "org-5")
    assert gateway.see(("authorization", f"{scheme}{member(5)} ")) == expected


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
            keys[at] = member(1)
            seen = gateway.see(*_repeated(header, keys))
            assert seen == (AMBIGUOUS if at < 8 or at == count - 1 else INVALID), (count, at)
    assert gateway.see(*_repeated(header, [member(1)] * 8)) == known(member(1), "org-1")
    assert gateway.see(*_repeated(header, [member(1)] * 9)) == AMBIGUOUS


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
    real = ("x-api-key", member(1))
    worthless = ("authorization", "Bearer worthless")
    seen = known("worthless", "org-1")
    assert gateway.see(worthless, real) == seen
    assert gateway.see(worthless, ("authorization", "Bearer other"), real) == AMBIGUOUS
    assert gateway.see(("authorization", "Bearer " + "k" * 5000), real) == AMBIGUOUS


@pytest.mark.envoy
def test_the_same_key_repeated_is_one_key(gateway: Gateway) -> None:
    """A header repeated with the same value, as some proxies do, is not ambiguous."""
    for header in (("authorization", f"Bearer {member(9)}"), ("x-api-key", member(9))):
        assert gateway.see(header, header, header) == known(member(9), "org-9")


@pytest.mark.envoy
def test_a_plain_key_may_hold_commas(gateway: Gateway) -> None:
    """A comma inside a single plain header is part of the key."""
    for key in ("a,b", "a,a", ",", "a,"):
        assert gateway.see(("x-api-key", key)) == unknown(key)


@pytest.mark.envoy
@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ([], Seen()),
        ([("x-api-key", "stranger")], unknown("stranger")),
        ([("x-api-key", member(3))], known(member(3), "org-3")),
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
