"""What a piece of evidence says, in one line for the person who decides on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from regiongate.domain.evidence import Evidence, EvidenceKind

_Detail = Mapping[str, Any]


def line(one: Evidence) -> str:
    """Kind, family, weight, since when and until when it held, and what it says."""
    held = f"{one.first:%Y-%m-%d} to {one.last:%Y-%m-%d}"
    return f"{one.kind} ({one.family}, weight {one.weight}, {held}): {words(one)}"


def words(one: Evidence) -> str:
    """The numbers it rests on, as a sentence without its end."""
    return _WORDS[one.kind](one.detail)


def percent(share: Fraction) -> str:
    """A share for people: `42.5 %`."""
    return f"{float(100 * share):.4g} %"


def _traffic(detail: _Detail) -> str:
    share = _share(detail["unsupported"], detail["requests"])
    where = ", ".join(detail["regions"])
    there = f" ({where})" if where else ""
    return f"{share} from unsupported regions{there}, on {_count(detail['days'], 'day')}"


def _anonymizers(detail: _Detail) -> str:
    share = _share(detail["anonymized"], detail["requests"])
    return f"{share} through anonymizers, on {_count(detail['days'], 'day')}"


def _many_countries(detail: _Detail) -> str:
    keys, days = _count(detail["keys"], "key"), _count(detail["days"], "day")
    where = ", ".join(detail["countries"])
    return f"up to {detail['most']} countries of one key on one day; {keys}, {days}, {where}"


def _stated(detail: _Detail) -> str:
    said = "; ".join(map(_fact, detail["facts"]))
    supported = ", ".join(detail["supported"])
    return f"{said}; and supported: {supported}" if supported else said


def _fact(fact: _Detail) -> str:
    since = "" if fact["since"] is None else f" since {fact['since']}"
    until = "" if fact["until"] is None else f" until {fact['until']}"
    return f"{fact['country']}{since}{until}, by {fact['source']} (stated {fact['stated']})"


def _ownership(detail: _Detail) -> str:
    owned, unknown = (percent(Fraction(detail[name])) for name in ("unsupported", "unknown"))
    by = ", ".join(detail["sources"])
    return f"{owned} owned from unsupported regions (unknown {unknown}), by {by}"


def _share(part: int, requests: int) -> str:
    return f"{part} of {_count(requests, 'request')} ({percent(Fraction(part, requests))})"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


_WORDS: Mapping[EvidenceKind, Callable[[_Detail], str]] = {
    EvidenceKind.TRAFFIC: _traffic,
    EvidenceKind.ANONYMIZERS: _anonymizers,
    EvidenceKind.MANY_COUNTRIES: _many_countries,
    EvidenceKind.BILLING: _stated,
    EvidenceKind.CARD: _stated,
    EvidenceKind.PHONE: _stated,
    EvidenceKind.REGISTRATION: _stated,
    EvidenceKind.OWNERSHIP: _ownership,
}
