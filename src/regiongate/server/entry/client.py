"""Which address a request is from, as far as somebody whom we trust says so."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import Request

from regiongate.domain.address import BadAddress, IPAddress, IPNetwork, canonical
from regiongate.domain.refusal import SITE_PATH
from regiongate.server.house import House
from regiongate.server.problem import Refused

SETTLED = "x-regiongate-client-address"
"""Where the gateway writes the address on which it settled; it takes a client's own copy away."""

_FORWARDED = "x-forwarded-for"


def client_of(request: Request, house: House) -> IPAddress:
    """The client's address: as a gateway or a proxy that is trusted says it, else the peer's own.

    A gateway is believed about the public pages, which are all that it forwards; a proxy about the
    last address that it added. Raises Refused where one of them says what is no address: nothing
    else is put in its place.
    """
    try:
        peer = canonical("" if request.client is None else request.client.host)
        settings = house.settings
        if request.url.path.startswith(SITE_PATH) and _within(peer, settings.gateways):
            settled = request.headers.getlist(SETTLED)
            if settled:
                return _only(settled)
        if _within(peer, settings.proxies):
            return _last(request.headers.getlist(_FORWARDED), peer)
    except BadAddress as error:
        raise Refused(400, "bad-request", f"the client's address: {error}") from error
    return peer


def _within(address: IPAddress, networks: Sequence[IPNetwork]) -> bool:
    return any(address in network for network in networks)


def _only(said: Sequence[str]) -> IPAddress:
    if len(said) > 1:
        raise BadAddress("two addresses for one client")
    # Envoy writes the zone of a link-local address along (RFC 4007, section 11).
    return canonical(said[0].partition("%")[0])


def _last(lines: Sequence[str], peer: IPAddress) -> IPAddress:
    """What the nearest proxy added; what stands before it anybody could have written."""
    if not lines:
        return peer
    return canonical(lines[-1].rpartition(",")[2].strip())
