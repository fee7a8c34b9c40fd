"""Refuse a trusted proxy's `X-Forwarded-For` that cannot be read, instead of guessing."""

from __future__ import annotations

from regiongate.compiler.envoy import leaf, matcher, names
from regiongate.compiler.envoy.typed import Config, composite, header_mutation
from regiongate.domain.verdict import PlaceClass, Verdict

_OCTET = r"(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_V4 = rf"{_OCTET}(\.{_OCTET}){{3}}"
_H = "[0-9A-Fa-f]{1,4}"
_V6 = "|".join(
    [
        rf"({_H}:){{7}}{_H}",
        rf"({_H}:){{1,7}}:",
        *(rf"({_H}:){{1,{left}}}(:{_H}){{1,{7 - left}}}" for left in range(1, 7)),
        rf":(:{_H}){{1,7}}",
        "::",
        rf"({_H}:){{6}}{_V4}",
        rf"(({_H}:){{1,5}}|:):({_H}:){{0,5}}{_V4}",
    ]
)
_ADDRESS = rf"\s*({_V4}|{_V6})\s*"

RE2_PROGRAM_SIZE = 2000
"""Envoy refuses larger expressions; its default of 100 is too small for an IPv6 address."""

ANSWER = "unreadable-forwarding"
RULE = "forwarding:unreadable"


def readable(hops: int) -> str:
    """An RE2 expression for an `X-Forwarded-For` whose deciding part is a plain address.

    By the time a filter sees the header, Envoy has appended the peer's own address, so the part
    that `hops` proxies vouch for is the one before the last `hops` parts. A shorter header means
    a request that did not pass them. The parts further left are the client's own words and may
    be anything.
    """
    shorter = rf"[^,]*(,[^,]*){{0,{hops - 1}}}"
    return rf"{shorter}|(.*,)?{_ADDRESS}(,[^,]*){{{hops}}}"


def sane_forwarding(hops: int) -> Config:
    """Refuse a request whose `X-Forwarded-For` does not say an address where it must.

    Envoy would skip such a header in silence and take the proxy's own address for the client's:
    an address that cannot be read must never be replaced by another.
    """
    unreadable = matcher.neither(matcher.header_matches("x-forwarded-for", readable(hops)))
    headers = {
        names.VERDICT: Verdict.BLOCK.value,
        names.RULE: RULE,
        names.CLASS: PlaceClass.UNKNOWN.value,
        names.ANSWER: ANSWER,
    }
    refuse = leaf.action(header_mutation("row", headers, []), leaf.deny())
    return composite("sane-forwarding", matcher.first([(unreadable, refuse)], {}))
