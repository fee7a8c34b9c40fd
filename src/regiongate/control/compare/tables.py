"""A comparison as tables: what a terminal prints and what a page shows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from typing import Any

from regiongate.control.compare.compare import Comparison, Ruled
from regiongate.geo.compare.weights import Amount, Share

Cell = str | int | None


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under headings, and what they are in a few words."""

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def record(found: Comparison) -> dict[str, Any]:
    """The comparison as JSON can hold it: instants in UTC, amounts and shares by family."""
    plain: dict[str, Any] = _plain(asdict(found))
    return plain


def percent(share: float | None) -> str | None:
    """A share as people read it."""
    return None if share is None else f"{share * 100:.2f} %"


def sources(found: Comparison) -> Table:
    """What each source covers."""
    units = _Families(found)
    return Table(
        "Sources",
        ("source", "date", "licence", "", *units.amounts("speaks of"), *units.shares("share")),
        tuple(
            (
                *(one.name, None if one.date is None else one.date.isoformat(), one.licence),
                "reference" if one.reference else "",
                *units.of(one.covers),
                *units.percents(one.share),
            )
            for one in found.sources
        ),
    )


def pairs(found: Comparison) -> Table:
    """How far every two sources are apart."""
    units = _Families(found)
    judged = found.policy is not None
    sides = units.shares("other side of the list") if judged else ()
    return Table(
        "Pairs",
        (
            *("a", "b", *units.amounts("both speak")),
            *units.amounts("only a"),
            *units.amounts("only b"),
            *(*units.shares("other country"), *sides),
        ),
        tuple(
            (
                *(one.a, one.b, *units.of(one.both), *units.of(one.only_a)),
                *(*units.of(one.only_b), *units.percents(one.share)),
                *(() if one.sides_share is None else units.percents(one.sides_share)),
            )
            for one in found.pairs
        ),
    )


def disagreements(found: Comparison) -> Table:
    """The largest disagreements of every two sources."""
    units = _Families(found)
    return Table(
        "Largest disagreements",
        ("a", "b", "a says", "b says", *units.amounts("")),
        tuple(
            (pair.a, pair.b, one.a, one.b, *units.of(one.amount))
            for pair in found.pairs
            for one in pair.disagreements
        ),
    )


def confirmations(found: Comparison, top: int | None = None) -> Table:
    """What each source says of the countries of each other, the largest countries first."""
    units = _Families(found)
    rows: list[tuple[Cell, ...]] = []
    shown: dict[tuple[str, str], int] = {}
    for one in sorted(found.confirmations, key=lambda c: (c.of, c.by, -c.amount.largest)):
        if not units.counts(one.amount):
            continue
        shown[one.of, one.by] = count = shown.get((one.of, one.by), 0) + 1
        if top is None or count <= top:
            instead = ", ".join(
                f"{saying.country or 'nothing'} {units.largest(saying.amount)}"
                for saying in one.instead
                if units.counts(saying.amount)
            )
            rows.append(
                (
                    *(one.of, one.by, one.country, *units.of(one.amount)),
                    *(*units.percents(one.share), instead),
                )
            )
    headings = ("of", "by", "country", *units.amounts("of"), *units.shares("confirmed"), "instead")
    return Table("What the others say of a source's countries", headings, tuple(rows))


def rules(found: Comparison) -> Table:
    """What each rule of agreement makes of the votes."""
    units = _Families(found)
    classes = ("supported", "unsupported", "disputed", "unknown")
    ruled = () if found.policy is None else found.policy.rules
    return Table(
        "Rules of agreement",
        (
            "rule",
            *(heading for name in classes for heading in units.amounts(name)),
            *units.amounts("other verdict"),
        ),
        tuple(
            (
                _name(rule),
                *(value for name in classes for value in units.of(rule.classes[name])),
                *units.of(rule.changed),
            )
            for rule in ruled
        ),
    )


def estimates(found: Comparison) -> Table:
    """How often each rule is wrong, as far as the other sources can tell."""
    units = _Families(found)
    ruled = () if found.policy is None else found.policy.rules
    return Table(
        "False blocks and misses, estimated",
        ("rule", "judged by", *units.shares("false blocks"), *units.shares("misses")),
        tuple(
            (
                *(_name(rule), ", ".join(rule.estimate.by)),
                *units.percents(rule.estimate.false_blocks),
                *units.percents(rule.estimate.misses),
            )
            for rule in ruled
            if rule.estimate is not None
        ),
    )


def countries(found: Comparison, top: int | None = None) -> Table:
    """Every country, those with the most disputed addresses first."""
    units = _Families(found)
    counted = [one for one in found.countries if units.counts(one.amount)]
    rows = sorted(counted, key=lambda one: (-one.disputed.largest, one.country))
    return Table(
        "Countries, the most disputed first",
        (
            *("country", *units.amounts("named by any")),
            *(*units.amounts("disputed"), *units.shares("share")),
        ),
        tuple(
            (
                *(one.country, *units.of(one.amount)),
                *(*units.of(one.disputed), *units.percents(one.share)),
            )
            for one in rows[:top]
        ),
    )


def aside(found: Comparison) -> str | None:
    """Which requests are in no table, and why; None when all are, or addresses are counted."""
    weighed = found.weights
    if weighed.by == "addresses" or not (weighed.aside.ipv4 or weighed.aside.ipv6):
        return None
    units = _Families(found)
    said = zip(units.amounts(""), units.of(weighed.aside), strict=True)
    numbers = ", ".join(f"{name} {number}" for name, number in said)
    return f"Requests put aside, from special-purpose blocks: {numbers}."


class _Families:
    """The columns of the families that were asked for."""

    def __init__(self, found: Comparison) -> None:
        self._names = {
            "4": ("IPv4",),
            "6": ("IPv6",),
            "both": ("IPv4", "IPv6"),
        }[found.family]
        self._large = "/48" if found.weights.by == "addresses" else ""

    def amounts(self, what: str) -> tuple[str, ...]:
        """Headings of an amount: IPv6 counts networks of 48 bits, unless requests are counted."""
        units = {"IPv4": "IPv4", "IPv6": f"IPv6 {self._large}".strip()}
        return tuple(f"{what} {units[name]}".strip() for name in self._names)

    def shares(self, what: str) -> tuple[str, ...]:
        """Headings of a share."""
        return tuple(f"{what} {name}" for name in self._names)

    def of(self, amount: Amount) -> tuple[Cell, ...]:
        """The cells of an amount."""
        return tuple(f"{value:,}".replace(",", " ") for value in self._asked(amount))

    def counts(self, amount: Amount) -> bool:
        """Whether there is anything of it: no request came from most countries."""
        return any(self._asked(amount))

    def largest(self, amount: Amount) -> str:
        """One number of an amount, of the first family asked for."""
        return f"{amount.largest:,}".replace(",", " ")

    def percents(self, share: Share) -> tuple[Cell, ...]:
        """The cells of a share."""
        both = {"IPv4": share.ipv4, "IPv6": share.ipv6}
        return tuple(percent(both[name]) for name in self._names)

    def _asked(self, amount: Amount) -> Iterator[int]:
        both = {"IPv4": amount.ipv4, "IPv6": amount.ipv6}
        for name in self._names:
            value = both[name]
            yield 0 if value is None else value


def _name(rule: Ruled) -> str:
    return f"{rule.name} (the policy's)" if rule.of_policy else rule.name


def _plain(value: Any) -> Any:
    """What JSON has no form for, as text; keys and lists as they are."""
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, date) else value
