"""What the sightings say of how one organization uses the API; what they do not say stays open."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

from regiongate.domain.offer import Feature, TokenKind
from regiongate.domain.policy import Policy
from regiongate.domain.sighting import Sighting
from regiongate.domain.switch_cost import MONTH, Monthly

LOOK_BACK = timedelta(days=30)
"""How far back sightings count where the policy has no `cases`."""

_FEATURES = {
    "chat": Feature.CHAT,
    "responses": Feature.RESPONSES,
    "messages": Feature.MESSAGES,
    "completions": Feature.COMPLETIONS,
    "complete": Feature.COMPLETIONS,
    "embeddings": Feature.EMBEDDINGS,
    "models": Feature.MODELS,
    "files": Feature.FILES,
    "batches": Feature.BATCHES,
    "images": Feature.IMAGES,
    "audio": Feature.AUDIO,
    "moderations": Feature.MODERATIONS,
    "fine_tuning": Feature.FINE_TUNING,
    "assistants": Feature.ASSISTANTS,
    "threads": Feature.ASSISTANTS,
    "realtime": Feature.REALTIME,
}
"""The second segment of a path, below `/v1`, and the feature it belongs to."""


@dataclass(frozen=True, slots=True)
class Examples:
    """What a survey shows beside numbers: examples of models and paths, and not a list of all."""

    models: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()

    @property
    def features(self) -> tuple[Feature, ...]:
        """The features that the paths belong to, sorted; a path of no known feature has none."""
        found = {_FEATURES.get(path.strip("/").partition("/")[2]) for path in self.paths}
        return tuple(sorted(feature for feature in found if feature is not None))

    @property
    def other_paths(self) -> tuple[str, ...]:
        """The paths of no known feature."""
        return tuple(
            path for path in self.paths if path.strip("/").partition("/")[2] not in _FEATURES
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
    requests, most first. `monthly` is what a month has, None where that is unknown.
    """

    since: date
    until: date
    days: int
    requests: int
    counted: int
    tokens: int | None
    regions: tuple[tuple[str, int], ...]
    monthly: Monthly | None


def used(found: Iterable[Sighting], policy: Policy, told: Told, at: datetime) -> Used:
    """The usage in the sightings of one organization that are young enough at an instant.

    A region counts as unsupported where the policy says so at that instant, whatever it said when
    the sightings were kept.
    """
    look_back = LOOK_BACK if policy.cases is None else policy.cases.look_back
    since, until = ((at - back).astimezone(UTC).date() for back in (look_back, timedelta()))
    young = [one for one in found if since <= one.day <= until]
    counted = [one for one in young if one.tokens is not None]
    tokens = sum(one.tokens or 0 for one in counted) if counted else None
    days = (until - min(one.day for one in young)).days + 1 if young else 0
    return Used(
        since=since,
        until=until,
        days=days,
        requests=sum(one.requests for one in young),
        counted=sum(one.requests for one in counted),
        tokens=tokens,
        regions=_unsupported(young, policy, at),
        monthly=_monthly(tokens, days, told),
    )


def _unsupported(
    young: Iterable[Sighting], policy: Policy, at: datetime
) -> tuple[tuple[str, int], ...]:
    requests: Counter[str] = Counter()
    for one in young:
        if one.region is not None and not policy.supported.supports(one.region, at)[0]:
            requests[one.region] += one.requests
    return tuple(sorted(requests.items(), key=lambda item: (-item[1], item[0])))


def _monthly(tokens: int | None, days: int, told: Told) -> Monthly | None:
    if told.tokens is not None:
        kinds = {kind: Fraction(count) for kind, count in sorted(told.tokens.items())}
        return Monthly(sum(kinds.values(), Fraction(0)), kinds)
    if tokens is None:
        return None
    return Monthly(Fraction(tokens) * Fraction(MONTH // _TICK, days * _DAY))


_TICK = timedelta(microseconds=1)
_DAY = timedelta(days=1) // _TICK
