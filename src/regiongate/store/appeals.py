"""Appeals and their files. One at most is open in a case; each is decided once, reopened once.

What was decided is final: a trigger (migration 0007) lets nothing of it change. Only mail address
and network may be forgotten.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from ipaddress import ip_network
from typing import Any

import sqlalchemy as sa

from regiongate.domain.appeal import (
    MAX_FILE_BYTES,
    MAX_FILES,
    MAX_TEXT,
    Appeal,
    AppealState,
    EvidenceFile,
    FileKind,
    KeptFile,
)
from regiongate.domain.errors import CannotRun
from regiongate.store.case_tables import CASE
from regiongate.store.schema import METADATA, check
from regiongate.store.types import COUNT, Instant

_OPEN = sa.text("state = 'open'")

APPEAL = sa.Table(
    "appeal",
    METADATA,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("case", COUNT, nullable=False),
    sa.Column("step", COUNT, nullable=False, comment="the last step of the case that it answers"),
    sa.Column("state", sa.Text, nullable=False, comment="open, granted or denied"),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("mail", sa.Text, comment="address given with it; null: none"),
    sa.Column("network", sa.Text, comment="/24 or /48 it came from; null: not by the link"),
    sa.Column("opened", Instant, nullable=False),
    sa.Column("opened_by", sa.Text, nullable=False, comment="a person, or organization"),
    sa.Column("due", Instant, nullable=False, comment="by when it is to be answered"),
    sa.Column("reopened_of", sa.Text, comment="id of the denied one that it reopens; null: none"),
    sa.Column("reopened_state", sa.Text, comment="denied, where it reopens one"),
    sa.Column("reopened_round", COUNT, comment="1, where it reopens one"),
    sa.Column("reopened_decider", sa.Text, comment="who decided the one that it reopens"),
    sa.Column("round", COUNT, nullable=False, comment="1; 2: it reopens one"),
    sa.Column("decided", Instant, comment="null: it is open"),
    sa.Column("decided_by", sa.Text, comment="a person"),
    sa.Column("reason", sa.Text),
    sa.Column("exemption", sa.Text, comment="id of what it became; null: no exemption"),
    sa.Column("correction", sa.Text, comment="id of the first that it became; null: none"),
    sa.UniqueConstraint(
        "id", "case", "state", "round", "decided_by", name="appeal_is_what_is_reopened"
    ),
    sa.UniqueConstraint("reopened_of", name="appeal_is_reopened_once"),
    sa.ForeignKeyConstraint(("case",), ("case_file.number",), ondelete="CASCADE"),
    sa.ForeignKeyConstraint(
        ("case", "step"),
        ("case_step.case", "case_step.number"),
        name="appeal_answers_a_step",
    ),
    sa.ForeignKeyConstraint(
        ("reopened_of", "case", "reopened_state", "reopened_round", "reopened_decider"),
        ("appeal.id", "appeal.case", "appeal.state", "appeal.round", "appeal.decided_by"),
        name="appeal_reopens_another",
    ),
    sa.ForeignKeyConstraint(
        ("exemption", "id"),
        ("exemption.id", "exemption.appeal"),
        name="appeal_became_its_exemption",
    ),
    sa.ForeignKeyConstraint(
        ("correction", "id"),
        ("correction.id", "correction.appeal"),
        name="appeal_became_its_correction",
    ),
    *check("text_is_given", f"length(trim(text)) > 0 AND length(text) <= {MAX_TEXT}"),
    *check("network_is_no_address", "network LIKE '%/24' OR network LIKE '%/48'"),
    *check("is_due_after_it_opens", "due > opened"),
    *check("reopens_a_denied_one", "reopened_state = 'denied' AND reopened_round = 1"),
    *check(
        "second_round_reopens",
        "(round = 1 AND reopened_of IS NULL AND reopened_state IS NULL"
        " AND reopened_round IS NULL AND reopened_decider IS NULL)"
        " OR (round = 2 AND reopened_of IS NOT NULL AND reopened_state IS NOT NULL"
        " AND reopened_round IS NOT NULL AND reopened_decider IS NOT NULL)",
    ),
    *check(
        "decision_is_whole",
        "(state = 'open' AND decided IS NULL AND decided_by IS NULL AND reason IS NULL)"
        " OR (state IN ('granted', 'denied') AND decided IS NOT NULL AND decided >= opened"
        " AND decided_by IS NOT NULL AND reason IS NOT NULL AND length(trim(reason)) > 0)",
    ),
    *check(
        "only_granted_become_one_thing",
        "(state = 'granted') = (exemption IS NOT NULL OR correction IS NOT NULL)"
        " AND (exemption IS NULL OR correction IS NULL)",
    ),
    *check("takes_another_to_decide", "decided_by <> opened_by"),
    *check("takes_another_to_decide_again", "decided_by <> reopened_decider"),
    sa.Index(
        "appeal_one_open_each", "case", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN
    ),
    sa.Index("appeal_case_ix", "case"),
    sa.Index("appeal_due_ix", "due", sqlite_where=_OPEN, postgresql_where=_OPEN),
    comment="What an organization says against what was found or decided in its case",
    sqlite_with_rowid=False,
    sqlite_strict=True,
)

FILE = sa.Table(
    "appeal_file",
    METADATA,
    sa.Column("appeal", sa.Text, sa.ForeignKey("appeal.id", ondelete="CASCADE"), nullable=False),
    sa.Column("number", COUNT, nullable=False, comment="from 1"),
    sa.Column("name", sa.Text, nullable=False, comment="cleaned; for people only"),
    sa.Column("kind", sa.Text, nullable=False, comment="by its content"),
    sa.Column("size", COUNT, nullable=False, comment="in bytes"),
    sa.Column("digest", sa.Text, nullable=False, comment="SHA-256 in hexadecimal"),
    sa.Column("content", sa.LargeBinary, comment="null: it was removed"),
    sa.Column("removed", Instant, comment="when the content was removed; null: it is there"),
    sa.PrimaryKeyConstraint("appeal", "number"),
    *check("files_are_few", f"number BETWEEN 1 AND {MAX_FILES}"),
    *check("size_is_limited", f"size BETWEEN 1 AND {MAX_FILE_BYTES}"),
    *check("content_has_its_size", "content IS NULL OR length(content) = size"),
    *check("content_is_there_or_removed", "(content IS NULL) = (removed IS NOT NULL)"),
    *check("kind_is_known", "kind IN ('geofeed', 'pdf', 'png', 'jpeg', 'text')"),
    *check("digest_is_sha256", "length(digest) = 64"),
    *check("name_is_a_name", "length(trim(name)) > 0 AND name NOT LIKE '%/%'"),
    comment="Evidence that came with an appeal",
    sqlite_with_rowid=False,
    sqlite_strict=True,
)

_FACTS = (
    *("id", "case", "state", "step", "text", "mail", "network", "opened", "opened_by", "due"),
    *("reopened_of", "decided", "decided_by", "reason", "exemption", "correction"),
)
_KEPT = tuple(FILE.c[name] for name in ("number", "name", "kind", "size", "digest", "removed"))


class AlreadyDecided(CannotRun):
    """Somebody else has decided the appeal meanwhile."""


class Appeals:
    """The appeals within one transaction. The audit events of a change are for the caller."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def open(
        self, appeal: Appeal, files: tuple[EvidenceFile, ...], reopens: Appeal | None = None
    ) -> None:
        """Keep a new one with its files; `reopens` is the denied one that it reopens."""
        row: dict[str, Any] = {
            name: getattr(appeal, name) for name in _FACTS if name != "network"
        } | {
            "state": appeal.state.value,
            "network": None if appeal.network is None else str(appeal.network),
            "round": 1 if reopens is None else 2,
        }
        if reopens is not None:
            row |= {
                "reopened_state": AppealState.DENIED.value,
                "reopened_round": 1,
                "reopened_decider": reopens.decided_by,
            }
        self._connection.execute(sa.insert(APPEAL).values(row))
        rows = [_file_row(appeal.id, number, one) for number, one in enumerate(files, start=1)]
        if rows:
            self._connection.execute(sa.insert(FILE), rows)

    def decide(
        self,
        appeal: Appeal,
        at: datetime,
        by: str,
        reason: str,
        *,
        exemption: str | None = None,
        correction: str | None = None,
    ) -> Appeal:
        """Decide an open one: granted where it became something, else denied.

        Raises AlreadyDecided.
        """
        granted = exemption is not None or correction is not None
        state = AppealState.GRANTED if granted else AppealState.DENIED
        said: dict[str, Any] = {
            "decided": at,
            "decided_by": by,
            "reason": reason,
            "exemption": exemption,
            "correction": correction,
        }
        change = (
            sa.update(APPEAL)
            .where(APPEAL.c.id == appeal.id, APPEAL.c.state == AppealState.OPEN.value)
            .values(state=state.value, **said)
        )
        if self._connection.execute(change).rowcount != 1:
            raise AlreadyDecided(f"{appeal.id} has been decided already")
        return replace(appeal, state=state, **said)

    def get(self, name: str) -> Appeal | None:
        """The appeal with an id."""
        return next(self.where(APPEAL.c.id == name), None)

    def latest(self, case: int) -> Appeal | None:
        """The newest appeal of a case."""
        ordered = list(self.where(APPEAL.c.case == case))
        return ordered[-1] if ordered else None

    def overdue(self, at: datetime) -> list[Appeal]:
        """The open ones whose clock has run out."""
        return list(self.where(APPEAL.c.state == AppealState.OPEN.value, APPEAL.c.due <= at))

    def where(self, *conditions: sa.ColumnElement[bool]) -> Iterator[Appeal]:
        """Those for which all conditions (on APPEAL) hold, the oldest first."""
        columns = [*(APPEAL.c[name] for name in _FACTS), CASE.c.organization]
        joined = sa.join(APPEAL, CASE, APPEAL.c.case == CASE.c.number)
        query = sa.select(*columns).select_from(joined).where(*conditions)
        # A reopening answers the same step or a later one, and comes after what it reopens.
        ordered = query.order_by(APPEAL.c.opened, APPEAL.c.case, APPEAL.c.round, APPEAL.c.id)
        for row in self._connection.execute(ordered):
            yield _read(row._mapping)

    def files(self, appeal: str) -> list[KeptFile]:
        """What is known of the files of an appeal, in their order."""
        query = sa.select(*_KEPT).where(FILE.c.appeal == appeal).order_by(FILE.c.number)
        return [_read_file(row._mapping) for row in self._connection.execute(query)]

    def content(self, appeal: str, number: int) -> bytes | None:
        """The bytes of one file; None when there is no such file, or its content was removed."""
        where = (FILE.c.appeal == appeal, FILE.c.number == number)
        return self._connection.execute(sa.select(FILE.c.content).where(*where)).scalar()

    def remove_contents(self, decided_before: datetime, at: datetime) -> int:
        """Remove the contents of the files of appeals that were decided before; how many."""
        old = sa.select(APPEAL.c.id).where(APPEAL.c.decided < decided_before)
        change = (
            sa.update(FILE)
            .where(FILE.c.content.is_not(None), FILE.c.appeal.in_(old))
            .values(content=None, removed=at)
        )
        return self._connection.execute(change).rowcount

    def forget(self, organization: str) -> None:
        """Erase the appeals of an organization with their files."""
        cases = sa.select(CASE.c.number).where(CASE.c.organization == organization)
        # Those that reopen others first: the others are what they refer to.
        for condition in (APPEAL.c.reopened_of.is_not(None), sa.true()):
            gone = sa.delete(APPEAL).where(APPEAL.c.case.in_(cases), condition)
            self._connection.execute(gone)


def _file_row(appeal: str, number: int, one: EvidenceFile) -> dict[str, Any]:
    return {
        "appeal": appeal,
        "number": number,
        "name": one.name,
        "kind": one.kind.value,
        "size": len(one.content),
        "digest": one.digest,
        "content": one.content,
        "removed": None,
    }


def _read(row: Mapping[Any, Any]) -> Appeal:
    facts: dict[str, Any] = dict(row)
    network = facts["network"]
    return Appeal(
        **facts
        | {
            "state": AppealState(facts["state"]),
            "network": None if network is None else ip_network(network),
        }
    )


def _read_file(row: Mapping[Any, Any]) -> KeptFile:
    facts: dict[str, Any] = dict(row)
    return KeptFile(**facts | {"kind": FileKind(facts["kind"])})
