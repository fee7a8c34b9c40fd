"""What a leaf of the deciding tree does to a request, read back from its filters."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from regiongate.compiler.verify.tree import TYPES, Json, NotUnderstood, take

PREFIX = "x-regiongate-"

_EXECUTE = TYPES + "envoy.extensions.filters.http.composite.v3.ExecuteFilterAction"
_HEADERS = TYPES + "envoy.extensions.filters.http.header_mutation.v3.HeaderMutation"
_RBAC = TYPES + "envoy.extensions.filters.http.rbac.v3.RBAC"
_STATE = TYPES + "envoy.extensions.filters.http.set_filter_state.v3.Config"
_REFUSE_ALL = {
    "action": "DENY",
    "policies": {"row": {"principals": [{"any": True}], "permissions": [{"any": True}]}},
}
_REPLACE = "OVERWRITE_IF_EXISTS_OR_ADD"
_PLACEHOLDER = re.compile(r"(?<!%)(?:%%)*%[A-Za-z]")


@dataclass(frozen=True, slots=True)
class Leaf:
    """`says` are our headers as the request then carries them, without their common prefix.

    `response` are the headers added to the answer, as the formatter has them. `refuses` tells that
    nothing reaches the upstream; `reroutes` that the route is chosen again.
    """

    says: Mapping[str, str]
    response: Mapping[str, str]
    refuses: bool
    reroutes: bool = False


def read_leaf(config: Json) -> Leaf:
    """Read an action: filters that set headers, then at most one that refuses."""
    kind, one, chain = take(config, ("@type",), ("typed_config", "filter_chain"))
    if kind != _EXECUTE or (one is None) == (chain is None):
        raise NotUnderstood(f"an action of the type {kind}")
    says: dict[str, str] = {}
    response: dict[str, str] = {}
    refuses = reroutes = False
    for extension in [one] if chain is None else take(chain, ("typed_config",))[0]:
        _, filter_config = take(extension, ("name", "typed_config"))
        if refuses:
            # What comes behind a refusal never runs: a header set there would be missing.
            raise NotUnderstood("a filter behind the one that refuses")
        if filter_config.get("@type") == _RBAC:
            _, rules = take(filter_config, ("@type", "rules"))
            refuses = _refuses_all(rules)
        elif filter_config.get("@type") == _STATE:
            _, _, reroutes = take(
                filter_config, ("@type", "on_request_headers", "clear_route_cache")
            )
        else:
            _read_headers(filter_config, says, response)
    return Leaf(says, response, refuses, reroutes)


def _refuses_all(rules: Json) -> bool:
    if rules != _REFUSE_ALL:
        raise NotUnderstood("a refusal that does not refuse everyone")
    return True


def _read_headers(config: Json, says: dict[str, str], response: dict[str, str]) -> None:
    kind, mutations = take(config, ("@type", "mutations"))
    if kind != _HEADERS:
        raise NotUnderstood(f"a filter of the type {kind}")
    request, answer = take(mutations, ("request_mutations",), ("response_mutations",))
    for mutation in request:
        key, value, how = _read_append(mutation)
        if how != _REPLACE or not key.startswith(PREFIX):
            raise NotUnderstood(f"the request header {key} is not simply set")
        if _PLACEHOLDER.search(value):
            raise NotUnderstood(f"the request header {key} holds a placeholder: {value}")
        says[key.removeprefix(PREFIX)] = value.replace("%%", "%")
    for mutation in answer or []:
        key, value, _ = _read_append(mutation)
        response[key] = value


def _read_append(mutation: Json) -> tuple[str, str, str]:
    (append,) = take(mutation, ("append",))
    header, how = take(append, ("header", "append_action"))
    key, value = take(header, ("key", "value"))
    return key, value, how
