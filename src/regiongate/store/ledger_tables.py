"""The tables of claim codes on a provider's side, and of the ledger on a vendor's.

A row of the ledger names the one before it with the number of tokens that this one left, and
leaves that number plus its own. So what is left of a grant is the sum of its rows, never below
zero, and two who take from it at once cannot both succeed.
"""

from __future__ import annotations

import sqlalchemy as sa

from regiongate.domain.ledger import Entry
from regiongate.store.schema import METADATA, check
from regiongate.store.types import COUNT, Day, Instant

ANY = ""
"""How the store writes the offer of a code that is for any: two nulls would not be the same."""

_KINDS = ", ".join(f"'{kind}'" for kind in Entry)


def _is_id(column: str) -> tuple[sa.Constraint, ...]:
    return check(
        f"{column}_is_random",
        f"length({column}) = 32 AND {column} NOT GLOB '*[^0-9a-f]*'",
        f"{column} ~ '^[0-9a-f]{{32}}$'",
    )


CLAIM_CODE = sa.Table(
    "claim_code",
    METADATA,
    sa.Column("id", sa.Text, primary_key=True, comment="128 random bits in hexadecimal"),
    sa.Column(
        "case",
        COUNT,
        sa.ForeignKey("case_file.number", ondelete="CASCADE"),
        nullable=False,
        comment="whose organization got it; the code does not say",
    ),
    sa.Column("offer", sa.Text, nullable=False, comment="empty: any"),
    sa.Column("period", COUNT, nullable=False, comment="1 for the first of its case and offer"),
    sa.Column("issuer", sa.Text, nullable=False, comment="as the code calls the provider"),
    sa.Column("issued", Day, nullable=False, comment="in UTC"),
    sa.Column("expires", Day, nullable=False, comment="in UTC; the first day without it"),
    sa.UniqueConstraint("case", "offer", "period", name="claim_code_one_each_period"),
    *_is_id("id"),
    *check("period_counts_from_one", "period >= 1"),
    *check("expires_after_it_was_issued", "expires > issued"),
    comment="Which case a claim code was issued for",
    sqlite_with_rowid=False,
    sqlite_strict=True,
)

ISSUER = sa.Table(
    "trusted_issuer",
    METADATA,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("key", sa.Text, nullable=False, comment="Ed25519, public, in hexadecimal"),
    sa.Column("trusted", Instant, nullable=False),
    sa.Column("person", sa.Text, nullable=False, comment="who said so"),
    *check(
        "key_is_ed25519",
        "length(key) = 64 AND key NOT GLOB '*[^0-9a-f]*'",
        "key ~ '^[0-9a-f]{64}$'",
    ),
    comment="Whose claim codes are believed",
    sqlite_with_rowid=False,
    sqlite_strict=True,
)

ACCOUNT = sa.Table(
    "ledger_account",
    METADATA,
    sa.Column("id", sa.Text, primary_key=True, comment="as the vendor calls its customer"),
    *check("id_is_given", "length(trim(id)) > 0"),
    comment="Who has been granted tokens; whoever changes what they have locks this row",
    sqlite_with_rowid=False,
    sqlite_strict=True,
)

