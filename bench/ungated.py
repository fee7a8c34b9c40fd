"""The same Envoy without the gate, or with some of its parts only."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Any

from regiongate.compiler.envoy import names

Config = dict[str, Any]

STRIP = "strip"
LOG = "log"
ROUTER = "router"
GUARD = "guard"
SLOTTED = ("locate", "gate")
"""The filters that are there once for each slot, as in `locate-a`."""

_NO_SLOT = "no-slot"


def ungated(bootstrap: Config, keep: Collection[str] = ()) -> Config:
    """A bootstrap without what the gate needs, but for the parts in `keep`.

    A part is the name of a filter without its slot, STRIP for the removal of our headers, or LOG
    for the fields of the log that only a gate fills. With a filter goes what the routes say of it.
    The bodies of our refusals and the supervisor's listener always go.
    """
    resources = bootstrap["static_resources"]
    public = [_listener(row, keep) for row in resources["listeners"] if row["name"] != "probe"]
    config = bootstrap | {"static_resources": resources | {"listeners": public}}
    if not _in_slots(keep):
        fixed, *_ = config["layered_runtime"]["layers"]
        config["layered_runtime"] = {"layers": [fixed]}
    return config


def with_filter(bootstrap: Config, more: Config) -> Config:
    """A bootstrap with one more filter, before the router of every listener."""
    for manager in managers(bootstrap):
        manager["http_filters"] = [more, *manager["http_filters"]]
    return bootstrap


def managers(bootstrap: Config) -> Iterator[Config]:
    """The connection managers of the public listeners."""
    for listener in bootstrap["static_resources"]["listeners"]:
        if listener["name"] != "probe":
            for chain in listener["filter_chains"]:
                yield from (row["typed_config"] for row in chain["filters"])


def named(config: object, name: str) -> Config:
    """The first thing of a name in a configuration, such as a filter in a gate."""
    return next(row for row in _things(config) if row.get("name") == name)


def _things(config: object) -> Iterator[Config]:
    inner = config.values() if isinstance(config, dict) else config
    if isinstance(config, dict):
        yield config
    for value in inner if isinstance(inner, Iterable) and not isinstance(inner, str) else ():
        yield from _things(value)


def _listener(listener: Config, keep: Collection[str]) -> Config:
    chains = [
        chain | {"filters": [_manager(row, keep) for row in chain["filters"]]}
        for chain in listener["filter_chains"]
    ]
    return listener | {"filter_chains": chains}


def _manager(manager: Config, keep: Collection[str]) -> Config:
    config = dict(manager["typed_config"])
    config.pop("local_reply_config")
    if STRIP not in keep:
        config.pop("early_header_mutation_extensions")
    wanted = {*keep, ROUTER}
    config["http_filters"] = [row for row in config["http_filters"] if part(row["name"]) in wanted]
    config["route_config"] = _routes(config["route_config"], keep)
    if LOG not in keep:
        config["access_log"] = [_log(config["access_log"][0])]
    return manager | {"typed_config": config}


def part(filter_: str) -> str:
    """The part that a filter belongs to: its name, without the slot."""
    if filter_ == _NO_SLOT:
        return SLOTTED[0]
    name, _, _ = filter_.rpartition("-")
    return name if name in SLOTTED else filter_


def _in_slots(keep: Collection[str]) -> bool:
    return any(part in keep for part in SLOTTED)


def _routes(config: Config, keep: Collection[str]) -> Config:
    (host,) = config["virtual_hosts"]
    *before, _ = host["routes"]
    left = [_route(row, keep) for row in (host["routes"] if _in_slots(keep) else before)]
    # What only a slot or the guard told apart is the same route now.
    routes = [row for number, row in enumerate(left) if row not in left[:number]]
    return config | {"virtual_hosts": [host | {"routes": routes}]}


def _route(route: Config, keep: Collection[str]) -> Config:
    gone = set() if _in_slots(keep) else {"runtime_fraction"}
    if GUARD not in keep:
        gone.add("headers")
    own = route["typed_per_filter_config"]
    return route | {
        "match": {name: value for name, value in route["match"].items() if name not in gone},
        "typed_per_filter_config": {name: own[name] for name in own if part(name) in keep},
    }


def _log(log: Config) -> Config:
    """The line that any proxy writes: of every request, without the fields that a gate fills."""
    config = log["typed_config"]
    fields = {
        name: value
        for name, value in config["log_format"]["json_format"].items()
        if names.PREFIX not in value
    }
    plain = config | {"log_format": {"json_format": fields}}
    return {"name": log["name"], "typed_config": plain}
