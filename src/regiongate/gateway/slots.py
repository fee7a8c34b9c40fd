"""Fill a slot with an installed generation; nothing that is in force changes by that."""

from __future__ import annotations

import filecmp
import os

from regiongate.compiler.envoy.files import GATE, gate_file, slot_database, slot_facts
from regiongate.compiler.envoy.gate import DATABASE, for_slot
from regiongate.compiler.facts import DATABASE as FACTS
from regiongate.domain.errors import CannotRun
from regiongate.gateway.state import State, replace

DATABASES = {DATABASE: slot_database, FACTS: slot_facts}
"""The databases of a bundle, and where a slot has them."""


def fill_database(state: State, slot: str, generation: str, name: str) -> bool:
    """Rename one database of a generation into a slot; False when the same bytes are there."""
    ours = state.bundle(generation) / name
    theirs = state.root / DATABASES[name](slot)
    half = state.root / "slots" / f".{slot}.{os.getpid()}"
    try:
        theirs.parent.mkdir(parents=True, exist_ok=True)
        if theirs.exists() and (theirs.samefile(ours) or filecmp.cmp(ours, theirs, shallow=False)):
            return False
        half.unlink(missing_ok=True)
        # A second name for the same file: nothing is copied, and nobody may write to it.
        half.hardlink_to(ours)
        half.replace(theirs)
    except OSError as error:
        raise CannotRun(f"cannot write {theirs}: {error.strerror}") from error
    return True


def empty_database(state: State, slot: str, name: str) -> None:
    """Take back a database that Envoy did not take.

    Envoy still has the one before; were the file to stay, the next swap would find the same bytes
    there already and believe that Envoy has them.
    """
    (state.root / DATABASES[name](slot)).unlink(missing_ok=True)


def fill_gate(state: State, slot: str, generation: str) -> None:
    """Rename a generation's gate into a slot."""
    content = (state.bundle(generation) / GATE).read_bytes()
    replace(state.root / gate_file(slot), for_slot(content, slot))
