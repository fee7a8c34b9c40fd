"""The filter that asks whoever decides for the standing of an organization: one hash lookup."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from regiongate.compiler.envoy import matcher, names
from regiongate.compiler.envoy.decide import decide, decision
from regiongate.compiler.envoy.typed import Config, composite, named
from regiongate.compiler.table import DecisionTable
from regiongate.domain.organization import ORDINARY, Organization


def by_name(table: DecisionTable, header: str, rows: Iterable[Organization]) -> Config:
    """Decide by the standing of the organization that `header` names.

    Ordinary organizations need no row. A header given twice arrives joined by a comma, matches no
    id, and so gains nothing.
    """
    special = {
        row.id: row.standing.name
        for row in sorted(rows, key=lambda row: row.id)
        if row.standing != ORDINARY
    }
    return _by(table, header, special, header)


def by_key(table: DecisionTable) -> Config:
    """Decide by the standing that the key table has put into a header; none means ordinary."""
    special = {standing: standing for standing in table.standings if standing != table.ordinary}
    return _by(table, names.STANDING, special, names.ORGANIZATION)


def _by(table: DecisionTable, header: str, special: Mapping[str, str], organization: str) -> Config:
    """Each standing has a chain of its own with the one filter that decides for it.

    But for the ordinary one: nearly every request is decided by it, and a filter more would cost
    each of them. Its tree goes on where the organizations end.
    """
    # An exact-match map may not be empty; a name with a space can not arrive in a header value
    # as a whole id, because ids have none, and no standing is called so.
    special = special or {"no organization has a standing": table.ordinary}
    known = {value: named("standing", standing) for value, standing in special.items()}
    chains = {
        standing: [decide(table, standing, organization)]
        for standing in table.standings
        if standing in special.values()
    }
    ordinary = decision(table, table.ordinary, organization)
    tree = matcher.exact(matcher.header_input(header), known, ordinary)
    return composite("organizations", tree, chains)
