"""`regiongate bundle`: build, verify, diff."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from regiongate.cli.main import main
from regiongate.geo import bundled
from tests.support.bundles import seal, tables

ROOT = Path(__file__).parents[2]
WORLD = ROOT / "tests" / "compiler" / "world"

Build = Callable[..., Result]


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


@pytest.fixture(autouse=True)
def _small_sources(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bundled sources are replaced by small ones under the same names."""
    found = tables((WORLD / "places.csv").read_text("utf-8"))
    sources = {name: table.source for name, table in found.items()}
    monkeypatch.setattr(bundled, "load", found.__getitem__)
    monkeypatch.setattr(bundled, "source", sources.__getitem__)


@pytest.fixture
def build(tmp_path: Path) -> Build:
    """Build a bundle of the small world into a folder of that name."""

    def run(name: str, *more: str, policy: Path = WORLD / "policy.yaml") -> Result:
        where = ["--policy", str(policy), "--out", str(tmp_path / name)]
        return _run("bundle", "build", *where, "--at", "2024-07-10", *more)

    return run


def test_build_says_what_it_made_and_what_comes_next(build: Build, tmp_path: Path) -> None:
    """Generation, phase, next date, and the command to go on with."""
    done = build("one")
    assert done.exit_code == 0, done.output
    manifest = json.loads((tmp_path / "one" / "manifest.json").read_text())
    assert manifest["generation"] in done.stdout
    assert "phase block" in done.stdout
    assert "2024-07-20T07:00:00Z" in done.stdout
    assert f"regiongate bundle verify {tmp_path / 'one'}" in done.stdout


def test_build_as_json_is_the_manifest(build: Build, tmp_path: Path) -> None:
    """A program reads the manifest from standard output, and the folder beside it."""
    organizations = ("--organizations", str(WORLD / "organizations.csv"))
    found: dict[str, Any] = json.loads(build("one", "--json", *organizations).stdout)
    assert found.pop("folder") == str(tmp_path / "one")
    assert found == json.loads((tmp_path / "one" / "manifest.json").read_text())
    assert found["counts"]["organizations"] == 4


def test_build_follows_a_parent(build: Build, tmp_path: Path) -> None:
    """The number counts up from the parent's."""
    build("one")
    found = json.loads(build("two", "--parent", str(tmp_path / "one"), "--json").stdout)
    assert found["number"] == 2
    assert found["parent"].startswith("1-")


def test_build_takes_the_options_of_a_gateway(build: Build, tmp_path: Path) -> None:
    """Filters depend on who is trusted and how organizations are named."""
    trust = ("--trust-forwarded-from", "10.0.0.0/8", "--organization-header", "X-Organization")
    assert build("one", *trust).exit_code == 0
    assert not (tmp_path / "one" / "organizations.keys").exists()
    assert _run("bundle", "verify", str(tmp_path / "one"), "--no-envoy").exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--parent", "/nowhere"), "/nowhere is not a bundle"),
        (("--organizations", "/nowhere.csv"), "/nowhere.csv"),
        (("--listen", "8080"), "write 127.0.0.1:8080"),
        (("--policy", "/nowhere.yaml"), "/nowhere.yaml"),
    ],
)
def test_build_that_cannot_run_says_why_and_writes_nothing(
    build: Build, tmp_path: Path, arguments: tuple[str, ...], says: str
) -> None:
    """Exit code 2, one sentence, no folder."""
    done = build("one", *arguments)
    assert done.exit_code == 2
    assert says in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert not (tmp_path / "one").exists()


def test_build_never_writes_into_a_folder_that_holds_something(
    build: Build, tmp_path: Path
) -> None:
    """Neither over another bundle nor beside other files."""
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "precious").write_text("!")
    done = build("one")
    assert done.exit_code == 2
    assert "is not empty" in done.stderr
    assert [path.name for path in (tmp_path / "one").iterdir()] == ["precious"]


def _beside(policy: Path) -> None:
    """Put what the policy of the world names beside a variant of it."""
    (policy.parent / "acme.csv").write_bytes((WORLD / "acme.csv").read_bytes())


