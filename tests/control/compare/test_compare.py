"""Sources compared under a policy, by hand and against the second reading of the rules."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from ipaddress import ip_address
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regiongate import policyfile
from regiongate.control.compare import drawings, folder
from regiongate.control.compare.compare import Measured, Ruled, Wish, compare
from regiongate.control.compare.rules import CLASSES, VERDICTS, outcome, rules_of
from regiongate.domain.errors import CannotRun
from regiongate.domain.place import Place
from regiongate.domain.policy import Policy
from regiongate.geo.compare.overlay import overlay
from regiongate.geo.compare.weights import Amount, Share
from tests.support.bundles import table
from tests.support.interpreter import about_place
from tests.support.policies import policy_text
from tests.support.worlds import REGIONS, instants, policies

AT = datetime(2026, 7, 1, tzinfo=UTC)

Votes = Mapping[str, str]


@pytest.fixture
def policy(tmp_path: Path) -> Policy:
    """The list of August 2024, two of three must agree."""
    (tmp_path / "policy.yaml").write_text(policy_text())
    return policyfile.load(tmp_path / "policy.yaml")


def _compared(
    policy: Policy, sources: Sequence[Votes], references: Sequence[Votes] = ()
) -> Measured:
    tables = [table(f"s{number}", of) for number, of in enumerate(sources)]
    judges = [table(f"r{number}", of) for number, of in enumerate(references)]
    return compare(tables, judges, policy, Wish(AT, family="4"))


def _rule(measured: Measured, name: str) -> Ruled:
    assert measured.found.policy is not None
    return next(rule for rule in measured.found.policy.rules if rule.name == name)


A = {"7.0.0.0/28": "HK", "7.0.0.16/28": "FR"}
B = {"7.0.0.0/29": "FR", "7.0.0.8/29": "HK", "7.0.0.16/28": "FR"}
C = {"7.0.0.0/30": "HK", "7.0.0.8/29": "HK", "7.0.0.16/30": "DE", "7.0.0.20/30": "CN"}


def _split(rule: Ruled) -> list[int | None]:
    return [rule.classes[name].ipv4 for name in ("supported", "unsupported", "disputed")]


def test_each_rule_by_hand(policy: Policy) -> None:
    """What each source alone, two of three and all of three make of the same addresses."""
    measured = _compared(policy, [A, B, C])
    assert _split(_rule(measured, "s0 alone")) == [16, 16, 0]
    assert _split(_rule(measured, "s1 alone")) == [24, 8, 0]
    assert _split(_rule(measured, "s2 alone")) == [4, 16, 0]
    assert _split(_rule(measured, "2 of 3")) == [16, 12, 4]
    assert _split(_rule(measured, "3 of 3")) == [4, 8, 20]
    assert measured.found.policy is not None
    assert measured.found.policy.disputed == Amount(12, None)
    assert _rule(measured, "2 of 3").of_policy


def test_how_many_addresses_change_verdict(policy: Policy) -> None:
    """Against the policy's own rule: what it allows, warns or blocks otherwise."""
    measured = _compared(policy, [A, B, C])
    assert _rule(measured, "2 of 3").changed == Amount(0, None)
    assert _rule(measured, "3 of 3").changed == Amount(4 + 12, None)
    assert _rule(measured, "s0 alone").changed == Amount(4, None)


def test_a_source_alone_is_judged_by_the_others(policy: Policy) -> None:
    """Where both others are on one side they are the reference; nobody is left to judge all."""
    measured = _compared(policy, [A, B, C])
    found = _rule(measured, "s1 alone").estimate
    assert found is not None
    assert found.by == ("s0", "s2")
    assert (found.supported.amount, found.unsupported.amount) == (Amount(4, None), Amount(12, None))
    assert (found.false_blocks, found.misses) == (Share(0.0, None), Share(0.333333, None))
    assert [part.region for part in found.regions] == ["HK"]
    assert found.regions[0].classes["supported"] == Amount(4, None)
    assert _rule(measured, "2 of 3").estimate is None


