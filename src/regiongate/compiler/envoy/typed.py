"""The few shapes that every piece of Envoy configuration is built from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from ipaddress import IPv4Network, IPv6Network
from typing import Any

Config = dict[str, Any]

_TYPES = "type.googleapis.com/"


def typed(message: str, **fields: Any) -> Config:
    """A message as `google.protobuf.Any` in JSON: its full name and its fields."""
    return {"@type": _TYPES + message, **fields}


def extension(name: str, message: str, **fields: Any) -> Config:
    """A named extension with its configuration (`TypedExtensionConfig`)."""
    return {"name": name, "typed_config": typed(message, **fields)}


def type_url(message: str) -> str:
    """The URL by which configuration discovery names a message."""
    return _TYPES + message


def cidrs(networks: Sequence[IPv4Network | IPv6Network]) -> list[Config]:
    """Networks as Envoy writes them; an IPv4 one also as dual-stack proxies write its addresses."""
    plain = [(str(network.network_address), network.prefixlen) for network in networks]
    mapped = [
        (f"::ffff:{network.network_address}", 96 + network.prefixlen)
        for network in networks
        if network.version == 4
    ]
    return [{"address_prefix": text, "prefix_len": bits} for text, bits in (*plain, *mapped)]


COMPOSITE = "envoy.extensions.filters.http.composite.v3.Composite"

_EXECUTE = "envoy.extensions.filters.http.composite.v3.ExecuteFilterAction"


def composite(
    name: str, tree: Config, chains: Mapping[str, Sequence[Config]] | None = None
) -> Config:
    """A filter that runs what a matching tree says; the tree is the outcome of `matcher`.

    `chains` are filters that actions may name (see `named`), written once for all of them. The
    tree stands in the filter itself: an `ExtensionWithMatcher` around it would be one more filter
    for each request.
    """
    fields: Config = {"matcher": tree["matcher"]}
    if chains is not None:
        fields["named_filter_chains"] = {
            key: {"typed_config": list(filters)} for key, filters in chains.items()
        }
    return extension(name, COMPOSITE, **fields)


def run(name: str, *filters: Config) -> Config:
    """An outcome that runs these filters one after another.

    None of them may wait for something but the last: Envoy goes on behind the composite then.
    """
    if len(filters) == 1:
        return _execute(name, typed_config=filters[0])
    return _execute(name, filter_chain={"typed_config": list(filters)})


def named(name: str, chain: str) -> Config:
    """An outcome that runs a chain of the composite; Envoy skips one that is not there."""
    return _execute(name, filter_chain_name=chain)


def discovered(name: str, resource: str, source: Config) -> Config:
    """An outcome that runs a discovered filter, as its source has it by then."""
    return _execute(name, dynamic_config={"name": resource, "config_discovery": source})


def always(outcome: Config) -> Config:
    """A tree that asks nothing."""
    return {"matcher": {"on_no_match": outcome}}


def _execute(name: str, **how: Any) -> Config:
    return {"action": {"name": name, "typed_config": typed(_EXECUTE, **how)}}


def set_headers(values: Mapping[str, str]) -> list[Config]:
    """Header mutations that write each header, replacing any value it had."""
    return [
        {
            "append": {
                "header": {"key": key, "value": value},
                "append_action": "OVERWRITE_IF_EXISTS_OR_ADD",
            }
        }
        for key, value in values.items()
    ]


def add_header(key: str, value: str) -> Config:
    """A header mutation that leaves other values of the same header in place."""
    header = {"key": key, "value": value}
    return {"append": {"header": header, "append_action": "APPEND_IF_EXISTS_OR_ADD"}}


def header_mutation(name: str, request: Mapping[str, str], response: Sequence[Config]) -> Config:
    """A filter that sets request headers and applies mutations to the response."""
    mutations: Config = {"request_mutations": set_headers(request)}
    if response:
        mutations["response_mutations"] = list(response)
    message = "envoy.extensions.filters.http.header_mutation.v3.HeaderMutation"
    return extension(name, message, mutations=mutations)
