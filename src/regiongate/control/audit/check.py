"""Verify the audit trail of a store, or an export without one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from regiongate.control.audit.export import Export
from regiongate.control.audit.trouble import Trouble, Verified, Wrong
from regiongate.control.audit.verify import verify
from regiongate.domain.chain import START, Entry, Head
from regiongate.store.audit import AuditTrail
from regiongate.store.audit_tables import CONTENT
from regiongate.store.references import broken

Hear = Callable[[int, int], None]
"""Hears how many events of how many have been looked at."""

_HEARD = 1000


def verify_store(connection: sa.Connection, known: Sequence[Head], hear: Hear) -> Verified:
    """Verify the trail of a store in a transaction that has read nothing yet.

    `known` are heads from before whose signatures have been checked.
    """
    trail = AuditTrail(connection)
    trail.hold_still()
    head, count = trail.head(), trail.count()
    found = verify(lambda: heard(trail.entries(), count, hear), head, known)
    strays = (
        Trouble(number, Wrong.INSERTED, f"a content says of event {number}, which is not there")
        for number in trail.strays()
    )
    lost = (
        Trouble(
            head.number,
            Wrong.WRITTEN_PAST,
            f"{count} rows of {table} name others that are not there: not written by regiongate",
        )
        for table, count in broken(connection).items()
        if table != CONTENT.name
    )
    return replace(found, troubles=(*found.troubles, *strays, *lost))


def verify_export(export: Export, key: Ed25519PublicKey, hear: Hear) -> Verified:
    """Verify an export against the key of whom it came from."""
    signed = export.head
    head = _last(export) if signed is None else signed.head
    found = verify(lambda: heard(export.entries(), export.events, hear), head)
    wrong = None
    if signed is None:
        wrong = "there is no signed head: the end may have been cut"
    elif not signed.is_signed_by(key):
        wrong = "the head is not signed by this key: it was changed, or signed by somebody else"
    if wrong is None:
        return found
    return replace(found, troubles=(*found.troubles, Trouble(head.number, Wrong.HEAD, wrong)))


def _last(export: Export) -> Head:
    head = Head(0, START)
    for entry in export.entries():
        head = Head(entry.number, entry.hash)
    return head


def heard(entries: Iterable[Entry], count: int, hear: Hear) -> Iterator[Entry]:
    """Entries on their way past somebody who hears how many they are."""
    for done, entry in enumerate(entries):
        if done % _HEARD == 0:
            hear(done, count)
        yield entry
