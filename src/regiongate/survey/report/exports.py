"""The tables that a survey hands out, as SQL over `told`: same input, same rows, same order."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Export:
    """A table to hand out: the name of its files, what a row is, and the statement."""

    name: str
    of: str
    sql: str


def _list(value: str, when: str) -> str:
    return f"coalesce(list_sort(list(DISTINCT {value}) FILTER ({when})), [])"


_COUNTED = {
    "allow": "allowed",
    "warn": "warned",
    "block": "blocked",
    "suspended": "suspended",
    "hand-over": "handed_over",
}
_CLOUD = "cloud || coalesce(' ' || cloud_region, '')"
_REQUESTS = ",\n  ".join(
    [
        "sum(requests)::BIGINT AS requests",
        "sum(tokens)::BIGINT AS tokens",
        *(
            f"coalesce(sum(requests) FILTER (own = '{verdict}'), 0)::BIGINT AS {name}"
            for verdict, name in _COUNTED.items()
        ),
        "coalesce(sum(requests) FILTER (unsupported), 0)::BIGINT AS unsupported",
    ]
)
_WHEN = "min(first) AS first_seen, max(last) AS last_seen, count(DISTINCT day) AS days"
_FACTS = f"""{_REQUESTS},
  coalesce(sum(requests) FILTER (disputed), 0)::BIGINT AS disputed,
  coalesce(sum(requests) FILTER ("group" = 'unknown'), 0)::BIGINT AS unknown,
  coalesce(sum(requests) FILTER ("group" = 'special'), 0)::BIGINT AS special,
  coalesce(sum(requests) FILTER (anonymizers IS NOT NULL), 0)::BIGINT AS anonymized,
  coalesce(sum(requests) FILTER (unsupported), 0) / sum(requests) AS unsupported_share,
  coalesce(sum(requests) FILTER (affected), 0)::BIGINT AS affected,
  {_list("region", "region IS NOT NULL AND affected")} AS affected_regions,
  {_list(_CLOUD, "cloud IS NOT NULL AND affected")} AS affected_clouds,
  count(DISTINCT network) AS networks,
  count(DISTINCT network) FILTER (affected) AS affected_networks,
  {_WHEN},
  min(first) FILTER (affected) AS affected_first_seen,
  max(last) FILTER (affected) AS affected_last_seen,
  count(DISTINCT day) FILTER (affected) AS affected_days"""

_PLACE = (
    'country, region, "class", "group", own AS verdict, would, rule,'
    " anonymizers, cloud, cloud_region, asn, as_name"
)

ORGANIZATIONS = Export(
    "organizations",
    "organization",
    f"""SELECT organization, any_value(state) AS state, {_FACTS},
  count(DISTINCT key) AS keys
FROM told GROUP BY organization ORDER BY organization NULLS LAST""",  # noqa: S608 - the names are ours
)
KEYS = Export(
    "keys",
    "key of an organization",
    f"""SELECT organization, key, any_value(state) AS state, {_FACTS}
FROM told GROUP BY organization, key ORDER BY organization NULLS LAST, key NULLS LAST""",  # noqa: S608 - the names are ours
)
NETWORKS = Export(
    "networks",
    "network (/24 or /48) from which a key was used",
    f"""SELECT organization, key, network, {_PLACE}, {_REQUESTS}, {_WHEN}
FROM told GROUP BY ALL ORDER BY ALL NULLS LAST""",  # noqa: S608 - the names are ours
)
ADDRESSES = Export(
    "addresses",
    "address from which a key was used",
    f"""SELECT organization, key, address, network, {_PLACE}, {_REQUESTS}, {_WHEN}
FROM told GROUP BY ALL ORDER BY ALL NULLS LAST""",  # noqa: S608 - the names are ours
)


def exports(*, single_addresses: bool = False) -> tuple[Export, ...]:
    """The tables of a survey. Single addresses are personal data: they come when asked for."""
    always = (ORGANIZATIONS, KEYS, NETWORKS)
    return (*always, ADDRESSES) if single_addresses else always
