"""The filter that finds the organization by its API key: SHA-256 in the gateway, never the key."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files as package_files

from regiongate.compiler.envoy.typed import Config, extension


def keys(table: str, headers: Sequence[str]) -> Config:
    """The Lua filter over one table of key digests; a bad table is an error when it loads.

    `headers` are the request headers that may hold a key, the first one first.
    """
    script = package_files("regiongate.compiler.envoy").joinpath("keys.lua").read_text("utf-8")
    named = ", ".join(f'"{header}"' for header in headers)
    return extension(
        "keys",
        "envoy.extensions.filters.http.lua.v3.Lua",
        default_source_code={
            "inline_string": script.replace("@TABLE@", table).replace("@HEADERS@", named)
        },
        # No route matches on a header of ours, so the route found first stays right.
        clear_route_cache=False,
    )
