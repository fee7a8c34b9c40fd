"""The decision table: for each standing and place key, every row that the policy's dates make.

The database says which *place key* an address has and changes slowly; this table says what the
key means and is small. A key names how a place is judged (`unsupported list:openai-2024-08`),
never what then happens: other dates of the measure, other exemptions, another refusal leave every
key as it is, and so leave the database as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from regiongate.compiler.placekey import place_key
from regiongate.domain.judge import timeline
from regiongate.domain.organization import ORDINARY, Standing
from regiongate.domain.place import Place
from regiongate.domain.policy import Policy
from regiongate.domain.verdict import Row

Places = Mapping[str, Sequence[Row]]
Standings = Mapping[str, Places]


@dataclass(frozen=True, slots=True)
class DecisionTable:
    """What the gateway needs to decide, for one generation at one instant.

    `standings` maps the name of a standing to its rows by place key; `ordinary` and `unknown`
    name the standing and the key that hold when the gateway finds none. `open_paths` maps each open
    path to its rows by place key: the verdict is the same everywhere, the class is the place's.
    """

    policy: Policy
    generation: str
    at: datetime
    standings: Standings
    open_paths: Mapping[str, Places]
    ordinary: str
    unknown: str


def decision_table(
    policy: Policy,
    places: Mapping[str, Place],
    standings: Iterable[Standing],
    generation: str,
    at: datetime,
) -> DecisionTable:
    """Judge every place, under every standing, at every date.

    `places` maps each key to one place that has it; a place that no source knows is added.
    """
    unknown = Place(votes=())
    unknown_key = place_key(policy, unknown)
    everywhere = dict(sorted({**places, unknown_key: unknown}.items()))
    ordered = sorted({ORDINARY, *standings}, key=lambda standing: standing.name)
    return DecisionTable(
        policy=policy,
        generation=generation,
        at=at,
        standings={
            standing.name: {
                key: general(timeline(policy, place, standing)) for key, place in everywhere.items()
            }
            for standing in ordered
        },
        open_paths={
            pattern: {
                key: general(timeline(policy, place, path=pattern.removesuffix("*")))
                for key, place in everywhere.items()
            }
            for pattern in policy.open_paths
        },
        ordinary=ORDINARY.name,
        unknown=unknown_key,
    )


def general(rows: Sequence[Row]) -> tuple[Row, ...]:
    """Rows without the reason, which names one place where the row speaks for many.

    Rows that then say the same become one.
    """
    merged: list[Row] = []
    for row in rows:
        bare = replace(row, decision=replace(row.decision, reason=""))
        if merged and merged[-1].decision == bare.decision:
            merged[-1] = replace(merged[-1], until=bare.until)
        else:
            merged.append(bare)
    return tuple(merged)
