"""Does each API key lead to its organization, and to how it stands?"""

from __future__ import annotations

from collections.abc import Iterator

from regiongate.compiler.envoy.keytable import KeyTable, KeyTableError
from regiongate.compiler.verify.finding import Finding
from regiongate.compiler.verify.gate import OpenBundle
from regiongate.domain.organization import ORDINARY, Standing

FILE = "organizations.keys"


def check_keys(bundle: OpenBundle) -> Iterator[Finding]:
    """The binary table that the gateway reads holds what the files of the bundle say."""
    path = bundle.folder / FILE
    if not bundle.gate.keys:
        if path.exists():
            yield Finding("keys", FILE, "the gate asks for no keys, and yet there is a table")
        return
    try:
        table = bundle.key_table
        if _owners_are_known(bundle, table) and table.standings() == _special(bundle):
            return
        found = {key: (owner, standing) for key, owner, standing in table.rows()}
    except (KeyTableError, OSError) as error:
        yield Finding("keys", FILE, str(error))
        return
    listed: dict[bytes, tuple[str | None, str | None]] = {
        key: (row.id, _name(row.standing))
        for row in bundle.organizations().values()
        for key in row.keys
    }
    for key, standing in bundle.keys.items():
        owner, _ = listed.get(key, (None, None))
        listed[key] = owner, _name(standing)
    if found != listed:
        for key in sorted(found.keys() | listed.keys()):
            if found.get(key) != listed.get(key):
                said, must = _words(found.get(key)), _words(listed.get(key))
                message = f"the key {key[:8].hex()} belongs to {said}, by the list to {must}"
                yield Finding("keys", FILE, message)


def _owners_are_known(bundle: OpenBundle, table: KeyTable) -> bool:
    """Whether it says of whose the keys are what a sound table said for the same organizations."""
    sound = bundle.sound
    if sound is None or bundle.roll is not sound.roll:
        return False
    return sound.gate.keys and table.whose == sound.key_table.whose


def _special(bundle: OpenBundle) -> dict[bytes, str]:
    """The standings of keys that are not ordinary."""
    held = {key: row.standing.name for row in bundle.special.values() for key in row.keys}
    return held | {key: standing.name for key, standing in bundle.keys.items()}


def _name(standing: Standing) -> str | None:
    return None if standing == ORDINARY else standing.name


def _words(entry: tuple[str | None, str | None] | None) -> str:
    owner, standing = entry or (None, None)
    return f"{owner or 'nobody'}" + ("" if standing is None else f" and is {standing}")
