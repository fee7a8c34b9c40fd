"""Does every request meet the one gate in force, but for the public pages, which only locate?

A route decides which filters a request meets, and what it says of who asks to the server behind it,
so each of them is held against its only right form.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from regiongate.compiler.verify.envoy import DENY
from regiongate.compiler.verify.finding import Finding
from regiongate.compiler.verify.gate import OpenBundle
from regiongate.compiler.verify.tree import TYPES, Json
from regiongate.domain.refusal import SITE_PATH

FILE = "envoy/bootstrap.json"

_NETWORK = TYPES + "envoy.extensions.filters.network."
_MANAGER = _NETWORK + "http_connection_manager.v3.HttpConnectionManager"
_FILTER = TYPES + "envoy.config.route.v3.FilterConfig"
_SLOTS = ("a", "b")
_GATED = [f"{what}-{slot}" for slot in _SLOTS for what in ("locate", "gate")]
_GUARD = "guard"
_NO_SLOT = "no-slot"
_ROUTE = ("match", "typed_per_filter_config")
_EVERYTHING = {"prefix": "/"}
_TOLD = {
    "x-regiongate-client-address": "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%",
    "x-regiongate-rule": "site",
}
_NEVER = {"numerator": 0, "denominator": "HUNDRED"}
_SELECTED = {
    "name": "slot",
    "rtds_layer": {
        "name": "slot",
        "rtds_config": {
            "path_config_source": {"path": "envoy/select.json"},
            "resource_api_version": "V3",
        },
    },
}


def check_routes(bundle: OpenBundle) -> Iterator[Finding]:
    """Every route and every filter of every listener is the one that the settings ask for."""
    config = json.loads((bundle.folder / FILE).read_text("utf-8"))
    for message in _layer_differences(config["layered_runtime"]["layers"]):
        yield Finding("routes", FILE, message)
    for manager in _managers(config["static_resources"]["listeners"]):
        for message in _differences(manager, bundle.manifest["settings"]):
            yield Finding("routes", FILE, message)


def _layer_differences(layers: list[Json]) -> Iterator[str]:
    """Nothing but the watched file says which slot is in force."""
    fixed, *rest = layers
    if fixed["static_layer"].keys() != {"re2.max_program_size.error_level"} or rest != [_SELECTED]:
        yield "another thing than envoy/select.json may say which slot is in force"


def _managers(value: Any) -> Iterator[Json]:
    if isinstance(value, list):
        for item in value:
            yield from _managers(item)
    elif isinstance(value, dict):
        if value.get("@type") == _MANAGER:
            yield value
        yield from _managers(list(value.values()))


def _differences(manager: Json, settings: Mapping[str, Any]) -> Iterator[str]:
    (host,) = manager["route_config"]["virtual_hosts"]
    *routes, last = host["routes"]
    probe = manager["stat_prefix"] == "probe"
    guarded = _reads_forwarding(manager)
    yield from _filter_differences(manager["http_filters"], guarded=guarded)
    yield from _last_differences(last)
    sites = 0 if probe or settings.get("site") is None else len(_SLOTS)
    providers = [] if probe else [name for name, _, _ in settings.get("hand_over", ())]
    to_api = len(_SLOTS) * (2 if guarded else 1)
    wanted = sites + len(providers) + to_api
    if len(routes) != wanted:
        yield f"{len(routes)} routes stand before the last, not {wanted}"
        return
    awake: Json = _awake(_GUARD) if guarded else {}
    for slot, route in zip(_SLOTS, routes[:sites], strict=False):
        yield from _site_differences(route, settings)
        yield from _taken_differences("the site", slot, route, None)
        yield from _met_differences("the site", slot, route, awake | _asleep({f"gate-{slot}"}))
    for name, route in zip(providers, routes[sites : sites + len(providers)], strict=True):
        yield from _provider_differences(name, route, settings)
    rest = routes[sites + len(providers) :]
    if probe:
        yield from _probe_differences(rest)
    else:
        yield from _api_differences(rest, _guard_asks(manager) if guarded else None)


def _reads_forwarding(manager: Json) -> bool:
    named = (one["name"] for one in manager.get("original_ip_detection_extensions", ()))
    return "forwarded-for" in named or bool(manager.get("xff_num_trusted_hops"))


def _filter_differences(filters: list[Json], *, guarded: bool) -> Iterator[str]:
    """Each slot locates and decides; of itself no filter sleeps but the two that refuse."""
    wanted = [*([_GUARD] if guarded else []), *_GATED, _NO_SLOT, "router"]
    found = [one["name"] for one in filters]
    if found != wanted:
        yield f"the filters are {found}, not {wanted}"
    asleep = {one["name"] for one in filters if one.get("disabled")}
    if asleep != {_NO_SLOT, *([_GUARD] if guarded else [])}:
        yield f"the filters {sorted(asleep)} are asleep"
    if not any(one["name"] == _NO_SLOT and one["typed_config"] == DENY for one in filters):
        yield "a request without a slot is not refused"


def _last_differences(route: Json) -> Iterator[str]:
    """Whoever meets no gate is refused."""
    if route["match"] != _EVERYTHING or route.keys() - {*_ROUTE, "route", "direct_response"}:
        yield f"the last route is not simply everything: {sorted(route)}"
    if route.get("route", {}).get("cluster", "upstream") != "upstream":
        yield f"the API's route leads to {route['route']['cluster']}"
    if route["typed_per_filter_config"] != _asleep(set(_GATED)) | _awake(_NO_SLOT):
        yield "the last route does not refuse everything"


def _provider_differences(name: str, route: Json, settings: Mapping[str, Any]) -> Iterator[str]:
    """What the gate hands over, and nothing else, goes to the provider; who calls stays here."""
    asked = {"name": "x-regiongate-hand-over", "string_match": {"exact": name}}
    if route["match"] != {"prefix": "/", "headers": [asked]}:
        yield f"the route to {name} is taken for {route['match']}"
    if route["route"]["cluster"] != f"hand-over-{name}":
        yield f"the route to {name} leads to {route['route']['cluster']}"
    if "typed_per_filter_config" in route:
        yield f"the route to {name} has filters of its own"
    ours = {f"x-regiongate-{field}" for field in ("organization", "key", "standing")}
    yield from _secret_differences(name, route, settings, ours | {"cookie", "x-forwarded-for"})


def _secret_differences(
    who: str, route: Json, settings: Mapping[str, Any], more: set[str]
) -> Iterator[str]:
    secret = {"authorization", *settings["api_key_headers"], settings["organization_header"], *more}
    for name in sorted(secret - {None} - set(route["request_headers_to_remove"])):
        yield f"{who} gets the header {name}"


def _site_differences(route: Json, settings: Mapping[str, Any]) -> Iterator[str]:
    start, cluster = route["match"]["prefix"], route["route"]["cluster"]
    if (start, cluster) != (SITE_PATH, "site"):
        yield f"the site's route leads from {start} to {cluster}"
    added = route["request_headers_to_add"]
    if {one["header"]["key"]: one["header"]["value"] for one in added} != _TOLD or any(
        one["append_action"] != "OVERWRITE_IF_EXISTS_OR_ADD" for one in added
    ):
        yield "the site is told other headers than the settled address"
    yield from _secret_differences("the site", route, settings, set())


def _probe_differences(routes: list[Json]) -> Iterator[str]:
    """The probe names its slot itself, and is answered here."""
    for slot, route in zip(_SLOTS, routes, strict=True):
        asked = {"name": "x-probe-slot", "string_match": {"exact": slot}}
        if route["match"] != _EVERYTHING | {"headers": [asked]} or "direct_response" not in route:
            yield f"the probe of slot {slot} is taken for {route['match']}"
        yield from _met_differences("the probe", slot, route, {})


def _api_differences(routes: list[Json], unreadable: list[str] | None) -> Iterator[str]:
    """The API's routes; with a guard, those without it ask for what the guard would let pass."""
    for number, route in enumerate(routes):
        slot = _SLOTS[number % len(_SLOTS)]
        readable = awake = None
        if unreadable is not None:
            first = number < len(_SLOTS)
            readable, awake = (_readable(unreadable), None) if first else (None, _awake(_GUARD))
        yield from _taken_differences("the API", slot, route, readable)
        yield from _met_differences("the API", slot, route, awake or {})
        if route["match"]["prefix"] != "/":
            yield f"the API's route is only taken for {route['match']['prefix']}"
        if route.get("route", {}).get("cluster") != "upstream":
            yield f"the API's route leads to {route.get('route', {}).get('cluster')}"


