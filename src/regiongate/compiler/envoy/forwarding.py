"""Refuse a proxy's `X-Forwarded-For` that cannot be read, instead of guessing.

Envoy passes over a header that it cannot use, in silence, and takes the proxy's own address for the
client's: a proxy that writes `1.2.3.4:5678`, or a client that sends twenty addresses ahead of its
own, would be judged as a machine of the provider.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from regiongate.compiler.envoy import leaf, matcher, names
from regiongate.compiler.envoy.settings import Network
from regiongate.compiler.envoy.typed import Config, composite, header_mutation, run, typed
from regiongate.domain.verdict import PlaceClass, Verdict

_HEADER = "x-forwarded-for"
_GUARD = "guard"

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
    ]
)
_BEFORE_V4 = "|".join(
    [
        rf"({_H}:){{6}}",
        rf"({_H}:){{1,5}}:",
        *(rf"({_H}:){{1,{left}}}(:{_H}){{1,{5 - left}}}:" for left in range(1, 5)),
        rf":(:{_H}){{1,5}}:",
        "::",
    ]
)
_ADDRESS = rf"\s*(({_BEFORE_V4})?{_V4}|{_V6})\s*"

RE2_PROGRAM_SIZE = 2000
"""Envoy refuses larger expressions; its default of 100 is too small for an IPv6 address."""

ANSWER = "unreadable-forwarding"
RULE = "forwarding:unreadable"


_MOST_PARTS = 20
"""Envoy reads no header with more, see `getLastNonTrustedAddressFromXFF` of Envoy 1.40."""


@dataclass(frozen=True)
class Forwarding:
    """How one listener reads `X-Forwarded-For`.

    A header that matches all of `readable`, which are RE2 expressions, is never refused. The route
    asks for them, and only where one does not match is the guard awake, which asks the whole
    question: is this `unreadable`?
    """

    readable: tuple[str, ...]
    unreadable: Config

    def headers(self) -> list[Config]:
        """What a route asks to do without the guard."""
        return [
            {"name": _HEADER, "string_match": {"safe_regex": {"regex": regex}}}
            for regex in self.readable
        ]

    def guard(self) -> Config:
        """The filter that refuses; it sleeps where the route does not wake it."""
        refused = [(self.unreadable, _refusal())]
        return composite(_GUARD, matcher.first(refused, {})) | {"disabled": True}


def awake() -> Config:
    """What a route says to wake the guard, where its listener has one."""
    return {_GUARD: typed("envoy.config.route.v3.FilterConfig", config={})}


def from_hops(hops: int) -> Forwarding:
    """Refuse a request that a counted number of proxies passed on with an unreadable address."""
    regex = deciding_part(hops)
    return Forwarding((regex,), matcher.neither(_matches(regex)))


def from_networks(trusted: Sequence[Network]) -> Forwarding:
    """Refuse a request whose address counts as a proxy's while its header is not all readable.

    Proxies speak for themselves too, with no header or with one that names only proxies; then
    every part of it can be read. Otherwise Envoy did not find the client behind them.
    """
    readable = (EVERY_PART, FEW_PARTS)
    whole = matcher.every([_matches(regex) for regex in readable])
    return Forwarding(
        readable, matcher.every([matcher.address_in(trusted), matcher.neither(whole)])
    )


def deciding_part(hops: int) -> str:
    """An RE2 expression for an `X-Forwarded-For` whose deciding part is a plain address.

    By the time a filter sees the header, Envoy has appended the peer's own address, so the part
    that `hops` proxies vouch for is the one before the last `hops` parts. A shorter header means
    a request that did not pass them. The parts further left are the client's own words and may
    be anything.
    """
    shorter = rf"[^,]*(,[^,]*){{0,{hops - 1}}}"
    return rf"{shorter}|(.*,)?{_ADDRESS}(,[^,]*){{{hops}}}"


EVERY_PART = rf"({_ADDRESS},)*[^,]*"
"""Every part is a plain address; the last is the one that Envoy has appended."""

FEW_PARTS = rf"[^,]*(,[^,]*){{0,{_MOST_PARTS}}}"


def _matches(regex: str) -> Config:
    return matcher.header_matches(_HEADER, regex)


def _refusal() -> Config:
    """Nobody has been located yet: the place of a proxy is not told as the client's."""
    headers = {
        names.VERDICT: Verdict.BLOCK.value,
        names.RULE: RULE,
        names.CLASS: PlaceClass.UNKNOWN.value,
        names.ANSWER: ANSWER,
    }
    return run("unreadable", header_mutation("row", headers, []), leaf.deny())
