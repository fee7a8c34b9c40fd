"""Are the servers behind the gateway those of the settings, and told no more than they may know?"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from regiongate.compiler.verify.finding import Finding
from regiongate.compiler.verify.gate import OpenBundle
from regiongate.compiler.verify.tree import Json

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


def check_behind(bundle: OpenBundle) -> Iterator[Finding]:
    """Each cluster is a server of the settings, and a provider in region gets its own key alone."""
    static = json.loads((bundle.folder / FILE).read_text("utf-8"))["static_resources"]
    settings = bundle.manifest["settings"]
    clusters = {one["name"]: one for one in static["clusters"]}
    for message in (
        *_cluster_differences(clusters, settings),
        *_key_differences(static.get("secrets", []), settings),
    ):
        yield Finding("behind", FILE, message)


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
    providers = {f"hand-over-{name}": where for name, where, _ in settings.get("hand_over", ())}
    behind = providers if site is None else providers | {"site": site}
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
    for name in providers:
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
