"""Are the public pages, and the providers in region, told no more than they may know?"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from regiongate.compiler.verify.finding import Finding
from regiongate.compiler.verify.gate import OpenBundle
from regiongate.compiler.verify.tree import Json
from regiongate.domain.refusal import SITE_PATH

FILE = "envoy/bootstrap.json"

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
    """The servers behind the gateway are those of the settings, with no key but their own."""
    static = json.loads((bundle.folder / FILE).read_text("utf-8"))["static_resources"]
    settings = bundle.manifest["settings"]
    clusters = {one["name"]: one for one in static["clusters"]}
    for message in (
        *_cluster_differences(clusters, settings),
        *_key_differences(static.get("secrets", []), settings),
    ):
        yield Finding("site", FILE, message)


def partner_differences(name: str, route: Json, settings: Mapping[str, Any]) -> Iterator[str]:
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


def site_differences(route: Json, settings: Mapping[str, Any]) -> Iterator[str]:
    """What the pages are told of a request; which filters it meets, `routes.py` asks."""
    start, cluster = route["match"]["prefix"], route["route"]["cluster"]
    if (start, cluster) != (SITE_PATH, "site"):
        yield f"the site's route leads from {start} to {cluster}"
    added = route["request_headers_to_add"]
    if {one["header"]["key"]: one["header"]["value"] for one in added} != _TOLD or any(
        one["append_action"] != "OVERWRITE_IF_EXISTS_OR_ADD" for one in added
    ):
        yield "the site is told other headers than the settled address"
    yield from _secret_differences("the site", route, settings, set())


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
