"""A simulation: the same traffic under another policy, before anyone publishes it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regiongate import policyfile
from regiongate.cli.survey_simulation import print_simulation
from regiongate.domain.errors import CannotRun
from regiongate.domain.organization import Organization, Standing, State, under
from regiongate.domain.policy import Policy
from regiongate.domain.survey import Judging, Rows
from regiongate.geo.source import SourceTable
from regiongate.survey import result
from regiongate.survey.locate import locate
from regiongate.survey.other_sources import with_files
from regiongate.survey.placing import Placing
from regiongate.survey.report import Wanted, write
from regiongate.survey.session import Session, session
from regiongate.survey.simulate import simulate
from regiongate.survey.simulation import Change, Simulation, record
from regiongate.survey.tables import prepare
from tests.support import sources
from tests.support.bundles import table
from tests.support.policies import policy_text
from tests.support.surveys import about, cell, cells_only

AT = datetime(2024, 7, 9, tzinfo=UTC)
JUNE = datetime(2024, 6, 1, tzinfo=UTC)
WORLD = {
    "1.0.0.0/24": "CN",
    "2.0.0.0/24": "FR",
    "3.0.0.0/24": "HK",
    "4.0.0.0/24": "UA-43",
    "2a01::/32": "FR",
}
NAMES = ("iptoasn", "geo-whois", "ipfire")
CELLS = [
    cell("org-a", "1.0.0.1", 10),
    cell("org-a", "2.0.0.1", 20),
    cell("org-b", "2.0.0.2", 5),
    cell("org-b", "2a01::7", 2, key="k2"),
    cell("org-c", "3.0.0.1", 7),
    cell("org-d", "2.0.0.9", 1),
    cell("org-d", "2.0.0.9", 1, day=date(2024, 6, 2)),
    cell(None, "1.0.0.9", 4),
    cell("org-e", "9.9.9.9", 3),
]


@pytest.fixture
def opened() -> Iterator[Session]:
    with session() as one:
        yield one


def policy(folder: Path, **changes: object) -> Policy:
    path = folder / "policy.yaml"
    path.write_text(policy_text(**changes))  # type: ignore[arg-type]
    return policyfile.load(path)


def tables(said: Mapping[str, str] = WORLD) -> list[SourceTable]:
    return [table(name, said) for name in NAMES]


def judging(of: Policy, at: datetime = AT) -> Judging:
    return Judging(of.name, of.version, of.supported.name, at, "a test")


def simulated(
    opened: Session,
    before: Policy,
    after: Policy,
    *,
    at: datetime = AT,
    at_after: datetime | None = None,
    tables_after: list[SourceTable] | None = None,
    organizations: tuple[Organization, ...] = (),
) -> Simulation:
    cells_only(opened, CELLS)
    locate(opened, Placing(before, tables(), (), at))
    prepare(opened, under(organizations, before), at, everyone=False)
    other = at_after or at
    return simulate(
        opened,
        judging(before, at),
        judging(after, other),
        Placing(after, tables_after or tables(), (), other),
        under(organizations, after),
    )


def changed(found: Simulation) -> dict[str, Change]:
    return {one.id: one.change for one in found.changed}


def test_same_policy_changes_nothing(opened: Session, tmp_path: Path) -> None:
    """A policy compared with itself changes nobody."""
    same = policy(tmp_path)
    found = simulated(opened, same, same)
    assert (found.requests_changed, found.changed, found.causes) == (0, (), ())
    assert (found.requests, found.organizations, found.unchanged) == (53, 5, 5)


def test_new_list(opened: Session, tmp_path: Path) -> None:
    """A list without a region makes its organizations affected; one with it releases them."""
    after = policy(
        tmp_path,
        supported={
            "add": [{"region": "HK", "reason": "A pilot.", "from": "2024-01-01"}],
            "remove": [{"region": "FR", "reason": "A rule.", "from": "2024-01-01"}],
        },
    )
    found = simulated(opened, policy(tmp_path), after)
    assert changed(found) == {
        "org-a": Change.CHANGED,
        "org-b": Change.BECOMES_RESTRICTED,
        "org-c": Change.RELEASED,
        "org-d": Change.BECOMES_RESTRICTED,
    }
    causes = {(one.region_before, one.rule_after): one for one in found.causes}
    assert causes["FR", "remove:FR"].requests == 29
    assert causes["FR", "remove:FR"].organizations == 3
    assert (causes["HK", "add:HK"].before, causes["HK", "add:HK"].after) == ("block", "allow")
    assert (found.uses, found.uses_changed) == (8, 5)


def test_other_dates(opened: Session, tmp_path: Path) -> None:
    """A later date of the block leaves a warning at the same instant."""
    later = {"warn": JUNE, "block": datetime(2024, 8, 1, tzinfo=UTC)}
    found = simulated(opened, policy(tmp_path), policy(tmp_path, starts=later))
    assert {(move.before, move.after) for move in found.moves} == {
        ("allow", "allow"),
        ("block", "warn"),
    }
    assert changed(found)["org-c"] is Change.CHANGED


def test_each_side_is_judged_at_its_own_instant(opened: Session, tmp_path: Path) -> None:
    """The same policy judged later, when a change of its list holds, is another side."""
    of = policy(
        tmp_path, supported={"add": [{"region": "HK", "reason": "A pilot.", "from": "2024-08-01"}]}
    )
    found = simulated(opened, of, of, at_after=datetime(2024, 9, 1, tzinfo=UTC))
    assert changed(found) == {"org-c": Change.RELEASED}


def test_other_source_version(opened: Session, tmp_path: Path) -> None:
    """New versions of the sources move requests to other regions, which the causes name."""
    moved = [table(name, {**WORLD, "2.0.0.0/24": "CN"}) for name in NAMES]
    found = simulated(opened, policy(tmp_path), policy(tmp_path), tables_after=moved)
    assert {(one.region_before, one.region_after) for one in found.causes} == {("FR", "CN")}
    assert changed(found)["org-d"] is Change.BECOMES_RESTRICTED


def test_source_from_a_file(tmp_path: Path) -> None:
    """A file stands in for a source of the policy, under the source's name."""
    path = sources.write(tmp_path / "new.csv", sources.csv(sources.WORLD))
    found = with_files(tables(), {"ipfire": path}, date(2024, 7, 1))
    assert [one.source.name for one in found] == list(NAMES)
    assert found[2].regions == tuple(sorted(set(sources.WORLD.values())))
    assert found[:2] == tables()[:2] or [one.regions for one in found[:2]] == [
        one.regions for one in tables()[:2]
    ]


