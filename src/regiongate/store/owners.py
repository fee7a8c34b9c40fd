"""Who owns whom: written anew as it is told, and forgotten when nobody's books need it."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import sqlalchemy as sa

from regiongate.domain.profile import Holding, Owner
from regiongate.store.among import among, portions
from regiongate.store.bulk import merge
from regiongate.store.contradiction import Contradicted, OwnerIsOrganization, UnknownOwner
from regiongate.store.organization_tables import HOLDING, ORGANIZATION, OWNER


def put_owners(
    connection: sa.Connection,
    told: Sequence[str],
    owners: Sequence[Owner],
    holdings: Sequence[Holding],
) -> None:
    """Let these holdings take the place of those of told organizations and of these owners.

    Who owns must be one of `owners`, or an organization of the store. Raises Contradicted.
    """
    owned = {*told, *(one.id for one in owners), *(one.owned for one in holdings)}
    for some in portions(sorted(owned)):
        connection.execute(sa.delete(HOLDING).where(among(connection, HOLDING.c.owned, some)))
    _let_organizations_speak(connection)
    _require_no_organizations(connection, sorted(one.id for one in owners))
    _write_owners(connection, sorted(owners, key=lambda one: one.id))
    _write_organizations(connection, {one.id for one in owners}, holdings)
    _write_holdings(connection, sorted(holdings, key=lambda one: (one.owned, one.owner)))
    drop_nobodys_owners(connection)


def drop_nobodys_owners(connection: sa.Connection) -> None:
    """Forget owners from whom no chain of holdings leads to an organization."""
    begin = sa.select(OWNER.c.id).where(OWNER.c.organization.is_not(None))
    reached = begin.cte("reached", recursive=True)
    further = sa.select(HOLDING.c.owner).join(reached, HOLDING.c.owned == reached.c.id)
    reached = reached.union(further)
    connection.execute(sa.delete(OWNER).where(OWNER.c.id.not_in(sa.select(reached.c.id))))
    part = sa.exists().where(sa.or_(HOLDING.c.owned == OWNER.c.id, HOLDING.c.owner == OWNER.c.id))
    connection.execute(sa.delete(OWNER).where(OWNER.c.organization.is_not(None), ~part))


def _let_organizations_speak(connection: sa.Connection) -> None:
    """An owner who has become an organization is described by its own profile from now on."""
    known = sa.exists().where(ORGANIZATION.c.id == OWNER.c.id)
    become = sa.update(OWNER).where(OWNER.c.organization.is_(None), known)
    connection.execute(become.values(organization=OWNER.c.id, name=None, country=None))


def _require_no_organizations(connection: sa.Connection, owners: list[str]) -> None:
    found = _organizations(connection, owners)
    if found:
        raise Contradicted([OwnerIsOrganization(name) for name in sorted(found)])


def _write_owners(connection: sa.Connection, owners: list[Owner]) -> None:
    columns: dict[str, list[str | None]] = {
        "id": [one.id for one in owners],
        "organization": [None] * len(owners),
        "name": [one.name for one in owners],
        "country": [one.country for one in owners],
    }
    growth = {name: f"excluded.{name}" for name in ("name", "country")}
    merge(connection, OWNER, _texts(columns), growth)


def _write_organizations(
    connection: sa.Connection, owners: set[str], holdings: Sequence[Holding]
) -> None:
    """The organizations that own or are owned, as such."""
    named = {name for one in holdings for name in (one.owned, one.owner)}
    ids = sorted(named - owners)
    known = _organizations(connection, ids)
    nobody = named - owners - known
    unknown = [UnknownOwner(one.owned, one.owner) for one in holdings if one.owner in nobody]
    if unknown:
        raise Contradicted(sorted(unknown))
    empty: list[str | None] = [None] * len(ids)
    rows = _texts({"id": [*ids], "organization": [*ids], "name": empty, "country": empty})
    merge(connection, OWNER, rows, {"organization": "excluded.organization"})


def _write_holdings(connection: sa.Connection, holdings: list[Holding]) -> None:
    rows = pa.table(
        {
            "owned": pa.array([one.owned for one in holdings], pa.string()),
            "owner": pa.array([one.owner for one in holdings], pa.string()),
            "numerator": pa.array([one.share.numerator for one in holdings], pa.int64()),
            "denominator": pa.array([one.share.denominator for one in holdings], pa.int64()),
            "source": pa.array([one.source for one in holdings], pa.string()),
            "stated": pa.array([one.stated for one in holdings], pa.date32()),
        }
    )
    merge(connection, HOLDING, rows, {"source": "excluded.source"})


def _organizations(connection: sa.Connection, ids: Sequence[str]) -> set[str]:
    """Which of these ids are those of organizations."""
    found: set[str] = set()
    for some in portions(ids):
        query = sa.select(ORGANIZATION.c.id).where(among(connection, ORGANIZATION.c.id, some))
        found.update(connection.execute(query).scalars())
    return found


def _texts(columns: dict[str, list[str | None]]) -> pa.Table:
    return pa.table({name: pa.array(column, pa.string()) for name, column in columns.items()})
