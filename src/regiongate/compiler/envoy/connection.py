"""The HTTP connection manager: settles the client address, runs the filters, logs."""

from __future__ import annotations

from collections.abc import Sequence

from regiongate.compiler.envoy import forwarding, hand_over, names, site, slots
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
    chain = _filters(settings, [forwarding.from_hops(hops)] if hops else [])
    return _manager(settings, address, strip_our_headers(spoofable), chain)


def for_trusted(settings: Settings) -> Config:
    """Peers in a trusted network: the last address in `X-Forwarded-For` that is not one of them."""
    xff = extension(
        "forwarded-for",
        "envoy.extensions.http.original_ip_detection.xff.v3.XffConfig",
        xff_trusted_cidrs={"cidrs": cidrs(settings.trusted)},
        skip_xff_append=False,
    )
    address: Config = {"use_remote_address": False, "original_ip_detection_extensions": [xff]}
    chain = _filters(settings, [forwarding.from_networks(settings.trusted)])
    return _manager(settings, address, strip_our_headers(), chain)


def for_probe(settings: Settings) -> Config:
    """The supervisor's own socket: it names address and slot itself, and gets no upstream."""
    named = extension(
        "probe-address",
        "envoy.extensions.http.original_ip_detection.custom_header.v3.CustomHeaderConfig",
        header_name=PROBE_HEADER,
        reject_with_status={"code": "BadRequest"},
    )
    address: Config = {"use_remote_address": False, "original_ip_detection_extensions": [named]}
    chain = [*_located(PROBE_SLOT_HEADER, []), _router()]
    manager = _manager(settings, address, strip_our_headers(), chain)
    # Nobody's request: it is neither logged nor counted among those that are.
    quiet: Config = {"access_log": [], "stat_prefix": "probe"}
    manager["typed_config"] |= {"route_config": _nowhere(), **quiet}
    return manager


def _manager(settings: Settings, address: Config, strip: Config, chain: Sequence[Config]) -> Config:
    return extension(
        "http",
        "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
        **address,
        stat_prefix="gateway",
        codec_type="AUTO",
        early_header_mutation_extensions=[strip],
        http_filters=list(chain),
        route_config=_everything(settings),
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


def _filters(settings: Settings, refused: Sequence[tuple[Config, Config]]) -> list[Config]:
    """The filters of a public listener in their order.

    `refused` says which requests no gate is asked about, and what they get instead.
    """
    guarded = site.guard(refused) if settings.site is not None else []
    return [slots.select(), *_located(names.SLOT, refused), *guarded, _router()]


def _located(slot: str, refused: Sequence[tuple[Config, Config]]) -> list[Config]:
    """What locates and what decides; `slot` is the header that names the slot."""
    return [slots.locate_by_slot(slot), slots.gate_by_slot(slot, refused)]


def _router() -> Config:
    return extension("router", "envoy.extensions.filters.http.router.v3.Router")


def _everything(settings: Settings) -> Config:
    route: Config = {"cluster": UPSTREAM, "timeout": "0s"}
    if settings.upstream.tls:
        # A public API behind TLS answers only to its own name.
        route["auto_host_rewrite"] = True
    before = [*site.routes(settings), *hand_over.routes(settings)]
    return _routes([*before, {"match": {"prefix": "/"}, "route": route}])


def _nowhere() -> Config:
    return _routes([{"match": {"prefix": "/"}, "direct_response": {"status": 204}}])


def _routes(routes: Sequence[Config]) -> Config:
    host = {"name": "everything", "domains": ["*"], "routes": list(routes)}
    return {"name": "gateway", "virtual_hosts": [host]}