def test_a_reference_takes_no_part_and_judges_every_rule(policy: Policy) -> None:
    """A source that is a reference changes no rule, and no rule is without a judge."""
    truth = {"7.0.0.0/29": "FR", "7.0.0.8/29": "HK", "7.0.0.16/28": "FR"}
    measured, without = _compared(policy, [A, B, C], [truth]), _compared(policy, [A, B, C])
    three = _rule(measured, "2 of 3")
    assert three.classes == _rule(without, "2 of 3").classes
    assert three.estimate is not None
    assert three.estimate.by == ("r0",)
    assert three.estimate.supported.amount == Amount(24, None)
    assert three.estimate.false_blocks == Share(round(4 / 24, 6), None)
    assert three.estimate.misses == Share(0.0, None)
    assert three.estimate.supported.classes["disputed"] == Amount(4, None)


def test_one_source_cannot_be_compared(policy: Policy) -> None:
    """One source has nothing to disagree with."""
    with pytest.raises(CannotRun, match="two or more"):
        _compared(policy, [A])


NETWORKS = ["7.0.0.0/28", "7.0.0.0/30", "7.0.0.8/31", "7.0.0.9/32"]
votes = st.dictionaries(st.sampled_from(NETWORKS), st.sampled_from(REGIONS), max_size=4)


@given(policies(), st.lists(votes, min_size=3, max_size=3), instants)
def test_rules_are_what_the_second_reading_says(
    policy: Policy, said: list[Votes], at: datetime
) -> None:
    """At every address every rule gives the class and the verdict of the slow interpreter."""
    names = ("a", "b", "c")
    laid = overlay([table(name, of) for name, of in zip(names, said, strict=True)])
    for rule in rules_of(names):
        speaker = policy.location.subdivisions
        rules = replace(
            policy.location,
            sources=rule.sources,
            agree=rule.agree,
            subdivisions=speaker if speaker in rule.sources else None,
            stale_from=(),
        )
        made = outcome(policy, rule, laid, at)
        for row, cells in enumerate(laid.votes.tolist()):
            regions = [None if v < 0 else laid.regions[v] for v in cells]
            place = Place(tuple(regions[column] for column in rule.columns))
            place_class, _, would = about_place(replace(policy, location=rules), place, at)
            assert CLASSES[made.classes[row]] == place_class
            assert VERDICTS[made.verdicts[row]] == would


class _Page(HTMLParser):
    """The tags of a page, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.told = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        """Note a tag, and that nothing is fetched."""
        self.tags.append(tag)
        for name, value in attrs:
            assert name not in {"src", "onload", "onclick"}
            assert name != "href" or str(value).startswith("data:image/png")

    def handle_data(self, data: str) -> None:
        """Note text."""
        self.told += data


def test_the_folder(policy: Policy, tmp_path: Path) -> None:
    """Numbers, pictures, and a page without scripts in which every name is text."""
    hostile = '<script>alert("x")</script>&amp;'
    tables = [table(hostile, A), table("b", B)]
    measured = compare(tables, [], policy, Wish(AT))
    folder.write(measured, tmp_path / "out")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        *("compare.json", "hilbert.png", "hilbert.svg", "index.html", "world.svg")
    ]
    page = _Page((tmp_path / "out" / "index.html").read_text())
    assert "script" not in page.tags
    assert hostile in page.told
    assert page.tags.count("svg") == 2
    assert page.tags.count("details") >= 2, "a table behind every picture"
    for name in ("world.svg", "hilbert.svg"):
        ElementTree.fromstring((tmp_path / "out" / name).read_text())  # noqa: S314
    numbers = json.loads((tmp_path / "out" / "compare.json").read_text())
    assert numbers["pairs"][0]["a"] == hostile
    assert numbers["at"] == "2026-07-01T00:00:00Z"
    with pytest.raises(CannotRun, match="there already"):
        folder.write(measured, tmp_path / "out")


def test_the_same_input_gives_the_same_bytes(policy: Policy) -> None:
    """Nothing in the files depends on the clock or on the order of a set."""
    assert folder.files(_compared(policy, [A, B, C])) == folder.files(_compared(policy, [A, B, C]))


def test_the_table_behind_the_map_of_ipv4_counts_every_address(policy: Policy) -> None:
    """Each /8 has its 2**24 addresses, each in one category."""
    behind = drawings.address_table(_compared(policy, [A, B, C]))
    rows = [[int(cell or 0) for cell in row[1:]] for row in behind.rows]
    assert {sum(row) for row in rows} == {1 << 24}
    assert rows[7][:3] == [12, 8, 12], "supported, unsupported, disputed"
    assert rows[int(ip_address("10.0.0.0")) >> 24][4] == 1 << 24
