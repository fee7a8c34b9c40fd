"""The filter that finds the organization by its API key: SHA-256 in the gateway, never the key."""

from __future__ import annotations

from importlib.resources import files as package_files

from regiongate.compiler.envoy.typed import Config, extension


def keys(table: str) -> Config:
    """The Lua filter over one table of key digests; a bad table is an error when it loads."""
    script = package_files("regiongate.compiler.envoy").joinpath("keys.lua").read_text("utf-8")
    return extension(
        "keys",
        "envoy.extensions.filters.http.lua.v3.Lua",
        default_source_code={"inline_string": script.replace("@TABLE@", table)},
    )
