"""Verification finds a route on which somebody is handed over who may not, or tells too much."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any

import pytest

from regiongate.compiler.envoy.settings import Jwt, upstream
from regiongate.compiler.verify import verify
from tests.compiler.conftest import WORLD
from tests.compiler.forgeries import said_of_harmed
from tests.support.bundles import SETTINGS, files, folder_inputs, seal, write
from tests.support.providers import OURS, providers
from tests.support.tokens import ISSUER, jwks

AT = datetime(2024, 7, 10, tzinfo=UTC)
SMALL = WORLD.parent / "golden" / "who-agreed-is-handed-over-where-the-provider-serves"


@pytest.fixture(scope="module", name="content")
def _content(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("keys")
    (folder / "jwks.json").write_text(jwks())
    settings = replace(
        SETTINGS,
        site=upstream("http://127.0.0.1:8780"),
        api_keys=False,
        jwt=Jwt("org_id", PurePosixPath(folder / "jwks.json"), ISSUER),
        hand_over=providers(folder, ["east", "west"]),
    )
    return files(folder_inputs(SMALL), AT, settings)


@pytest.mark.envoy
def test_a_bundle_that_hands_over_is_sound(content: dict[str, bytes], tmp_path: Path) -> None:
    """To us and to Envoy; our key stands in none of its files."""
    assert verify(write(content, tmp_path / "bundle")) == []
    assert [name for name, data in content.items() if OURS.encode() in data] == []


def _routes(config: Any) -> Any:
    (chain,) = config["static_resources"]["listeners"][0]["filter_chains"]
    return chain["filters"][0]["typed_config"]["route_config"]["virtual_hosts"][0]["routes"]


def _clusters(config: Any) -> Any:
    return {one["name"]: one for one in config["static_resources"]["clusters"]}


def _filters(config: Any) -> Any:
    (said,) = _clusters(config)["hand-over-east"]["typed_extension_protocol_options"].values()
    return said["http_filters"]


def _address(config: Any) -> Any:
    found = _clusters(config)["hand-over-east"]["load_assignment"]["endpoints"][0]["lb_endpoints"]
    return found[0]["endpoint"]["address"]["socket_address"]


def _secret(config: Any) -> Any:
    return config["static_resources"]["secrets"][0]["generic_secret"]["secret"]


def _rewrite(config: Any, old: str, new: str) -> None:
    """Another script says what stays here."""
    source = _filters(config)[1]["typed_config"]["default_source_code"]
    assert old in source["inline_string"]
    source["inline_string"] = source["inline_string"].replace(old, new)


HARMS: list[tuple[str, Callable[[Any], object], str]] = [
    ("no route", lambda it: _routes(it).pop(2), "5 routes stand before the last, not 6"),
    ("everybody", lambda it: _routes(it)[2]["match"].pop("headers"), "route to east is taken for"),
    (
        "another word",
        lambda it: _routes(it)[2]["match"]["headers"][0].update(name="x-east"),
        "route to east is taken for",
    ),
    (
        "to the other",
        lambda it: _routes(it)[2]["route"].update(cluster="hand-over-west"),
        "route to east leads to hand-over-west",
    ),
    (
        "no gate",
        lambda it: _routes(it)[2].update(typed_per_filter_config={}),
        "route to east has filters of its own",
    ),
    *(
        (
            f"{header} told",
            lambda it, header=header: _routes(it)[2]["request_headers_to_remove"].remove(header),
            f"east gets the header {header}",
        )
        for header in ("authorization", "cookie", "x-forwarded-for", "x-regiongate-organization")
    ),
    ("elsewhere", lambda it: _address(it).update(port_value=1), "hand-over-east is 127.0.0.1:1"),
    ("no credential", lambda it: _filters(it).pop(0), "asked through the filters"),
    ("a query kept", lambda it: _filters(it).pop(1), "asked through the filters"),
    *(
        (
            f"{field} in the query",
            lambda it, field=field: _rewrite(it, f'["{field}"] = true', ""),
            f"east gets {field} of the query",
        )
        for field in ("access_token", "key", "x-api-key")
    ),
    (
        "a header kept",
        lambda it: _rewrite(it, '["host"] = true', '["host"] = true, ["cookie"] = true'),
        "east gets the header cookie of the client",
    ),
    (
        "any header kept",
        lambda it: _rewrite(it, "BEGINNINGS = {", 'BEGINNINGS = {"", "x-", '),
        "east gets the headers x-... of the client",
    ),
    (
        "the client's own",
        lambda it: _filters(it)[0]["typed_config"].update(overwrite=False),
        "asked without a credential of ours",
    ),
    (
        "the other's",
        lambda it: _filters(it)[0]["typed_config"]["credential"]["typed_config"].update(
            credential={"name": "hand-over-west"}
        ),
        "credential of another provider",
    ),
    ("another file", lambda it: _secret(it).update(filename="/etc/passwd"), "of their files"),
    ("a key in the open", lambda it: _secret(it).update(inline_string="sk"), "of their files"),
]


@pytest.mark.parametrize(("_name", "change", "says"), HARMS, ids=[harm[0] for harm in HARMS])
def test_a_harmed_route_is_found(
    content: dict[str, bytes],
    tmp_path: Path,
    _name: str,
    change: Callable[[Any], object],
    says: str,
) -> None:
    """Also when the manifest vouches for it."""
    said = said_of_harmed(content, tmp_path / "bundle", change)
    assert any(says in text for text in said), said


def _leaves(config: Any) -> Iterator[Any]:
    """The filters of each leaf that hands over."""
    if isinstance(config, dict):
        typed = config.get("typed_config")
        if isinstance(typed, list) and any(one["name"] == "reroute" for one in typed):
            yield typed
        config = list(config.values())
    for item in config if isinstance(config, list) else ():
        yield from _leaves(item)


@pytest.mark.parametrize("harm", ["no route", "another provider", "nothing told"])
def test_a_harmed_leaf_is_found(content: dict[str, bytes], tmp_path: Path, harm: str) -> None:
    """One that hands over to somebody else, to nobody, or without a word."""
    bundle = write(content, tmp_path / "bundle")
    path = bundle / "envoy/gate.json"
    config = json.loads(path.read_text("utf-8"))
    leaf = next(_leaves(config))
    mutations = leaf[0]["typed_config"]["mutations"]
    if harm == "no route":
        leaf.pop()
    elif harm == "another provider":
        mutations["request_mutations"][-1]["append"]["header"]["value"] = "west"
    else:
        mutations["response_mutations"] = []
    path.write_text(json.dumps(config))
    seal(bundle)
    said = [str(one) for one in verify(bundle, envoy=False)]
    assert any("hand" in text or "served" in text for text in said), said
