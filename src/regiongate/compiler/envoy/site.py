"""The site of the public pages: a path of its own, led to whatever the verdict.

The route itself takes the gate out of the way and says so to the site, so that no request can pass
the gate on one reading of its path and reach the API on another.
"""

from __future__ import annotations

from regiongate.compiler.envoy import names, slots
from regiongate.compiler.envoy.settings import Settings
from regiongate.compiler.envoy.typed import Config, set_headers
from regiongate.domain.refusal import SITE_PATH

SITE = "site"
"""The cluster of the site."""

RULE = "site"
"""What the log says of a request to the site: nothing has been decided about it."""


def routes(settings: Settings, awake: Config) -> list[Config]:
    """The routes to the site, if there is one; they stand before those to the API.

    `awake` wakes the filter that refuses what the gate is not asked about: a site must not take a
    proxy's address for the client's either. The site is told the settled address. Who calls is none
    of its business: the organization and the keys of the API stay here.
    """
    if settings.site is None:
        return []
    action: Config = {"cluster": SITE}
    if settings.site.tls:
        action["auto_host_rewrite"] = True
    told = {
        names.CLIENT_ADDRESS: "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%",
        names.RULE: RULE,
    }
    route = {
        "match": {"prefix": SITE_PATH},
        "route": action,
        "request_headers_to_add": [mutation["append"] for mutation in set_headers(told)],
        "request_headers_to_remove": _secrets(settings),
        "typed_per_filter_config": awake,
    }
    return slots.in_each(route, gate=False)


def _secrets(settings: Settings) -> list[str]:
    named = () if settings.organization_header is None else (settings.organization_header,)
    return sorted({"authorization", *settings.api_key_headers, *named})
