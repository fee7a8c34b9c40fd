"""An offer as JSON and in words; what its source does not say is null, and said to be so."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from regiongate.domain.instant import instant_text
from regiongate.domain.offer import Grant, Incentive, Kind, Offer
from regiongate.policyfile.span import per_cent, written


def record(offer: Offer) -> dict[str, Any]:
    """The whole offer, with the keys of the file. Prices are texts, so that no digit is lost."""
    prices = offer.prices
    return {
        "name": offer.name,
        "provider": offer.provider,
        "kind": offer.kind.value,
        "regions": _list(offer.regions),
        "except": list(offer.excepted),
        "opens": _instant(offer.opens),
        "closes": _closes(offer),
        "incentive": None if offer.incentive is None else _incentive(offer.incentive),
        "conditions": [one.value for one in offer.conditions],
        "prices": None
        if prices is None
        else {
            "currency": prices.currency,
            "each": [
                {"model": p.model, "kind": p.kind.value, "per_million": str(p.per_million)}
                for p in prices.each
            ],
        },
        "endpoints": [{"speaks": e.speaks.value, "base_url": e.base_url} for e in offer.endpoints],
        "models": dict(offer.models),
        "features": _list(offer.features),
        "source": offer.source,
        "dated": offer.dated,
    }


def amounts(incentive: Incentive) -> tuple[str, ...]:
    """What an incentive gives, a line each."""
    return tuple(_amounts(incentive))


def _amounts(incentive: Incentive) -> Iterator[str]:
    for grant in incentive.grants:
        yield f"{_count(grant)} free tokens{_with(grant.model)}"
    former = incentive.former_usage
    if former is not None:
        over = "a time that is not said" if former.over is None else written(former.over)
        yield f"free tokens as many as were used in {over}{_with(former.model)}"
    if incentive.off is not None:
        yield f"{per_cent(incentive.off)} off"
    if incentive.besides is not None:
        yield incentive.besides.rstrip(".")
    if incentive.grants or former is not None or incentive.off is not None:
        yield _how_long(incentive)


def _how_long(incentive: Incentive) -> str:
    if not incentive.ends_said:
        return "how long is not said"
    return "without end" if incentive.lasts is None else f"for {written(incentive.lasts)}"


def _count(grant: Grant) -> str:
    return f"{grant.tokens:,}".replace(",", " ")


def _with(model: str | None) -> str:
    return "" if model is None else f" with {model}"


def _incentive(incentive: Incentive) -> dict[str, Any]:
    former = incentive.former_usage
    lasts = None if incentive.lasts is None else written(incentive.lasts)
    return {
        "tokens": [{"count": g.tokens, "model": g.model} for g in incentive.grants],
        "former_usage": None
        if former is None
        else {
            "over": None if former.over is None else written(former.over),
            "model": former.model,
        },
        "off": None if incentive.off is None else per_cent(incentive.off),
        "lasts": lasts or ("without-end" if incentive.ends_said else None),
        "besides": incentive.besides,
    }


def _closes(offer: Offer) -> str | None:
    # Of a current offer the end is said, so none of it means that it never closes.
    never = offer.kind is Kind.CURRENT and offer.closes is None
    return "never" if never else _instant(offer.closes)


def _list(words: tuple[Any, ...] | None) -> list[str] | None:
    return None if words is None else [str(word) for word in words]


def _instant(at: datetime | None) -> str | None:
    return None if at is None else instant_text(at)
