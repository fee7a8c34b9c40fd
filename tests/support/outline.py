"""A gate as a text that a person can review: one line for each question and each answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]
PREFIX = "x-regiongate-"


def outline(gate: Json) -> str:
    """The outline of a gate file, without its generation."""
    (resource,) = gate["resources"]
    text = "\n".join(line for item in _filters(resource) for line in _filter(item, 0))
    return text.replace(gate["version_info"], "GENERATION") + "\n"


def _filters(resource: Json) -> list[Json]:
    """Those that the gate runs one after another; the gate itself where it is the only one."""
    rest = resource["typed_config"]["matcher"]["on_no_match"].get("action", {})
    chain = rest.get("typed_config", {}).get("filter_chain")
    return [resource] if chain is None else list(chain["typed_config"])


def _filter(item: Json, depth: int) -> Iterator[str]:
    config, pad = item["typed_config"], "  " * depth
    yield f"{pad}{item['name']}"
    if item["name"] == "keys":
        yield f"{pad}  {config['default_source_code']['inline_string'].splitlines()[0]}"
        return
    yield from _matcher(config["matcher"], depth + 1)
    for standing, chain in config.get("named_filter_chains", {}).items():
        if _trees(chain) == [config["matcher"]["on_no_match"]["matcher"]]:
            yield f"{pad}for {standing}: as otherwise"
            continue
        yield f"{pad}for {standing}"
        for inner in chain["typed_config"]:
            yield from _filter(inner, depth + 1)


def _trees(chain: Json) -> list[Json]:
    return [inner["typed_config"]["matcher"] for inner in chain["typed_config"]]


def _matcher(matcher: Json, depth: int) -> Iterator[str]:
    pad = "  " * depth
    if "matcher_tree" in matcher:
        tree = matcher["matcher_tree"]
        header = tree["input"]["typed_config"]["header_name"]
        for value, outcome in tree["exact_match_map"]["map"].items():
            yield from _branch(f"{pad}{header} is {value}", outcome, depth)
    for row in matcher.get("matcher_list", {}).get("matchers", []):
        yield from _branch(f"{pad}{_predicate(row['predicate'])}", row["on_match"], depth)
    if "on_no_match" in matcher:
        yield from _branch(f"{pad}otherwise", matcher["on_no_match"], depth)


def _branch(question: str, outcome: Json, depth: int) -> Iterator[str]:
    if "action" in outcome:
        yield f"{question}: {_action(outcome['action']['typed_config'])}"
    else:
        yield question
        yield from _matcher(outcome["matcher"], depth + 1)


def _predicate(predicate: Json) -> str:
    if "and_matcher" in predicate:
        return " and ".join(map(_predicate, predicate["and_matcher"]["predicate"]))
    single = predicate["single_predicate"]
    if "value_match" in single:
        header, value = single["input"]["typed_config"]["header_name"], single["value_match"]
        if "prefix" in value:
            return f"{header} begins with {value['prefix']}"
        return f"{header} matches {value['safe_regex']['regex']}"
    call = single["custom_match"]["typed_config"]["expr_match"]["cel_expr_parsed"]["expr"]
    limit = call["call_expr"]["args"][1]["call_expr"]["args"][0]["const_expr"]["string_value"]
    return f"before {limit}"


def _action(config: Json) -> str:
    if "filter_chain_name" in config:
        return str(config["filter_chain_name"])
    chain = config["filter_chain"]["typed_config"] if "filter_chain" in config else None
    said: list[str] = []
    for item in chain or [config["typed_config"]]:
        if item["name"] == "refuse":
            said.append("REFUSE")
            continue
        if item["name"] == "reroute":
            said.append("HAND OVER")
            continue
        mutations = item["typed_config"]["mutations"]
        headers = dict(_header(mutation) for mutation in mutations["request_mutations"])
        said.append(" ".join(f"{k.removeprefix(PREFIX)}={v!r}" for k, v in headers.items()))
        for name, value in map(_header, mutations.get("response_mutations", [])):
            said.append(f"+ {name}: {value}")
    return " ".join(said)


def _header(mutation: Json) -> tuple[str, str]:
    header = mutation["append"]["header"]
    return header["key"], header["value"]
