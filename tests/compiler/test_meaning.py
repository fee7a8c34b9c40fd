"""A policy means one thing: to the judge, to the timeline, to the compiled gate, and to a second
reading that shares no code with them.
"""

from __future__ import annotations

from dataclasses import astuple, replace
from datetime import datetime
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from regiongate.compiler.envoy import gate as compiled
from regiongate.compiler.envoy.bootstrap import bootstrap
from regiongate.compiler.placekey import place_key, place_keys
from regiongate.compiler.table import decision_table
from regiongate.compiler.verify.gate import read_fields, read_gate
from regiongate.domain.judge import judge, row_at, timeline
from regiongate.domain.organization import Organization, Standing
from regiongate.domain.place import Place
from regiongate.domain.policy import Policy
from regiongate.domain.verdict import Decision, Verdict
from tests.support import interpreter, worlds
from tests.support.bundles import SETTINGS, TRUST_STORE

FIELDS = read_fields(bootstrap(SETTINGS, TRUST_STORE))
GENERATION = "1-00000000"


def _said(decision: Decision) -> tuple[str, ...]:
    return decision.verdict, decision.rule, decision.place_class, decision.would


def _world(data: st.DataObject) -> tuple[Policy, Place, Standing]:
    policy = data.draw(worlds.policies())
    place = data.draw(worlds.places(len(policy.location.sources)))
    policy = replace(policy, networks=place.rules)
    return policy, place, data.draw(worlds.standings)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_the_judge_and_a_second_reading_agree(data: st.DataObject) -> None:
    """For any policy, place, standing, instant and path."""
    policy, place, standing = _world(data)
    at, path = data.draw(worlds.instants), data.draw(worlds.paths)
    expected = interpreter.answer(policy, place, standing, at, path)
    assert _said(judge(policy, place, standing, at, path)) == astuple(expected)


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_the_timeline_tells_every_instant(data: st.DataObject) -> None:
    """The row of an instant holds its decision, and the next verdict is the one that comes."""
    policy, place, standing = _world(data)
    at, path = data.draw(worlds.instants), data.draw(worlds.paths)
    row = row_at(timeline(policy, place, standing, path), at)
    assert row.decision == judge(policy, place, standing, at, path)
    later = [date for date in sorted({*worlds.DATES}) if date > at]
    verdicts = [(judge(policy, place, standing, date, path).verdict, date) for date in later]
    coming = next((pair for pair in verdicts if pair[0] is not row.decision.verdict), None)
    assert (None if row.next is None else (row.next.verdict, row.next.at)) == coming


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_the_compiled_gate_and_a_second_reading_agree(data: st.DataObject) -> None:
    """What Envoy is told to do is what the policy means, from the bundle's instant on."""
    policy, place, standing = _world(data)
    instants = sorted(data.draw(st.lists(worlds.instants, min_size=2, max_size=5)))
    key = place_key(policy, place)
    table = decision_table(policy, {key: place}, {standing}, GENERATION, instants[0])
    rows = [Organization("org", standing)]
    content = compiled.resource(compiled.gate(table, rows, SETTINGS), GENERATION)
    gate = read_gate(content, FIELDS, GENERATION, table.ordinary)
    located = {gate.fields["city"]: key}
    for at in instants:
        path = data.draw(worlds.paths)
        expected = interpreter.answer(policy, place, standing, at, path)
        leaf = gate.answer(located, gate.standing(standing.name), at, path)
        assert leaf is not None
        said = leaf.says
        would = said.get("would", said["verdict"])
        assert (said["verdict"], said["rule"], said["class"], would) == astuple(expected)
        assert leaf.refuses == Verdict(expected.verdict).refuses


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_keys_found_together_are_the_keys_found_one_by_one(data: st.DataObject) -> None:
    """Judging each way of treating places once gives every place the key of its own."""
    policy, found = _many_places(data)
    assert place_keys(policy, found) == tuple(place_key(policy, place) for place in found)


@settings(max_examples=25, deadline=None)
@given(st.data(), worlds.standings, worlds.instants, worlds.paths)
def test_places_with_one_key_are_judged_alike(
    data: st.DataObject, standing: Standing, at: datetime, path: str
) -> None:
    """The database keeps the key only, so it must hold everything that a verdict depends on."""
    policy, places = _many_places(data)
    said: dict[str, tuple[str, ...]] = {}
    for place in places:
        now = _said(judge(policy, place, standing, at, path))
        assert said.setdefault(place_key(policy, place), now) == now


def _many_places(data: st.DataObject) -> tuple[Policy, list[Place]]:
    """Every vote that two sources can give, and places with all that can stand above votes."""
    policy = data.draw(worlds.policies())
    sources = len(policy.location.sources)
    voted = product([None, *worlds.REGIONS], repeat=min(sources, 2))
    rules = data.draw(worlds.places(sources)).rules
    policy = replace(policy, networks=rules)
    within = st.sampled_from([rules[inner:] for inner in range(len(rules) + 1)])
    other = st.builds(
        lambda place, rules: replace(place, rules=rules), worlds.places(sources), within
    )
    others = data.draw(st.lists(other, max_size=20))
    return policy, [*(Place((*votes, "FR")[:sources]) for votes in voted), *others]
