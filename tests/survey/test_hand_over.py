"""Surveys and simulations count as handed over what the judge hands over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from regiongate import policyfile
from regiongate.compiler.geography import lookup
from regiongate.domain.address import canonical
from regiongate.domain.judge import judge
from regiongate.domain.organization import Organization, Standing, State, under
from regiongate.domain.policy import Policy
from regiongate.domain.survey import Judging, Rows
from regiongate.geo.source import SourceTable
from regiongate.survey import result
from regiongate.survey.locate import locate
from regiongate.survey.placing import Placing
from regiongate.survey.session import Session, session
from regiongate.survey.simulate import simulate
from regiongate.survey.simulation import Change, Simulation
from regiongate.survey.tables import prepare
from tests.support.bundles import table
from tests.support.policies import policy_text, stamp
from tests.support.surveys import cell, cells_only

WARN, BLOCK, SUSPEND = (datetime(2024, month, 9, tzinfo=UTC) for month in (6, 7, 8))
ENDS = datetime(2024, 8, 20, tzinfo=UTC)
INSTANTS = [datetime(2024, *day, tzinfo=UTC) for day in ((5, 1), (6, 20), (7, 20), (8, 10), (9, 1))]
NAMES = ("iptoasn", "geo-whois", "ipfire")
WORLD = {
    "1.0.0.0/24": "CN",
    "2.0.0.0/24": "FR",
    "3.0.0.0/24": "HK",
    "4.0.0.0/24": "RU",
    "5.0.0.0/24": "CN",
}
ADDRESSES = [f"{n}.0.0.1" for n in (1, 2, 3, 4, 5, 9)]
STATES = {
    "org-none": None,
    "org-ordinary": Standing(State.ORDINARY),
    "org-ended": Standing(State.ORDINARY),
    "org-other": Standing(State.ORDINARY),
    "org-exempt": Standing(State.EXEMPT, BLOCK.replace(day=25)),
    "org-suspended": Standing(State.SUSPENDED),
}


def agreed(organization: str, provider: str = "east", expires: str = "never") -> dict[str, str]:
    """An entry of `hand_over.organizations`."""
    said = {"organization": organization, "provider": provider, "expires": expires}
    return {**said, "reason": "By contract.", "approver": "ann"}


def policy(folder: Path, agreements: list[dict[str, str]], **changes: Any) -> Policy:
    """Hands over to two providers; one network of a region that one serves is disputed ground."""
    path = folder / "policy.yaml"
    providers = [{"name": "east", "regions": ["CN"]}, {"name": "west", "regions": ["CN", "HK"]}]
    if agreements:
        changes["hand_over"] = {"providers": providers, "organizations": agreements}
    block = {"network": "5.0.0.0/24", "verdict": "block", "reason": "Abuse.", "approver": "ann"}
    text = policy_text(
        starts={"warn": WARN, "block": BLOCK, "suspend": SUSPEND},
        networks=[{**block, "expires": "never"}],
        **changes,
    )
    path.write_text(text)
    return policyfile.load(path)


@pytest.fixture
def everyone(tmp_path: Path) -> Policy:
    """Nearly everybody agreed."""
    names = ["org-ordinary", "org-exempt", "org-suspended"]
    more = [agreed("org-ended", expires=stamp(ENDS)), agreed("org-other", "west")]
    return policy(tmp_path, [*map(agreed, names), *more])


@pytest.fixture
def opened() -> Iterator[Session]:
    """A session of a survey."""
    with session() as one:
        yield one


def tables() -> list[SourceTable]:
    """Three sources that agree."""
    return [table(name, WORLD) for name in NAMES]


def judging(of: Policy, at: datetime) -> Judging:
    """A judging at an instant."""
    return Judging(of.name, of.version, of.supported.name, at, "a test")


def listed() -> tuple[Organization, ...]:
    """The organizations file."""
    return tuple(Organization(name, held) for name, held in STATES.items() if held is not None)


@pytest.mark.parametrize("at", INSTANTS, ids=lambda at: f"{at:%m-%d}")
def test_counts_are_the_judges(opened: Session, everyone: Policy, at: datetime) -> None:
    """For every state, with and without an agreement, before and after each date."""
    known = {one.id: one.standing for one in under(listed(), everyone)}
    cells_only(opened, [cell(name, address, 1) for name in STATES for address in ADDRESSES])
    counted = locate(opened, Placing(everyone, tables(), (), at))
    prepare(opened, under(listed(), everyone), at, everyone=True)
    total = len(STATES) * len(ADDRESSES)
    located, unknown, special = (counted.get(one, 0) for one in ("located", "unknown", "special"))
    rows = Rows(total, located, unknown, special, 0)
    found = {
        one.id: one.seen.verdicts
        for one in result.survey(opened, judging(everyone, at), rows).organizations
    }
    for name in STATES:
        standing = known.get(name, Standing(State.ORDINARY))
        places = [lookup(everyone, tables(), int(canonical(text))) for text in ADDRESSES]
        expected = Counter(str(judge(everyone, place, standing, at).verdict) for place in places)
        assert Counter(found[name]) == expected, name


def simulated(opened: Session, before: Policy, after: Policy, at: datetime) -> Simulation:
    """One organization's traffic under both."""
    cells_only(opened, [cell("org-a", address, 1) for address in ADDRESSES])
    locate(opened, Placing(before, tables(), (), at))
    prepare(opened, under((), before), at, everyone=False)
    placing = Placing(after, tables(), (), at)
    return simulate(opened, judging(before, at), judging(after, at), placing, under((), after))


def test_an_agreement_in_a_simulation(opened: Session, tmp_path: Path) -> None:
    """It moves from block to hand-over what the provider serves, and nothing else."""
    after = policy(tmp_path, [agreed("org-a", "west")])
    found = simulated(opened, policy(tmp_path, []), after, BLOCK)
    moves = {(one.before, one.after): one.requests for one in found.moves}
    assert moves[("block", "hand-over")] == 2
    assert moves[("block", "block")] == 3
    assert [one.change for one in found.changed] == [Change.CHANGED]
    assert {(one.region_after, one.rule_after) for one in found.causes} == {
        ("CN", "hand-over:west list:openai-2024-08"),
        ("HK", "hand-over:west list:openai-2024-08 territory-of:CN"),
    }
