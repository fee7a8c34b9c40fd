"""Standings: what the store has decided about organizations, keys and networks, for a gateway.

Precedence, where the organizations file, the policy and the store speak of one organization: a
suspension stands above an exemption, whoever says it, and of two that say the same the longer one
counts (`domain.organization.standings`). That a key belongs to two organizations is refused.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from regiongate.compiler.reader import BundleReader
from regiongate.compiler.roll import Roll
from regiongate.compiler.rulings import with_rulings
from regiongate.compiler.snapshot import Inputs
from regiongate.domain.errors import CannotRun
from regiongate.domain.measure import Phase
from regiongate.domain.organization import Organization
from regiongate.domain.ruling import Ruling, RulingKind
from regiongate.store.database import Database
from regiongate.store.rulings import Rulings

NEAR_ENDS = 4
"""How many different ends a gateway knows. Each makes its table longer, by all that the policy says
of places; and hundreds of exemptions may end at hundreds of instants."""


@dataclass(frozen=True, slots=True)
class Standings:
    """The rulings in force, sorted, and the organizations that have keys, sorted by id."""

    rulings: tuple[Ruling, ...] = ()
    registered: tuple[Organization, ...] = ()

    def lasting(self, at: datetime) -> tuple[Ruling, ...]:
        """The rulings that have not come to their end."""
        return tuple(one for one in self.rulings if one.until is None or at < one.until)


def of_store(database: Database, at: datetime) -> Standings:
    """What a store says at an instant."""
    with database.reading() as connection:
        said = Rulings(connection)
        return Standings(with_near_ends(said.in_force(at)), said.registered())


def with_near_ends(rulings: Iterable[Ruling]) -> tuple[Ruling, ...]:
    """The rulings, all but the nearest ends of organizations and keys distant.

    When the nearest of them have come, the others take their place: so each ends at its instant
    unless the control process has been dead for as long as that.
    """
    said = tuple(rulings)
    ends = sorted({one.until for one in said if one.network is None and one.until is not None})
    if len(ends) <= NEAR_ENDS:
        return said
    last = ends[NEAR_ENDS - 1]
    return tuple(
        replace(one, distant=one.network is None and one.until is not None and one.until > last)
        for one in said
    )


def of_bundle(bundle: BundleReader) -> Standings:
    """What a bundle was made with."""
    return Standings(bundle.policy.rulings, bundle.roll.registered)


def applied(what: Inputs, said: Standings, roll: Roll | None = None) -> Inputs:
    """The inputs of a snapshot with these standings, and no others but those of its own files.

    `roll` is one of the same organizations, where there is one already. Raises CannotRun when the
    policy has no date from which a suspension counts, or when a key has two owners.
    """
    suspended = [one for one in said.rulings if one.kind is RulingKind.SUSPENSION]
    if suspended and what.policy.measure.start(Phase.SUSPEND) is None:
        message = f"{suspended[0].organization} is suspended, but the measure has no date for it"
        raise CannotRun(f"{message}: give the policy `measure.suspend`")
    listed = Roll.of(what.organizations).listed
    policy, files = with_rulings(what.policy, what.policy_files, said.rulings)
    return replace(
        what,
        policy=policy,
        policy_files=files,
        organizations=roll or (Roll(listed, said.registered) if said.registered else listed),
    )
