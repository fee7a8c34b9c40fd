"""The filter that knows the standing of an organization: one hash lookup, whatever their number."""

from __future__ import annotations

from collections.abc import Iterable

from regiongate.compiler.envoy import matcher, names
from regiongate.compiler.envoy.typed import Config, extension, typed
from regiongate.domain.organization import ORDINARY, Organization


def organizations(header: str, rows: Iterable[Organization]) -> Config:
    """Leave the standing of the organization named in `header` in the dynamic metadata.

    RBAC's shadow engine does nothing but note the name of the action it matched, which is all
    that is wanted here. Ordinary organizations need no row. A header given twice arrives joined
    by a comma, matches no id, and so gains nothing.
    """
    special = {
        row.id: _note(row.standing.name)
        for row in sorted(rows, key=lambda row: row.id)
        if row.standing != ORDINARY
    }
    # An exact-match map may not be empty; a name with a space can not arrive in a header value
    # as a whole id, because ids have none.
    table = special or {"no organization has a standing": _note(ORDINARY.name)}
    tree = matcher.exact(matcher.header_input(header), table, _note(ORDINARY.name))
    return extension(
        "organizations",
        "envoy.extensions.filters.http.rbac.v3.RBAC",
        shadow_matcher=tree["matcher"],
        shadow_rules_stat_prefix=names.STANDING_PREFIX,
    )


def _note(name: str) -> Config:
    action = typed("envoy.config.rbac.v3.Action", name=name, action="ALLOW")
    return {"action": {"name": "standing", "typed_config": action}}
