"""A plan in words: what is known is said with where it comes from, what is not is said to be so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import TypeVar

from regiongate.control.switch.blocks import Block, Bullets, Code, Grid, Heading, Paragraph
from regiongate.control.switch.change import KEY
from regiongate.control.switch.plan import Alternative, Cost, Plan
from regiongate.domain.offer import Condition, Offer
from regiongate.domain.switch_cost import Range
from regiongate.offers.record import amounts

Name = TypeVar("Name", bound=str)

_UNKNOWN = "unknown"
_CONDITIONS = {
    Condition.NEWLY_SWITCHING: "for who is new to this provider",
    Condition.AFFECTED: "for who is affected by the measure",
}
_SAID = {True: "yes", False: "no open case shows it", None: "not known to us"}


def title(plan: Plan) -> str:
    """How a plan is called."""
    return f"Where {plan.name or plan.organization} can go"


def blocks(plan: Plan) -> tuple[Block, ...]:
    """All that a plan says, for people."""
    return tuple(_blocks(plan))


def _blocks(plan: Plan) -> Iterator[Block]:
    yield Heading(1, title(plan))
    yield Paragraph(
        f"This is the plan for {plan.organization} as of {_utc(plan.at)}, to leave"
        f" {plan.api or 'the API'} under the policy {plan.policy} {plan.version}."
        " It is made from what the provider has logged and from what others offer in public."
        " The provider recommends nobody and vouches for none of it."
    )
    yield from _export(plan)
    yield from _usage(plan)
    yield Heading(2, "Alternatives")
    if not plan.alternatives:
        yield Paragraph(_no_alternatives(plan))
    for one in plan.alternatives:
        yield from _alternative(one, plan)
    if plan.history:
        yield from _history(plan.history)


def _export(plan: Plan) -> Iterator[Block]:
    yield Heading(2, "Your data")
    until = plan.export_until
    if until is None:
        yield Paragraph("Until when data can be exported is not said in the policy: ask.")
    elif plan.at < until:
        yield Paragraph(f"Data can be exported until {_utc(until)}.")
    else:
        yield Paragraph(f"The time in which data could be exported ended at {_utc(until)}.")


def _usage(plan: Plan) -> Iterator[Block]:
    used, examples = plan.used, plan.examples
    yield Heading(2, "What is used")
    if used.days == 0:
        yield Paragraph(f"From {used.since} to {used.until} no request was seen.")
    regions = ", ".join(f"{region} ({_count(n)} requests)" for region, n in used.regions)
    rows = [
        ("days", f"{used.days}, up to {used.until} (UTC)"),
        ("requests", _count(used.requests)),
        ("from unsupported regions", regions or "none"),
        ("tokens", _tokens(plan)),
        ("tokens in a month", _monthly(plan)),
        ("models", _models(plan)),
        ("features", _features(plan)),
    ]
    if examples is not None and examples.other_paths:
        rows.append(("other paths", _some(examples.other_paths)))
    yield Grid(("what", "seen"), tuple(rows))
    yield Paragraph(
        "What is unknown was in no log. Models and features without a number are examples of a"
        " survey, and there may be more of them."
    )


def _models(plan: Plan) -> str:
    used = plan.used
    said = _numbered(plan.models, dict(used.models))
    if used.other_models:
        said.append(f"others, too many to name ({_count(used.other_models)} requests)")
    if used.unnamed and said:
        said.append(f"{_UNKNOWN} ({_count(used.unnamed)} requests)")
    return ", ".join(said) or f"{_UNKNOWN}: no log said which"


def _features(plan: Plan) -> str:
    said = _numbered(plan.features, dict(plan.used.features))
    return ", ".join(said) or f"{_UNKNOWN}: no path of a known one was seen"


def _numbered(names: Iterable[Name], requests: Mapping[Name, int]) -> list[str]:
    """Names, with their requests where these are known."""
    return [f"{x} ({_count(requests[x])} requests)" if x in requests else x for x in names]


def _tokens(plan: Plan) -> str:
    used = plan.used
    if used.tokens is None:
        return f"{_UNKNOWN}: no log said how many"
    if used.counted == used.requests:
        return _count(used.tokens)
    return f"{_count(used.tokens)}, counted in {_count(used.counted)} of the requests"


def _monthly(plan: Plan) -> str:
    monthly = plan.used.monthly
    if monthly is None:
        return _UNKNOWN
    if monthly.kinds is None:
        return f"{_count(round(monthly.total))}, going on as in these days; kinds {_UNKNOWN}"
    kinds = ", ".join(f"{_count(round(n))} {kind}" for kind, n in monthly.kinds.items())
    if plan.used.kinds_said:
        return f"{kinds}, as the organization says"
    return f"{kinds}, going on as in these days"


def _no_alternatives(plan: Plan) -> str:
    if not plan.used.regions:
        return "No request came from an unsupported region, so there is nothing to leave."
    regions = ", ".join(region for region, _ in plan.used.regions)
    return f"None of the offers in {plan.offers} stands at this time and serves {regions}."


def _alternative(one: Alternative, plan: Plan) -> Iterator[Block]:
    offer = one.offer
    yield Heading(3, offer.provider)
    serves = f"It serves {', '.join(one.serves)}."
    if one.leaves_out:
        serves += f" {', '.join(one.leaves_out)} it does not serve, as far as is said."
    closes = "It does not close." if offer.closes is None else f"It closes {_utc(offer.closes)}."
    yield Paragraph(f"{serves} {closes} Source: {offer.source} ({offer.dated}).")
    if offer.incentive is not None:
        yield Paragraph("What is given to who switches:")
        yield Bullets(amounts(offer.incentive))
    if one.conditions:
        yield Grid(
            ("condition", "met"),
            tuple((_CONDITIONS[asked.condition], _SAID[asked.met]) for asked in one.conditions),
        )
    yield from _what_maps(one)
    yield from _costs(one, plan)
    yield from _changes(one)


def _what_maps(one: Alternative) -> Iterator[Block]:
    yield Heading(4, "What takes the place of what")
    rows = [(model.left, model.right or "nothing is named") for model in one.counterparts]
    said = {True: "served", False: "not served, as far as is said", None: "not said"}
    rows += [(f"{used.feature} (feature)", said[used.said]) for used in one.features]
    if rows:
        yield Grid(("now", "there"), tuple(rows))
    else:
        yield Paragraph("The source does not say.")


def _costs(one: Alternative, plan: Plan) -> Iterator[Block]:
    yield Heading(4, "Cost")
    prices = one.offer.prices
    if prices is None:
        yield Paragraph("The source says no prices.")
        return
    if plan.used.monthly is None:
        yield Paragraph("How many tokens are used is unknown, so no cost can be reckoned. Prices:")
        rows = ((p.model, p.kind, f"{p.per_million} {prices.currency}") for p in prices.each)
        yield Grid(("model", "tokens", "a million"), tuple((m, str(k), p) for m, k, p in rows))
        return
    yield Grid(
        ("model", "months", "before the incentive", "after it"),
        tuple(_cost_row(cost, prices.currency) for cost in one.costs),
    )
    unpriced = {cost.model: cost.unpriced for cost in one.costs if cost.unpriced}
    if unpriced:
        yield Paragraph("Unknown, because the source names no price for these tokens:")
        yield Bullets(tuple(f"{model}: {', '.join(kinds)}" for model, kinds in unpriced.items()))
    yield Paragraph(
        "Each row is the cost if all tokens went to this model. A range is from all tokens being of"
        " the cheapest kind to all of the dearest. A month is a twelfth of 365 days. Prices are"
        " taken as the source says them."
    )
    if plan.used.monthly.kinds is None and plan.used.counted < plan.used.requests:
        yield Paragraph("Only counted tokens are in it, and not those of the other requests.")


def _cost_row(cost: Cost, currency: str) -> tuple[str, ...]:
    return cost.model, str(cost.months), _money(cost.before, currency), _money(cost.after, currency)


def _changes(one: Alternative) -> Iterator[Block]:
    yield Heading(4, "What to change in the code")
    if not one.changes:
        yield Paragraph("The source names no endpoint.")
        return
    yield Paragraph(f"Base URL, key and model. The key is read from the variable {KEY}.")
    for change in one.changes:
        yield Paragraph(f"{change.client}, for an API that speaks {change.speaks}:")
        yield Code(change.language, change.code)


def _history(offers: Iterable[Offer]) -> Iterator[Block]:
    yield Heading(2, "What was offered once")
    yield Paragraph("History: none of this is current, and none of it can be taken up.")
    rows = (
        (
            o.provider,
            o.dated,
            "; ".join(() if o.incentive is None else amounts(o.incentive)),
            o.source,
        )
        for o in offers
    )
    yield Grid(("provider", "date", "what was said", "source"), tuple(rows))


def _money(amount: Range | None, currency: str) -> str:
    if amount is None:
        return _UNKNOWN
    if amount.least == amount.most:
        return f"{amount.least} {currency}"
    return f"{amount.least} to {amount.most} {currency}"


def _some(words: Iterable[str] | None) -> str:
    return ", ".join(words or ()) or _UNKNOWN


def _count(number: int) -> str:
    return f"{number:,}".replace(",", "\u202f")


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
