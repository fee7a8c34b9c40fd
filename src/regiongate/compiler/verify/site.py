"""Does the gate stand aside for the public pages, for nothing else, and without saying who asks?"""

from __future__ import annotations

import json
import re
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
_HARMLESS = {
    *("authorization", "cache-control", "connection", "date", "expect", "host", "idempotency-key"),
    *("prefer", "range", "te", "traceparent", "tracestate", "trailer", "transfer-encoding"),
    *("upgrade", "user-agent", "x-client-request-id", "x-request-id"),
}
"""What a provider in region may get of the client's; `authorization` is ours by then."""

_HARMLESS_BEGINNINGS = {
    *("accept", "anthropic-", "content-", "openai-"),
    *("sec-websocket-", "x-regiongate-", "x-stainless-"),
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
            *_all_differences(before, settings, probe="direct_response" in last),
            *_filter_differences(
                manager["http_filters"], guarded=any("typed_per_filter_config" in r for r in before)
            ),
        ):
            yield Finding("site", FILE, message)
    static = config["static_resources"]
    clusters = {one["name"]: one for one in static["clusters"]}
    for message in (
        *_cluster_differences(clusters, settings),
        *_key_differences(static.get("secrets", []), settings),
    ):
        yield Finding("site", FILE, message)


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


def _all_differences(
    routes: list[Json], settings: Mapping[str, Any], *, probe: bool
) -> Iterator[str]:
    # Nobody asks a probe's listener for a page, and nobody is handed over from there.
    sites = 0 if probe or settings.get("site") is None else 1
    partners = [] if probe else [name for name, _, _ in settings.get("hand_over", ())]
    wanted = sites + len(partners)
    if len(routes) != wanted:
        yield f"{len(routes)} routes stand before the last, not {wanted}"
        return
    for route in routes[:sites]:
        yield from _site_differences(route, settings)
    for name, route in zip(partners, routes[sites:], strict=True):
        yield from _partner_differences(name, route, settings)


def _partner_differences(name: str, route: Json, settings: Mapping[str, Any]) -> Iterator[str]:
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
    if route["match"] != {"prefix": SITE_PATH} or route["route"]["cluster"] != "site":
        yield f"the site's route leads from {route['match']} to {route['route']['cluster']}"
    if route["typed_per_filter_config"] != _WITHOUT_GATE:
        yield "the site's route has other filters than all but the gate"
    added = route["request_headers_to_add"]
    if {one["header"]["key"]: one["header"]["value"] for one in added} != _TOLD or any(
        one["append_action"] != "OVERWRITE_IF_EXISTS_OR_ADD" for one in added
    ):
        yield "the site is told other headers than the settled address"
    yield from _secret_differences("the site", route, settings, set())


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


def _key_differences(secrets: list[Json], settings: Mapping[str, Any]) -> Iterator[str]:
    """Each provider's key comes from its own file and stands nowhere else."""
    wanted = [
        {"name": f"hand-over-{name}", "generic_secret": {"secret": {"filename": key}}}
        for name, _, key in settings.get("hand_over", ())
    ]
    if secrets != wanted:
        yield "the keys of the providers in region are not those of their files"


def _cluster_differences(
    clusters: Mapping[str, Json], settings: Mapping[str, Any]
) -> Iterator[str]:
    site = settings.get("site")
    partners = {f"hand-over-{name}": where for name, where, _ in settings.get("hand_over", ())}
    behind = partners if site is None else partners | {"site": site}
    names = {"upstream", *behind}
    if clusters.keys() != names:
        yield f"the clusters are {sorted(clusters)}, not {sorted(names)}"
        return
    for name, origin in behind.items():
        (where,) = clusters[name]["load_assignment"]["endpoints"][0]["lb_endpoints"]
        said = where["endpoint"]["address"]["socket_address"]
        host, _, port = origin.partition("://")[2].rpartition(":")
        if (said["address"], said["port_value"]) != (host.strip("[]"), int(port)):
            yield f"the {name} is {said['address']}:{said['port_value']}, not {origin}"
    for name in partners:
        (protocol,) = clusters[name]["typed_extension_protocol_options"].values()
        filters = [one["name"] for one in protocol["http_filters"]]
        if filters != ["credential", "private", "codec"]:
            yield f"{name} is asked through the filters {filters}"
            continue
        credential, private, _ = protocol["http_filters"]
        yield from _private_differences(name, private, settings)
        said = credential["typed_config"]
        if not said["overwrite"] or said.get("allow_request_without_credential"):
            yield f"{name} may be asked without a credential of ours"
        if said["credential"]["typed_config"]["credential"] != {"name": name}:
            yield f"{name} gets the credential of another provider"


def _private_differences(name: str, private: Json, settings: Mapping[str, Any]) -> Iterator[str]:
    """A key that rides in the query stays here, and so does a header that nobody vouches for."""
    script = private["typed_config"]["default_source_code"]["inline_string"]
    secret = {"access_token", "api_key", "key", "token", *settings["api_key_headers"]}
    for field in sorted(secret - _table(script, "SECRETS")):
        yield f"{name} gets {field} of the query"
    for field in sorted(_table(script, "KEPT") - _HARMLESS):
        yield f"{name} gets the header {field} of the client"
    for beginning in sorted(_table(script, "BEGINNINGS") - _HARMLESS_BEGINNINGS):
        yield f"{name} gets the headers {beginning}... of the client"


def _table(script: str, table: str) -> set[str]:
    (content,) = re.findall(rf"^local {table} = {{(.*)}}$", script, re.MULTILINE)
    return set(re.findall(r'"([^"]*)"', content))