CLAIM = sa.Table(
    "claim",
    METADATA,
    sa.Column("issuer", sa.Text),
    sa.Column("code", sa.Text, comment="id of the claim code"),
    sa.Column("account", sa.Text, sa.ForeignKey("ledger_account.id"), nullable=False),
    sa.Column("offer", sa.Text, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.PrimaryKeyConstraint("issuer", "code"),
    *_is_id("code"),
    sa.UniqueConstraint("issuer", "code", "account", name="claim_is_of_its_account"),
    comment="Which claim codes have been used, each once",
    sqlite_with_rowid=False,
    sqlite_strict=True,
)

GRANT = sa.Table(
    "token_grant",
    METADATA,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("account", sa.Text, nullable=False),
    sa.Column("issuer", sa.Text, nullable=False),
    sa.Column("code", sa.Text, nullable=False),
    sa.Column("part", COUNT, nullable=False, comment="of the offer's incentive, from 1"),
    sa.Column("model", sa.Text, comment="null: any"),
    sa.Column("granted", Instant, nullable=False),
    sa.Column("expires", Instant, comment="null: never"),
    sa.ForeignKeyConstraint(
        ("issuer", "code", "account"),
        ("claim.issuer", "claim.code", "claim.account"),
        name="token_grant_is_of_its_claim",
    ),
    sa.UniqueConstraint("issuer", "code", "part", name="token_grant_one_each_part"),
    sa.UniqueConstraint("id", "account", name="token_grant_is_of_its_account"),
    *check("part_counts_from_one", "part >= 1"),
    *check("expires_after_it_was_granted", "expires IS NULL OR expires > granted"),
    sa.Index("token_grant_account_ix", "account"),
    sa.Index("token_grant_expires_ix", "expires"),
    comment="Tokens that an account got for a claim code",
    sqlite_with_rowid=False,
    sqlite_strict=True,
)

SPEND = sa.Table(
    "token_spend",
    METADATA,
    sa.Column("account", sa.Text, sa.ForeignKey("ledger_account.id")),
    sa.Column("id", sa.Text, comment="chosen by who spends, so that it is done once"),
    sa.Column("model", sa.Text, comment="null: none was named"),
    sa.Column("at", Instant, nullable=False),
    sa.PrimaryKeyConstraint("account", "id"),
    *check("id_is_given", "length(id) BETWEEN 1 AND 255"),
    comment="What an account has used; how many tokens, its rows say",
    sqlite_with_rowid=False,
    sqlite_strict=True,
)

ROW = sa.Table(
    "ledger_row",
    METADATA,
    sa.Column("grant_id", sa.Text),
    sa.Column("number", COUNT, comment="from 1 in each grant"),
    sa.Column("account", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False, comment="grant, spend or lapse"),
    sa.Column("tokens", COUNT, nullable=False, comment="negative when they go"),
    sa.Column("previous", COUNT, comment="number of the row before; null: the first"),
    sa.Column("before", COUNT, nullable=False, comment="tokens that the row before left"),
    sa.Column("after", COUNT, nullable=False, comment="tokens that this one leaves"),
    sa.Column("spend", sa.Text, comment="id of the spend; null: another kind"),
    sa.Column("at", Instant, nullable=False),
    sa.PrimaryKeyConstraint("grant_id", "number"),
    sa.UniqueConstraint("grant_id", "number", "after", name="ledger_row_leaves_one_number"),
    sa.UniqueConstraint("grant_id", "spend", name="ledger_row_one_each_spend"),
    sa.ForeignKeyConstraint(
        ("grant_id", "previous", "before"),
        ("ledger_row.grant_id", "ledger_row.number", "ledger_row.after"),
        name="ledger_row_goes_on_from_the_one_before",
    ),
    sa.ForeignKeyConstraint(
        ("grant_id", "account"),
        ("token_grant.id", "token_grant.account"),
        name="ledger_row_is_of_its_account",
    ),
    sa.ForeignKeyConstraint(
        ("account", "spend"),
        ("token_spend.account", "token_spend.id"),
        name="ledger_row_is_of_its_spend",
    ),
    *check("kind_is_known", f"kind IN ({_KINDS})"),
    *check("sign_is_of_its_kind", "(kind = 'grant') = (tokens > 0) AND tokens <> 0"),
    *check("grant_comes_first", "(kind = 'grant') = (number = 1)"),
    *check(
        "numbers_have_no_gaps",
        "(number = 1 AND previous IS NULL AND before = 0)"
        " OR (number > 1 AND previous IS NOT NULL AND previous = number - 1)",
    ),
    *check("adds_up", "after = before + tokens"),
    *check("never_below_zero", "after >= 0"),
    *check("lapse_leaves_nothing", "kind <> 'lapse' OR after = 0"),
    *check("spend_is_named", "(kind = 'spend') = (spend IS NOT NULL)"),
    sa.Index("ledger_row_account_ix", "account", "spend"),
    comment="Every change of what is left of a grant; rows are added and never changed",
    sqlite_with_rowid=False,
    sqlite_strict=True,
)
