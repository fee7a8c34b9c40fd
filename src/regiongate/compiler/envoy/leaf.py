"""What one row of the decision table does to a request: headers set, answer given."""

from __future__ import annotations

from regiongate.compiler.envoy import hand_over, names
from regiongate.compiler.envoy.typed import (
    Config,
    add_header,
    extension,
    header_mutation,
    run,
    set_headers,
)
from regiongate.compiler.table import DecisionTable
from regiongate.domain.hand_over import handed_to
from regiongate.domain.instant import instant_text
from regiongate.domain.policy import Dialect
from regiongate.domain.refusal import ground_of, moving_helps
from regiongate.domain.verdict import Row, Verdict
from regiongate.domain.warning import links, warning


def answer(table: DecisionTable, row: Row, organization: str = names.ORGANIZATION) -> Config:
    """Let the request pass with its decision on it, hand it over, or refuse it.

    `organization` is the header that names the organization.
    """
    if row.decision.verdict.refuses:
        headers = _decision(table, row) | _refusal(table, row)
        return run("row", header_mutation("row", headers, _refused(table)), deny())
    if row.decision.verdict is Verdict.HAND_OVER:
        return _hand_over(table, row, organization)
    response = _warning(table, row) if row.decision.verdict is Verdict.WARN else []
    return run("row", header_mutation("row", _decision(table, row), response))


def _hand_over(table: DecisionTable, row: Row, organization: str) -> Config:
    """Give the request to a provider in region, and say so to the client."""
    provider = str(handed_to(row.decision.rule))
    headers = _decision(table, row) | {names.HAND_OVER: provider}
    told = set_headers({hand_over.SERVED_BY: provider})
    return run("row", header_mutation("row", headers, told), hand_over.reroute(organization))


def self_check(table: DecisionTable, row: Row) -> Config:
    """Answer the self-check here: the same decision, told instead of enforced."""
    headers = _decision(table, row) | _policy(table)
    headers[names.ANSWER] = names.SELF_CHECK_FINAL + _movable(row)
    if row.next is not None:
        headers[names.ANSWER] = names.SELF_CHECK_NEXT + _movable(row)
        headers[names.NEXT_VERDICT] = row.next.verdict
        headers[names.NEXT_AT] = instant_text(row.next.at)
    return run("row", header_mutation("row", headers, []), deny())


def deny(ground: str = "row") -> Config:
    """A filter that refuses whatever reaches it; the local reply then writes the body.

    The log's `details` name the ground.
    """
    everyone = {"principals": [{"any": True}], "permissions": [{"any": True}]}
    rules = {"action": "DENY", "policies": {ground: everyone}}
    return extension("refuse", "envoy.extensions.filters.http.rbac.v3.RBAC", rules=rules)


def _decision(table: DecisionTable, row: Row) -> dict[str, str]:
    decision = row.decision
    headers = {
        names.VERDICT: decision.verdict.value,
        names.RULE: names.literal(decision.rule),
        names.CLASS: decision.place_class.value,
        names.GENERATION: table.generation,
    }
    if decision.would is not decision.verdict:
        headers[names.WOULD] = decision.would.value
    return headers


def _policy(table: DecisionTable) -> dict[str, str]:
    policy = table.policy
    return {names.POLICY: names.literal(policy.name), names.VERSION: names.literal(policy.version)}


def _refusal(table: DecisionTable, row: Row) -> dict[str, str]:
    ground = ground_of(row.decision)
    style = table.policy.refusal
    headers = _policy(table) | {
        names.ANSWER: f"{style.dialect}-{style.status}" + _movable(row),
        names.CODE: ground.code,
        names.MESSAGE: names.literal(ground.message),
        names.APPEAL: names.literal(style.appeal),
    }
    if row.since is not None:
        headers[names.SINCE] = instant_text(row.since)
    return headers


def _movable(row: Row) -> str:
    return names.MOVABLE if moving_helps(row.decision) else ""


def _refused(table: DecisionTable) -> list[Config]:
    """Who demands the refusal (RFC 7725), and its id where Anthropic's SDK reads it."""
    style = table.policy.refusal
    headers = []
    if style.blocked_by is not None:
        headers.append(add_header("link", f'<{names.literal(style.blocked_by)}>; rel="blocked-by"'))
    if style.dialect is Dialect.ANTHROPIC:
        headers += set_headers({"request-id": names.request("x-request-id")})
    return headers


def _warning(table: DecisionTable, row: Row) -> list[Config]:
    """Sunset (RFC 8594) names the date of the block, Link where to look."""
    country, rule = names.request(names.COUNTRY), names.literal(row.decision.rule)
    headers = warning(country, names.request(names.CLOUD), rule, row.next)
    appeal = names.literal(table.policy.refusal.appeal)
    # The upstream may have links of its own; ours go beside them.
    return [*set_headers(headers), add_header("link", links(appeal))]
