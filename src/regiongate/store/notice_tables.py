"""The tables of notices: what is told, its exact bytes, the attempts to send it, what came back.

A notice is one row for each case, event and occasion. Where it has to go to another contact, the
next round of it is a row of its own that follows the one before.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

import sqlalchemy as sa

from regiongate.domain.notice import Event
from regiongate.store.schema import METADATA, check
from regiongate.store.types import COUNT, Instant


class NoticeState(StrEnum):
    """What has become of a notice. Only a ready one is going to be sent."""

    READY = "ready"
    SENDING = "sending"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    GIVEN_UP = "given-up"
    CANCELLED = "cancelled"


def _among(column: str, values: Iterable[str]) -> str:
    return f"{column} IN ({', '.join(repr(str(value)) for value in values)})"


_BOUNCED = sa.text("bounced_at IS NOT NULL")

NOTICE = sa.Table(
    "notice",
    METADATA,
    sa.Column(
        "id", sa.Text, primary_key=True, comment="not to be guessed: a bounce is known by it"
    ),
    sa.Column("case", COUNT, sa.ForeignKey("case_file.number", ondelete="CASCADE"), nullable=False),
    sa.Column("organization", sa.Text, nullable=False, comment="id"),
    sa.Column("event", sa.Text, nullable=False),
    sa.Column("occasion", sa.Text, nullable=False, comment="which of several; empty: the only one"),
    sa.Column("round", COUNT, nullable=False, comment="from 1; each goes to another contact"),
    sa.Column("follows", sa.Text, comment="the notice of the round before; null in the first"),
    sa.Column("address", sa.Text, nullable=False, comment="mail address of the contact"),
    sa.Column("asked", sa.Text, nullable=False, comment="language of the contact (BCP 47)"),
    sa.Column("language", sa.Text, nullable=False, comment="language of the message"),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("told", sa.Text, nullable=False, comment="JSON: facts that are of this notice only"),
    sa.Column("composed_at", Instant, nullable=False),
    sa.Column("void_at", Instant, comment="from when it would be wrong to send it; null: never"),
    sa.Column("message_id", sa.Text, nullable=False),
    sa.Column("return_path", sa.Text, nullable=False, comment="where bounces go"),
    sa.Column("digest", sa.Text, nullable=False, comment="SHA-256 of the message"),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("attempts", COUNT, nullable=False, comment="begun ones"),
    sa.Column("begun_at", Instant, comment="when the first attempt was begun"),
    sa.Column("due_at", Instant, comment="when the next attempt is due; null: none will be made"),
    sa.Column("claim", sa.Text, comment="of the worker that sends it, or sent it to its end"),
    sa.Column("claimed_at", Instant),
    sa.Column("ended_at", Instant, comment="right before the line that ends the letter was sent"),
    sa.Column("reply_code", COUNT, comment="of the last answer to an attempt"),
    sa.Column("reply", sa.Text, comment="the last answer, or what happened instead of one"),
    sa.Column("queue_id", sa.Text, comment="under which name the relay has it"),
    sa.Column("accepted_at", Instant),
    sa.Column("bounced_at", Instant, comment="when a report was read that it did not arrive"),
    sa.Column("settled_by", sa.Text, comment="who said what became of an unknown one"),
    sa.Column("why", sa.Text, comment="why it was cancelled, given up or settled"),
    sa.UniqueConstraint("case", "event", "occasion", "round", name="notice_told_once"),
    sa.UniqueConstraint("message_id", name="notice_message_id_once"),
    sa.UniqueConstraint("follows", name="notice_followed_once"),
    sa.ForeignKeyConstraint(
        ("follows",), ("notice.id",), name="notice_follows_fk", ondelete="CASCADE"
    ),
    *check("id_cannot_be_guessed", "length(id) >= 22"),
    *check("event_is_known", _among("event", Event)),
    *check("state_is_known", _among("state", NoticeState)),
    *check("digest_is_sha256", "length(digest) = 64"),
    *check("later_rounds_follow", "round >= 1 AND (round = 1) = (follows IS NULL)"),
    *check("ready_is_due", "(state = 'ready') = (due_at IS NOT NULL)"),
    *check("sending_is_claimed", "(state IN ('sending', 'unknown')) = (claim IS NOT NULL)"),
    *check("claims_have_an_instant", "(claim IS NULL) = (claimed_at IS NULL)"),
    *check("ended_is_claimed", "ended_at IS NULL OR claim IS NOT NULL"),
    *check("unknown_was_sent_to_its_end", "state <> 'unknown' OR ended_at IS NOT NULL"),
    *check("attempts_have_begun", "attempts >= 0 AND (attempts = 0) = (begun_at IS NULL)"),
    *check("claimed_is_an_attempt", "claim IS NULL OR attempts > 0"),
    *check("accepted_has_an_instant", "(state = 'accepted') = (accepted_at IS NOT NULL)"),
    *check(
        "accepted_was_answered",
        "state <> 'accepted' OR settled_by IS NOT NULL"
        " OR (reply IS NOT NULL AND coalesce(reply_code, 0) BETWEEN 200 AND 299)",
    ),
    *check(
        "refused_was_answered",
        "state <> 'refused' OR (reply IS NOT NULL AND coalesce(reply_code, 0) BETWEEN 500 AND 599)",
    ),
    *check("bounced_was_accepted", "bounced_at IS NULL OR state = 'accepted'"),
    *check(
        "ended_without_an_answer_has_a_reason",
        "(state NOT IN ('cancelled', 'given-up') AND settled_by IS NULL) OR why IS NOT NULL",
    ),
    sa.Index("notice_case_ix", "case"),
    sa.Index("notice_state_ix", "state", "due_at"),
    sa.Index("notice_composed_ix", "composed_at", "id"),
    sa.Index("notice_state_composed_ix", "state", "composed_at", "id"),
    sa.Index("notice_event_composed_ix", "event", "composed_at", "id"),
    sa.Index("notice_bounced_ix", "bounced_at", sqlite_where=_BOUNCED, postgresql_where=_BOUNCED),
    comment="What an organization is told of an event, and what became of it",
    sqlite_with_rowid=False,
    sqlite_strict=True,
)

MESSAGE = sa.Table(
    "notice_message",
    METADATA,
    sa.Column("notice", sa.Text, sa.ForeignKey("notice.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("message", sa.LargeBinary, nullable=False, comment="as it goes over the wire"),
    *check("message_is_some", "length(message) > 0"),
    comment="The exact bytes of a notice, apart from it so that lists of notices stay quick",
    sqlite_with_rowid=True,  # Some kilobytes in each row: a table that is an index has no room.
    sqlite_strict=True,
)

ATTEMPT = sa.Table(
    "notice_attempt",
    METADATA,
    sa.Column("notice", sa.Text, sa.ForeignKey("notice.id", ondelete="CASCADE")),
    sa.Column("number", COUNT, nullable=False, comment="from 1"),
    sa.Column("claim", sa.Text, nullable=False),
    sa.Column("at", Instant, nullable=False, comment="when its fate was known"),
    sa.Column("stage", sa.Text, comment="of the conversation; null: the worker is gone"),
    sa.Column("fate", sa.Text, nullable=False),
    sa.Column("reply_code", COUNT, comment="null: the relay said nothing"),
    sa.Column("reply", sa.Text, nullable=False, comment="its answer, or what happened instead"),
    sa.PrimaryKeyConstraint("notice", "number"),
    *check("numbers_count_from_one", "number >= 1"),
    *check(
        "fate_is_known",
        "fate IN ('accepted', 'refused-for-now', 'refused-for-good', 'not-sent', 'unknown')",
    ),
    comment="One attempt to send a notice",
    sqlite_with_rowid=False,
    sqlite_strict=True,
)

BOUNCE = sa.Table(
    "notice_bounce",
    METADATA,
    sa.Column("digest", sa.Text, nullable=False, comment="SHA-256 of the mail that reported it"),
    sa.Column("recipient", sa.Text, nullable=False, comment="as the report names it"),
    sa.Column("notice", sa.Text, sa.ForeignKey("notice.id", ondelete="CASCADE"), nullable=False),
    sa.Column("recognized", sa.Text, nullable=False, comment="by what the notice is known"),
    sa.Column("action", sa.Text, nullable=False, comment="RFC 3464, section 2.3.3"),
    sa.Column("status", sa.Text, nullable=False, comment="RFC 3463, as 5.1.1"),
    sa.Column("diagnostic", sa.Text, nullable=False, comment="in the words of the server"),
    sa.Column("read_at", Instant, nullable=False),
    sa.PrimaryKeyConstraint("digest", "recipient"),
    *check("digest_is_sha256", "length(digest) = 64"),
    *check("a_notice_is_known", "recognized IN ('envelope-id', 'message-id')"),
    *check(
        "action_is_known",
        "action IN ('failed', 'delayed', 'delivered', 'relayed', 'expanded')",
    ),
    sa.Index("notice_bounce_notice_ix", "notice"),
    comment="What a server reported of a notice, each report once",
    sqlite_with_rowid=False,
    sqlite_strict=True,
)