@pytest.mark.parametrize(
    ("name", "path", "said"),
    [("nobody", "new.csv", "is no source of the policy"), ("ipfire", "none.csv", "cannot be read")],
)
def test_source_that_cannot_stand_in(tmp_path: Path, name: str, path: str, said: str) -> None:
    """A file for a source that the policy does not name, or that is not there, is told."""
    with pytest.raises(CannotRun, match=said):
        with_files(tables(), {name: tmp_path / path}, date(2024, 7, 1))


def test_standings_of_each_side(opened: Session, tmp_path: Path) -> None:
    """An exemption that only the other policy grants releases its organization."""
    exemption = {
        "organization": "org-c",
        "reason": "Correspondents.",
        "approver": "board@example.com",
        "expires": "never",
    }
    after = policy(tmp_path, organizations=[exemption])
    found = simulated(opened, policy(tmp_path), after)
    assert changed(found) == {"org-c": Change.RELEASED}
    assert found.causes[0].rule_after == "organization:exempt"


def test_suspended_organization_changes_only_with_the_date(opened: Session, tmp_path: Path) -> None:
    """A suspension is another verdict from the suspend date of the other policy on."""
    suspended = (Organization("org-d", Standing(State.SUSPENDED)),)
    starts = {
        "block": datetime(2024, 6, 1, tzinfo=UTC),
        "suspend": datetime(2024, 7, 1, tzinfo=UTC),
    }
    found = simulated(
        opened, policy(tmp_path), policy(tmp_path, starts=starts), organizations=suspended
    )
    assert changed(found) == {"org-d": Change.BECOMES_RESTRICTED}
    assert found.causes[0].after == "suspended"


def test_folder_and_json_tell_the_simulation(opened: Session, tmp_path: Path) -> None:
    """The JSON, the page and a table of all uses tell of the simulation."""
    after = policy(
        tmp_path, supported={"add": [{"region": "HK", "reason": "A pilot.", "from": "2024-01-01"}]}
    )
    before = policy(tmp_path)
    found = simulated(opened, before, after)
    survey = result.survey(opened, judging(before), Rows(53, 50, 3, 0, 0))
    write(opened.connection, about(survey), Wanted(simulation=found), tmp_path / "out")
    told = json.loads((tmp_path / "out" / "survey.json").read_text())["simulation"]
    assert told == json.loads(json.dumps(record(found)))
    assert told["organizations"] == {
        "all": 5,
        "become_restricted": 0,
        "released": 1,
        "changed": 0,
        "unchanged": 4,
    }
    page = (tmp_path / "out" / "report.html").read_text("utf-8")
    assert "what another policy would change" in page and "add:HK" in page
    uses = (tmp_path / "out" / "changes.csv").read_text("utf-8").splitlines()
    assert len(uses) == 2 and '"org-c","k1","3.0.0.0/24"' in uses[1]


def test_terminal_tells_the_simulation(
    opened: Session, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The terminal shows what changes, where, by which rule and for whom."""
    after = policy(
        tmp_path, supported={"add": [{"region": "HK", "reason": "A pilot.", "from": "2024-01-01"}]}
    )
    print_simulation(simulated(opened, policy(tmp_path), after), 5)
    printed = capsys.readouterr().out
    assert "block > allow" in printed and "> add:HK" in printed and "org-c" in printed
    assert "0 organizations become restricted, 1 would be released" in printed
    assert "7 of 53 requests change" in printed


VOTES = st.lists(st.sampled_from(["CN", "FR", "HK", "DE"]), min_size=5, max_size=5)


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(before=VOTES, after=VOTES)
def test_numbers_add_up(tmp_path: Path, before: list[str], after: list[str]) -> None:
    """Whatever the sources say, each request is in one move, each organization in one change."""
    of = policy(tmp_path)
    with session(threads=1) as opened:
        cells_only(opened, CELLS)
        locate(opened, Placing(of, tables(dict(zip(WORLD, before, strict=True))), (), AT))
        prepare(opened, (), AT, everyone=False)
        other = Placing(of, tables(dict(zip(WORLD, after, strict=True))), (), AT)
        found = simulate(opened, judging(of), judging(of), other, ())
    assert found.requests == sum(one["requests"] for one in CELLS)
    assert sum(cause.requests for cause in found.causes) == found.requests_changed
    named = sum(one.changed for one in found.changed)
    assert named <= found.requests_changed <= named + 4
    assert sum(found.count(change) for change in Change) + found.unchanged == found.organizations
