"""Two slots, a and b: one in force, the other free to be filled, probed, and then chosen.

Envoy 1.40 must never lose a filter that a request may still be waiting in: replacing a geoip
filter, or a matching tree behind one, crashes it under load. So both slots keep their geoip
filter for ever, over a database that is reloaded in place, and the gate of a slot is looked up
only once the address has been located. A generation is put into the slot that is not in force;
then one rename of a file of a few bytes chooses that slot, for new requests on open connections
too. That file sets a key of Envoy's runtime, and the key chooses the route: each route is there
once for each slot, and puts the filters of the other to sleep. A request has one route, and so
meets one generation from its first filter to its last.
"""

from __future__ import annotations

from collections.abc import Iterable

from regiongate.compiler.envoy import leaf
from regiongate.compiler.envoy.files import SELECT, gate_file, slot_database, slot_facts
from regiongate.compiler.envoy.locate import locate
from regiongate.compiler.envoy.typed import (
    COMPOSITE,
    Config,
    always,
    composite,
    discovered,
    run,
    type_url,
    typed,
)

SLOTS = ("a", "b")

_NO_SLOT = "no-slot"
_UNDECIDED = "undecided"
_LAYER = "slot"
_KEY = "regiongate.slot-"
_FILTER = "envoy.config.route.v3.FilterConfig"


def filters() -> list[Config]:
    """What locates and what decides, once for each slot; none sleeps unless its route says so.

    The last refuses everything, and sleeps but for `without`.
    """
    gated = [filter_ for slot in SLOTS for filter_ in (_locate(slot), _gate(slot))]
    return [*gated, leaf.deny(_UNDECIDED) | {"name": _NO_SLOT, "disabled": True}]


def in_each(route: Config, *, gate: bool = True) -> list[Config]:
    """A route once for each slot; with `gate` False it only locates, and decides nothing."""
    return [in_slot(slot, route, _chosen(slot), gate=gate) for slot in SLOTS]


def in_slot(slot: str, route: Config, when: Config, *, gate: bool = True) -> Config:
    """A route that the filters of a slot serve, taken when this holds too."""
    awake = {_locate_name(slot), *([gate_name(slot)] if gate else [])}
    own = route.get("typed_per_filter_config", {})
    return route | {
        "match": route["match"] | when,
        "typed_per_filter_config": own | _asleep(set(_names()) - awake),
    }


def without(route: Config) -> Config:
    """A route without a slot: no slot, no decision, no upstream.

    That of a public listener leads where the others lead, because the log knows no other sign of a
    route (`heard.py`). But on the way stands a refusal, of which the local reply makes a 500.
    """
    awake = {_NO_SLOT: typed(_FILTER, config={})}
    return route | {"typed_per_filter_config": awake | _asleep(_names())}


def selected() -> Config:
    """The layer of Envoy's runtime that says which slot is in force."""
    return {"name": _LAYER, "rtds_layer": {"name": _LAYER, "rtds_config": _source(SELECT)}}


def selection(slot: str, generation: str) -> Config:
    """The content of the watched file that chooses a slot for a generation."""
    layer = {_KEY + slot: 100}
    content = typed("envoy.service.runtime.v3.Runtime", name=_LAYER, layer=layer)
    return {"version_info": generation, "resources": [content]}


def slot_of(content: Config) -> str:
    """The slot that such a file chooses."""
    (resource,) = content["resources"]
    (key,) = resource["layer"]
    return str(key).removeprefix(_KEY)


def gate_name(slot: str) -> str:
    """The name of a slot's gate, as a filter and as a discovered resource."""
    return f"gate-{slot}"


def _locate_name(slot: str) -> str:
    return f"locate-{slot}"


def _names() -> list[str]:
    return [name for slot in SLOTS for name in (_locate_name(slot), gate_name(slot))]


def _chosen(slot: str) -> Config:
    never = {"numerator": 0, "denominator": "HUNDRED"}
    return {"runtime_fraction": {"default_value": never, "runtime_key": _KEY + slot}}


def _asleep(names: Iterable[str]) -> Config:
    return {name: typed(_FILTER, disabled=True) for name in sorted(names)}


def _locate(slot: str) -> Config:
    return locate(slot_database(slot), slot_facts(slot)) | {"name": _locate_name(slot)}


def _gate(slot: str) -> Config:
    """Run the slot's gate; one that refuses everything stands in until it has come."""
    refusing = composite("gate", always(run(_UNDECIDED, leaf.deny(_UNDECIDED))))
    discovery: Config = {
        "config_source": _source(gate_file(slot)),
        "type_urls": [type_url(COMPOSITE)],
        "default_config": refusing["typed_config"],
        "apply_default_config_without_warming": True,
    }
    name = gate_name(slot)
    return composite(name, always(discovered("gate", name, discovery)))


def _source(path: str) -> Config:
    return {"path_config_source": {"path": path}, "resource_api_version": "V3"}
