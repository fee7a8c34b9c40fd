"""Which address a request is from, as far as somebody whom we trust says so."""

from __future__ import annotations

from fastapi import Request

from regiongate.domain.address import BadAddress, IPAddress, canonical
from regiongate.server.house import House
from regiongate.server.problem import Refused

SETTLED = "x-regiongate-client-address"
"""Where the gateway writes the address on which it settled; it takes a client's own copy away."""


def client_of(request: Request, house: House) -> IPAddress:
    """The client's address: what a trusted gateway settled on, else the peer of the connection.

    Raises Refused where a gateway says what is no address: nothing else is put in its place.
    """
    peer = "" if request.client is None else request.client.host
    try:
        found = canonical(peer)
        settled = request.headers.getlist(SETTLED)
        if settled and any(found in network for network in house.settings.gateways):
            if len(settled) > 1:
                raise BadAddress("two addresses for one client")
            return canonical(settled[0])
    except BadAddress as error:
        raise Refused(400, "bad-request", f"the client's address: {error}") from error
    return found
