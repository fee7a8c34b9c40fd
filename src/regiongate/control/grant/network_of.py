"""A network, and where it is, as somebody names them who decides about them."""

from __future__ import annotations

from ipaddress import ip_network

from regiongate.domain.address import IPNetwork
from regiongate.domain.errors import CannotRun
from regiongate.policyfile.geofeeds import require_of_one_holder
from regiongate.policyfile.network import require_reachable
from regiongate.policyfile.reader import Wrong
from regiongate.policyfile.region import region


def network_of(text: str) -> IPNetwork:
    """The network that a text names, of one holder at most; an address stands for itself.

    Raises CannotRun for a text that names none, and for networks that no gateway looks up.
    """
    try:
        network = ip_network(text)
        require_reachable(network)
        require_of_one_holder(network)
    except ValueError:
        remedy = "write it as 198.51.100.0/24 or 2001:db8::/32, without bits after the prefix"
        raise CannotRun(f"{text!r} is not a network: {remedy}") from None
    except Wrong as wrong:
        raise CannotRun(f"{wrong.message}: {wrong.remedy}") from None
    return network


def region_of(text: str) -> str:
    """The code of a region that ISO 3166 knows. Raises CannotRun."""
    try:
        return region(text)
    except Wrong as wrong:
        raise CannotRun(f"{wrong.message}: {wrong.remedy}") from None
