"""A plan as JSON: numbers that must stay exact are texts, what is unknown is null."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from regiongate.control.switch.plan import Alternative, Cost, Plan
from regiongate.control.switch.used import Used
from regiongate.domain.instant import instant_text
from regiongate.domain.switch_cost import Range
from regiongate.offers.record import record as offer_record


def record(plan: Plan) -> dict[str, Any]:
    """The whole plan."""
    return {
        "organization": plan.organization,
        "name": plan.name,
        "api": plan.api,
        "at": instant_text(plan.at),
        "policy": {"name": plan.policy, "version": plan.version},
        "case": plan.case,
        "export_until": _instant(plan.export_until),
        "used": _used(plan.used),
        "examples": None
        if plan.examples is None
        else {
            "models": list(plan.examples.models),
            "features": [feature.value for feature in plan.examples.features],
            "other_paths": list(plan.examples.other_paths),
        },
        "offers": plan.offers,
        "alternatives": [_alternative(one) for one in plan.alternatives],
        "history": [offer_record(offer) for offer in plan.history],
    }


def _used(used: Used) -> dict[str, Any]:
    monthly = used.monthly
    kinds = None if monthly is None or monthly.kinds is None else monthly.kinds
    return {
        "since": used.since.isoformat(),
        "until": used.until.isoformat(),
        "days": used.days,
        "requests": used.requests,
        "counted": used.counted,
        "tokens": used.tokens,
        "unsupported_regions": dict(used.regions),
        "tokens_a_month": None if monthly is None else round(monthly.total),
        "tokens_a_month_by_kind": None
        if kinds is None
        else {kind.value: round(count) for kind, count in kinds.items()},
        "models": dict(used.models),
        "other_models": used.other_models,
        "unnamed_models": used.unnamed,
        "features": {feature.value: requests for feature, requests in used.features},
    }


def _alternative(one: Alternative) -> dict[str, Any]:
    return {
        "offer": offer_record(one.offer),
        "serves": list(one.serves),
        "leaves_out": list(one.leaves_out),
        "models": {model.left: model.right for model in one.counterparts},
        "features": {used.feature.value: used.said for used in one.features},
        "conditions": {asked.condition.value: asked.met for asked in one.conditions},
        "costs": [_cost(cost, one) for cost in one.costs],
        "changes": [
            {"client": c.client, "speaks": c.speaks.value, "language": c.language, "code": c.code}
            for c in one.changes
        ],
    }


def _cost(cost: Cost, of: Alternative) -> dict[str, Any]:
    prices = of.offer.prices
    return {
        "model": cost.model,
        "months": cost.months,
        "currency": None if prices is None else prices.currency,
        "before": _range(cost.before),
        "after": _range(cost.after),
        "unpriced": [kind.value for kind in cost.unpriced],
    }


def _range(amount: Range | None) -> dict[str, str] | None:
    return None if amount is None else {"least": str(amount.least), "most": str(amount.most)}


def _instant(at: datetime | None) -> str | None:
    return None if at is None else instant_text(at)
