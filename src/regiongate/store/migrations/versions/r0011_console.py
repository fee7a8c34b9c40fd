"""What the console asks for: sums of sightings, names to look for, and the orders of its lists."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa
from alembic import op

from regiongate.store.schema import check
from regiongate.store.types import COUNT, SORTED, Day

revision = "0011"
down_revision = "0010"

_SUMS = (
    *("requests", "unsupported", "disputed", "anonymized"),
    *("allowed", "warned", "blocked", "suspended", "handed_over"),
)
_AT_ONCE = 50_000


def upgrade() -> None:
    """Make the tables of sums and fill them; let names be looked for; make the indexes."""
    _total()
    _region()
    op.create_index("sighting_region_region_ix", "sighting_region", ["region", "organization"])
    _sought()
    _indexes()


def _total() -> None:
    op.create_table(
        "sighting_total",
        sa.Column("day", Day, nullable=False, comment="in UTC"),
        sa.Column("region", sa.Text, nullable=False, comment="as in the sightings"),
        *(_sum(name) for name in _SUMS),
        sa.PrimaryKeyConstraint("day", "region", name="sighting_total_pk"),
        *check("sums_are_of_some", " AND ".join(f"{name} >= 0" for name in _SUMS)),
        comment="What the sightings of one day in one region come to",
        sqlite_with_rowid=False,
        sqlite_strict=True,
    )
    sums = ", ".join(f"sum({name})" for name in _SUMS)
    op.execute(
        f"INSERT INTO sighting_total SELECT day, region, {sums} FROM sighting"  # noqa: S608
        " GROUP BY day, region ORDER BY day, region"
    )


def _region() -> None:
    op.create_table(
        "sighting_region",
        sa.Column("organization", sa.Text, nullable=False, comment="as in the sightings"),
        sa.Column("region", sa.Text, nullable=False, comment="as in the sightings"),
        *(_sum(name) for name in ("requests", "unsupported")),
        sa.PrimaryKeyConstraint("organization", "region", name="sighting_region_pk"),
        *check("sums_are_of_some", "requests > 0 AND unsupported >= 0 AND unsupported <= requests"),
        comment="In which regions an organization was seen, and how much",
        sqlite_with_rowid=False,
        sqlite_strict=True,
    )
    op.execute(
        "INSERT INTO sighting_region SELECT organization, region, sum(requests), sum(unsupported)"
        " FROM sighting GROUP BY organization, region ORDER BY organization, region"
    )


def _sought() -> None:
    comment = "its name in small letters, by which people look for it"
    column = sa.Column("sought", SORTED, nullable=False, server_default="", comment=comment)
    op.add_column("organization", column)
    table = sa.table("organization", *(sa.column(name) for name in ("id", "name", "sought")))
    connection, after = op.get_bind(), ""
    change = sa.update(table).where(table.c.id == sa.bindparam("of"))
    while True:
        query = sa.select(table.c.id, table.c.name).where(table.c.id > after)
        rows = connection.execute(query.order_by(table.c.id).limit(_AT_ONCE)).all()
        if not rows:
            break
        names = pc.utf8_lower(pa.array([row.name for row in rows], pa.string())).to_pylist()
        pairs = zip(rows, names, strict=True)
        values = [{"of": row.id, "small": name} for row, name in pairs]
        connection.execute(change.values(sought=sa.bindparam("small")), values)
        after = rows[-1].id
    op.create_index("organization_sought_ix", "organization", ["sought", "id"])
    ops = {"id": "text_pattern_ops"}
    op.create_index("organization_id_ix", "organization", ["id"], postgresql_ops=ops)


def _indexes() -> None:
    op.create_index("case_file_since_ix", "case_file", ["since", "number"])
    op.create_index("case_file_unsupported_ix", "case_file", ["unsupported", "number"])
    op.create_index("case_file_last_ix", "case_file", ["last", "number"])
    _partial("case_file_loud_ix", "case_file", "number", "loud IS NOT NULL")
    op.create_index("notice_composed_ix", "notice", ["composed_at", "id"])
    op.create_index("notice_state_composed_ix", "notice", ["state", "composed_at", "id"])
    op.create_index("notice_event_composed_ix", "notice", ["event", "composed_at", "id"])
    _partial("notice_bounced_ix", "notice", "bounced_at", "bounced_at IS NOT NULL")
    op.create_index("audit_event_tag_ix", "audit_event", ["tag", "number"])
    op.create_index("audit_event_at_ix", "audit_event", ["at", "number"])
    op.create_index("audit_content_actor_ix", "audit_content", ["actor", "number"])


def _partial(name: str, table: str, column: str, where: str) -> None:
    text = sa.text(where)
    op.create_index(name, table, [column], sqlite_where=text, postgresql_where=text)


def _sum(name: str) -> sa.Column[int]:
    return sa.Column(name, COUNT, nullable=False, comment="sum of the sightings")