def test_build_of_a_wrong_policy_names_its_problems(build: Build, tmp_path: Path) -> None:
    """Exit code 1, each problem with its place."""
    wrong = tmp_path / "policy.yaml"
    text = (WORLD / "policy.yaml").read_text()
    _beside(wrong)
    wrong.write_text(text.replace("agree: 2", "agree: 4").replace("MO,", "UK,"))
    done = build("one", policy=wrong)
    assert done.exit_code == 1
    assert len(done.stderr.splitlines()) == 2
    assert not (tmp_path / "one").exists()


def test_build_on_a_full_disk_is_one_sentence(
    build: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is left has no manifest, and so is no bundle."""

    def full(path: Path, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    done = build("one")
    assert done.exit_code == 2
    assert "No space left on device" in done.stderr
    assert not (tmp_path / "one" / "manifest.json").exists()


@pytest.mark.envoy
def test_verify_asks_envoy_too(build: Build, tmp_path: Path) -> None:
    """A sound bundle: exit code 0, one line, and an empty list as JSON."""
    build("one")
    done = _run("bundle", "verify", str(tmp_path / "one"))
    assert (done.exit_code, done.stdout) == (0, f"{tmp_path / 'one'}: sound.\n")
    assert json.loads(_run("bundle", "verify", str(tmp_path / "one"), "--json").stdout) == []


def test_verify_names_what_is_wrong(build: Build, tmp_path: Path) -> None:
    """Exit code 1, a line for each finding with its file, or one JSON list."""
    build("one")
    (tmp_path / "one" / "verdict.mmdb").write_bytes(b"\0" * 100)
    text = _run("bundle", "verify", str(tmp_path / "one"), "--no-envoy")
    found = _run("bundle", "verify", str(tmp_path / "one"), "--no-envoy", "--json")
    findings = json.loads(found.stdout)
    assert (text.exit_code, found.exit_code) == (1, 1)
    assert len(text.stderr.splitlines()) == len(findings) > 1
    assert f"{tmp_path / 'one'}/verdict.mmdb: the file has 100 bytes" in text.stderr
    assert set(findings[0]) == {"check", "file", "message"}


@pytest.mark.parametrize("command", ["verify", "diff"])
def test_what_is_no_folder_is_no_bundle(command: str, tmp_path: Path) -> None:
    """Exit code 2."""
    nowhere = str(tmp_path / "nowhere")
    done = _run("bundle", command, *([nowhere] if command == "verify" else [nowhere, nowhere]))
    assert done.exit_code == 2
    assert f"{nowhere} is not a bundle" in done.stderr


def test_diff_tells_what_changes(build: Build, tmp_path: Path) -> None:
    """As tables for people, as one object for programs."""
    other = tmp_path / "policy.yaml"
    text = (WORLD / "policy.yaml").read_text()
    _beside(other)
    other.write_text(text.replace("disputed: warn", "disputed: block"))
    one, two = str(tmp_path / "one"), str(tmp_path / "two")
    build("one")
    build("two", policy=other)
    shown = _run("bundle", "diff", one, two)
    found = json.loads(_run("bundle", "diff", one, two, "--json").stdout)
    assert shown.exit_code == 0
    assert "Addresses at 2024-07-10T00:00:00Z:" in shown.stdout
    assert found["addresses"] == [
        {"region": "DE", "before": "warn", "after": "block", "ipv4_addresses": 256}
    ]
    assert [row["place"] for row in found["rows"] if row["standing"] == "ordinary"] == [
        "disputed location:disputed"
    ]
    assert _run("bundle", "diff", one, one).stdout == "No difference.\n"


def test_diff_of_a_damaged_bundle_is_one_sentence(build: Build, tmp_path: Path) -> None:
    """Exit code 2 and the command that finds out more."""
    build("one")
    (tmp_path / "one" / "decisions.json").write_text("{}")
    seal(tmp_path / "one")
    done = _run("bundle", "diff", str(tmp_path / "one"), str(tmp_path / "one"))
    assert done.exit_code == 2
    assert "bundle verify" in done.stderr
