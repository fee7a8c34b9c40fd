"""`regiongate geo compare`: once over the bundled sources, else over files of a few lines."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from regiongate.cli.main import main
from tests.support.command import regiongate

ROOT = Path(__file__).parents[2]
POLICY = ROOT / "examples" / "policy.yaml"
NAMES = ("iptoasn", "geo-whois", "ipfire")


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What one run over the bundled sources wrote."""
    folder = tmp_path_factory.mktemp("compare") / "out"
    more = ("--policy", POLICY, "--at", "2026-07-01", "--out", folder)
    done = regiongate("geo", "compare", *NAMES, *more)
    assert done.returncode == 0, done.stderr
    assert not done.stderr, "no bar where there is no terminal"
    for title in ("Sources:", "Pairs:", "Rules of agreement:", "False blocks and misses"):
        assert title in done.stdout
    return folder


@pytest.fixture
def numbers(out: Path) -> Any:
    """The numbers of that run."""
    return json.loads((out / "compare.json").read_text())


def test_the_bundled_sources_cover_ipv4(numbers: Any) -> None:
    """Two of the three speak of nearly all of it; together every pair is compared."""
    covers = {one["name"]: one["share"]["ipv4"] for one in numbers["sources"]}
    assert covers["geo-whois"] > 0.99
    assert covers["ipfire"] > 0.99
    assert 0.8 < covers["iptoasn"] < 0.9, "routed space only"
    assert [(pair["a"], pair["b"]) for pair in numbers["pairs"]] == [
        *(("iptoasn", "geo-whois"), ("iptoasn", "ipfire"), ("geo-whois", "ipfire"))
    ]


def test_hong_kong_is_a_hard_case(numbers: Any) -> None:
    """No source confirms as much of another's Hong Kong as of its Germany."""
    shares = {
        (one["of"], one["by"], one["country"]): one["share"]["ipv4"]
        for one in numbers["confirmations"]
    }
    pairs = {(of, by) for of, by, _ in shares}
    assert len(pairs) == 6
    assert all(shares[of, by, "HK"] < shares[of, by, "DE"] for of, by in pairs)


def test_two_of_three_dispute_less_than_three_of_three(numbers: Any) -> None:
    """The more must agree, the more is disputed; each rule divides the same addresses."""
    rules = {rule["name"]: rule for rule in numbers["policy"]["rules"]}
    two, three = rules["2 of 3"], rules["3 of 3"]
    assert two["of_policy"]
    assert two["classes"]["disputed"]["ipv4"] < three["classes"]["disputed"]["ipv4"]
    whole = {sum(part["ipv4"] for part in rule["classes"].values()) for rule in rules.values()}
    assert len(whole) == 1
    assert whole.pop() + numbers["weights"]["aside"]["ipv4"] == 1 << 32


def test_the_pictures_are_small(out: Path) -> None:
    """Each picture is a file that a page can carry."""
    assert {path.name for path in out.iterdir()} == {
        *("compare.json", "hilbert.png", "hilbert.svg", "index.html", "world.svg")
    }
    assert all(path.stat().st_size < 200_000 for path in out.glob("*.svg"))
    assert (out / "hilbert.png").read_bytes().startswith(b"\x89PNG")


def _run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["geo", "compare", *map(str, arguments)])


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """Two sources of two lines each."""
    a, b = tmp_path / "a.csv", tmp_path / "b.csv"
    a.write_text("7.0.0.0/30,HK\n7.0.1.0/24,FR\n")
    b.write_text("7.0.0.0/31,CN\n7.0.1.0/24,FR\n")
    return a, b


def test_files_may_be_compared(files: tuple[Path, Path]) -> None:
    """A path is as good as a name, and a file that says no date has none."""
    done = _run(*files, "--json", "--family", "4")
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert [one["name"] for one in found["sources"]] == [str(path) for path in files]
    assert found["sources"][0]["date"] is None
    assert found["pairs"][0]["differ"] == {"ipv4": 2, "ipv6": None}
    assert found["policy"] is None


def test_a_survey_may_weigh(files: tuple[Path, Path], tmp_path: Path) -> None:
    """With `--weights` requests count, and a line that cannot is told: exit code 1."""
    survey = tmp_path / "survey.csv"
    survey.write_text("address,requests\n7.0.0.1,90\n7.0.1.1,10\n")
    done = _run(*files, "--weights", survey, "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["pairs"][0]["share"]["ipv4"] == 0.9
    survey.write_text("7.0.0.1,90\nnowhere,5\n7.0.1.1,10\n")
    done = _run(*files, "--weights", survey)
    assert done.exit_code == 1
    assert f"{survey}:2:1: " in done.stderr
    done = _run(*files, "--weights", survey, "--json")
    assert done.exit_code == 1
    assert json.loads(done.stdout)["weights"]["rejected"] == 1


def test_countries_without_a_request_are_not_listed(
    files: tuple[Path, Path], tmp_path: Path
) -> None:
    """Nor are zeros in what others say; what is put aside is told."""
    survey = tmp_path / "survey.csv"
    survey.write_text("address,requests\n7.0.0.1,90\n10.0.0.1,10\n")
    said = _run(*files, "--weights", survey, "--family", "4").stdout
    rows = [line.split() for line in said.splitlines() if line]
    assert ["CN", "90", "90", "100.00", "%"] in rows
    assert not [row for row in rows if "FR" in row]
    assert "nothing 0" not in said
    assert "Requests put aside, from special-purpose blocks: IPv4 10." in said


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("iptoasn",), 2, "two sources or more"),
        (("iptoasn", "iptoasn"), 2, "named twice"),
        (("iptoasn", "nowhere.csv"), 2, "neither a source nor a file"),
        (("iptoasn", "ipfire", "--weights", "nowhere.csv"), 2, "cannot be read"),
        (("iptoasn", "ipfire", "--policy", "nowhere.yaml"), 2, "nowhere.yaml"),
        (("iptoasn", "ipfire", "--out", "."), 2, "there already"),
    ],
)
def test_what_cannot_run_says_why(arguments: tuple[str, ...], code: int, said: str) -> None:
    """Each is told in a sentence before anything is read."""
    done = _run(*arguments)
    assert (done.exit_code, said in done.stderr) == (code, True), done.stderr


def test_a_bad_file_is_told_by_its_lines(files: tuple[Path, Path]) -> None:
    """What is wrong in a source is told with file, line and remedy: exit code 1."""
    files[1].write_text("7.0.0.0/31,Germany\n")
    done = _run(*files)
    assert done.exit_code == 1
    assert f"{files[1]}:1:1: " in done.stderr
