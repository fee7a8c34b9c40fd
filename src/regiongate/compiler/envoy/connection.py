"""The HTTP connection manager: settles the client address, takes a route, runs the filters, logs.

| filter | why at this place, and on which routes |
|---|---|
| guard | before a proxy's address is looked up for a client's; where a header cannot be read |
| locate | the gate asks for the place; one for each slot, on the routes of that slot |
| gate | behind what it asks for; one for each slot, on its routes but those to the public pages |
| no-slot | before the way out; on the last route, which is taken while no slot is in force |
"""

from __future__ import annotations

from collections.abc import Sequence

from regiongate.compiler.envoy import forwarding, hand_over, site, slots
from regiongate.compiler.envoy.cluster import UPSTREAM
from regiongate.compiler.envoy.count import count_decisions
from regiongate.compiler.envoy.log import access_logs
from regiongate.compiler.envoy.refuse import local_replies
from regiongate.compiler.envoy.settings import Settings
from regiongate.compiler.envoy.strip import strip_our_headers
from regiongate.compiler.envoy.typed import Config, cidrs, extension

PROBE_HEADER = "x-probe-address"
PROBE_SLOT_HEADER = "x-probe-slot"

_HOUR = "3600s"


def for_everyone(settings: Settings) -> Config:
    """Peers whose word counts for nothing: the connection's own address is the client's.

    `trusted_hops` proxies in front of every request move that many places back in
    `X-Forwarded-For`; their word is then the operator's.
    """
    address: Config = {"use_remote_address": True, "xff_num_trusted_hops": settings.trusted_hops}
    spoofable = [] if settings.organization_header is None else [settings.organization_header]
    hops = settings.trusted_hops
    reads = forwarding.from_hops(hops) if hops else None
    return _public(settings, address, strip_our_headers(spoofable), reads)


def for_trusted(settings: Settings) -> Config:
    """Peers in a trusted network: the last address in `X-Forwarded-For` that is not one of them."""
    xff = extension(
        "forwarded-for",
        "envoy.extensions.http.original_ip_detection.xff.v3.XffConfig",
        xff_trusted_cidrs={"cidrs": cidrs(settings.trusted)},
        skip_xff_append=False,
    )
    address: Config = {"use_remote_address": False, "original_ip_detection_extensions": [xff]}
    reads = forwarding.from_networks(settings.trusted)
    return _public(settings, address, strip_our_headers(), reads)


def for_probe(settings: Settings) -> Config:
    """The supervisor's own socket: it names address and slot itself, and gets no upstream."""
    named = extension(
        "probe-address",
        "envoy.extensions.http.original_ip_detection.custom_header.v3.CustomHeaderConfig",
        header_name=PROBE_HEADER,
        reject_with_status={"code": "BadRequest"},
    )
    address: Config = {"use_remote_address": False, "original_ip_detection_extensions": [named]}
    chain = [*slots.filters(), _router()]
    manager = _manager(settings, address | _routes(_nowhere()), strip_our_headers(), chain)
    # Nobody's request: it is neither logged nor counted among those that are.
    manager["typed_config"] |= {"access_log": [], "stat_prefix": "probe"}
    return manager


def _public(
    settings: Settings, address: Config, strip: Config, reads: forwarding.Forwarding | None
) -> Config:
    """A public listener's; `reads` is how it reads `X-Forwarded-For`, where that counts."""
    guard = [] if reads is None else [reads.guard()]
    chain = [*guard, *slots.filters(), _router()]
    return _manager(settings, address | _routes(_everything(settings, reads)), strip, chain)


def _manager(settings: Settings, own: Config, strip: Config, chain: Sequence[Config]) -> Config:
    return extension(
        "http",
        "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
        **own,
        stat_prefix="gateway",
        codec_type="AUTO",
        early_header_mutation_extensions=[strip],
        http_filters=list(chain),
        local_reply_config=local_replies(),
        access_log=[*access_logs(settings), count_decisions()],
        upgrade_configs=[{"upgrade_type": "websocket"}],
        always_set_request_id_in_response=True,
        server_header_transformation="PASS_THROUGH",
        # A path has one form before any rule reads it.
        normalize_path=True,
        merge_slashes=True,
        # A model may think for minutes before its next token.
        stream_idle_timeout=_HOUR,
        common_http_protocol_options={
            "idle_timeout": _HOUR,
            "headers_with_underscores_action": "ALLOW",
        },
        http2_protocol_options={"max_concurrent_streams": 128},
    )


def _router() -> Config:
    return extension("router", "envoy.extensions.filters.http.router.v3.Router")


def _everything(settings: Settings, reads: forwarding.Forwarding | None) -> list[Config]:
    """The routes of a public listener.

    Where a route asks whether `X-Forwarded-For` can be read, what cannot be falls through to the
    next, which wakes the guard.
    """
    action: Config = {"cluster": UPSTREAM, "timeout": "0s"}
    if settings.upstream.tls:
        # A public API behind TLS answers only to its own name.
        action["auto_host_rewrite"] = True
    everything: Config = {"match": {"prefix": "/"}, "route": action}
    awake: Config = {}
    to_api = []
    if reads is not None:
        awake = forwarding.awake()
        to_api += slots.in_each(everything | {"match": {"prefix": "/", "headers": reads.headers()}})
    to_api += slots.in_each(everything | {"typed_per_filter_config": awake})
    before = [*site.routes(settings, awake), *hand_over.routes(settings)]
    return [*before, *to_api, slots.without(everything)]


def _nowhere() -> list[Config]:
    """The routes of the probe, which names the slot itself."""
    route = {"match": {"prefix": "/"}, "direct_response": {"status": 204}}
    in_slots = [slots.in_slot(slot, route, _asked_for(slot)) for slot in slots.SLOTS]
    return [*in_slots, slots.without(route)]


def _asked_for(slot: str) -> Config:
    return {"headers": [{"name": PROBE_SLOT_HEADER, "string_match": {"exact": slot}}]}


def _routes(routes: Sequence[Config]) -> Config:
    host = {"name": "everything", "domains": ["*"], "routes": list(routes)}
    return {"route_config": {"name": "gateway", "virtual_hosts": [host]}}
