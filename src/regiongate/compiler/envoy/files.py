"""Where a running Envoy finds and leaves its files.

Envoy runs in the gateway's state directory and names its files relative to it. So a bundle does
not depend on where it will run, and the path of a socket cannot grow past its limit of 107 bytes.
Two paths are the machine's own: the certificate authorities, and a JSON Web Key Set.
"""

from __future__ import annotations

BOOTSTRAP = "envoy/bootstrap.json"
"""The configuration with which Envoy starts."""

GATE = "envoy/gate.json"
"""In a bundle: the filters of its generation, for either slot."""

SELECT = "envoy/select.json"
"""The watched file that says which slot is in force, and so which generation."""

ADMIN = "envoy/admin.sock"
"""Envoy's admin interface, a Unix socket that only this user may open."""

PROBE = "envoy/probe.sock"
"""The listener on which the supervisor asks what a given address would get."""

ACCESS_LOG = "log/access.log"
"""The gateway's log, one JSON object a line."""


def gate_file(slot: str) -> str:
    """The watched file with the filters of the generation in a slot."""
    return f"envoy/gate-{slot}.json"


def slot_database(slot: str) -> str:
    """The verdict database of a slot.

    Nothing but the databases is in its directory: Envoy watches the whole directory, and a log
    beside them would wake it on every line.
    """
    return f"slots/{slot}/verdict.mmdb"


def slot_facts(slot: str) -> str:
    """The database of facts of a slot."""
    return f"slots/{slot}/facts.mmdb"


def in_bundle(generation: str, name: str) -> str:
    """A file of an installed bundle, which never changes."""
    return f"bundles/{generation}/{name}"
