"""The gate as Envoy would run it: the filters of `envoy/gate.json`, read back and replayed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from regiongate.compiler.reader import BundleReader
from regiongate.compiler.verify.leaf import Leaf, read_leaf
from regiongate.compiler.verify.tree import (
    TYPES,
    Json,
    NotUnderstood,
    Request,
    Tree,
    read_tree,
    take,
    take_typed,
)

_RESOURCE = TYPES + "envoy.config.core.v3.TypedExtensionConfig"
_FILTERS = TYPES + "envoy.extensions.filters.http."
_GEOIP = _FILTERS + "geoip.v3.Geoip"
_LUA = _FILTERS + "lua.v3.Lua"
_JWT = _FILTERS + "jwt_authn.v3.JwtAuthentication"
_RBAC = _FILTERS + "rbac.v3.RBAC"
_COMPOSITE = _FILTERS + "composite.v3.Composite"
_EXECUTE = _FILTERS + "composite.v3.ExecuteFilterAction"
_MATCHED = TYPES + "envoy.extensions.common.matching.v3.ExtensionWithMatcher"
_MAXMIND = TYPES + "envoy.extensions.geoip_providers.maxmind.v3.MaxMindConfig"
_NOTE = TYPES + "envoy.config.rbac.v3.Action"

RBAC_METADATA = "envoy.filters.http.rbac"
SHADOW_SUFFIX = "shadow_effective_policy_id"
NAMED_BY_US = "x-regiongate-organization"


@dataclass(frozen=True, slots=True)
class Organizations:
    """The filter that notes a standing: which header it asks, and under which key it notes."""

    header: str
    tree: Tree[str]
    key: str


@dataclass(frozen=True, slots=True)
class Gate:
    """The filters of one generation.

    `fields` maps what the database holds (`country`, `region`, `city`) to a request header.
    `keys` tells that a table of API keys names the organization.
    """

    fields: Mapping[str, str]
    keys: bool
    organizations: Organizations | None
    decide: Tree[Leaf]

    def located(self, record: Mapping[str, Any] | None) -> dict[str, str]:
        """The headers that Envoy's provider sets from a record: it reads fixed paths."""
        if record is None:
            return {}
        parts = record.get("subdivisions") or [{}]
        found = {
            "country": record.get("country", {}).get("iso_code"),
            "region": parts[0].get("iso_code"),
            "city": record.get("city", {}).get("names", {}).get("en"),
        }
        return {self.fields[name]: value for name, value in found.items() if value is not None}

    def standing(self, organization: str | None) -> str | None:
        """The standing that the gate notes for an organization; None when it knows none."""
        if self.organizations is None:
            return None
        headers = {} if organization is None else {self.organizations.header: organization}
        return self.organizations.tree.run(Request(headers, datetime.min.replace(tzinfo=UTC)))

    def answer(
        self, located: Mapping[str, str], standing: str | None, at: datetime, path: str
    ) -> Leaf | None:
        """What the gate does with a request, None when no leaf applies."""
        metadata: dict[tuple[str, str], str] = {}
        if self.organizations is not None and standing is not None:
            metadata[RBAC_METADATA, self.organizations.key] = standing
        return self.decide.run(Request({**located, ":path": path}, at, metadata))


class OpenBundle(BundleReader):
    """A bundle being verified; its gate, which may be large, is read once."""

    @cached_property
    def gate(self) -> Gate:
        """The gate; raises NotUnderstood where it is not what we can replay."""
        content = json.loads((self.folder / "envoy/gate.json").read_text("utf-8"))
        bootstrap = json.loads((self.folder / "envoy/bootstrap.json").read_text("utf-8"))
        return read_gate(content, read_fields(bootstrap), self.generation)


def read_gate(content: Json, fields: Mapping[str, str], generation: str) -> Gate:
    """Read a discovery response; raises NotUnderstood where it is not what we can replay."""
    filters = {kind_of(item): item for item in filters_of(content, generation)}
    order = list(filters)
    known = [_LUA, _JWT, _RBAC, _MATCHED]
    if _MATCHED not in filters or order != [k for k in known if k in filters]:
        raise NotUnderstood(f"the filters {order}: missing, unknown, or in another order")
    organizations = _read_organizations(filters[_RBAC]) if _RBAC in filters else None
    named = _LUA in filters or _JWT in filters
    if named and (organizations is None or organizations.header != NAMED_BY_US):
        raise NotUnderstood("the organization is found, and then looked for in another header")
    if _LUA in filters:
        _check_keys(filters[_LUA], generation)
    return Gate(
        fields=fields,
        keys=_LUA in filters,
        organizations=organizations,
        decide=_read_decide(filters[_MATCHED]),
    )


