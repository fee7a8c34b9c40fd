"""Filters that arrive from a watched file, so that they change on open connections at once.

A listener update would leave open connections under the old policy until they drain; a filter
resource takes effect on the next request of any connection.
"""

from __future__ import annotations

from regiongate.compiler.envoy.settings import Files
from regiongate.compiler.envoy.typed import Config, type_url, typed


def discovered(name: str, message: str, files: Files) -> Config:
    """The place of a filter in the chain; its configuration is read from the file of its name."""
    source = {
        "path_config_source": {"path": str(files.resources / f"{name}.json")},
        "resource_api_version": "V3",
    }
    return {
        "name": name,
        "config_discovery": {"config_source": source, "type_urls": [type_url(message)]},
    }


def resource(filter_config: Config, version: str) -> Config:
    """The content of such a file: one discovery response with one filter."""
    content = typed("envoy.config.core.v3.TypedExtensionConfig", **filter_config)
    return {"version_info": version, "resources": [content]}
