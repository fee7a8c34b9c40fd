"""The same Envoy without the gate: what the gated one's own configuration says beside it."""

from __future__ import annotations

from typing import Any

from regiongate.compiler.envoy import names

Config = dict[str, Any]


def ungated(bootstrap: Config, keep: Config | None = None) -> Config:
    """A bootstrap with the gate taken out; `keep` is a filter to leave in its place.

    Out go the gate, the check of the forwarding header, the stripping of our headers, the bodies
    of our refusals, the supervisor's listener, and the fields of the log that only a gate fills.
    """
    resources = bootstrap["static_resources"]
    public = [_listener(row, keep) for row in resources["listeners"] if row["name"] != "probe"]
    return bootstrap | {"static_resources": resources | {"listeners": public}}


def _listener(listener: Config, keep: Config | None) -> Config:
    chains = [
        chain | {"filters": [_manager(row, keep) for row in chain["filters"]]}
        for chain in listener["filter_chains"]
    ]
    return listener | {"filter_chains": chains}


def _manager(manager: Config, keep: Config | None) -> Config:
    config = {
        name: value
        for name, value in manager["typed_config"].items()
        if name not in ("early_header_mutation_extensions", "local_reply_config")
    }
    router = config["http_filters"][-1]
    config["http_filters"] = [router] if keep is None else [keep, router]
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


def token_check(config: Config) -> Config:
    """The filter of a gate that checks tokens: a gateway without a gate would have it too."""
    chain = config["default_filter_chain"]["filters"]
    found: Config = next(row for row in chain if row["name"] == "identify-by-token")
    return found


