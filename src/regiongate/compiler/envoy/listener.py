"""The listeners: one for each address, and the supervisor's probe."""

from __future__ import annotations

from regiongate.compiler.envoy.connection import for_everyone, for_probe, for_trusted
from regiongate.compiler.envoy.files import PROBE
from regiongate.compiler.envoy.settings import Endpoint, Settings
from regiongate.compiler.envoy.typed import Config, cidrs, extension


def listeners(settings: Settings) -> list[Config]:
    """Every listener of a gateway."""
    return [
        *(_public(settings, where) for where in settings.listen),
        _probe(settings),
    ]


def _public(settings: Settings, where: Endpoint) -> Config:
    socket = {"address": where.host, "port_value": where.port}
    listener: Config = {
        "name": f"public-{where}",
        "address": {"socket_address": socket},
        "filter_chains": _chains(settings),
        # 1 MiB: what a slow client may leave buffered before the upstream is told to wait.
        "per_connection_buffer_limit_bytes": 1 << 20,
    }
    if settings.proxy_protocol:
        message = "envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol"
        listener["listener_filters"] = [extension("proxy-protocol", message)]
    return listener


def _chains(settings: Settings) -> list[Config]:
    """Trusted peers and everyone else get a chain each.

    Envoy chooses the chain by the address of the peer itself, once for a connection, so what an
    untrusted peer writes in a header is never even looked at. With the PROXY protocol a peer
    outside the trusted networks gets no chain, and so no connection: whoever may write that
    protocol's line may claim any address.
    """
    peers = {"direct_source_prefix_ranges": cidrs(settings.trusted)}
    if settings.proxy_protocol:
        return [{"filter_chain_match": peers, "filters": [for_everyone(settings)]}]
    everyone: Config = {"filters": [for_everyone(settings)]}
    if not settings.trusted:
        return [everyone]
    return [{"filter_chain_match": peers, "filters": [for_trusted(settings)]}, everyone]


def _probe(settings: Settings) -> Config:
    return {
        "name": "probe",
        "address": {"pipe": {"path": PROBE, "mode": 0o600}},
        "filter_chains": [{"filters": [for_probe(settings)]}],
    }
