"""Who may do what: the people of the provider, their roles, and the table that the two make."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from regiongate.domain.errors import CannotRun

PERSON = re.compile(r"[a-z0-9][a-z0-9._@+-]{0,99}")
"""What a person is called here: in one spelling only, so that four eyes are two people's."""


class Role(StrEnum):
    """What a person is trusted with."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    APPROVER = "approver"
    ADMIN = "admin"


class Act(StrEnum):
    """What a person does, as far as a role decides whether they may."""

    READ = "read"
    IMPORT = "import"
    NOTIFY = "notify"
    NOTE = "note"
    PROPOSE = "propose"
    WITHDRAW = "withdraw"
    APPROVE = "approve"
    SUSPEND = "suspend"
    RELEASE = "release"
    EXEMPT = "exempt"
    DECIDE_APPEAL = "decide-appeal"
    PROPOSE_POLICY = "propose-policy"
    PUBLISH_POLICY = "publish-policy"
    UPDATE_SOURCE = "update-source"
    MANAGE_SOURCES = "manage-sources"
    ISSUE_CLAIM_CODE = "issue-claim-code"
    TRUST_ISSUER = "trust-issuer"
    KEEP_LEDGER = "keep-ledger"
    EXPORT = "export"
    FOLD = "fold"
    ERASE = "erase"
    MANAGE_PEOPLE = "manage-people"
    MANAGE_TOKENS = "manage-tokens"


_ALL = frozenset(Role)
_WORKING = frozenset({Role.OPERATOR, Role.APPROVER})

MAY: Mapping[Act, frozenset[Role]] = MappingProxyType(
    {
        Act.READ: _ALL,
        Act.IMPORT: _WORKING,
        Act.NOTIFY: _WORKING,
        Act.NOTE: _WORKING,
        Act.PROPOSE: _WORKING,
        Act.WITHDRAW: _WORKING,
        Act.APPROVE: frozenset({Role.APPROVER}),
        Act.SUSPEND: _WORKING,
        Act.RELEASE: _WORKING,
        Act.EXEMPT: frozenset({Role.APPROVER}),
        Act.DECIDE_APPEAL: frozenset({Role.APPROVER}),
        Act.PROPOSE_POLICY: _WORKING,
        Act.PUBLISH_POLICY: frozenset({Role.APPROVER}),
        Act.UPDATE_SOURCE: _WORKING,
        Act.MANAGE_SOURCES: frozenset({Role.ADMIN}),
        Act.ISSUE_CLAIM_CODE: _WORKING,
        Act.TRUST_ISSUER: frozenset({Role.APPROVER}),
        Act.KEEP_LEDGER: _WORKING,
        Act.EXPORT: frozenset({Role.APPROVER, Role.ADMIN}),
        Act.FOLD: frozenset({Role.ADMIN}),
        Act.ERASE: frozenset({Role.ADMIN}),
        Act.MANAGE_PEOPLE: frozenset({Role.ADMIN}),
        Act.MANAGE_TOKENS: frozenset({Role.ADMIN}),
    }
)
"""Which roles may do what. An admin keeps the house and decides no case."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who works with cases: the name that stands in the audit trail, and the role."""

    name: str
    role: Role

    def __post_init__(self) -> None:
        """Two spellings of one name would be two people."""
        if not PERSON.fullmatch(self.name):
            raise ValueError(f"{self.name!r} names no person: write it in small letters")


SYSTEM = "regiongate"
"""Who acts where no person does: a date has passed, an exemption has ended."""


def require(person: Person, act: Act) -> None:
    """Raise CannotRun where the role of a person does not allow an act."""
    if person.role not in MAY[act]:
        allowed = " or ".join(sorted(MAY[act]))
        raise CannotRun(f"{person.name} is {person.role}, and to {act} takes {allowed}")
