"""Hand-over: a request that the gate gives to a provider in region instead of the API.

Envoy chooses a route before any filter runs. So the leaf that hands over names the provider in a
header and has the route chosen again; no other request is asked more than one header for it. Who
calls stays here: neither the organization nor a key of the API goes to the provider, which gets a
credential of its own, and that stands in a file that only Envoy reads.
"""

from __future__ import annotations

from importlib.resources import files

from regiongate.compiler.envoy import cluster, names
from regiongate.compiler.envoy.settings import ProviderInRegion, Settings
from regiongate.compiler.envoy.typed import Config, extension

SERVED_BY = "x-region-access-served-by"
"""Tells the client who answers."""

CLUSTERS = "hand-over-"
"""How the cluster of a provider begins, and no other."""

_KEPT = {"organization": names.ORGANIZATION, "key": names.KEY, "standing": names.STANDING}
_STATE = "regiongate.hand-over."
_PRIVATE = (
    *("authorization", "proxy-authorization", "cookie", "forwarded", "x-forwarded-for"),
    *("openai-organization", "openai-project", "anthropic-organization"),
    *(names.ORGANIZATION, names.KEY, names.STANDING, names.PLACE, names.ORGANIZATION_TABLE),
)
_HEADERS = (
    *("host", "connection", "upgrade", "te", "trailer", "transfer-encoding", "expect"),
    *("user-agent", "authorization", "idempotency-key", "x-request-id", "x-client-request-id"),
    *("cache-control", "date", "prefer", "range", "traceparent", "tracestate"),
)
"""What goes along; `authorization` is our credential by then."""

_BEGINNINGS = ("accept", "anthropic-", "content-", "openai-", "sec-websocket-", "x-stainless-")
_CREDENTIALS = ("access_token", "api-key", "api_key", "apikey", "key", "token")
"""Where APIs that take credentials in the query look for them."""


def routes(settings: Settings) -> list[Config]:
    """A route to each provider; they stand before the one to the API."""
    return [_route(settings, provider) for provider in settings.hand_over]


def clusters(settings: Settings, trust_store: str) -> list[Config]:
    """Where the providers are; each request gets the provider's credential on its way out."""
    return [_cluster(settings, provider, trust_store) for provider in settings.hand_over]


def secrets(settings: Settings) -> list[Config]:
    """The credentials, each by the name of the file that holds it."""
    return [
        {
            "name": _name(provider.name),
            "generic_secret": {"secret": {"filename": str(provider.key)}},
        }
        for provider in settings.hand_over
    ]


def reroute(organization: str) -> Config:
    """The filter that has the route chosen again; it keeps for the log what the route takes away.

    `organization` is the header that names the organization.
    """
    kept = _KEPT | {"organization": organization}
    return extension(
        "reroute",
        "envoy.extensions.filters.http.set_filter_state.v3.Config",
        on_request_headers=[
            {
                "object_key": _STATE + field,
                "factory_key": "envoy.string",
                "format_string": {
                    "text_format_source": {"inline_string": names.request(header)},
                    "omit_empty_values": True,
                },
                "skip_if_empty": True,
            }
            for field, header in kept.items()
        ],
        clear_route_cache=True,
    )


def kept_fields() -> dict[str, str]:
    """The fields of the log that the request's headers do not say any more."""
    return {field: f"%FILTER_STATE({_STATE}{field}:PLAIN)%" for field in _KEPT}


def _route(settings: Settings, provider: ProviderInRegion) -> Config:
    where = provider.upstream.endpoint
    default = where.port == (443 if provider.upstream.tls else 80)
    own = () if settings.organization_header is None else (settings.organization_header,)
    return {
        "match": {
            "prefix": "/",
            "headers": [{"name": names.HAND_OVER, "string_match": {"exact": provider.name}}],
        },
        "route": {
            "cluster": _name(provider.name),
            "timeout": "0s",
            "host_rewrite_literal": where.host if default else str(where),
        },
        "request_headers_to_remove": sorted({*_PRIVATE, *settings.api_key_headers, *own}),
    }


def _cluster(settings: Settings, provider: ProviderInRegion, trust_store: str) -> Config:
    config = cluster.cluster(_name(provider.name), provider.upstream, trust_store)
    (protocol,) = config["typed_extension_protocol_options"].values()
    protocol["http_filters"] = [
        extension(
            "credential",
            "envoy.extensions.filters.http.credential_injector.v3.CredentialInjector",
            overwrite=True,
            credential=extension(
                "generic",
                "envoy.extensions.http.injected_credentials.generic.v3.Generic",
                credential={"name": _name(provider.name)},
                header="authorization",
                header_value_prefix="Bearer ",
            ),
        ),
        _private(settings),
        extension("codec", "envoy.extensions.filters.http.upstream_codec.v3.UpstreamCodec"),
    ]
    return config


def _private(settings: Settings) -> Config:
    """What stays here although no route names it: all headers but a few, and keys in the query."""
    script = files("regiongate.compiler.envoy").joinpath("private.lua").read_text("utf-8")
    begin = ", ".join(f'"{name}"' for name in (*_BEGINNINGS, names.PREFIX))
    for field, text in (
        ("@SECRETS@", _lua_set({*_CREDENTIALS, *settings.api_key_headers})),
        ("@KEPT@", _lua_set(set(_HEADERS))),
        ("@BEGINNINGS@", begin),
    ):
        script = script.replace(field, text)
    return extension(
        "private",
        "envoy.extensions.filters.http.lua.v3.Lua",
        default_source_code={"inline_string": script},
    )


def _lua_set(texts: set[str]) -> str:
    return ", ".join(f'["{text}"] = true' for text in sorted(texts))


def _name(provider: str) -> str:
    return CLUSTERS + provider
