"""Plan: where one organization can go, what that costs, and what it has to change."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from regiongate.control.switch.change import Change, changes
from regiongate.control.switch.used import Examples, Told, Used, used
from regiongate.domain.errors import CannotRun
from regiongate.domain.offer import Condition, Feature, Kind, Offer, Offers, Prices, TokenKind
from regiongate.domain.policy import Policy
from regiongate.domain.switch_cost import Monthly, Range, allowance, cost, unpriced
from regiongate.store.cases import Cases
from regiongate.store.demands import Demands
from regiongate.store.organizations import Organizations
from regiongate.store.sightings import Sightings

HORIZONS = (1, 3, 12)
"""Over how many months costs are reckoned."""


class UnknownOrganization(CannotRun):
    """The store knows nothing of an organization: no profile, no case, no sighting."""


@dataclass(frozen=True, slots=True)
class Counterpart:
    """A model of the API that is left, and what takes its place; None: the source names none."""

    left: str
    right: str | None


@dataclass(frozen=True, slots=True)
class Served:
    """A feature that is used, and whether the source says that it is served; None: it is silent."""

    feature: Feature
    said: bool | None


@dataclass(frozen=True, slots=True)
class Asked:
    """A condition of an offer, and whether the organization meets it; None: we cannot know."""

    condition: Condition
    met: bool | None


@dataclass(frozen=True, slots=True)
class Cost:
    """What all tokens of some months cost with one model; None where that is unknown.

    `unpriced` are the kinds of tokens for want of whose prices it is.
    """

    model: str
    months: int
    before: Range | None
    after: Range | None
    unpriced: tuple[TokenKind, ...]


@dataclass(frozen=True, slots=True)
class Alternative:
    """An offer that stands and serves at least one region of the organization.

    `serves` and `leaves_out` are the organization's unsupported regions. Where no model in use is
    known, `counterparts` are all that the offer has. `costs` are empty where the offer has
    no prices or the tokens of a month are unknown.
    """

    offer: Offer
    serves: tuple[str, ...]
    leaves_out: tuple[str, ...]
    counterparts: tuple[Counterpart, ...]
    features: tuple[Served, ...]
    conditions: tuple[Asked, ...]
    costs: tuple[Cost, ...]
    changes: tuple[Change, ...]

    @property
    def asks_for_code(self) -> bool:
        """Whether whoever takes it up shows a claim code."""
        return Condition.AFFECTED in self.offer.conditions


@dataclass(frozen=True, slots=True)
class Plan:
    """What one organization can do at an instant; what is not known of it is None.

    `examples` are those of a survey that was given; what logs named by themselves is in `used`.

    `case` is the number of its open case. `export_until` is the end of the data export window as
    the policy says it. `history` are offers that are over: to be shown as such or not at all.
    """

    organization: str
    name: str | None
    api: str | None
    at: datetime
    policy: str
    version: str
    case: int | None
    used: Used
    examples: Examples | None
    alternatives: tuple[Alternative, ...]
    history: tuple[Offer, ...]
    offers: str
    export_until: datetime | None

    @property
    def models(self) -> tuple[str, ...]:
        """The models in use: those of the sightings, most used first, then those of a survey."""
        return models_in_use(self.used, self.examples)

    @property
    def features(self) -> tuple[Feature, ...]:
        """The features in use: those of the sightings, most used first, then those of a survey."""
        return features_in_use(self.used, self.examples)


def models_in_use(usage: Used, examples: Examples | None) -> tuple[str, ...]:
    """The models that sightings name, most used first, and then those of a survey."""
    seen = [model for model, _ in usage.models]
    return tuple(dict.fromkeys([*seen, *(() if examples is None else examples.models)]))


def features_in_use(usage: Used, examples: Examples | None) -> tuple[Feature, ...]:
    """The features that sightings name, most used first, and then those of a survey."""
    seen = [feature for feature, _ in usage.features]
    return tuple(dict.fromkeys([*seen, *(() if examples is None else examples.features)]))


def alternatives(offers: Offers, region: str, at: datetime) -> list[Offer]:
    """The offers that stand at an instant and serve a region, in the order of their file."""
    return [offer for offer in offers.each if offer.stands(at) and offer.serves(region)]


def plan(
    connection: sa.Connection,
    organization: str,
    offers: Offers,
    policy: Policy,
    at: datetime,
    *,
    told: Told | None = None,
) -> Plan:
    """The plan of one organization, from its sightings and from what else is told of its usage.

    Raises UnknownOrganization where the store knows nothing of the organization.
    """
    told = told or Told()
    profile = Organizations(connection).get(organization)
    case = Cases(connection).open_of(organization)
    found = Sightings(connection).of(organization)
    if profile is None and case is None and not found:
        raise UnknownOrganization(f"the store knows nothing of {organization}: look at the id")
    usage = used(found, Demands(connection).of(organization), policy, told, at)
    regions = [region for region, _ in usage.regions]
    reached = {offer for region in regions for offer in alternatives(offers, region, at)}
    return Plan(
        organization=organization,
        name=None if profile is None else profile.name,
        api=None if policy.cases is None else policy.cases.api,
        at=at,
        policy=policy.name,
        version=policy.version,
        case=None if case is None else case.number,
        used=usage,
        examples=told.examples,
        alternatives=tuple(
            _alternative(offer, regions, usage, told.examples, affected=case is not None)
            for offer in offers.each
            if offer in reached
        ),
        history=tuple(offer for offer in offers.each if offer.kind is Kind.HISTORY),
        offers=offers.file,
        export_until=None if policy.cases is None else policy.cases.export_until,
    )


def _alternative(
    offer: Offer,
    regions: Sequence[str],
    usage: Used,
    examples: Examples | None,
    *,
    affected: bool,
) -> Alternative:
    counterparts = _counterparts(offer, models_in_use(usage, examples))
    models = tuple(dict.fromkeys(one.right for one in counterparts if one.right is not None))
    priced = () if offer.prices is None else offer.prices.models
    first = next(iter((*models, *priced)), None)
    return Alternative(
        offer=offer,
        serves=tuple(region for region in regions if offer.serves(region)),
        leaves_out=tuple(region for region in regions if not offer.serves(region)),
        counterparts=counterparts,
        features=tuple(
            Served(feature, None if offer.features is None else feature in offer.features)
            for feature in features_in_use(usage, examples)
        ),
        conditions=tuple(
            # Whether somebody is new to a vendor only the vendor knows.
            Asked(one, affected if one is Condition.AFFECTED else None)
            for one in offer.conditions
        ),
        costs=tuple(_costs(offer, models or priced, usage.monthly)),
        changes=tuple(one for endpoint in offer.endpoints for one in changes(endpoint, first)),
    )


def _counterparts(offer: Offer, used_models: Sequence[str]) -> tuple[Counterpart, ...]:
    if not used_models:
        return tuple(Counterpart(left, right) for left, right in offer.models)
    return tuple(Counterpart(model, offer.counterpart(model)) for model in used_models)


def _costs(offer: Offer, models: Sequence[str], monthly: Monthly | None) -> Iterable[Cost]:
    if monthly is None or offer.prices is None:
        return
    for model in models:
        for months in HORIZONS:
            yield _cost(offer, offer.prices, model, monthly, months)


def _cost(offer: Offer, prices: Prices, model: str, monthly: Monthly, months: int) -> Cost:
    given = allowance(offer.incentive, model, monthly, months)
    spent, each = monthly.over(months), prices.of(model)
    after = None if given is None else cost(spent, each, given)
    without = tuple(sorted(unpriced(spent, each)))
    return Cost(model, months, cost(spent, each), after, without)
