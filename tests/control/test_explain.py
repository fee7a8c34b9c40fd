"""Explain: from a line of the log back to a reason, and what cannot be explained is said."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from regiongate.cli.main import main
from regiongate.compiler.bundle import FORMAT, MANIFEST
from regiongate.compiler.envoy.gate import DATABASE
from regiongate.compiler.reader import BundleReader
from regiongate.control.explain import Question, by_bundle, by_request
from regiongate.control.log_line import find_line
from regiongate.domain.errors import CannotRun
from regiongate.gateway.state import State
from regiongate.geo.mmdb.writer import encode
from regiongate.geo.ranges import from_networks
from tests.support.bundles import files, folder_inputs, seal, write

WORLD = Path(__file__).parents[1] / "compiler" / "world"
AT = datetime(2024, 6, 30, tzinfo=UTC)
PROMISED = {
    "address", "country", "region", "class", "verdict", "rule", "reason", "policy", "generation",
    "sources", "next", "would", "phase", "since", "organization", "standing", "list", "agreeing",
    "log", "facts", "fact_sources", "ruling",
}  # fmt: skip


def _line(request_id: str, **said: Any) -> dict[str, Any]:
    """A line as Envoy writes it for a request that a proxy passed on with an unreadable address."""
    return {
        "time": "2024-06-30T00:00:00.123Z",
        "request_id": request_id,
        "address": "192.0.2.7",
        "country": None,
        "region": None,
        "class": "unknown",
        "verdict": "block",
        "would": None,
        "rule": "forwarding:unreadable",
        "organization": None,
        "key": None,
        "method": "GET",
        "host": "api",
        "path": "/v1/models",
        "status": 400,
        "bytes": 1,
        "duration_ms": 0,
        "generation": None,
    } | said


def _write(path: Path, *lines: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines))


@pytest.fixture
def state(tmp_path: Path) -> State:
    """A state directory with an empty log."""
    found = State(tmp_path / "state")
    found.prepare()
    found.access_log.touch()
    return found


@pytest.fixture(scope="module")
def content() -> dict[str, bytes]:
    """The files of a bundle."""
    return files(folder_inputs(WORLD), AT)


def _explain(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["explain", *map(str, arguments)])


def test_a_request_that_no_generation_decided_is_explained_by_its_line(state: State) -> None:
    """The line itself says what happened, and every promised key is there."""
    line = _line("one")
    _write(state.access_log, line)
    found = by_request("one", state.access_log, state.bundles)
    assert found.keys() >= PROMISED
    assert found["reason"] == (
        "a proxy passed on an address that cannot be read; no generation decided"
    )
    assert (found["verdict"], found["rule"], found["class"]) == (
        "block",
        "forwarding:unreadable",
        "unknown",
    )
    assert found["generation"] is None
    assert found["policy"] == {"name": None, "version": None}
    assert found["sources"] == []
    assert found["log"] == line


def test_a_request_that_nothing_decided_is_explained_by_its_status(state: State) -> None:
    """Envoy refuses some requests before any of our filters; then the status is all there is."""
    _write(state.access_log, _line("one", rule=None, verdict=None, status=500, address=None))
    found = by_request("one", state.access_log, state.bundles)
    assert found["reason"] == "it was answered with 500 before any generation could decide"
    assert found["verdict"] is None


@pytest.mark.parametrize("more", [[], ["--json"]])
def test_such_requests_can_be_told(state: State, more: list[str]) -> None:
    """In words and as JSON."""
    _write(state.access_log, _line("one"), _line("two", rule=None, verdict=None, address=None))
    for request_id in ("one", "two"):
        told = _explain("--request-id", request_id, "--state", state.root, *more)
        assert told.exit_code == 0, told.output
        assert "generation" in told.stdout
        assert "always" not in told.stdout


def test_a_request_is_explained_by_its_generation(state: State, content: dict[str, bytes]) -> None:
    """The bundle that the line names gives the reason."""
    generation = state.install(content)
    _write(state.access_log, _line("one", generation=generation, rule="x", verdict="allow"))
    found = by_request("one", state.access_log, state.bundles)
    assert found["generation"] == generation
    assert found.keys() >= PROMISED


def test_a_zone_in_the_log_is_no_part_of_the_address(
    state: State, content: dict[str, bytes]
) -> None:
    """Envoy takes a link-local address with a zone, and logs it so; the verdict is without it."""
    generation = state.install(content)
    _write(state.access_log, _line("one", generation=generation, address="fe80::1%4"))
    found = by_request("one", state.access_log, state.bundles)
    assert (found["address"], found["class"]) == ("fe80::1", "private")
    assert found["log"]["address"] == "fe80::1%4"


def test_nothing_to_explain() -> None:
    """Whoever names neither is not told to leave one out."""
    told = _explain("--at", "2024-07-01")
    assert told.exit_code == 2
    assert "--request-id." in told.output


@pytest.mark.parametrize("generation", ["7-00000000", "../state", ".", 7])
def test_a_generation_that_is_not_kept(state: State, generation: object) -> None:
    """It is said which one; a name that is no generation opens no other folder."""
    _write(state.access_log, _line("one", generation=generation))
    with pytest.raises(CannotRun, match="is not kept"):
        by_request("one", state.access_log, state.bundles)


def test_an_empty_log_has_no_request(state: State) -> None:
    """No request has come yet: that is no damage."""
    with pytest.raises(CannotRun, match=rf"no request one in {state.access_log}"):
        find_line(state.access_log, "one")


def test_the_rotated_log_is_read_too(state: State) -> None:
    """What the log no longer has may be in the one before, beside it; the newer log goes first."""
    before = state.access_log.with_name("access.log.1")
    _write(before, _line("one"), _line("both", status=1))
    _write(state.access_log, _line("both", status=2))
    assert find_line(state.access_log, "one")["request_id"] == "one"
    assert find_line(state.access_log, "both")["status"] == 2
    state.access_log.unlink()
    assert find_line(state.access_log, "one")["request_id"] == "one"


def test_a_log_that_is_not_there(tmp_path: Path) -> None:
    """It is named."""
    with pytest.raises(CannotRun, match=r"nothing\.log"):
        find_line(tmp_path / "nothing.log", "one")


@pytest.mark.parametrize("text", ['{"request_id":"one"}\n', '{"request_id":"one","ti', "[]\n"])
def test_a_line_that_is_not_the_gateways(state: State, text: str) -> None:
    """A line cut short or of other making is said to be so, or not found."""
    state.access_log.write_text(text)
    with pytest.raises(CannotRun, match=str(state.access_log)):
        by_request("one", state.access_log, state.bundles)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--request-id", "a", "--policy", "p"], "--policy"),
        (["--request-id", "a", "--bundle", "b"], "--bundle"),
        (["--request-id", "a", "--organization", "o"], "--organization"),
        (["--request-id", "a", "--organizations", "o"], "--organizations"),
        (["--request-id", "a", "--path", "/"], "--path"),
        (["--request-id", "a", "--at", "2024-07-01", "--path", "/"], "--path, --at"),
        (["1.2.3.4", "--organizations", "o"], "--organizations"),
        (["1.2.3.4", "--policy", "p", "--bundle", "b"], "--bundle"),
        (["1.2.3.4", "--request-id", "a"], "--request-id"),
        ([], "ADDRESS"),
    ],
)
def test_options_that_would_be_ignored(arguments: list[str], words: str) -> None:
    """They are refused by name, so that nobody takes the answer for one to another question."""
    told = _explain(*arguments)
    assert told.exit_code == 2
    assert "Usage:" in told.output
    assert words in told.output


@pytest.mark.parametrize(
    "text", ["[]", "3", json.dumps({"format": FORMAT}), "{", "\x00", "[" * 9999]
)
def test_a_manifest_that_is_none(content: dict[str, bytes], tmp_path: Path, text: str) -> None:
    """A foreign or damaged manifest is named, with what to do."""
    folder = write(content, tmp_path / "bundle")
    (folder / MANIFEST).write_text(text)
    with pytest.raises(CannotRun, match=rf"{folder / MANIFEST}.*build the bundle again"):
        BundleReader(folder)


@pytest.mark.parametrize(
    "damage",
    [
        {"generation": "../1"},
        {"number": "1"},
        {"sources": ["a"]},
        {"counts": {}},
        {"files": []},
        {"atlas": None},
    ],
)
def test_a_manifest_with_another_fact(
    content: dict[str, bytes], tmp_path: Path, damage: dict[str, Any]
) -> None:
    """A fact of another kind is found when the bundle is opened, not where it is needed."""
    folder = write(content, tmp_path / "bundle")
    manifest = json.loads((folder / MANIFEST).read_text()) | damage
    (folder / MANIFEST).write_text(json.dumps(manifest))
    with pytest.raises(CannotRun, match=rf"{folder / MANIFEST}.*build the bundle again"):
        BundleReader(folder)


def test_a_damaged_bundle_hands_no_atlas_down(content: dict[str, bytes], tmp_path: Path) -> None:
    """A list of files without digests vouches for nothing."""
    folder = write(content, tmp_path / "bundle")
    manifest = json.loads((folder / MANIFEST).read_text())
    manifest["files"] = dict.fromkeys(manifest["files"])
    (folder / MANIFEST).write_text(json.dumps(manifest))
    assert BundleReader(folder).parent().atlas_digest == ""


def test_sources_that_are_not_the_policys(content: dict[str, bytes], tmp_path: Path) -> None:
    """Votes without the sources that cast them cannot be explained."""
    folder = write(content, tmp_path / "bundle")
    manifest = json.loads((folder / MANIFEST).read_text())
    manifest["sources"].pop()
    (folder / MANIFEST).write_text(json.dumps(manifest))
    seal(folder)
    with pytest.raises(CannotRun, match=rf"{folder / MANIFEST}.*build the bundle again"):
        by_bundle(Question("1.1.1.1", AT), folder)


def test_a_database_of_other_making(content: dict[str, bytes], tmp_path: Path) -> None:
    """Another MaxMind DB under our name is refused, not taken for one that knows nothing."""
    folder = write(content, tmp_path / "bundle")
    steps = from_networks([(IPv4Network("1.0.0.0/8"), 0)])
    records = [{"country": {"iso_code": "CN"}}]
    data = encode(steps, records, build_epoch=1, database_type="Other", description="Other")
    (folder / DATABASE).write_bytes(data)
    seal(folder)
    with pytest.raises(CannotRun, match=rf"{folder / DATABASE}.*build the bundle again"):
        by_bundle(Question("1.1.1.1", AT), folder)


@pytest.mark.parametrize("keep", [0, 10, 0.3, 0.6, 0.9])
def test_a_database_cut_short(content: dict[str, bytes], tmp_path: Path, keep: float) -> None:
    """It is named, with what to do."""
    folder = write(content, tmp_path / "bundle")
    data = content[DATABASE]
    (folder / DATABASE).write_bytes(data[: int(keep if keep >= 1 else keep * len(data))])
    seal(folder)
    with pytest.raises(CannotRun, match=rf"{folder / DATABASE}.*build the bundle again"):
        by_bundle(Question("1.1.1.1", AT), folder)


@pytest.mark.parametrize(
    "name",
    [
        DATABASE,
        "facts.mmdb",
        "organizations.csv",
        "policy/policy.yaml",
        "policy/acme.csv",
        MANIFEST,
    ],
)
def test_a_file_that_is_not_what_was_written(
    content: dict[str, bytes], tmp_path: Path, name: str
) -> None:
    """A bundle that says something else than was compiled explains nothing."""
    altered = content[name].replace(b"2024-0", b"2023-0") if name == MANIFEST else content[name]
    folder = write(content | {name: altered + b" "}, tmp_path / "bundle")
    with pytest.raises(CannotRun, match=rf"{folder / name}.*build the bundle again"):
        by_bundle(Question("1.1.1.1", AT), folder)
