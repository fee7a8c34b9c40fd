"""Does each API key lead to its organization?"""

from __future__ import annotations

from collections.abc import Iterator

from regiongate.compiler.envoy.keytable import KeyTableError, unpack
from regiongate.compiler.verify.finding import Finding
from regiongate.compiler.verify.gate import OpenBundle

FILE = "organizations.keys"


def check_keys(bundle: OpenBundle) -> Iterator[Finding]:
    """The binary table that the gateway reads holds what the organizations file says."""
    path = bundle.folder / FILE
    if not bundle.gate.keys:
        if path.exists():
            yield Finding("keys", FILE, "the gate asks for no keys, and yet there is a table")
        return
    try:
        found = dict(unpack(path.read_bytes()))
    except (KeyTableError, OSError) as error:
        yield Finding("keys", FILE, str(error))
        return
    listed = {key: row.id for row in bundle.listed_organizations for key in row.keys}
    for key in sorted(found.keys() | listed.keys()):
        if found.get(key) != listed.get(key):
            said, must = found.get(key, "nobody"), listed.get(key, "nobody")
            message = f"the key {key[:8].hex()} belongs to {said}, by the list to {must}"
            yield Finding("keys", FILE, message)
