"""Facts as they are typed: a list is added with its kind, and a policy rules on it."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from regiongate.cli.main import main
from regiongate.geo import bundled
from tests.support.bundles import table
from tests.support.policies import policy_text

AT = ("--at", "2026-11-22")
SAID = {"18.162.0.0/16": "HK", "198.51.100.0/24": "NL", "192.42.116.0/24": "NL"}
HONG_KONG_CLOUD = "18.162.0.1"


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [*map(str, arguments)])


@pytest.fixture(name="policy")
def _policy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A policy that blocks Tor, by a list that has been added to a store of its own."""
    monkeypatch.setenv("REGIONGATE_SOURCES", str(tmp_path / "store"))
    small = {
        name: replace(table(name, SAID), source=bundled.source(name)) for name in bundled.names()
    }
    monkeypatch.setattr(bundled, "load", small.__getitem__)
    exits = tmp_path / "exits.txt"
    exits.write_text("192.42.116.0/24\n")
    added = ("--kind", "anonymizer", "--label", "tor", "--licence", "CC0-1.0")
    done = run("geo", "add", "exits", "--file", exits, *added, "--date", "2026-11-20", *AT)
    assert (done.exit_code, done.stderr) == (0, "")
    path = tmp_path / "policy.yaml"
    path.write_text(policy_text(location={"facts": ["exits"], "anonymizers": {"tor": "block"}}))
    return path


def explained(*arguments: str | Path) -> dict[str, Any]:
    done = run("explain", *arguments, *AT, "--json")
    assert done.exit_code == 0, done.output
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_explain_names_the_kind(policy: Path) -> None:
    """The verdict is that of the kind, and the fact is told beside it."""
    found = explained("192.42.116.9", "--policy", policy)
    assert (found["verdict"], found["rule"]) == ("block", "anonymizer:tor")
    assert found["facts"]["anonymizers"] == ["tor"]
    told = run("explain", "192.42.116.9", "--policy", policy, *AT).stdout
    assert "anonymizer   tor" in told.replace("  anonymizer", "anonymizer")


def test_explain_names_the_sources_of_facts_and_their_age(policy: Path) -> None:
    """A list of Tor exits goes on deciding when it is stale, so its age is told loudly."""
    late = ("explain", "192.42.116.9", "--policy", policy, "--at", "2027-01-10")
    found = json.loads(run(*late, "--json").stdout)
    (exits, clouds) = found["fact_sources"]
    assert (exits["name"], exits["date"], exits["age_days"]) == ("exits", "2026-11-20", 51)
    assert (exits["stale"], exits["maximum_age"], clouds["name"]) == (True, 45, "clouds")
    assert "facts by     exits of 2026-11-20, STALE (51 days old)" in run(*late).stdout


def test_explain_names_the_cloud_and_what_to_do(policy: Path) -> None:
    """Cloud, cloud region, its place, and the advice that the refused client reads too."""
    found = explained(HONG_KONG_CLOUD, "--policy", policy)["facts"]
    assert found["cloud"]["words"] == "AWS ap-east-1, Hong Kong"
    assert (found["cloud"]["region"], found["cloud"]["iso"]) == ("ap-east-1", "HK")
    assert found["advice"].startswith("This call left from AWS ap-east-1, Hong Kong: pin ")
    assert explained("198.51.100.1", "--policy", policy)["facts"] == {
        "anonymizers": [],
        "cloud": None,
        "autonomous_system": None,
        "advice": None,
    }


def test_a_bundle_carries_the_facts(policy: Path, tmp_path: Path) -> None:
    """What a policy file says by itself, its bundle says too, and it verifies."""
    bundle = tmp_path / "bundle"
    built = run("bundle", "build", "--policy", policy, "--out", bundle, *AT)
    assert built.exit_code == 0, built.output
    assert run("bundle", "verify", bundle).exit_code == 0
    for address in ("192.42.116.9", HONG_KONG_CLOUD):
        ours = explained(address, "--bundle", bundle)
        of_file = explained(address, "--policy", policy)
        assert ours["facts"] == of_file["facts"]
        assert ours["fact_sources"] == of_file["fact_sources"]
    manifest = json.loads((bundle / "manifest.json").read_text())
    assert [source["name"] for source in manifest["facts"]] == ["exits", "clouds"]


def test_a_difference_counts_anonymizers(policy: Path, tmp_path: Path) -> None:
    """A rule on Tor that is taken back changes the verdict on the exits, and on nobody else."""
    after = tmp_path / "after.yaml"
    after.write_text(policy.read_text().replace("tor: block", "tor: allow"))
    done = run("policy", "diff", policy, after, *AT, "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["addresses"] == [
        {"region": "NL", "before": "block", "after": "allow", "ipv4_addresses": 256}
    ]


def test_a_source_of_facts_does_not_vote(policy: Path, tmp_path: Path) -> None:
    """Named among the sources that locate, it is refused with a word on where it belongs."""
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(policy.read_text().replace("- ipfire", "- exits"))
    done = run("explain", HONG_KONG_CLOUD, "--policy", wrong, *AT)
    assert done.exit_code == 1
    assert "`exits` states facts, and not where addresses are" in done.stderr
    assert "`location.facts`" in done.stderr


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("- ipfire", "- exits", "`exits` states facts"),
        ("- exits", "- ipfire", "`ipfire` says where addresses are"),
        ("- exits", "- iporigin", "`iporigin` is not installed: the source iporigin needs"),
    ],
)
def test_check_finds_sources_that_cannot_be_asked(
    policy: Path, monkeypatch: pytest.MonkeyPatch, old: str, new: str, said: str
) -> None:
    """What would stop the compiler is a problem of the policy, with its place."""
    monkeypatch.setitem(sys.modules, "iporigin", None)
    text = policy.read_text()
    policy.write_text(text.replace(old, new))
    line = text[: text.index(old)].count("\n") + 1
    done = run("policy", "check", policy)
    assert done.exit_code == 1
    assert f"{policy}:{line}:" in done.stderr
    assert said in done.stderr


def test_check_says_what_stale_sources_no_longer_do(policy: Path) -> None:
    """A policy whose sources may at most warn for their age blocks hardly anybody, and says so."""
    assert "ALARM" not in run("policy", "check", policy, *AT).stderr
    policy.write_text(policy.read_text().replace("stale: block", "stale: warn"))
    done = run("policy", "check", policy, *AT)
    assert done.exit_code == 0
    assert "ALARM: places that rest on iptoasn, geo-whois, ipfire" in done.stderr
    assert "get at most warn today" in done.stderr
