"""Traffic that nobody may hold against an organization: a decision says that it is all right."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from ipaddress import ip_network

import sqlalchemy as sa

from regiongate.domain.notice import Scope
from regiongate.domain.policy import Network, Policy
from regiongate.domain.sighting import Sighting
from regiongate.domain.verdict import Verdict
from regiongate.store.exemptions import Corrections, Exemptions


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


def spared(connection: sa.Connection, policy: Policy, at: datetime) -> Spared:
    """What is spared under a policy at an instant."""
    exemptions = Exemptions(connection).in_force(at)
    keys = [one.key for one in exemptions if one.scope is Scope.KEY and one.key is not None]
    networks = [one.network for one in exemptions if one.network is not None]
    for correction in Corrections(connection).in_force(at):
        if policy.supported.supports(correction.region, at)[0]:
            networks.append(correction.network)
    for rule in policy.network_rules():
        supported = rule.region is not None and policy.supported.supports(rule.region, at)[0]
        if rule.holds(at) and (supported or rule.verdict is Verdict.ALLOW):
            networks.append(rule.network)
    return Spared(keys, networks)
