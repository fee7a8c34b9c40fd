"""The configuration with which Envoy starts; everything that a policy changes is discovered."""

from __future__ import annotations

from regiongate.compiler.envoy import hand_over, slots
from regiongate.compiler.envoy.cluster import UPSTREAM, cluster
from regiongate.compiler.envoy.files import ADMIN
from regiongate.compiler.envoy.forwarding import RE2_PROGRAM_SIZE
from regiongate.compiler.envoy.listener import listeners
from regiongate.compiler.envoy.settings import Settings
from regiongate.compiler.envoy.site import SITE
from regiongate.compiler.envoy.typed import Config, extension

MAX_CONNECTIONS = 50_000


def bootstrap(settings: Settings, trust_store: str) -> Config:
    """Listeners, upstream and site, the admin socket, and a limit on open connections."""
    limit = extension(
        "envoy.resource_monitors.global_downstream_max_connections",
        "envoy.extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig",
        max_active_downstream_connections=MAX_CONNECTIONS,
    )
    limits = {"re2.max_program_size.error_level": RE2_PROGRAM_SIZE}
    clusters = [cluster(UPSTREAM, settings.upstream, trust_store)]
    if settings.site is not None:
        clusters.append(cluster(SITE, settings.site, trust_store))
    clusters += hand_over.clusters(settings, trust_store)
    secrets = hand_over.secrets(settings)
    return {
        "node": {"id": "regiongate", "cluster": "regiongate"},
        "static_resources": {
            "listeners": listeners(settings),
            "clusters": clusters,
            **({"secrets": secrets} if secrets else {}),
        },
        "admin": {"address": {"pipe": {"path": ADMIN, "mode": 0o600}}},
        "overload_manager": {"resource_monitors": [limit]},
        "layered_runtime": {
            "layers": [{"name": "static", "static_layer": limits}, slots.selected()]
        },
    }
