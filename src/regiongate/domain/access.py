"""Who is let in, and what this access allows: a person, within the role of a token or a session."""

from __future__ import annotations

from dataclasses import dataclass

from regiongate.domain.errors import CannotRun
from regiongate.domain.role import MAY, Act, Person, Role


class Forbidden(CannotRun):
    """Who asks is known, and may not do this."""


def covers(role: Role, other: Role) -> bool:
    """Whether a role may do everything that another may."""
    return all(role in roles for roles in MAY.values() if other in roles)


def within(own: Role, scope: Role) -> Role:
    """What is left of a scope, once given, to a person who has this role now.

    The smaller of the two; where neither covers the other, what both have in common: a viewer.
    """
    if covers(own, scope):
        return scope
    return own if covers(scope, own) else Role.VIEWER


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: the person with the role that they have, and what this access allows at most.

    `by` is `token:ID` or `session:ID`. The verbs of `control` ask for the person's role alone, so
    whoever lets a caller in asks `require` before.
    """

    person: Person
    role: Role
    by: str

    def __post_init__(self) -> None:
        """An access never allows more than its person may."""
        if not covers(self.person.role, self.role):
            raise ValueError(f"{self.person.role} does not cover {self.role}")

    def may(self, act: Act) -> bool:
        """Whether this access allows an act."""
        return self.role in MAY[act]

    def require(self, act: Act) -> None:
        """Raise Forbidden where this access does not allow an act."""
        if not self.may(act):
            allowed = " or ".join(sorted(MAY[act]))
            raise Forbidden(f"{self._named()}, and to {act} takes {allowed}")

    def _named(self) -> str:
        if self.role is self.person.role:
            return f"{self.person.name} is {self.role}"
        return f"{self.person.name} comes as {self.role} only ({self.by})"
