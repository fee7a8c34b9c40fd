"""The filter that knows the standing of an organization: one hash lookup, whatever their number."""

from __future__ import annotations

from collections.abc import Iterable

from regiongate.compiler.envoy import matcher
from regiongate.compiler.envoy.decide import decide
from regiongate.compiler.envoy.typed import Config, composite, named
from regiongate.compiler.table import DecisionTable
from regiongate.domain.organization import ORDINARY, Organization


def organizations(table: DecisionTable, header: str, rows: Iterable[Organization]) -> Config:
    """Decide by the standing of the organization that `header` names.

    Each standing has a chain of its own with the one filter that decides for it. Ordinary
    organizations need no row. A header given twice arrives joined by a comma, matches no id, and
    so gains nothing.
    """
    special = {
        row.id: named("standing", row.standing.name)
        for row in sorted(rows, key=lambda row: row.id)
        if row.standing != ORDINARY
    }
    ordinary = named("standing", table.ordinary)
    # An exact-match map may not be empty; a name with a space can not arrive in a header value
    # as a whole id, because ids have none.
    known = special or {"no organization has a standing": ordinary}
    tree = matcher.exact(matcher.header_input(header), known, ordinary)
    chains = {standing: [decide(table, standing)] for standing in table.standings}
    return composite("organizations", tree, chains)
