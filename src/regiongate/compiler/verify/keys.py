"""Does each API key lead to its organization, and to how it stands?"""

from __future__ import annotations

from collections.abc import Iterator

from regiongate.compiler.envoy.keytable import KeyTableError, unpack
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
        found = {key: (owner, standing) for key, owner, standing in unpack(path.read_bytes())}
    except (KeyTableError, OSError) as error:
        yield Finding("keys", FILE, str(error))
        return
    listed: dict[bytes, tuple[str | None, str | None]] = {
        key: (row.id, _name(row.standing))
        for row in bundle.organizations().values()
        for key in row.keys
    }
    for key, standing in bundle.keys().items():
        owner, _ = listed.get(key, (None, None))
        listed[key] = owner, _name(standing)
    if found != listed:
        for key in sorted(found.keys() | listed.keys()):
            if found.get(key) != listed.get(key):
                said, must = _words(found.get(key)), _words(listed.get(key))
                message = f"the key {key[:8].hex()} belongs to {said}, by the list to {must}"
                yield Finding("keys", FILE, message)


def _name(standing: Standing) -> str | None:
    return None if standing == ORDINARY else standing.name


def _words(entry: tuple[str | None, str | None] | None) -> str:
    owner, standing = entry or (None, None)
    return f"{owner or 'nobody'}" + ("" if standing is None else f" and is {standing}")
