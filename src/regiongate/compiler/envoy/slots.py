"""Two slots, a and b: one in force, the other free to be filled, probed, and then chosen.

Envoy 1.40 must never lose a filter that a request may still be waiting in: replacing a geoip
filter, or a matching tree behind one, crashes it under load. So both slots keep their geoip
filter for ever, over a database that is reloaded in place, and the gate of a slot is looked up
only once the address has been located. A generation is put into the slot that is not in force;
then one rename of a file of a few bytes chooses that slot, for new requests on open connections
too. A request meets one slot, and so one generation, from its first filter to its last.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from regiongate.compiler.envoy import leaf, matcher, names
from regiongate.compiler.envoy.files import SELECT, gate_file, slot_database, slot_facts
from regiongate.compiler.envoy.locate import locate
from regiongate.compiler.envoy.typed import (
    COMPOSITE,
    Config,
    always,
    composite,
    discovered,
    header_mutation,
    run,
    type_url,
    typed,
)

SLOTS = ("a", "b")

GATE = "gate"
"""The name under which a listener has its filter for the gate."""

_MUTATION = "envoy.extensions.filters.http.header_mutation.v3.HeaderMutation"
_SELECT = "select"


def select() -> Config:
    """The place of the filter that chooses the slot; until its file has come, Envoy answers 500."""
    return {"name": _SELECT, "config_discovery": _discovery(SELECT, _MUTATION)}


def selection(slot: str, generation: str) -> Config:
    """The content of the watched file that chooses a slot for a generation."""
    chosen = header_mutation(_SELECT, {names.SLOT: slot}, [])
    content = typed("envoy.config.core.v3.TypedExtensionConfig", **chosen)
    return {"version_info": generation, "resources": [content]}


def slot_of(content: Config) -> str:
    """The slot that such a file chooses."""
    (resource,) = content["resources"]
    (mutation,) = resource["typed_config"]["mutations"]["request_mutations"]
    return str(mutation["append"]["header"]["value"])


def locate_by_slot(header: str) -> Config:
    """Locate by the databases of the slot that a header names."""
    located = {slot: run("locate", locate(slot_database(slot), slot_facts(slot))) for slot in SLOTS}
    return composite("locate", _by_slot(header, located, {}))


def gate_by_slot(header: str, refused: Sequence[tuple[Config, Config]] = ()) -> Config:
    """Run the gate of the slot that a header names, as its watched file has it by then.

    A request for which there is no such gate, or no slot, is refused: Envoy would pass over
    either in silence. `refused` are questions that come first, each with its outcome.
    """
    gates = {slot: discovered("gate", gate_name(slot), _guarded(gate_file(slot))) for slot in SLOTS}
    return composite(GATE, matcher.first(refused, _by_slot(header, gates, _undecided())))


def gate_name(slot: str) -> str:
    """The name of a slot's gate as a discovered resource."""
    return f"gate-{slot}"


def _by_slot(header: str, outcomes: Mapping[str, Config], otherwise: Config) -> Config:
    return matcher.exact(matcher.header_input(header), outcomes, otherwise)


def _undecided() -> Config:
    """No decision, no upstream; the local reply makes a 500 of it."""
    return run("undecided", leaf.deny("undecided"))


def _guarded(path: str) -> Config:
    """Where a gate comes from; one that refuses everything stands in until it has come."""
    refusing = composite("gate", always(_undecided()))
    return _discovery(path, COMPOSITE) | {
        "default_config": refusing["typed_config"],
        "apply_default_config_without_warming": True,
    }


def _discovery(path: str, message: str) -> Config:
    source = {"path_config_source": {"path": path}, "resource_api_version": "V3"}
    return {"config_source": source, "type_urls": [type_url(message)]}
