"""The gate: all filters that a policy or an organization can change, as one resource.

| filter | why at this place |
|---|---|
| keys or token | needs the client's own headers, before anything adds to them |
| organizations | needs the organization, or the standing of its key; says which decider is asked |
| decide | needs the place; sets the decision, and refuses |

They arrive together in one watched file, and Envoy takes the whole resource or none of it: a table
that does not load leaves the old one. Which gate a request meets, `slots.py` says.
"""

from __future__ import annotations

from collections.abc import Iterable

from regiongate.compiler.envoy.decide import decide
from regiongate.compiler.envoy.files import in_bundle
from regiongate.compiler.envoy.identify import by_token, organization_header
from regiongate.compiler.envoy.keys import keys
from regiongate.compiler.envoy.organizations import by_key, by_name
from regiongate.compiler.envoy.settings import Settings
from regiongate.compiler.envoy.slots import gate_name
from regiongate.compiler.envoy.typed import Config, always, composite, run, typed
from regiongate.compiler.table import DecisionTable
from regiongate.domain.organization import Organization

DATABASE = "verdict.mmdb"
KEYS = "organizations.keys"

SLOT = "@SLOT@"
"""Stands in a bundle's gate for the slot that the generation will be put into."""


def gate(table: DecisionTable, rows: Iterable[Organization], settings: Settings) -> Config:
    """The filters of one generation, in their order."""
    if settings.api_keys:
        judge = by_key(table)
    elif settings.identifies:
        judge = by_name(table, organization_header(settings), rows)
    else:
        judge = decide(table, table.ordinary)
    before = _identify(table, settings)
    # A composite in any case: Envoy skips a plain chain of filters in this place without a word,
    # and with it every decision.
    whole = composite("gate", always(run("gate", *before, judge))) if before else judge
    return whole | {"name": gate_name(SLOT)}


def _identify(table: DecisionTable, settings: Settings) -> list[Config]:
    """What finds the organization, where a header of the proxy's does not name it."""
    if settings.jwt is not None:
        return [by_token(settings.jwt)]
    if settings.api_keys:
        return [keys(in_bundle(table.generation, KEYS), settings.api_key_headers)]
    return []


def resource(config: Config, generation: str) -> Config:
    """The content of a gate's file: a discovery response with the gate in it."""
    content = typed("envoy.config.core.v3.TypedExtensionConfig", **config)
    return {"version_info": generation, "resources": [content]}


def for_slot(content: bytes, slot: str) -> bytes:
    """A bundle's gate file as the file of a slot."""
    return content.replace(gate_name(SLOT).encode(), gate_name(slot).encode())
