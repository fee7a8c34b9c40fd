"""Verification finds a route on which somebody would get past the gate."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest

from regiongate.compiler.envoy.settings import upstream
from regiongate.compiler.verify import verify
from tests.compiler.conftest import AT, WORLD
from tests.compiler.forgeries import said_of_harmed
from tests.support.bundles import SETTINGS, files, folder_inputs, write

SITE = replace(
    SETTINGS,
    site=upstream("http://127.0.0.1:8780"),
    trusted=(ip_network("10.0.0.0/8"),),
    organization_header="x-organization",
    api_keys=False,
)
SMALL = WORLD.parent / "golden" / "report-only-refuses-nobody"


@pytest.fixture(scope="module", name="content")
def _content() -> dict[str, bytes]:
    return files(folder_inputs(SMALL), AT, SITE)


@pytest.mark.envoy
def test_a_bundle_with_a_site_is_sound(content: dict[str, bytes], tmp_path: Path) -> None:
    """To us and to Envoy; the settings are read back as they were."""
    assert verify(write(content, tmp_path / "bundle")) == []


def _managers(config: Any) -> list[Any]:
    """Those of the public listener: for trusted peers, and for everyone."""
    chains = config["static_resources"]["listeners"][0]["filter_chains"]
    return [chain["filters"][0]["typed_config"] for chain in chains]


def _routes(config: Any) -> Any:
    return _managers(config)[1]["route_config"]["virtual_hosts"][0]["routes"]


def _guard(config: Any) -> Any:
    return next(one for one in _managers(config)[0]["http_filters"] if one["name"] == "site-guard")


HARMS: list[tuple[str, Callable[[Any], object], str]] = [
    ("no site", lambda it: _routes(it).pop(0), "0 routes stand before the last, not 1"),
    ("a way around", lambda it: _routes(it).insert(0, _routes(it)[0]), "2 routes"),
    ("a wider path", lambda it: _routes(it)[0]["match"].update(prefix="/"), "leads from"),
    ("to the API", lambda it: _routes(it)[0]["route"].update(cluster="upstream"), "upstream"),
    ("a gate kept", lambda it: _routes(it)[0]["typed_per_filter_config"].pop("gate"), "filters"),
    (
        "an open API",
        lambda it: _routes(it)[1].update(_routes(it)[0]["typed_per_filter_config"]),
        "not simply everything",
    ),
    ("the API elsewhere", lambda it: _routes(it)[1]["route"].update(cluster="x"), "leads to x"),
    ("no address", lambda it: _routes(it)[0]["request_headers_to_add"].pop(0), "settled address"),
    (
        "a client's word beside it",
        lambda it: _routes(it)[0]["request_headers_to_add"][0].update(append_action="APPEND"),
        "settled address",
    ),
    (
        "a key passed on",
        lambda it: _routes(it)[0]["request_headers_to_remove"].remove("x-api-key"),
        "gets the header x-api-key",
    ),
    (
        "an organization told",
        lambda it: _routes(it)[0]["request_headers_to_remove"].remove("x-organization"),
        "gets the header x-organization",
    ),
    ("no guard", lambda it: _guard(it).update(name="other"), "cannot be read"),
    (
        "a gate asleep",
        lambda it: _managers(it)[1]["http_filters"][-2].update(disabled=True),
        "are asleep",
    ),
    (
        "another site",
        lambda it: _endpoint(it["static_resources"]["clusters"][1]).update(port_value=1),
        "the site is 127.0.0.1:1",
    ),
    ("a third server", lambda it: _add_cluster(it["static_resources"]["clusters"]), "clusters"),
]


def _endpoint(cluster: Any) -> Any:
    found = cluster["load_assignment"]["endpoints"][0]["lb_endpoints"][0]["endpoint"]
    return found["address"]["socket_address"]


def _add_cluster(clusters: Any) -> None:
    clusters.append(clusters[0] | {"name": "x"})


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
