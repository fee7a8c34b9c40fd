"""Organizations, their contacts and keys, the facts that were told of them, and people."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from regiongate.store.schema import check
from regiongate.store.types import COUNT, Day, Instant

revision = "0002"
down_revision = "0001"

_COUNTRY = ("country GLOB '[A-Z][A-Z]'", "country ~ '^[A-Z][A-Z]$'")


def upgrade() -> None:
    """Make the tables."""
    _person()
    _organization()
    _contact()
    _key()
    _fact()
    _owner()
    _holding()


def _person() -> None:
    op.create_table(
        "person",
        sa.Column("name", sa.Text),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("since", Instant, nullable=False, comment="when the role was given"),
        sa.PrimaryKeyConstraint("name", name="person_pk"),
        *check(
            "name_has_one_spelling",
            "length(name) BETWEEN 1 AND 100 AND name GLOB '[a-z0-9]*'"
            " AND name NOT GLOB '*[^a-z0-9._@+-]*'",
            "name ~ '^[a-z0-9][a-z0-9._@+-]{0,99}$'",
        ),
        *check("role_is_known", "role IN ('viewer', 'operator', 'approver', 'admin')"),
        comment="Who may do what: domain.role.MAY",
        sqlite_with_rowid=False,
        sqlite_strict=True,
    )


def _organization() -> None:
    op.create_table(
        "organization",
        sa.Column("id", sa.Text),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("plan", sa.Text, comment="null: nobody said"),
        sa.Column(
            "card", sa.Text, nullable=False, comment="digest of name, plan, contacts and keys"
        ),
        sa.Column(
            "dossier", sa.Text, comment="digest of facts, holdings and owners; null: never told"
        ),
        sa.Column("since", Instant, nullable=False, comment="when it was first told of"),
        sa.Column("changed", Instant, nullable=False, comment="when its profile last changed"),
        sa.PrimaryKeyConstraint("id", name="organization_pk"),
        *check(
            "id_travels_in_a_header",
            "length(id) BETWEEN 1 AND 256 AND id NOT GLOB '*[^!-~]*' AND instr(id, ',') = 0",
            "length(id) <= 256 AND id ~ '^[!-~]+$' AND strpos(id, ',') = 0",
        ),
        *check("name_is_given", "length(trim(name)) > 0"),
        *check("plan_is_given_or_null", "plan IS NULL OR length(trim(plan)) > 0"),
        *check(
            "digests_are_digests",
            "length(card) = 32 AND (dossier IS NULL OR length(dossier) = 32)",
        ),
        *check("changes_come_later", "since <= changed"),
        comment="What the books of the provider say of a customer",
        sqlite_with_rowid=False,
        sqlite_strict=True,
    )


def _contact() -> None:
    op.create_table(
        "contact",
        sa.Column("organization", sa.Text, nullable=False),
        sa.Column("address", sa.Text, nullable=False, comment="mail address"),
        sa.Column("language", sa.Text, nullable=False, comment="BCP 47"),
        sa.Column(
            "verified",
            sa.Boolean().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
            comment="they have answered from there once",
        ),
        sa.Column("place", COUNT, nullable=False, comment="from 1: the order to ask them in"),
        sa.Column("bad_since", Instant, comment="when mail came back; null: it never did"),
        sa.Column("bad_reason", sa.Text, comment="what the bounce said"),
        sa.PrimaryKeyConstraint("organization", "address", name="contact_pk"),
        _of_organization("contact"),
        *check("address_has_two_sides", "address LIKE '_%@_%'"),
        *check("language_is_a_tag", "length(language) BETWEEN 2 AND 60"),
        *check("verified_is_known", "verified IN (0, 1)", "verified IN (true, false)"),
        *check("place_is_counted", "place > 0"),
        *check("bad_with_its_reason", "(bad_since IS NULL) = (bad_reason IS NULL)"),
        comment="Whom of an organization a notice may go to",
        sqlite_with_rowid=False,
        sqlite_strict=True,
    )


def _key() -> None:
    op.create_table(
        "api_key",
        sa.Column("digest", sa.Text, comment="SHA-256, hexadecimal; never the key"),
        sa.Column("organization", sa.Text, nullable=False),
        sa.Column("prefix", sa.Text, comment="its public beginning; null: nobody said"),
        sa.PrimaryKeyConstraint("digest", name="api_key_pk"),
        _of_organization("api_key"),
        *check(
            "digest_is_sha256",
            "length(digest) = 64 AND digest NOT GLOB '*[^0-9a-f]*'",
            "digest ~ '^[0-9a-f]{64}$'",
        ),
        *check("prefix_is_no_key", "prefix IS NULL OR length(prefix) BETWEEN 1 AND 16"),
        comment="Whose a key is: one organization's",
        sqlite_with_rowid=False,
        sqlite_strict=True,
    )
    op.create_index("api_key_organization_ix", "api_key", ["organization"])


def _fact() -> None:
    op.create_table(
        "fact",
        sa.Column("organization", sa.Text, nullable=False),
        sa.Column("number", COUNT, nullable=False, comment="from 1, in the order of the file"),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("country", sa.Text, nullable=False, comment="ISO 3166-1"),
        sa.Column("since", Day, comment="first day; null: not known"),
        sa.Column("until", Day, comment="last day; null: there is no end yet"),
        sa.Column("source", sa.Text, nullable=False, comment="who states it"),
        sa.Column("stated", Day, nullable=False, comment="on which day"),
        sa.PrimaryKeyConstraint("organization", "number", name="fact_pk"),
        _of_organization("fact"),
        *check("kind_is_known", "kind IN ('billing', 'card', 'phone', 'registration')"),
        *check("country_is_a_code", *_COUNTRY),
        *check("ends_after_it_begins", "since IS NULL OR until IS NULL OR since <= until"),
        *check("source_is_given", "length(trim(source)) > 0"),
        comment="A country that the books connect with an organization: evidence, with its source",
        sqlite_with_rowid=False,
        sqlite_strict=True,
    )


def _owner() -> None:
    op.create_table(
        "owner",
        sa.Column("id", sa.Text),
        sa.Column("organization", sa.Text, comment="the same id, if it is an organization"),
        sa.Column("name", sa.Text, comment="null: an organization has its own"),
        sa.Column("country", sa.Text, comment="ISO 3166-1; null: nobody said"),
        sa.PrimaryKeyConstraint("id", name="owner_pk"),
        _of_organization("owner"),
        *check("organization_is_the_same", "organization IS NULL OR organization = id"),
        *check("named_once", "(organization IS NULL) = (name IS NOT NULL)"),
        *check("country_of_owners_only", "country IS NULL OR organization IS NULL"),
        *check("country_is_a_code", *(f"country IS NULL OR {words}" for words in _COUNTRY)),
        comment="Who holds a share or is held: an organization, or somebody who is none",
        sqlite_with_rowid=False,
        sqlite_strict=True,
    )
    op.create_index("owner_organization_ix", "owner", ["organization"])


def _holding() -> None:
    op.create_table(
        "holding",
        sa.Column("owned", sa.Text, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("numerator", COUNT, nullable=False, comment="of the share"),
        sa.Column("denominator", COUNT, nullable=False, comment="of the share"),
        sa.Column("source", sa.Text, nullable=False, comment="who states it"),
        sa.Column("stated", Day, nullable=False, comment="on which day"),
        sa.PrimaryKeyConstraint("owned", "owner", name="holding_pk"),
        sa.ForeignKeyConstraint(
            ["owned"], ["owner.id"], name="holding_owned_fk", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["owner"], ["owner.id"], name="holding_owner_fk", ondelete="CASCADE"
        ),
        *check("nobody_holds_themselves", "owned <> owner"),
        *check(
            "share_is_a_part",
            "numerator > 0 AND numerator <= denominator AND denominator <= 1000000000",
        ),
        *check("source_is_given", "length(trim(source)) > 0"),
        comment="Who owns which part of whom: evidence, with its source",
        sqlite_with_rowid=False,
        sqlite_strict=True,
    )
    op.create_index("holding_owner_ix", "holding", ["owner"])


def _of_organization(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["organization"],
        ["organization.id"],
        name=f"{table}_organization_fk",
        ondelete="CASCADE",
    )
