"""Does the gate know every standing, or the standing of every organization, and no other?"""

from __future__ import annotations

from collections.abc import Iterator

from regiongate.compiler.verify.finding import Finding
from regiongate.compiler.verify.gate import OpenBundle

FILE = "envoy/gate.json"
NOBODY = "no-such-organization-as-this-one"


def check_organizations(bundle: OpenBundle) -> Iterator[Finding]:
    """Ask for each one of the table, for each one that the gate knows, and for strangers.

    Where a table of keys says how a key stands, the gate knows standings; else organizations. Two
    names joined by a comma are what proxies make of a header that was sent twice.
    """
    gate = bundle.gate
    if gate.organizations is None:
        return
    ordinary = bundle.decisions["ordinary"]
    if gate.keys:
        named = {standing: standing for standing in bundle.decisions["standings"]}
    else:
        named = {name: row.standing.name for name, row in bundle.organizations().items()}
    for name, standing in named.items():
        yield from _compare(name, gate.standing(name), standing)
    twice = f"{next(iter(named), NOBODY)},{NOBODY}"
    known = sorted(gate.organizations.tree.knows[gate.organizations.header])
    for stranger in (None, NOBODY, "", twice, *known):
        if stranger not in named:
            yield from _compare(stranger or "no organization", gate.standing(stranger), ordinary)


def _compare(name: str, said: str | None, must: str) -> Iterator[Finding]:
    if said != must:
        yield Finding("organizations", FILE, f"{name} is {said!r} at the gate, it must be {must!r}")
