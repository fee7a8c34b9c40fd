"""A gate as a text that a person can review: one line for each question and each answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]
PREFIX = "x-regiongate-"


def outline(gate: Json) -> str:
    """The outline of a gate file, without its generation."""
    (resource,) = gate["resources"]
    always = resource["typed_config"]["xds_matcher"]["on_no_match"]["action"]
    filters = always["typed_config"]["filter_chain"]["typed_config"]
    text = "\n".join(line for item in filters for line in _filter(item))
    return text.replace(gate["version_info"], "GENERATION") + "\n"


def _filter(item: Json) -> Iterator[str]:
    config = item["typed_config"]
    yield item["name"]
    if item["name"] == "keys":
        yield f"  {config['default_source_code']['inline_string'].splitlines()[0]}"
    elif item["name"] == "organizations":
        yield from _matcher(config["shadow_matcher"], 1)
    else:
        yield from _matcher(config["xds_matcher"], 1)


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
    if "not_matcher" in predicate:
        return f"not {_predicate(predicate['not_matcher'])}"
    single = predicate["single_predicate"]
    if "value_match" in single:
        header = single["input"]["typed_config"]["header_name"]
        return f"{header} matches {single['value_match']['safe_regex']['regex']}"
    custom = single["custom_match"]["typed_config"]
    if "value" in custom:
        return f"standing is {custom['value']['string_match']['exact']}"
    call = custom["expr_match"]["cel_expr_parsed"]["expr"]["call_expr"]
    limit = call["args"][1]["call_expr"]["args"][0]["const_expr"]["string_value"]
    return f"before {limit}"


def _action(config: Json) -> str:
    if "name" in config:
        return str(config["name"])
    chain = config["filter_chain"]["typed_config"] if "filter_chain" in config else None
    said: list[str] = []
    for item in chain or [config["typed_config"]]:
        if item["name"] == "refuse":
            said.append("REFUSE")
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