def filters_of(content: Json, generation: str) -> list[Json]:
    """The filters in a discovery response, which must be of this generation."""
    inner, tree = take_typed(
        {"name": "gate", "typed_config": chain_of(content, generation)},
        _MATCHED,
        ("extension_config", "xds_matcher"),
    )
    take_typed(inner, _COMPOSITE)
    (always,) = take(tree, ("on_no_match",))
    (action,) = take(always, ("action",))
    (chain,) = take_typed(action, _EXECUTE, ("filter_chain",))
    (filters,) = take(chain, ("typed_config",))
    found: list[Json] = filters
    if len({kind_of(item) for item in found}) != len(found):
        raise NotUnderstood("two filters of one type")
    return found


def chain_of(content: Json, generation: str) -> Json:
    """The configuration of the gate in a discovery response."""
    version, resources = take(content, ("version_info", "resources"))
    if version != generation:
        raise NotUnderstood(f"the version is {version}, not {generation}")
    (resource,) = resources
    kind, name, typed = take(resource, ("@type", "name", "typed_config"))
    if (kind, name, typed.get("@type")) != (_RESOURCE, "gate-@SLOT@", _MATCHED):
        raise NotUnderstood(f"the resource {name} of the type {kind}")
    found: Json = typed
    return found


def kind_of(extension: Json) -> str:
    """The type of an extension's configuration."""
    _, config = take(extension, ("name", "typed_config"))
    return str(config["@type"])


def read_fields(bootstrap: Json) -> Mapping[str, str]:
    """What the geoip filters of the start configuration set; all of them, in both slots, alike."""
    found = list(_geoips(bootstrap))
    paths = {path for path, _ in found}
    if paths != {f"slots/{slot}/verdict.mmdb" for slot in "ab"}:
        raise NotUnderstood(f"addresses are looked up in {sorted(paths)}")
    if any(fields != found[0][1] for _, fields in found):
        raise NotUnderstood("two slots write to different headers")
    return found[0][1]


def _geoips(value: Any) -> Iterator[tuple[str, Mapping[str, str]]]:
    if isinstance(value, list):
        for item in value:
            yield from _geoips(item)
    elif isinstance(value, dict):
        if value.get("@type") == _GEOIP:
            yield _read_locate(value)
        else:
            yield from _geoips(list(value.values()))


def _read_locate(config: Json) -> tuple[str, Mapping[str, str]]:
    _, provider = take(config, ("@type", "provider"))
    path, common = take_typed(provider, _MAXMIND, ("city_db_path", "common_provider_config"))
    (fields,) = take(common, ("geo_field_keys",))
    take(fields, ("country", "region", "city"))
    return str(path), fields


def _check_keys(config: Json, generation: str) -> None:
    code, clear = take_typed(config, _LUA, ("default_source_code", "clear_route_cache"))
    if clear is not False:
        raise NotUnderstood("the keys filter makes Envoy choose the route again")
    (script,) = take(code, ("inline_string",))
    first = f'local TABLE = "bundles/{generation}/organizations.keys"\n'
    if not script.startswith(first):
        raise NotUnderstood("the keys are looked up in another bundle")


def _read_organizations(config: Json) -> Organizations:
    tree, prefix = take_typed(config, _RBAC, ("shadow_matcher", "shadow_rules_stat_prefix"))
    read = read_tree(tree, _read_note)
    (header,) = read.knows
    return Organizations(header, read, prefix + SHADOW_SUFFIX)


def _read_note(config: Json) -> str:
    kind, name, action = take(config, ("@type", "name", "action"))
    if (kind, action) != (_NOTE, "ALLOW"):
        raise NotUnderstood(f"the note {name} of the type {kind} does {action}")
    return str(name)


def _read_decide(config: Json) -> Tree[Leaf]:
    inner, tree = take_typed(config, _MATCHED, ("extension_config", "xds_matcher"))
    take_typed(inner, _COMPOSITE)
    return read_tree(tree, read_leaf)
