"""Who is let in: what a role covers, and what is left of a scope."""

from __future__ import annotations

from itertools import product

import pytest

from regiongate.domain.access import Caller, Forbidden, covers, within
from regiongate.domain.role import MAY, Act, Person, Role

COVERED = {
    Role.VIEWER: {Role.VIEWER},
    Role.OPERATOR: {Role.VIEWER, Role.OPERATOR},
    Role.APPROVER: {Role.VIEWER, Role.OPERATOR, Role.APPROVER},
    Role.ADMIN: {Role.VIEWER, Role.ADMIN},
}


def test_what_a_role_covers() -> None:
    """An approver covers an operator; an admin, who decides no case, only a viewer."""
    assert {one: {other for other in Role if covers(one, other)} for one in Role} == COVERED


@pytest.mark.parametrize(("own", "scope"), list(product(Role, Role)))
def test_no_scope_widens_a_role(own: Role, scope: Role) -> None:
    """What is left of a scope is allowed by the person's role and by the scope, both."""
    left = within(own, scope)
    assert covers(own, left) and covers(scope, left)
    assert left is scope or not covers(own, scope)


def test_a_scope_of_another_kind_leaves_a_viewer() -> None:
    """Whoever was an admin and is an operator now has neither with the old token."""
    assert within(Role.OPERATOR, Role.ADMIN) is Role.VIEWER
    assert within(Role.OPERATOR, Role.APPROVER) is Role.OPERATOR


def test_a_caller_may_what_the_access_allows() -> None:
    """The role of the access decides, not that of the person."""
    li = Person("li", Role.APPROVER)
    caller = Caller(li, Role.OPERATOR, "token:t-1")
    assert {act for act in Act if caller.may(act)} == {
        act for act, roles in MAY.items() if Role.OPERATOR in roles
    }
    caller.require(Act.PROPOSE)
    with pytest.raises(Forbidden, match=r"li comes as operator only \(token:t-1\), and to approve"):
        caller.require(Act.APPROVE)
    with pytest.raises(Forbidden, match="li is approver, and to erase takes admin"):
        Caller(li, Role.APPROVER, "session:s-1").require(Act.ERASE)


def test_no_access_allows_more_than_its_person_may() -> None:
    """Such a value cannot be made."""
    with pytest.raises(ValueError, match="does not cover"):
        Caller(Person("li", Role.VIEWER), Role.OPERATOR, "token:t-1")