def _readable(regexes: list[str]) -> list[Json]:
    return [
        {"name": "x-forwarded-for", "string_match": {"safe_regex": {"regex": regex}}}
        for regex in regexes
    ]


def _guard_asks(manager: Json) -> list[str]:
    """The expressions for a header that can be read which a listener's guard knows."""
    found = [one for one in manager["http_filters"] if one["name"] == _GUARD]
    return [regex for one in found for regex in _regexes(one)]


def _regexes(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _regexes(item)
    elif isinstance(value, dict):
        if isinstance(value.get("regex"), str):
            yield value["regex"]
        yield from _regexes(list(value.values()))


def _taken_differences(
    who: str, slot: str, route: Json, headers: list[Json] | None
) -> Iterator[str]:
    """A route is taken when its slot is in force, and for these headers if any are named."""
    match = {name: value for name, value in route["match"].items() if name != "prefix"}
    key = f"regiongate.slot-{slot}"
    wanted: Json = {"runtime_fraction": {"default_value": _NEVER, "runtime_key": key}}
    if headers is not None:
        wanted |= {"headers": headers}
    if match != wanted:
        yield f"{who} in slot {slot} is taken for {match}"


def _met_differences(who: str, slot: str, route: Json, own: Json) -> Iterator[str]:
    """A route meets the filters of its slot only; `own` is what it says beside that."""
    others = {name for name in _GATED if not name.endswith(f"-{slot}")}
    if route["typed_per_filter_config"] != _asleep(others) | own:
        yield f"{who} in slot {slot} meets other filters than those of that slot"


def _awake(name: str) -> Json:
    return {name: {"@type": _FILTER, "config": {}}}


def _asleep(names: set[str]) -> Json:
    return {name: {"@type": _FILTER, "disabled": True} for name in names}
