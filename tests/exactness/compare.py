"""Compares everything that answers for a world with the slow reading, and counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

from regiongate import Gate
from regiongate.compiler import atlas
from regiongate.compiler.geography import Finder
from regiongate.compiler.reader import BundleReader
from regiongate.control import explain
from regiongate.domain.address import canonical
from regiongate.domain.facts import NO_FACTS
from tests.exactness import questions
from tests.exactness.official import Official
from tests.exactness.reading import Reading, Said
from tests.exactness.world import World
from tests.support.bundles import SETTINGS, files, write
from tests.support.providers import providers

SHOWN = 20
INHERITED = 5
EXPLAINED = 300
"""How many questions of a world are put to `explain`, which takes its time."""


@dataclass(frozen=True)
class Mismatch:
    """One question to which a side has another answer than the slow reading."""

    world: str
    side: str
    question: tuple[object, ...]
    expected: object
    found: object

    def __str__(self) -> str:
        asked = ", ".join(str(part) for part in self.question)
        return f"{self.side} in world {self.world}: {asked}\n  {self.expected}\n  {self.found}"


@dataclass
class Tally:
    """How many comparisons were made with each side, and the first mismatches."""

    world: str
    sides: Counter[str] = field(default_factory=Counter)
    wrong: int = 0
    mismatches: list[Mismatch] = field(default_factory=list)

    @property
    def comparisons(self) -> int:
        """All of them."""
        return self.sides.total()

    def compare(
        self, side: str, asked: Iterable[tuple[object, ...]], expected: list[Any], found: list[Any]
    ) -> None:
        """Compare answers one by one; both lists have one for each question."""
        self.sides[side] += len(expected)
        if expected == found:
            return
        pairs = zip(asked, expected, found, strict=True)
        wrong = [Mismatch(self.world, side, *pair) for pair in pairs if pair[1] != pair[2]]
        self.wrong += len(wrong)
        self.mismatches += wrong[: SHOWN - len(self.mismatches)]

    def add(self, other: Tally) -> None:
        """Take over what another has counted."""
        self.sides += other.sides
        self.wrong += other.wrong
        self.mismatches += other.mismatches[: SHOWN - len(self.mismatches)]


class Comparison:
    """One world, compiled."""

    def __init__(self, world: World, folder: Path) -> None:
        self.world = world
        self.reading = Reading(world)
        self.inputs = world.inputs(folder)
        told = providers(folder, (one.name for one in world.policy.providers))
        made = files(self.inputs, world.at, replace(SETTINGS, hand_over=told))
        self.bundle = write(made, folder / "bundle")
        self.tally = Tally(world.seed)
        self.texts = questions.addresses(world)
        self.askers = questions.askers(world)
        self.instants = questions.instants(world)
        named = {who: self.reading.standing(who).name for who in self.askers}
        self.official = Official(self.bundle, named, world.policy.open_paths)
        self.gate = Gate.open(self.bundle, clock=world.at.timestamp)
        places = [self.reading.place(text) for text in self.texts]
        self.places = list(dict.fromkeys(places))
        number = {place: row for row, place in enumerate(self.places)}
        self.place_of = [number[place] for place in places]
        found = [self.official.place(text) for text in self.texts]
        self.found = list(dict.fromkeys(found))
        place = {place: row for row, place in enumerate(self.found)}
        self.found_of = [place[one] for one in found]

    def run(self) -> Tally:
        """Ask everything."""
        self.locate()
        for at in self.instants:
            self.decide(at)
            self.decide_paths(at)
        self.explain()
        self.inherit()
        return self.tally

    def locate(self) -> None:
        """The place that the bundle's reader puts together, and the one found without a bundle."""
        expected = [self.places[row] for row in self.place_of]
        reader, what = BundleReader(self.bundle), self.inputs
        finder = Finder(what.dated, what.tables, what.anonymizers)
        asked = [(text,) for text in self.texts]
        addresses = [canonical(text) for text in self.texts]
        self.tally.compare("reader", asked, expected, [reader.place(one) for one in addresses])
        found = [finder.place(int(one)) for one in addresses]
        self.tally.compare("finder", asked, expected, found)

    def decide(self, at: datetime) -> None:
        """Each address, for everybody: table and official reader, gate, gate with a column."""
        columns: list[Said] = []
        for who in self.askers:
            expected = self._expected(who, at, None)
            columns += expected
            asked = [(text, who, at) for text in self.texts]
            self.tally.compare("official", asked, expected, self._official(who, at, None))
            self.tally.compare("decide", asked, expected, self._gate(self.texts, who, at, None))
        asked_all = [(text, who, at) for who in self.askers for text in self.texts]
        addresses = self.texts * len(self.askers)
        names = [who for who in self.askers for _ in self.texts]
        table = self.gate.decide_many(addresses, names, at).table
        words = ("verdict", "rule", "class", "would", "country", "region")
        found = list(zip(*(_plain(table[word]) for word in words), strict=True))
        self.tally.compare("decide_many", asked_all, columns, found)

    def decide_paths(self, at: datetime) -> None:
        """A few addresses, for each path."""
        step = 7
        for who in self.askers[::2]:
            for path in questions.PATHS:
                texts = self.texts[::step]
                asked = [(text, who, at, path) for text in texts]
                expected = self._expected(who, at, path)[::step]
                found = self._official(who, at, path)[::step]
                self.tally.compare("official", asked, expected, found)
                self.tally.compare("decide", asked, expected, self._gate(texts, who, at, path))

    def explain(self) -> None:
        """What `explain` says to drawn questions. Where a place is, it says as of their instant."""
        chance = Random(self.world.seed)  # noqa: S311 - a sample, not a secret
        reader = BundleReader(self.bundle)
        for _ in range(EXPLAINED):
            row = chance.randrange(len(self.texts))
            text, who = self.texts[row], chance.choice(self.askers)
            at, path = chance.choice(self.instants), chance.choice([None, *questions.PATHS])
            place = self.places[self.place_of[row]]
            ground = explain.Ground(
                reader.policy, reader.place(canonical(text)), NO_FACTS,
                reader.organizations(), reader.keys, reader.sources, reader.fact_sources,
                reader.generation,
            )  # fmt: skip
            said = explain.answer(explain.Question(text, at, who, path), ground)
            keys = ("verdict", "rule", "class", "would", "country", "region")
            expected = self.reading.said(place, who, at, path, at)
            found = tuple(said[key] for key in keys)
            self.tally.compare("explain", [(text, who, at, path)], [expected], [found])

    def inherit(self) -> None:
        """Where an atlas may be taken over at another instant, drawing would give the same."""
        what, policy = self.inputs, self.inputs.dated
        facts = [layer.source for layer in what.anonymizers]
        own = atlas.digest(policy, what.sources, self.world.at, facts)
        chance = Random(self.world.seed)  # noqa: S311 - a sample, not a secret
        for at in chance.sample(self.instants, min(INHERITED, len(self.instants))):
            if atlas.digest(policy, what.sources, at, facts) == own:
                found = atlas.draw(policy, what.tables, at, what.anonymizers).database
                expected = (self.bundle / "verdict.mmdb").read_bytes()
                self.tally.compare("heir", [(at,)], [_digest(expected)], [_digest(found)])

    def _expected(self, who: str | None, at: datetime, path: str | None) -> list[Said]:
        made = self.world.at
        answers = [self.reading.said(place, who, at, path, made) for place in self.places]
        return [answers[row] for row in self.place_of]

    def _official(self, who: str | None, at: datetime, path: str | None) -> list[Said]:
        answers = [self.official.said(place, who, at, path) for place in self.found]
        return [answers[row] for row in self.found_of]

    def _gate(
        self, texts: Sequence[str], who: str | None, at: datetime, path: str | None
    ) -> list[Said]:
        decide = self.gate.decide
        return [
            (one.verdict, one.rule, one.place_class, one.would, one.country, one.region)
            for one in (decide(text, who, at, path=path) for text in texts)
        ]


def _digest(content: bytes) -> str:
    return sha256(content).hexdigest()


def _plain(column: Any) -> list[str | None]:
    found: list[str | None] = []
    for chunk in column.chunks:
        words = [*chunk.dictionary.to_pylist(), None]
        found += [words[code] for code in chunk.indices.fill_null(-1).to_pylist()]
    return found
