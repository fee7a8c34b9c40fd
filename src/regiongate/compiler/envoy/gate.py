"""The gate: all filters that a policy, a source or an organization can change, as one resource.

| filter | why at this place |
|---|---|
| locate | needs only the client address, which is settled before any filter runs |
| keys or token | needs the client's own headers, before anything adds to them |
| organizations | needs the organization |
| decide | needs place and standing; sets the decision, and refuses |

They arrive together in one watched file. One rename puts a generation in force, on open
connections too (a listener update would leave those under the old policy until they drain), and
no request is ever located by one generation and decided by another. Envoy takes the whole
resource or none of it: a database that is missing or a table that does not load leaves the old
generation in force.
"""

from __future__ import annotations

from collections.abc import Iterable

from regiongate.compiler.envoy.decide import decide
from regiongate.compiler.envoy.files import GATE, in_bundle
from regiongate.compiler.envoy.identify import by_token, organization_header
from regiongate.compiler.envoy.keys import keys
from regiongate.compiler.envoy.locate import locate
from regiongate.compiler.envoy.organizations import organizations
from regiongate.compiler.envoy.settings import Settings
from regiongate.compiler.envoy.typed import Config, extension, type_url, typed
from regiongate.compiler.table import DecisionTable
from regiongate.domain.organization import Organization

DATABASE = "verdict.mmdb"
KEYS = "organizations.keys"

_NAME = "gate"
_CHAIN = "envoy.extensions.filters.http.filter_chain.v3.FilterChainConfig"


def gate(table: DecisionTable, rows: Iterable[Organization], settings: Settings) -> Config:
    """The filters of one generation, in their order."""
    filters = [locate(in_bundle(table.generation, DATABASE))]
    if settings.jwt is not None:
        filters.append(by_token(settings.jwt))
    elif settings.api_keys:
        table_of_keys = in_bundle(table.generation, KEYS)
        filters.append(keys(table_of_keys, settings.api_key_headers))
    if settings.identifies:
        filters.append(organizations(organization_header(settings), rows))
    filters.append(decide(table))
    return extension(_NAME, _CHAIN, default_filter_chain={"filters": filters})


def resource(config: Config, generation: str) -> Config:
    """The content of the watched file: a discovery response with the gate in it."""
    content = typed("envoy.config.core.v3.TypedExtensionConfig", **config)
    return {"version_info": generation, "resources": [content]}


def discovered() -> Config:
    """The place of the gate in a listener's chain; until it has come, Envoy answers 500."""
    source = {"path_config_source": {"path": GATE}, "resource_api_version": "V3"}
    return {
        "name": _NAME,
        "config_discovery": {"config_source": source, "type_urls": [type_url(_CHAIN)]},
    }
