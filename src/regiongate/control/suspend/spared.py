"""Traffic that nobody may hold against an organization: a decision says that it is all right."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from ipaddress import ip_network

from regiongate.domain.network_rule import Network, NetworkRule
from regiongate.domain.policy import Policy
from regiongate.domain.ruling import RulingKind
from regiongate.domain.sighting import Sighting
from regiongate.domain.verdict import Verdict


class Spared:
    """What exemptions and corrections, of cases and of the policy, take out of the evidence."""

    def __init__(self, keys: Iterable[bytes], networks: Iterable[Network]) -> None:
        self._keys = [key.hex() for key in keys]
        self._networks = tuple(networks)
        self._known: dict[str, bool] = {}

    def __contains__(self, seen: Sighting) -> bool:
        """Whether some of these requests may be covered: then none of them is evidence."""
        if seen.key is not None and any(key.startswith(seen.key) for key in self._keys):
            return True
        if seen.network not in self._known:
            network = ip_network(seen.network)
            self._known[seen.network] = any(
                network.version == one.version and network.overlaps(one) for one in self._networks
            )
        return self._known[seen.network]


def spared(policy: Policy, at: datetime) -> Spared:
    """What is spared by a policy, and the rulings in it, at an instant."""
    keys = [
        ruling.key
        for ruling in policy.rulings
        if ruling.kind is RulingKind.EXEMPTION and ruling.key is not None
    ]
    return Spared(
        keys, (rule.network for rule in policy.network_rules() if _spares(rule, policy, at))
    )


def _spares(rule: NetworkRule, policy: Policy, at: datetime) -> bool:
    supported = rule.region is not None and policy.supported.supports(rule.region, at)[0]
    return rule.holds(at) and (supported or rule.verdict is Verdict.ALLOW)
