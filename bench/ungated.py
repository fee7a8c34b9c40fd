"""The same Envoy without the gate, or with some of its parts only."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from regiongate.compiler.envoy import names

Config = dict[str, Any]

STRIP = "strip"
LOG = "log"
GATE = "gate"


def ungated(bootstrap: Config, keep: Iterable[str] = ()) -> Config:
    """A bootstrap without what the gate needs, but for the parts in `keep`.

    A part is the name of a filter (`gate` is the discovered one), STRIP for the removal of our
    headers, LOG for the fields of the log that only a gate fills. The bodies of our refusals and
    the supervisor's listener always go.
    """
    kept = frozenset(keep)
    resources = bootstrap["static_resources"]
    public = [_listener(row, kept) for row in resources["listeners"] if row["name"] != "probe"]
    return bootstrap | {"static_resources": resources | {"listeners": public}}


def only(resource: Config, keep: Iterable[str]) -> Config:
    """The gate with only the filters of these names."""
    kept = frozenset(keep)
    gate = resource["resources"][0]
    config = gate["typed_config"]
    chain = config["default_filter_chain"]
    filters = [row for row in chain["filters"] if row["name"] in kept]
    smaller = config | {"default_filter_chain": chain | {"filters": filters}}
    return resource | {"resources": [gate | {"typed_config": smaller}]}


def filters(resource: Config) -> list[str]:
    """The names of the filters of a gate, in their order."""
    chain = resource["resources"][0]["typed_config"]["default_filter_chain"]
    return [row["name"] for row in chain["filters"]]


def _listener(listener: Config, keep: frozenset[str]) -> Config:
    chains = [
        chain | {"filters": [_manager(row, keep) for row in chain["filters"]]}
        for chain in listener["filter_chains"]
    ]
    return listener | {"filter_chains": chains}


def _manager(manager: Config, keep: frozenset[str]) -> Config:
    config = dict(manager["typed_config"])
    config.pop("local_reply_config")
    if STRIP not in keep:
        config.pop("early_header_mutation_extensions")
    wanted = keep | {"router"}
    config["http_filters"] = [row for row in config["http_filters"] if row["name"] in wanted]
    if LOG not in keep:
        config["access_log"] = [_log(row) for row in config["access_log"]]
    return manager | {"typed_config": config}


def _log(log: Config) -> Config:
    config = log["typed_config"]
    fields = {
        name: value
        for name, value in config["log_format"]["json_format"].items()
        if names.PREFIX not in value
    }
    return log | {"typed_config": config | {"log_format": {"json_format": fields}}}
