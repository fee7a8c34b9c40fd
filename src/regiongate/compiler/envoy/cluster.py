"""A server behind the gateway: the API, or the site of the public pages."""

from __future__ import annotations

from regiongate.compiler.envoy.settings import Upstream, is_address
from regiongate.compiler.envoy.typed import Config, extension, typed

_NO_LIMIT = dict.fromkeys(
    ("max_connections", "max_pending_requests", "max_requests", "max_retries"), 1_000_000
)
"""What the upstream can take is its own to say; 1024, Envoy's default, would be our word."""


UPSTREAM = "upstream"
"""The cluster of the API."""


def cluster(name: str, upstream: Upstream, trust_store: str) -> Config:
    """One cluster; the name of a host is resolved again as its DNS record says.

    `trust_store` is the path of the certificate authorities that a TLS upstream is checked with.
    """
    where = {
        "socket_address": {"address": upstream.endpoint.host, "port_value": upstream.endpoint.port}
    }
    endpoints = [{"lb_endpoints": [{"endpoint": {"address": where}}]}]
    options: Config = (
        {"http2_protocol_options": {}} if upstream.http2 else {"http_protocol_options": {}}
    )
    protocol = typed(
        "envoy.extensions.upstreams.http.v3.HttpProtocolOptions", explicit_http_config=options
    )
    config: Config = {
        "name": name,
        "type": "STATIC" if is_address(upstream.endpoint.host) else "STRICT_DNS",
        "connect_timeout": "5s",
        # Envoy would prefer IPv6 even where the upstream listens on IPv4 alone.
        "dns_lookup_family": "V4_PREFERRED",
        "circuit_breakers": {"thresholds": [_NO_LIMIT]},
        "load_assignment": {"cluster_name": name, "endpoints": endpoints},
        "typed_extension_protocol_options": {
            "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": protocol
        },
    }
    if upstream.tls:
        config["transport_socket"] = _tls(upstream.endpoint.host, trust_store)
    return config


def _tls(host: str, trust_store: str) -> Config:
    """Check the upstream's certificate against its name; an unchecked one would be no TLS."""
    kind = "IP_ADDRESS" if is_address(host) else "DNS"
    names = [{"san_type": kind, "matcher": {"exact": host}}]
    validation = {
        "trusted_ca": {"filename": trust_store},
        "match_typed_subject_alt_names": names,
    }
    return extension(
        "tls",
        "envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext",
        sni="" if is_address(host) else host,
        common_tls_context={"validation_context": validation},
    )
