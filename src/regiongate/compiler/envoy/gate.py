"""The gate: all filters that a policy or an organization can change, as one resource.

| filter | why at this place |
|---|---|
| keys or token | needs the client's own headers, before anything adds to them |
| organizations | needs the organization |
| decide | needs place and standing; sets the decision, and refuses |

They arrive together in one watched file, and Envoy takes the whole resource or none of it: a table
that does not load leaves the old one. Which gate a request meets, `slots.py` says.
"""

from __future__ import annotations

from collections.abc import Iterable

from regiongate.compiler.envoy.decide import decide
from regiongate.compiler.envoy.files import in_bundle
from regiongate.compiler.envoy.identify import by_token, organization_header
from regiongate.compiler.envoy.keys import keys
from regiongate.compiler.envoy.organizations import organizations
from regiongate.compiler.envoy.settings import Settings
from regiongate.compiler.envoy.slots import gate_name
from regiongate.compiler.envoy.typed import Config, composite, typed
from regiongate.compiler.table import DecisionTable
from regiongate.domain.organization import Organization

DATABASE = "verdict.mmdb"
KEYS = "organizations.keys"

SLOT = "@SLOT@"
"""Stands in a bundle's gate for the slot that the generation will be put into."""

_EXECUTE = "envoy.extensions.filters.http.composite.v3.ExecuteFilterAction"


def gate(table: DecisionTable, rows: Iterable[Organization], settings: Settings) -> Config:
    """The filters of one generation, in their order."""
    filters: list[Config] = []
    if settings.jwt is not None:
        filters.append(by_token(settings.jwt))
    elif settings.api_keys:
        table_of_keys = in_bundle(table.generation, KEYS)
        filters.append(keys(table_of_keys, settings.api_key_headers))
    if settings.identifies:
        filters.append(organizations(organization_header(settings), rows))
    filters.append(decide(table))
    # A composite, although there is nothing to choose: Envoy skips a plain filter chain in this
    # place without a word, and with it every decision.
    run = typed(_EXECUTE, filter_chain={"typed_config": filters})
    always = {"matcher": {"on_no_match": {"action": {"name": "gate", "typed_config": run}}}}
    return composite(gate_name(SLOT), always)


def resource(config: Config, generation: str) -> Config:
    """The content of a gate's file: a discovery response with the gate in it."""
    content = typed("envoy.config.core.v3.TypedExtensionConfig", **config)
    return {"version_info": generation, "resources": [content]}


def for_slot(content: bytes, slot: str) -> bytes:
    """A bundle's gate file as the file of a slot."""
    return content.replace(gate_name(SLOT).encode(), gate_name(slot).encode())
