"""A slow and obvious reading of a world: what one request gets, from the address as it is written.

It looks at every span, block and network in turn and shares nothing with `regiongate.geo`,
`regiongate.compiler` and `regiongate.library`; of the policy's meaning it knows what
`tests/support/interpreter.py` knows. Places that it has met before it remembers.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from ipaddress import IPv4Address, IPv6Address

from regiongate.domain.address import SPECIAL_BLOCKS
from regiongate.domain.network_rule import NetworkRule, Origin
from regiongate.domain.organization import ORDINARY, Standing, State
from regiongate.domain.place import Place
from regiongate.domain.policy import Policy
from tests.exactness.world import Told, World
from tests.support import interpreter

Said = tuple[str, str, str, str, str | None, str | None]
"""Verdict, rule, class, would, country and region."""

ELSEWHERE = "/v1/chat/completions"


def meant(text: str) -> IPv4Address | IPv6Address:
    """The address that decides: where IPv6 carries IPv4 in a way that anybody can read, that.

    0.0.0.0 and 0.0.0.1 share an entry with :: and ::1, and are judged as these.
    """
    address = _carried(IPv6Address(text)) if ":" in text else IPv4Address(text)
    return IPv6Address(int(address)) if int(address) <= 1 else address


def _carried(address: IPv6Address) -> IPv4Address | IPv6Address:
    octets = address.packed
    if octets.startswith(b"\x20\x02"):
        return IPv4Address(octets[2:6])  # 6to4, RFC 3056
    mapped, nat64 = b"\0" * 10 + b"\xff\xff", b"\0\x64\xff\x9b" + b"\0" * 8
    compatible = octets.startswith(b"\0" * 12)
    if compatible or octets.startswith(mapped) or octets.startswith(nat64):
        return IPv4Address(octets[12:])  # RFC 4291 and RFC 6052
    return address


class Reading:
    """What a world means."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._answers: dict[tuple[Place, Standing, datetime, str], interpreter.Answer] = {}

    def place(self, text: str) -> Place:
        """Where an address is."""
        address = meant(text)
        number = int(address)
        block = _block(address)
        kinds = {kind for told in self.world.facts for kind in (_told(told, number) or "").split()}
        return Place(
            votes=tuple(_vote(_told(told, number)) for told in self.world.sources),
            special=None if block is None else block[0],
            group=None if block is None else block[1],
            rules=_rules(self.world.policy, address),
            anonymizers=tuple(sorted(kinds)),
        )

    def said(
        self, place: Place, who: str | None, at: datetime, path: str | None, located: datetime
    ) -> Said:
        """What a request gets. A database says where it is as of the instant of its making."""
        standing = self.standing(who)
        key = place, standing, at, path or ELSEWHERE
        found = self._answers.get(key)
        if found is None:
            found = self._answers[key] = interpreter.answer(self.world.policy, *key)
        region = self.region(place, located)
        country = None if region is None else region[:2]
        part = region if region is not None and "-" in region else None
        return found.verdict, found.rule, found.place_class, found.would, country, part

    def standing(self, who: str | None) -> Standing:
        """What it is, and to whom it agreed to be handed over, which changes nothing of that."""
        state = self._state(who)
        for one in self.world.policy.agreements:
            if one.organization == who:
                return Standing(state.state, state.until, one.provider, one.expires)
        return state

    def _state(self, who: str | None) -> Standing:
        """An organization's own state, and the exemption that the policy grants it.

        Who is suspended stays so; of two exemptions the longer counts.
        """
        own = next((row.standing for row in self.world.organizations if row.id == who), ORDINARY)
        if own.state is State.SUSPENDED:
            return own
        granted = [one.expires for one in self.world.policy.exemptions if one.organization == who]
        ends = [*granted, *([own.until] if own.state is State.EXEMPT else [])]
        if not ends:
            return ORDINARY
        forever = any(end is None for end in ends)
        return Standing(State.EXEMPT, None if forever else max(end for end in ends if end))

    def region(self, place: Place, at: datetime) -> str | None:
        """Where the place is said to be: a correction, else the most named of what counts."""
        policy = self.world.policy
        silent: set[str] = set()
        for rule in place.rules:
            feed = rule.origin.file if isinstance(rule.origin, Origin) else ""
            if rule.expires is not None and rule.expires <= at:
                continue
            if feed and rule.region is None:
                silent.add(feed)
            elif rule.region is not None and feed not in silent:
                return rule.region
        votes = [region for _, region in interpreter.votes_that_count(policy, place)]
        if place.group is not None or not votes:
            return None
        sides = [interpreter.is_supported(policy, region, at)[0] for region in votes]
        most = max(sides.count(True), sides.count(False))
        if most >= policy.location.agree:
            even = sides.count(True) == sides.count(False)
            winner = sides[0] if even else sides.count(True) == most
            votes = [vote for vote, side in zip(votes, sides, strict=True) if side is winner]
        return max(votes, key=lambda vote: (votes.count(vote), -votes.index(vote)))


def _vote(label: str | None) -> str | None:
    return None if label == "XX" else label


def _told(told: Told, number: int) -> str | None:
    """What the narrowest span around an address says."""
    around = [span for span in told.spans if span.first <= number <= span.last]
    return min(around, key=lambda span: span.last - span.first).said if around else None


def _block(address: IPv4Address | IPv6Address) -> tuple[str, str] | None:
    """The narrowest special-purpose block."""
    around = [block for block in SPECIAL_BLOCKS if address in block.network]
    if not around:
        return None
    narrowest = max(around, key=lambda block: block.network.prefixlen)
    return narrowest.kind, narrowest.group


def _rules(policy: Policy, address: IPv4Address | IPv6Address) -> tuple[NetworkRule, ...]:
    """Every entry around an address, the narrowest first; the file's own before its geofeeds'."""
    entries: Sequence[NetworkRule] = [
        *policy.networks,
        *(row for feed in policy.geofeeds for row in feed.rules),
    ]
    around = [entry for entry in entries if address in entry.network]
    return tuple(sorted(around, key=lambda entry: -entry.network.prefixlen))
