"""Where the profiles of organizations stand. With an organization go all parts of its profile."""

from __future__ import annotations

import sqlalchemy as sa

from regiongate.domain.profile import FINEST_SHARE, FactKind
from regiongate.store.schema import METADATA, check
from regiongate.store.types import COUNT, SORTED, Day, Instant

FLAG = sa.Boolean().with_variant(sa.Integer(), "sqlite")
"""True or false; SQLite's strict tables know it as 1 and 0."""

_COUNTRY = ("country GLOB '[A-Z][A-Z]'", "country ~ '^[A-Z][A-Z]$'")
_KINDS = ", ".join(f"'{kind}'" for kind in FactKind)


def _of_organization() -> sa.Column[str]:
    whose = sa.ForeignKey("organization.id", ondelete="CASCADE")
    return sa.Column("organization", sa.Text, whose, nullable=False)


ORGANIZATION = sa.Table(
    "organization",
    METADATA,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("plan", sa.Text, comment="null: nobody said"),
    sa.Column("card", sa.Text, nullable=False, comment="digest of name, plan, contacts and keys"),
    sa.Column("dossier", sa.Text, comment="digest of facts, holdings and owners; null: never told"),
    sa.Column("since", Instant, nullable=False, comment="when it was first told of"),
    sa.Column("changed", Instant, nullable=False, comment="when its profile last changed"),
    sa.Column(
        "sought",
        SORTED,
        nullable=False,
        server_default="",
        comment="its name in small letters, by which people look for it",
    ),
    *check(
        "id_travels_in_a_header",
        "length(id) BETWEEN 1 AND 256 AND id NOT GLOB '*[^!-~]*' AND instr(id, ',') = 0",
        "length(id) <= 256 AND id ~ '^[!-~]+$' AND strpos(id, ',') = 0",
    ),
    *check("name_is_given", "length(trim(name)) > 0"),
    *check("plan_is_given_or_null", "plan IS NULL OR length(trim(plan)) > 0"),
    *check(
        "digests_are_digests", "length(card) = 32 AND (dossier IS NULL OR length(dossier) = 32)"
    ),
    *check("changes_come_later", "since <= changed"),
    sa.Index("organization_sought_ix", "sought", "id"),
    sa.Index("organization_id_ix", "id", postgresql_ops={"id": "text_pattern_ops"}),
    comment="What the books of the provider say of a customer",
    sqlite_with_rowid=False,
    sqlite_strict=True,
)

CONTACT = sa.Table(
    "contact",
    METADATA,
    _of_organization(),
    sa.Column("address", sa.Text, nullable=False, comment="mail address"),
    sa.Column("language", sa.Text, nullable=False, comment="BCP 47"),
    sa.Column("verified", FLAG, nullable=False, comment="they have answered from there once"),
    sa.Column("place", COUNT, nullable=False, comment="from 1: the order to ask them in"),
    sa.Column("bad_since", Instant, comment="when mail came back; null: it never did"),
    sa.Column("bad_reason", sa.Text, comment="what the bounce said"),
    sa.PrimaryKeyConstraint("organization", "address"),
    *check("address_has_two_sides", "address LIKE '_%@_%'"),
    *check("language_is_a_tag", "length(language) BETWEEN 2 AND 60"),
    *check("verified_is_known", "verified IN (0, 1)", "verified IN (true, false)"),
    *check("place_is_counted", "place > 0"),
    *check("bad_with_its_reason", "(bad_since IS NULL) = (bad_reason IS NULL)"),
    comment="Whom of an organization a notice may go to",
    sqlite_with_rowid=False,
    sqlite_strict=True,
)

KEY = sa.Table(
    "api_key",
    METADATA,
    sa.Column("digest", sa.Text, primary_key=True, comment="SHA-256, hexadecimal; never the key"),
    _of_organization(),
    sa.Column("prefix", sa.Text, comment="its public beginning; null: nobody said"),
    *check(
        "digest_is_sha256",
        "length(digest) = 64 AND digest NOT GLOB '*[^0-9a-f]*'",
        "digest ~ '^[0-9a-f]{64}$'",
    ),
    *check("prefix_is_no_key", "prefix IS NULL OR length(prefix) BETWEEN 1 AND 16"),
    sa.Index("api_key_organization_ix", "organization"),
    comment="Whose a key is: one organization's",
    sqlite_with_rowid=False,
    sqlite_strict=True,
)

FACT = sa.Table(
    "fact",
    METADATA,
    _of_organization(),
    sa.Column("number", COUNT, nullable=False, comment="from 1, in the order of the file"),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("country", sa.Text, nullable=False, comment="ISO 3166-1"),
    sa.Column("since", Day, comment="first day; null: not known"),
    sa.Column("until", Day, comment="last day; null: there is no end yet"),
    sa.Column("source", sa.Text, nullable=False, comment="who states it"),
    sa.Column("stated", Day, nullable=False, comment="on which day"),
    sa.PrimaryKeyConstraint("organization", "number"),
    *check("kind_is_known", f"kind IN ({_KINDS})"),
    *check("country_is_a_code", *_COUNTRY),
    *check("ends_after_it_begins", "since IS NULL OR until IS NULL OR since <= until"),
    *check("source_is_given", "length(trim(source)) > 0"),
    comment="A country that the books connect with an organization: evidence, with its source",
    sqlite_with_rowid=False,
    sqlite_strict=True,
)

OWNER = sa.Table(
    "owner",
    METADATA,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column(
        "organization",
        sa.Text,
        sa.ForeignKey("organization.id", ondelete="CASCADE"),
        comment="the same id, if it is an organization",
    ),
    sa.Column("name", sa.Text, comment="null: an organization has its own"),
    sa.Column("country", sa.Text, comment="ISO 3166-1; null: nobody said"),
    *check("organization_is_the_same", "organization IS NULL OR organization = id"),
    *check("named_once", "(organization IS NULL) = (name IS NOT NULL)"),
    *check("country_of_owners_only", "country IS NULL OR organization IS NULL"),
    *check("country_is_a_code", *(f"country IS NULL OR {words}" for words in _COUNTRY)),
    sa.Index("owner_organization_ix", "organization"),
    comment="Who holds a share or is held: an organization, or somebody who is none",
    sqlite_with_rowid=False,
    sqlite_strict=True,
)

HOLDING = sa.Table(
    "holding",
    METADATA,
    sa.Column("owned", sa.Text, sa.ForeignKey("owner.id", ondelete="CASCADE"), nullable=False),
    sa.Column("owner", sa.Text, sa.ForeignKey("owner.id", ondelete="CASCADE"), nullable=False),
    sa.Column("numerator", COUNT, nullable=False, comment="of the share"),
    sa.Column("denominator", COUNT, nullable=False, comment="of the share"),
    sa.Column("source", sa.Text, nullable=False, comment="who states it"),
    sa.Column("stated", Day, nullable=False, comment="on which day"),
    sa.PrimaryKeyConstraint("owned", "owner"),
    *check("nobody_holds_themselves", "owned <> owner"),
    *check(
        "share_is_a_part",
        f"numerator > 0 AND numerator <= denominator AND denominator <= {FINEST_SHARE}",
    ),
    *check("source_is_given", "length(trim(source)) > 0"),
    sa.Index("holding_owner_ix", "owner"),
    comment="Who owns which part of whom: evidence, with its source",
    sqlite_with_rowid=False,
    sqlite_strict=True,
)
