"""The sources that a policy names."""

from __future__ import annotations

from regiongate.domain.errors import CannotRun
from regiongate.domain.policy import Policy
from regiongate.geo import bundled
from regiongate.geo.source import SourceTable


def tables(policy: Policy) -> tuple[SourceTable, ...]:
    """The sources of a policy, read from disk, in its order."""
    return tuple(table(name) for name in policy.location.sources)


def table(name: str) -> SourceTable:
    """The source of a name; CannotRun when there is none."""
    known = bundled.names()
    if name not in known:
        raise CannotRun(f"no source named {name}: there are {', '.join(known)}")
    return bundled.load(name)
