"""Two slots, a and b: one in force, the other free to be filled, probed, and then chosen.

Envoy 1.40 must never lose a filter that a request may still be waiting in: replacing a geoip
filter, or a matching tree behind one, crashes it under load. So both slots keep their geoip
filter for ever, over a database that is reloaded in place, and the gate of a slot is looked up
only once the address has been located. A generation is put into the slot that is not in force;
then one rename of a file of a few bytes chooses that slot, for new requests on open connections
too. A request meets one slot, and so one generation, from its first filter to its last.
"""

from __future__ import annotations

from collections.abc import Mapping

from regiongate.compiler.envoy import matcher, names
from regiongate.compiler.envoy.files import SELECT, gate_file, slot_database
from regiongate.compiler.envoy.locate import locate
from regiongate.compiler.envoy.typed import (
    COMPOSITE,
    Config,
    composite,
    header_mutation,
    type_url,
    typed,
)

SLOTS = ("a", "b")

_EXECUTE = "envoy.extensions.filters.http.composite.v3.ExecuteFilterAction"
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
    """Locate by the database of the slot that a header names."""
    return _by_slot(
        "locate", header, {s: {"typed_config": locate(slot_database(s))} for s in SLOTS}
    )


def gate_by_slot(header: str) -> Config:
    """Run the gate of the slot that a header names, as its watched file has it by then."""
    gates = {
        slot: {
            "dynamic_config": {
                "name": gate_name(slot),
                "config_discovery": _discovery(gate_file(slot), COMPOSITE),
            }
        }
        for slot in SLOTS
    }
    return _by_slot("gate", header, gates)


def gate_name(slot: str) -> str:
    """The name of a slot's gate as a discovered resource."""
    return f"gate-{slot}"


def _by_slot(name: str, header: str, actions: Mapping[str, Config]) -> Config:
    choices = {
        slot: {"action": {"name": name, "typed_config": typed(_EXECUTE, **action)}}
        for slot, action in actions.items()
    }
    return composite(name, matcher.exact(matcher.header_input(header), choices, {}))


def _discovery(path: str, message: str) -> Config:
    source = {"path_config_source": {"path": path}, "resource_api_version": "V3"}
    return {"config_source": source, "type_urls": [type_url(message)]}
