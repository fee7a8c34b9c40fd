"""The whole offers file: its keys, and the offers it becomes."""

from __future__ import annotations

from regiongate.domain.offer import (
    Condition,
    Endpoint,
    Feature,
    Kind,
    Offer,
    Price,
    Prices,
    Speech,
    TokenKind,
)
from regiongate.offers import incentive
from regiongate.offers.words import BASE_URL, CURRENCY, DATED, MODEL, PART, PRICE
from regiongate.policyfile.instant import EXPIRY, INSTANT
from regiongate.policyfile.region import REGION
from regiongate.policyfile.shape import Key, Mapping, Named, Section, Sequence
from regiongate.policyfile.text import NAME, SENTENCE, choice

FORMAT = "regiongate-offers/1"

NAMED = Key("name", NAME, "The offer's name, once in a file.")
PROVIDER = Key("provider", SENTENCE, "Who makes the offer.")
KIND = Key(
    "kind",
    choice("a kind of offer", Kind),
    "`current`, or `history` for what is over: shown with its date, never reckoned with.",
)
REGIONS = Key(
    "regions", Sequence(REGION, 1), "The regions that are served, as a policy names them.", False
)
EXCEPT = Key("except", Sequence(PART), "Parts of these countries that are not served.", False)
OPENS = Key("opens", INSTANT, "From when it can be taken up; in UTC.", False)
CLOSES = Key("closes", EXPIRY, "From when it cannot be taken up any more, or `never`.", False)
INCENTIVE = Key("incentive", incentive.SHAPE, "What is given to who switches.", False)
CONDITIONS = Key(
    "conditions",
    Sequence(choice("a condition", Condition), 1),
    "Who may take it up: all of `newly-switching`, `affected` that are named.",
    required=False,
)
MODEL_KEY = Key("model", MODEL, "The model, as its API calls it.")
TOKEN_KIND = Key("kind", choice("a kind of tokens", TokenKind), "Which tokens.")
PER_MILLION = Key("per_million", PRICE, "What a million of them cost.")
IN_CURRENCY = Key("currency", CURRENCY, "The currency of all prices (ISO 4217).")
EACH = Key(
    "each",
    Sequence(Mapping((MODEL_KEY, TOKEN_KIND, PER_MILLION)), 1),
    "One price for each model and kind of tokens.",
)
PRICES = Key("prices", Mapping((IN_CURRENCY, EACH)), "What tokens cost.", False)
SPEAKS = Key("speaks", choice("an API that SDKs know", Speech), "Whose API it speaks.")
URL = Key("base_url", BASE_URL, "What an SDK takes as its base URL.")
ENDPOINTS = Key(
    "endpoints",
    Sequence(Mapping((SPEAKS, URL)), 1),
    "Where the API is, once for each that it speaks.",
    required=False,
)
MODELS = Key(
    "models",
    Named(MODEL, MODEL),
    "Models of the API that is left, each with its counterpart.",
    False,
)
FEATURES = Key(
    "features", Sequence(choice("a feature", Feature), 1), "What the source says is served.", False
)
SOURCE = Key("source", SENTENCE, "Who says all this, and where.")
DATED_AT = Key("dated", DATED, "The date of the source.")

OFFER = Mapping(
    (
        NAMED,
        PROVIDER,
        KIND,
        REGIONS,
        EXCEPT,
        OPENS,
        CLOSES,
        INCENTIVE,
        CONDITIONS,
        PRICES,
        ENDPOINTS,
        MODELS,
        FEATURES,
        SOURCE,
        DATED_AT,
    )
)
_FORMAT = Key(
    "format",
    choice("a format of this program", (FORMAT,), "unknown-format"),
    f"Always `{FORMAT}`.",
)
OFFERS = Key("offers", Sequence(OFFER), "Each offer of each provider.")
SHAPE = Mapping((_FORMAT, OFFERS), what="an offers file")


def build(section: Section) -> Offer:
    """One offer of a file without problems."""
    given, prices = section.optional(INCENTIVE), section.optional(PRICES)
    return Offer(
        name=section.need(NAMED),
        provider=section.need(PROVIDER),
        kind=section.need(KIND),
        regions=tuple(item.value for item in section.items(REGIONS)) or None,
        excepted=tuple(item.value for item in section.items(EXCEPT)),
        opens=section.optional(OPENS),
        closes=section.optional(CLOSES),
        incentive=None if given is None else incentive.build(given),
        conditions=tuple(item.value for item in section.items(CONDITIONS)),
        prices=None if prices is None else _prices(prices),
        endpoints=tuple(
            Endpoint(item.value.need(SPEAKS), item.value.need(URL))
            for item in section.items(ENDPOINTS)
        ),
        models=tuple((left.value, right.value) for left, right in section.get(MODELS, ())),
        features=tuple(item.value for item in section.items(FEATURES)) or None,
        source=section.need(SOURCE),
        dated=section.need(DATED_AT),
    )


def _prices(section: Section) -> Prices:
    each = (item.value for item in section.items(EACH))
    return Prices(
        section.need(IN_CURRENCY),
        tuple(
            Price(one.need(MODEL_KEY), one.need(TOKEN_KIND), one.need(PER_MILLION)) for one in each
        ),
    )
