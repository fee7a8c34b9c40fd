"""An offer: what a provider says to developers who must leave an API that has left their region."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from regiongate.domain.region import country_of


class Speech(StrEnum):
    """Whose API an endpoint speaks, and so which SDKs reach it."""

    OPENAI = "openai"
    ANTHROPIC = "anthropic"


class TokenKind(StrEnum):
    """What a token is paid as."""

    INPUT = "input"
    CACHED_INPUT = "cached-input"
    OUTPUT = "output"
    EMBEDDING = "embedding"


class Feature(StrEnum):
    """A part of an API, as its path names it."""

    CHAT = "chat"
    RESPONSES = "responses"
    MESSAGES = "messages"
    COMPLETIONS = "completions"
    EMBEDDINGS = "embeddings"
    MODELS = "models"
    FILES = "files"
    BATCHES = "batches"
    IMAGES = "images"
    AUDIO = "audio"
    MODERATIONS = "moderations"
    FINE_TUNING = "fine-tuning"
    ASSISTANTS = "assistants"
    REALTIME = "realtime"


class Condition(StrEnum):
    """To whom an offer is made; one without conditions is made to everybody."""

    NEWLY_SWITCHING = "newly-switching"
    AFFECTED = "affected"


class Kind(StrEnum):
    """Whether an offer can be taken up. History is shown and never reckoned with."""

    CURRENT = "current"
    HISTORY = "history"


@dataclass(frozen=True, slots=True)
class Price:
    """What a million tokens of one kind cost with one model, in the currency of the offer."""

    model: str
    kind: TokenKind
    per_million: Decimal


@dataclass(frozen=True, slots=True)
class Prices:
    """All in one currency (ISO 4217), so that nothing in an offer can mix two."""

    currency: str
    each: tuple[Price, ...]

    def of(self, model: str) -> dict[TokenKind, Decimal]:
        """What a million tokens of each kind cost with a model; a kind without price is absent."""
        return {price.kind: price.per_million for price in self.each if price.model == model}

    @property
    def models(self) -> tuple[str, ...]:
        """The models with a price, in the order of the offer."""
        return tuple(dict.fromkeys(price.model for price in self.each))


@dataclass(frozen=True, slots=True)
class Grant:
    """Free tokens, usable with one model; with any model where `model` is None."""

    tokens: int
    model: str | None


@dataclass(frozen=True, slots=True)
class FormerUsage:
    """Free tokens as many as were used in the time `over` before; None: the source does not say."""

    over: timedelta | None
    model: str | None


@dataclass(frozen=True, slots=True)
class Incentive:
    """What is given to who switches.

    `off` is the part (over 0, up to 1) by which prices are lower, after free tokens are used up.
    It holds for `lasts` from the switch on: None for no end, and `ends_said` is False where the
    source says nothing of an end. `besides` is what is not counted in tokens, such as training.
    """

    grants: tuple[Grant, ...] = ()
    former_usage: FormerUsage | None = None
    off: Fraction | None = None
    lasts: timedelta | None = None
    ends_said: bool = True
    besides: str | None = None


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where an API is, and whose it speaks."""

    speaks: Speech
    base_url: str


@dataclass(frozen=True, slots=True)
class Offer:
    """One offer, known by `name` in its file. What a source does not say is None or empty.

    `regions` are region codes; a country stands for all its parts but those `excepted`. It is
    open from `opens` to `closes` (UTC; `closes` is None for no end). `endpoints` has at most one
    for each speech. `models` are names at the API that is left, each with its counterpart here.
    `features` are those that the source says are served. `dated` is the date of `source` as it is
    known: a day, or a month.
    """

    name: str
    provider: str
    kind: Kind
    regions: tuple[str, ...] | None
    excepted: tuple[str, ...]
    opens: datetime | None
    closes: datetime | None
    incentive: Incentive | None
    conditions: tuple[Condition, ...]
    prices: Prices | None
    endpoints: tuple[Endpoint, ...]
    models: tuple[tuple[str, str], ...]
    features: tuple[Feature, ...] | None
    source: str
    dated: str

    def serves(self, region: str) -> bool:
        """Whether the source says that a region, all of it, is served."""
        if self.regions is None or region in self.excepted:
            return False
        return region in self.regions or country_of(region) in self.regions

    def counterpart(self, model: str) -> str | None:
        """What takes the place of a model of the API that is left; None: the source names none."""
        return dict(self.models).get(model)

    def stands(self, at: datetime) -> bool:
        """Whether it can be taken up at an instant; history never can."""
        if self.kind is Kind.HISTORY or self.opens is None:
            return False
        return self.opens <= at and (self.closes is None or at < self.closes)


@dataclass(frozen=True, slots=True)
class Offers:
    """The offers of one file, in its order; `file` is how it is called to people."""

    file: str
    each: tuple[Offer, ...]

    def named(self, name: str) -> Offer | None:
        """The offer of a name; None where there is none."""
        return next((offer for offer in self.each if offer.name == name), None)
