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


def _guarded(config: Any) -> Any:
    """The routes for trusted peers: to the site, to the API as it is, to the API by the guard."""
    return _managers(config)[0]["route_config"]["virtual_hosts"][0]["routes"]


def _met(route: Any) -> Any:
    return route["typed_per_filter_config"]


def _layers(config: Any) -> Any:
    return config["layered_runtime"]["layers"]


HARMS: list[tuple[str, Callable[[Any], object], str]] = [
    ("no site", lambda it: _routes(it).pop(0), "3 routes stand before the last, not 4"),
    ("a way around", lambda it: _routes(it).insert(0, _routes(it)[0]), "5 routes"),
    ("a wider path", lambda it: _routes(it)[0]["match"].update(prefix="/"), "leads from"),
    ("to the API", lambda it: _routes(it)[0]["route"].update(cluster="upstream"), "upstream"),
    ("a gate kept", lambda it: _met(_routes(it)[0]).pop("gate-a"), "other filters"),
    (
        "an open API",
        lambda it: _routes(it)[2].update(typed_per_filter_config=_met(_routes(it)[0])),
        "the API in slot a meets other filters",
    ),
    (
        "a gate of the other slot",
        lambda it: _routes(it)[3].update(typed_per_filter_config=_met(_routes(it)[2])),
        "the API in slot b meets other filters",
    ),
    (
        "a slot that is never in force",
        lambda it: _routes(it)[2]["match"].pop("runtime_fraction"),
        "the API in slot a is taken for",
    ),
    (
        "a slot by default",
        lambda it: _routes(it)[2]["match"]["runtime_fraction"]["default_value"].update(numerator=1),
        "the API in slot a is taken for",
    ),
    (
        "a slot by another word",
        lambda it: _layers(it)[0]["static_layer"].update({"regiongate.slot-a": 100}),
        "may say which slot",
    ),
    (
        "a slot by another file",
        lambda it: _layers(it)[1]["rtds_layer"]["rtds_config"]["path_config_source"].update(
            path="x"
        ),
        "may say which slot",
    ),
    ("an end that serves", lambda it: _met(_routes(it)[-1]).pop("no-slot"), "refuse everything"),
    (
        "an end elsewhere",
        lambda it: _routes(it)[-1]["route"].update(cluster="x"),
        "the API's route leads to x",
    ),
    (
        "an end of a part",
        lambda it: _routes(it)[-1]["match"].update(prefix="/v1"),
        "not simply everything",
    ),
    (
        "a refusal that allows",
        lambda it: _managers(it)[1]["http_filters"][-2]["typed_config"]["rules"].update(
            action="ALLOW"
        ),
        "a request without a slot is not refused",
    ),
    ("the API elsewhere", lambda it: _routes(it)[2]["route"].update(cluster="x"), "leads to x"),
    (
        "a part of the API",
        lambda it: _routes(it)[2]["match"].update(prefix="/v1"),
        "only taken for /v1",
    ),
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
    (
        "no guard",
        lambda it: _managers(it)[0]["http_filters"][0].update(name="other"),
        "the filters are ['other'",
    ),
    ("a guard asleep", lambda it: _met(_guarded(it)[4]).pop("guard"), "meets other filters"),
    ("a site unguarded", lambda it: _met(_guarded(it)[0]).pop("guard"), "meets other filters"),
    (
        "a guard that is not asked",
        lambda it: _guarded(it)[2]["match"]["headers"].pop(),
        "the API in slot a is taken for",
    ),
    (
        "a guard that asks less",
        lambda it: _guarded(it)[2]["match"]["headers"][0].update(name="x-other"),
        "the API in slot a is taken for",
    ),
    (
        "a gate asleep",
        lambda it: _managers(it)[1]["http_filters"][-3].update(disabled=True),
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
