"""Matching trees (xDS unified matcher) and the comparison with the clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from regiongate.compiler.envoy.settings import Network
from regiongate.compiler.envoy.typed import Config, cidrs, extension
from regiongate.domain.instant import instant_text


def header_input(header: str) -> Config:
    """A request header as the thing to match on."""
    message = "envoy.type.matcher.v3.HttpRequestHeaderMatchInput"
    return extension("header", message, header_name=header)


def exact(subject: Config, choices: Mapping[str, Config], otherwise: Config) -> Config:
    """The choice whose name equals the subject (one hash lookup), or `otherwise`.

    An empty `otherwise` does nothing.
    """
    tree = {"input": subject, "exact_match_map": {"map": dict(choices)}}
    return nested({"matcher_tree": tree, **_rest(otherwise)})


def first(choices: Sequence[tuple[Config, Config]], otherwise: Config) -> Config:
    """The choice of the first predicate that holds, or `otherwise`; an empty one does nothing."""
    if not choices:
        return otherwise
    rows = [{"predicate": predicate, "on_match": choice} for predicate, choice in choices]
    return nested({"matcher_list": {"matchers": rows}, **_rest(otherwise)})


def _rest(otherwise: Config) -> Config:
    return {"on_no_match": otherwise} if otherwise else {}


def nested(matcher: Config) -> Config:
    """A matcher as the outcome of another one."""
    return {"matcher": matcher}


def header_matches(header: str, regex: str) -> Config:
    """Holds when the whole value of a request header matches an RE2 expression."""
    # The xDS form of the matcher insists on naming its engine.
    value = {"safe_regex": {"google_re2": {}, "regex": regex}}
    return {"single_predicate": {"input": header_input(header), "value_match": value}}


def header_begins(header: str, prefix: str) -> Config:
    """Holds when the value of a request header begins with a text."""
    return {"single_predicate": {"input": header_input(header), "value_match": {"prefix": prefix}}}


def neither(predicate: Config) -> Config:
    """Holds when a predicate does not."""
    return {"not_matcher": predicate}


def every(predicates: Sequence[Config]) -> Config:
    """Holds when all of several predicates do."""
    return {"and_matcher": {"predicate": list(predicates)}}


def address_in(networks: Sequence[Network]) -> Config:
    """Holds when the settled client address lies in one of the networks."""
    message = "envoy.extensions.matching.common_inputs.network.v3.SourceIPInput"
    ranges = cidrs(networks)
    custom = extension(
        "address",
        "envoy.extensions.matching.input_matchers.ip.v3.Ip",
        cidr_ranges=ranges,
        stat_prefix="trusted",
    )
    return {"single_predicate": {"input": extension("address", message), "custom_match": custom}}


def before(instant: datetime) -> Config:
    """Holds for requests that arrived before an instant (UTC).

    The comparison is `request.time < timestamp("…")` in its parsed form: the matcher of Envoy
    1.40 refuses the text form. The gateway's own clock decides, so a date takes effect with
    nobody alive to switch it.
    """
    text = instant_text(instant)
    time = _node(
        3, select_expr={"operand": _node(2, ident_expr={"name": "request"}), "field": "time"}
    )
    limit = _node(
        4,
        call_expr={"function": "timestamp", "args": [_node(5, const_expr={"string_value": text})]},
    )
    less = _node(1, call_expr={"function": "_<_", "args": [time, limit]})
    subject = extension("request", "xds.type.matcher.v3.HttpAttributesCelMatchInput")
    custom = extension(
        "before", "xds.type.matcher.v3.CelMatcher", expr_match={"cel_expr_parsed": {"expr": less}}
    )
    return {"single_predicate": {"input": subject, "custom_match": custom}}


def _node(number: int, **kind: Any) -> Config:
    return {"id": number, **kind}
