"""Take in profiles: compare them with what is known, and write what is new or has changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa

from regiongate.store.among import MOST, among, portions
from regiongate.store.bulk import merge
from regiongate.store.contradiction import Contradicted, KeyOfAnother
from regiongate.store.organization_tables import CONTACT, FACT, KEY, ORGANIZATION
from regiongate.store.owners import put_owners
from regiongate.store.profile_rows import ProfileRows
from regiongate.store.search import small

_CARD = ("name", "plan", "card", "changed", "sought")


@dataclass(frozen=True, slots=True)
class TakenIn:
    """How many of the profiles told of new organizations, of known ones that differ, or did not."""

    new: int
    changed: int
    unchanged: int


@dataclass(frozen=True, slots=True)
class _Compared:
    """The ids of those that are new, of those that have changed, in their order.

    `dossiers` are the ones of both of whom facts, holdings and owners are told.
    """

    new: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    dossiers: list[str] = field(default_factory=list)

    def add(self, told: tuple[str, str, str | None], known: tuple[str, str | None] | None) -> None:
        """Compare the digests that were told with those that are known."""
        name, card, dossier = told
        if known is not None and known == (card, known[1] if dossier is None else dossier):
            return
        (self.new if known is None else self.changed).append(name)
        if dossier is not None:
            self.dossiers.append(name)


def take_in(connection: sa.Connection, rows: ProfileRows, at: datetime) -> TakenIn:
    """Let profiles (rows in the order of their keys) take the place of those that are known.

    Parts that were not told stay, and contacts that are bad stay bad. Raises Contradicted; then
    the transaction must not be kept.
    """
    _hold(connection)
    found = _compare(connection, rows)
    _clear(connection, rows, found)
    if found.new or found.changed:
        told = pa.array([*found.new, *found.changed], pa.string())
        keys = _of(rows.keys, told)
        _require_free(connection, keys)
        _write(connection, rows, told, at)
        merge(connection, KEY, keys, {"prefix": "excluded.prefix"})
    put_owners(connection, found.dossiers, rows.owners, rows.holdings)
    unchanged = len(rows) - len(found.new) - len(found.changed)
    return TakenIn(len(found.new), len(found.changed), unchanged)


def _hold(connection: sa.Connection) -> None:
    """Let nobody else change profiles until this transaction ends: what is compared must stay."""
    # On SQLite there is one writer at a time anyway.
    if connection.dialect.name == "postgresql":
        tables = f"{ORGANIZATION.name}, {CONTACT.name}"
        connection.exec_driver_sql(f"LOCK TABLE {tables} IN SHARE ROW EXCLUSIVE MODE")


def _compare(connection: sa.Connection, rows: ProfileRows) -> _Compared:
    found = _Compared()
    columns = (ORGANIZATION.c.id, ORGANIZATION.c.card, ORGANIZATION.c.dossier)
    for some in _slices(rows.cards):
        ids = some["id"].to_pylist()
        query = sa.select(*columns).where(among(connection, ORGANIZATION.c.id, ids))
        known = {row.id: (row.card, row.dossier) for row in connection.execute(query)}
        told = zip(ids, some["card"].to_pylist(), some["dossier"].to_pylist(), strict=True)
        for one in told:
            found.add(one, known.get(one[0]))
    return found


def _clear(connection: sa.Connection, rows: ProfileRows, found: _Compared) -> None:
    """Remove the parts that are written anew, except contacts that are bad and still there."""
    for some in portions(found.dossiers if found.changed else []):
        connection.execute(sa.delete(FACT).where(among(connection, FACT.c.organization, some)))
    for some in portions(found.changed):
        connection.execute(sa.delete(KEY).where(among(connection, KEY.c.organization, some)))
        whose = among(connection, CONTACT.c.organization, some)
        connection.execute(sa.delete(CONTACT).where(whose, CONTACT.c.bad_since.is_(None)))
        bad = sa.select(CONTACT.c.organization, CONTACT.c.address).where(whose)
        _drop_contacts(connection, rows, [tuple(row) for row in connection.execute(bad)])


def _drop_contacts(
    connection: sa.Connection, rows: ProfileRows, bad: list[tuple[str, str]]
) -> None:
    """Remove the bad contacts that are not told any more."""
    if not bad:
        return
    told = _of(rows.contacts, pa.array(sorted({whose for whose, _ in bad}), pa.string()))
    pairs = zip(told["organization"].to_pylist(), told["address"].to_pylist(), strict=True)
    gone = set(bad) - set(pairs)
    one = sa.and_(
        CONTACT.c.organization == sa.bindparam("whose"),
        CONTACT.c.address == sa.bindparam("known"),
    )
    for whose, known in sorted(gone):
        connection.execute(sa.delete(CONTACT).where(one), {"whose": whose, "known": known})


def _require_free(connection: sa.Connection, keys: pa.Table) -> None:
    """Raise Contradicted for keys of organizations that keep them."""
    taken: list[KeyOfAnother] = []
    for some in _slices(keys):
        told = dict(zip(some["digest"].to_pylist(), some["organization"].to_pylist(), strict=True))
        query = sa.select(KEY.c.digest, KEY.c.organization)
        known = connection.execute(query.where(among(connection, KEY.c.digest, list(told))))
        taken += (KeyOfAnother(told[row.digest], row.digest, row.organization) for row in known)
    if taken:
        raise Contradicted(sorted(taken))


def _write(connection: sa.Connection, rows: ProfileRows, told: pa.Array, at: datetime) -> None:
    cards = rows.cards.filter(pc.is_in(rows.cards["id"], value_set=told))
    instant = pa.repeat(pa.scalar(at, pa.timestamp("us", tz="UTC")), cards.num_rows)
    dated = cards.append_column("since", instant).append_column("changed", instant)
    dated = dated.append_column("sought", small(dated["name"]))
    growth = {name: f"excluded.{name}" for name in _CARD}
    growth["dossier"] = f"coalesce(excluded.dossier, {ORGANIZATION.name}.dossier)"
    merge(connection, ORGANIZATION, dated, growth)
    _write_contacts(connection, _of(rows.contacts, told))
    merge(connection, FACT, _of(rows.facts, told), {"kind": "excluded.kind"})


def _write_contacts(connection: sa.Connection, contacts: pa.Table) -> None:
    """Those that are known already are bad, and stay so."""
    nothing = {
        "bad_since": pa.nulls(contacts.num_rows, pa.timestamp("us", tz="UTC")),
        "bad_reason": pa.nulls(contacts.num_rows, pa.string()),
    }
    for name, column in nothing.items():
        contacts = contacts.append_column(name, column)
    growth = {name: f"excluded.{name}" for name in ("language", "verified", "place")}
    merge(connection, CONTACT, contacts, growth)


def _of(rows: pa.Table, organizations: pa.Array) -> pa.Table:
    """The rows of these organizations."""
    return rows.filter(pc.is_in(rows["organization"], value_set=organizations))


def _slices(rows: pa.Table) -> Iterator[pa.Table]:
    for begin in range(0, rows.num_rows, MOST):
        yield rows.slice(begin, MOST)
