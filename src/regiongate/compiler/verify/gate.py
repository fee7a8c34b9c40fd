"""The gate as Envoy would run it: the filters of `envoy/gate.json`, read back and replayed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from regiongate.compiler.envoy.keytable import KeyTable
from regiongate.compiler.reader import BundleReader
from regiongate.compiler.roll import Roll
from regiongate.compiler.verify.identify import (
    JWT,
    LUA,
    NAMED_BY_US,
    STANDING,
    check_keys,
    check_token,
)
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
_COMPOSITE = _FILTERS + "composite.v3.Composite"
_EXECUTE = _FILTERS + "composite.v3.ExecuteFilterAction"
_MAXMIND = TYPES + "envoy.extensions.geoip_providers.maxmind.v3.MaxMindConfig"

EVERYBODY = ""
"""The standing under which a gate decides that tells no organizations apart."""


@dataclass(frozen=True, slots=True)
class Organizations:
    """The filter that knows standings: which header it asks, and the standing that it finds.

    The header names an organization, or, behind a table of keys, the standing of a key.
    """

    header: str
    tree: Tree[str]


@dataclass(frozen=True, slots=True)
class Gate:
    """The filters of one generation.

    `fields` maps what the databases hold (`country`, `region`, `city`, `isp`) to request headers.
    `keys` tells that a table of API keys names the organization. `deciders` has a tree for each
    standing, or one for EVERYBODY.
    """

    fields: Mapping[str, str]
    keys: bool
    organizations: Organizations | None
    deciders: Mapping[str, Tree[Leaf]]

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

    def standing(self, named: str | None) -> str | None:
        """The standing that the gate finds for what its header names; None when it asks none."""
        if self.organizations is None:
            return None
        headers = {} if named is None else {self.organizations.header: named}
        return self.organizations.tree.run(Request(headers, datetime.min.replace(tzinfo=UTC)))

    def answer(
        self, located: Mapping[str, str], standing: str | None, at: datetime, path: str
    ) -> Leaf | None:
        """What the gate does with a request, None when nothing decides for this standing."""
        name = EVERYBODY if self.organizations is None else standing
        tree = None if name is None else self.deciders.get(name)
        return None if tree is None else tree.run(Request({**located, ":path": path}, at))


class OpenBundle(BundleReader):
    """A bundle being verified; its gate, which may be large, is read once.

    `sound` is a bundle without a fault, which may have much in common with this one.
    """

    def __init__(self, folder: Path, sound: OpenBundle | None = None) -> None:
        super().__init__(folder)
        self.sound = sound

    def same(self, *names: str) -> bool:
        """Whether the sound one has these files byte for byte, or neither has one.

        The manifest's word is enough: that the files are as it says is a check of its own.
        """
        if self.sound is None:
            return False
        ours, theirs = self.manifest["files"], self.sound.manifest["files"]
        return all(ours.get(name) == theirs.get(name) for name in names)

    @cached_property
    def same_places(self) -> bool:
        """Whether all that is said of places is what the sound one says, policy and data."""
        if self.sound is None or not self.same("verdict.mmdb", "probes.json", "facts.mmdb"):
            return False
        names = {name for one in (self, self.sound) for name in one.manifest["files"]}
        files = {name for name in names if name.startswith("policy/")} - {"policy/rulings.json"}
        return self.same("envoy/bootstrap.json", *files) and all(
            of(self) == of(self.sound)
            for of in (
                lambda one: one.manifest["sources"],
                lambda one: one.manifest["facts"],
                lambda one: one.policy.ruled_networks(),
                lambda one: one.decisions["unknown"],
                lambda one: sorted(one.decisions["standings"][one.decisions["ordinary"]]),
            )
        )

    @cached_property
    def roll(self) -> Roll:
        """The organizations; those of the sound one where they are the same."""
        if self.sound is not None and self.same("organizations.csv", "registered.csv"):
            return self.sound.roll
        return super().roll

    @cached_property
    def key_table(self) -> KeyTable:
        """The table of keys. Raises KeyTableError, or OSError when there is none."""
        return KeyTable.read((self.folder / "organizations.keys").read_bytes())

    @cached_property
    def timeless_gate(self) -> str:
        """The gate file without the generation in it."""
        text = (self.folder / "envoy/gate.json").read_text("utf-8")
        return text.replace(self.generation, "GENERATION")

    @cached_property
    def timeless_chains(self) -> Mapping[str, object]:
        """Who decides for each standing, as configured, without the generation in it."""
        found: dict[str, object] = {}
        for item in _filters_of(chain_of(json.loads(self.timeless_gate), "GENERATION")):
            chains = item["typed_config"].get("named_filter_chains")
            if chains is not None:
                ordinary = {
                    self.decisions["ordinary"]: item["typed_config"]["matcher"]["on_no_match"]
                }
                found |= chains | ordinary
        return found

    @cached_property
    def gate(self) -> Gate:
        """The gate; raises NotUnderstood where it is not what we can replay."""
        content = json.loads((self.folder / "envoy/gate.json").read_text("utf-8"))
        bootstrap = json.loads((self.folder / "envoy/bootstrap.json").read_text("utf-8"))
        ordinary = str(self.decisions["ordinary"])
        return read_gate(content, read_fields(bootstrap), self.generation, ordinary)


def read_gate(content: Json, fields: Mapping[str, str], generation: str, ordinary: str) -> Gate:
    """Read a discovery response; raises NotUnderstood where it is not what we can replay.

    `ordinary` is the name of the standing of everybody of whom nothing else is said.
    """
    *before, judge = _filters_of(chain_of(content, generation))
    kinds = [kind_of(item) for item in before]
    if kinds not in ([], [LUA], [JWT]):
        raise NotUnderstood(f"the filters {kinds}: missing, unknown, or in another order")
    if LUA in kinds:
        check_keys(before[0], generation)
    if JWT in kinds:
        check_token(before[0])
    organizations, deciders = _read_judge(judge, ordinary)
    written = STANDING if LUA in kinds else NAMED_BY_US
    if kinds and (organizations is None or organizations.header != written):
        raise NotUnderstood("the organization is found, and then looked for in another header")
    if organizations is not None and organizations.header == STANDING and LUA not in kinds:
        raise NotUnderstood("a standing is looked for that nobody has found")
    return Gate(fields, LUA in kinds, organizations, deciders)


def _filters_of(config: Json) -> list[Json]:
    """The filters of a gate: those in its chain, or the gate itself where it is the only one."""
    whole = {"name": "gate", "typed_config": config}
    if set(config.get("matcher", {})) != {"on_no_match"}:
        return [whole]
    (tree,) = take_typed(whole, _COMPOSITE, ("matcher",))
    (always,) = take(tree, ("on_no_match",))
    (action,) = take(always, ("action",))
    (chain,) = take_typed(action, _EXECUTE, ("filter_chain",))
    (filters,) = take(chain, ("typed_config",))
    found: list[Json] = filters
    return found


def _read_judge(
    config: Json, ordinary: str
) -> tuple[Organizations | None, Mapping[str, Tree[Leaf]]]:
    """The filter that decides, or the one that finds a standing and has a chain for each.

    For the ordinary one it decides itself.
    """
    kind = kind_of(config)
    if kind != _COMPOSITE:
        raise NotUnderstood(f"the last filter {kind} decides nothing: in another order")
    if "named_filter_chains" not in config["typed_config"]:
        return None, {EVERYBODY: _read_decide(config)}
    tree, chains = take_typed(config, _COMPOSITE, ("matcher", "named_filter_chains"))
    found, otherwise = take(tree, ("matcher_tree", "on_no_match"))
    (usual,) = take(otherwise, ("matcher",))
    if ordinary in chains:
        _same(_only(chains[ordinary]), usual)
    deciders = {name: _read_decide(_only(chain)) for name, chain in chains.items()}
    deciders[ordinary] = read_tree(usual, read_leaf)

    def standing(action: Json) -> str:
        kind, name = take(action, ("@type", "filter_chain_name"))
        # Envoy would pass over a chain that is not there, and let the request through.
        if kind != _EXECUTE or name not in deciders:
            raise NotUnderstood(f"the standing {name} of the type {kind} has no chain")
        return str(name)

    action = {
        "name": "standing",
        "typed_config": {"@type": _EXECUTE, "filter_chain_name": ordinary},
    }
    read = read_tree({"matcher_tree": found, "on_no_match": {"action": action}}, standing)
    (header,) = read.knows
    return Organizations(header, read), deciders


def _same(decide: Json, usual: Json) -> None:
    (tree,) = take_typed(decide, _COMPOSITE, ("matcher",))
    if tree != usual:
        raise NotUnderstood("two trees decide for ordinary organizations, and differ")


def _only(chain: Json) -> Json:
    (filters,) = take(chain, ("typed_config",))
    (decide,) = filters
    found: Json = decide
    return found


def _read_decide(config: Json) -> Tree[Leaf]:
    (tree,) = take_typed(config, _COMPOSITE, ("matcher",))
    return read_tree(tree, read_leaf)


def chain_of(content: Json, generation: str) -> Json:
    """The configuration of the gate in a discovery response."""
    version, resources = take(content, ("version_info", "resources"))
    if version != generation:
        raise NotUnderstood(f"the version is {version}, not {generation}")
    (resource,) = resources
    kind, name, typed = take(resource, ("@type", "name", "typed_config"))
    if (kind, name, typed.get("@type")) != (_RESOURCE, "gate-@SLOT@", _COMPOSITE):
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
    if paths != {f"slots/{slot}/verdict.mmdb slots/{slot}/facts.mmdb" for slot in "ab"}:
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
    needed = ("city_db_path", "isp_db_path", "common_provider_config")
    verdicts, facts, common = take_typed(provider, _MAXMIND, needed)
    (fields,) = take(common, ("geo_field_keys",))
    take(fields, ("country", "region", "city", "isp"))
    return f"{verdicts} {facts}", fields
