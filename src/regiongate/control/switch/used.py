"""What the sightings say of how one organization uses the API; what they do not say stays open."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import TypeVar

from regiongate.domain.demand import FEATURES, OTHER, Demand
from regiongate.domain.offer import Feature, TokenKind
from regiongate.domain.policy import Policy
from regiongate.domain.sighting import Sighting
from regiongate.domain.switch_cost import MONTH, Monthly

Named = TypeVar("Named", bound=str)

LOOK_BACK = timedelta(days=30)
"""How far back sightings count where the policy has no `cases`."""


@dataclass(frozen=True, slots=True)
class Examples:
    """What a survey shows beside numbers: examples of models and paths, and not a list of all."""

    models: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()

    @property
    def features(self) -> tuple[Feature, ...]:
        """The features that the paths belong to, sorted; a path of no known feature has none."""
        found = {FEATURES.get(path.strip("/").partition("/")[2]) for path in self.paths}
        return tuple(sorted(feature for feature in found if feature is not None))

    @property
    def other_paths(self) -> tuple[str, ...]:
        """The paths of no known feature."""
        return tuple(
            path for path in self.paths if path.strip("/").partition("/")[2] not in FEATURES
        )


@dataclass(frozen=True, slots=True)
class Told:
    """What somebody else says of the usage: a survey, or the organization itself.

    `tokens` are those of a month by kind, None where nobody said.
    """

    examples: Examples | None = None
    tokens: Mapping[TokenKind, int] | None = None


@dataclass(frozen=True, slots=True)
class Used:
    """Usage from `since` to `until` (days in UTC, both included).

    `days` are those from the first sighting on, so that a month can be reckoned from them; 0 where
    there is none. `tokens` were counted in `counted` of the `requests`: of the others no log said
    how many, and with `tokens` None no log said any. `regions` are the unsupported ones with their
    requests, most first. `monthly` is what a month has, None where that is unknown. `models` and
    `features` are those that logs named, with their requests, most first; in `other_models`
    requests the model is one of too many to keep their names, in `unnamed` no log said which.
    `kinds_said` says that `monthly` is the organization's own word.
    """

    since: date
    until: date
    days: int
    requests: int
    counted: int
    tokens: int | None
    regions: tuple[tuple[str, int], ...]
    monthly: Monthly | None
    models: tuple[tuple[str, int], ...] = ()
    features: tuple[tuple[Feature, int], ...] = ()
    other_models: int = 0
    unnamed: int = 0
    kinds_said: bool = False


def used(
    found: Iterable[Sighting], asked: Iterable[Demand], policy: Policy, told: Told, at: datetime
) -> Used:
    """The usage in the sightings and the demand of one organization that are young enough.

    `at` is the instant of the plan. A region counts as unsupported where the policy says so at
    that instant, whatever it said when the sightings were kept.
    """
    look_back = LOOK_BACK if policy.cases is None else policy.cases.look_back
    since, until = ((at - back).astimezone(UTC).date() for back in (look_back, timedelta()))
    young = [one for one in found if since <= one.day <= until]
    counted = [one for one in young if one.tokens is not None]
    tokens = sum(one.tokens or 0 for one in counted) if counted else None
    days = (until - min(one.day for one in young)).days + 1 if young else 0
    requests = sum(one.requests for one in young)
    demand = [one for one in asked if since <= one.day <= until]
    models = Counter[str]()
    features = Counter[Feature]()
    for row in demand:
        if row.model is not None:
            models[row.model] += row.requests
        if row.feature is not None:
            features[row.feature] += row.requests
    return Used(
        since=since,
        until=until,
        days=days,
        requests=requests,
        counted=sum(one.requests for one in counted),
        tokens=tokens,
        regions=_unsupported(young, policy, at),
        monthly=_monthly(tokens, _kinds(demand, tokens), days, told),
        # Of what was saved before there was demand nobody knows the models either.
        unnamed=max(0, requests - models.total()),
        other_models=models.pop(OTHER, 0),
        models=_most_first(models),
        features=_most_first(features),
        kinds_said=told.tokens is not None,
    )


def _most_first(counted: Counter[Named]) -> tuple[tuple[Named, int], ...]:
    return tuple(sorted(counted.items(), key=lambda item: (-item[1], item[0])))


def _unsupported(
    young: Iterable[Sighting], policy: Policy, at: datetime
) -> tuple[tuple[str, int], ...]:
    requests: Counter[str] = Counter()
    for one in young:
        if one.region is not None and not policy.supported.supports(one.region, at)[0]:
            requests[one.region] += one.requests
    return _most_first(requests)


def _kinds(asked: Iterable[Demand], tokens: int | None) -> dict[TokenKind, int] | None:
    """The tokens by kind; None where logs said the kind of some of them only, or of none."""
    kinds: Counter[TokenKind] = Counter()
    for one in asked:
        # What is embedded is asked, and paid as such.
        embedded = one.feature is Feature.EMBEDDINGS
        kinds[TokenKind.EMBEDDING if embedded else TokenKind.INPUT] += one.tokens_in or 0
        kinds[TokenKind.OUTPUT] += one.tokens_out or 0
    return {kind: n for kind, n in kinds.items() if n} if kinds.total() == tokens else None


def _monthly(
    tokens: int | None, by_kind: Mapping[TokenKind, int] | None, days: int, told: Told
) -> Monthly | None:
    if told.tokens is not None:
        kinds = {kind: Fraction(count) for kind, count in sorted(told.tokens.items())}
        return Monthly(sum(kinds.values(), Fraction(0)), kinds)
    if tokens is None:
        return None
    month = Fraction(MONTH // _TICK, days * _DAY)
    if not by_kind:
        return Monthly(tokens * month)
    return Monthly(tokens * month, {kind: n * month for kind, n in sorted(by_kind.items())})


_TICK = timedelta(microseconds=1)
_DAY = timedelta(days=1) // _TICK
