"""Does the gate stand aside for the public pages, for nothing else, and without saying who asks?"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from regiongate.compiler.verify.finding import Finding
from regiongate.compiler.verify.gate import OpenBundle
from regiongate.compiler.verify.tree import TYPES, Json
from regiongate.domain.refusal import SITE_PATH

FILE = "envoy/bootstrap.json"

_MANAGER = (
    TYPES
    + "envoy.extensions.filters.network.http_connection_manager.v3."
    + ("HttpConnectionManager")
)
_FILTER = TYPES + "envoy.config.route.v3.FilterConfig"
_WITHOUT_GATE = {
    "gate": {"@type": _FILTER, "disabled": True},
    "site-guard": {"@type": _FILTER, "config": {}},
}
_TOLD = {
    "x-regiongate-client-address": "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%",
    "x-regiongate-rule": "site",
}


def check_site(bundle: OpenBundle) -> Iterator[Finding]:
    """Every route of every listener is the one that the settings ask for."""
    config = json.loads((bundle.folder / FILE).read_text("utf-8"))
    settings = bundle.manifest["settings"]
    for manager in _managers(config["static_resources"]["listeners"]):
        (host,) = manager["route_config"]["virtual_hosts"]
        *before, last = host["routes"]
        for message in (
            *_last_differences(last),
            *_site_differences(before, settings, probe="direct_response" in last),
            *_filter_differences(manager["http_filters"], guarded=bool(before)),
        ):
            yield Finding("site", FILE, message)
    clusters = {one["name"]: one for one in config["static_resources"]["clusters"]}
    yield from (
        Finding("site", FILE, message) for message in _cluster_differences(clusters, settings)
    )


def _managers(value: Any) -> Iterator[Json]:
    if isinstance(value, list):
        for item in value:
            yield from _managers(item)
    elif isinstance(value, dict):
        if value.get("@type") == _MANAGER:
            yield value
        yield from _managers(list(value.values()))


def _last_differences(route: Json) -> Iterator[str]:
    """Whatever is no public page meets the gate, and then the API or, for a probe, nobody."""
    if route["match"] != {"prefix": "/"} or route.keys() - {"match", "route", "direct_response"}:
        yield f"the last route is not simply everything: {sorted(route)}"
    if route.get("route", {}).get("cluster", "upstream") != "upstream":
        yield f"the API's route leads to {route['route']['cluster']}"


def _site_differences(
    routes: list[Json], settings: Mapping[str, Any], *, probe: bool
) -> Iterator[str]:
    # Nobody asks a probe's listener for a page.
    wanted = 0 if probe or settings.get("site") is None else 1
    if len(routes) != wanted:
        yield f"{len(routes)} routes stand before the last, not {wanted}"
        return
    for route in routes:
        yield from _route_differences(route, settings)


def _route_differences(route: Json, settings: Mapping[str, Any]) -> Iterator[str]:
    if route["match"] != {"prefix": SITE_PATH} or route["route"]["cluster"] != "site":
        yield f"the site's route leads from {route['match']} to {route['route']['cluster']}"
    if route["typed_per_filter_config"] != _WITHOUT_GATE:
        yield "the site's route has other filters than all but the gate"
    added = route["request_headers_to_add"]
    if {one["header"]["key"]: one["header"]["value"] for one in added} != _TOLD or any(
        one["append_action"] != "OVERWRITE_IF_EXISTS_OR_ADD" for one in added
    ):
        yield "the site is told other headers than the settled address"
    secret = {"authorization", *settings["api_key_headers"], settings["organization_header"]}
    for name in sorted(secret - {None} - set(route["request_headers_to_remove"])):
        yield f"the site gets the header {name}"


def _filter_differences(filters: list[Json], *, guarded: bool) -> Iterator[str]:
    """No filter sleeps but the guard, and it refuses what the gate's place refuses unasked."""
    named = {one["name"]: one for one in filters}
    guard = named.get("site-guard")
    asleep = {name for name, one in named.items() if one.get("disabled")}
    if asleep - {"site-guard"}:
        yield f"the filters {sorted(asleep)} are asleep"
    # That there is a gate at all is a check of its own.
    refused = _unasked(named["gate"]) if "gate" in named else []
    if guarded and refused and (guard is None or _unasked(guard) != refused):
        yield "an address that cannot be read is not refused to the site"


def _unasked(extension: Json) -> list[Json]:
    found: list[Json] = (
        extension["typed_config"]["matcher"].get("matcher_list", {}).get("matchers", [])
    )
    return found


def _cluster_differences(
    clusters: Mapping[str, Json], settings: Mapping[str, Any]
) -> Iterator[str]:
    site = settings.get("site")
    names = {"upstream"} | (set() if site is None else {"site"})
    if clusters.keys() != names:
        yield f"the clusters are {sorted(clusters)}, not {sorted(names)}"
    elif site is not None:
        (where,) = clusters["site"]["load_assignment"]["endpoints"][0]["lb_endpoints"]
        said = where["endpoint"]["address"]["socket_address"]
        host, _, port = site.partition("://")[2].rpartition(":")
        if (said["address"], said["port_value"]) != (host.strip("[]"), int(port)):
            yield f"the site is {said['address']}:{said['port_value']}, not {site}"
