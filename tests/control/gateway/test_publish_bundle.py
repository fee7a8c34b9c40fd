"""Publishing a bundle: only what it lists is read, and only what this call installed is removed."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from regiongate.cli.main import main
from regiongate.compiler.bundle import MANIFEST, to_json
from regiongate.compiler.envoy.files import BOOTSTRAP
from regiongate.compiler.envoy.settings import to_record
from regiongate.compiler.verify import Finding, OpenBundle
from regiongate.control.gateway import build
from regiongate.control.gateway import publish as publishing
from regiongate.control.gateway.publish import publish_bundle
from regiongate.domain.errors import CannotRun, ProblemsFound
from regiongate.domain.policy import PolicyTest
from regiongate.domain.verdict import Verdict
from regiongate.gateway.envoy import Envoy
from regiongate.gateway.state import State
from regiongate.gateway.swap import Swapped
from tests.support.bundles import SETTINGS, files, folder_inputs, write

WORLD = Path(__file__).parents[2] / "compiler" / "world"
AT = datetime(2024, 6, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def content() -> dict[str, bytes]:
    """The files of a bundle."""
    return files(folder_inputs(WORLD), AT)


@pytest.fixture
def state(tmp_path: Path, content: dict[str, bytes]) -> State:
    """A gateway that was started with the start configuration of the bundle."""
    found = State(tmp_path / "state")
    found.prepare()
    found.bootstrap.parent.mkdir(exist_ok=True)
    found.bootstrap.write_bytes(content[BOOTSTRAP])
    found.settings.write_bytes(to_json(to_record(SETTINGS)))
    return found


@pytest.fixture(autouse=True)
def _without_envoy(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bundles of these tests are sound unless a test says otherwise; no Envoy is swapped."""

    def swap(_: State, __: Envoy, generation: str) -> Swapped:
        return Swapped(generation, None, 0.0)

    monkeypatch.setattr(publishing, "swap", swap)
    monkeypatch.setattr(publishing, "examine", lambda folder, _: ([], OpenBundle(folder)))


def test_a_failed_test_is_told_with_its_file_and_its_votes() -> None:
    """In the words of `policy test`, by the name of the file that was given."""
    what = folder_inputs(WORLD)
    test = PolicyTest(None, None, None, AT, Verdict.BLOCK, 19, (("iptoasn", "FR"),))
    policy = replace(what.policy, tests=(test,))
    frozen = build.freeze(replace(what, policy=policy, policy_path=Path("mine.yaml")), AT, None)
    with pytest.raises(ProblemsFound, match=r"mine\.yaml:19:1: iptoasn: FR at 2024-06-30"):
        publishing.require_tests(frozen)


def _generation(content: dict[str, bytes]) -> str:
    return str(json.loads(content[MANIFEST])["generation"])


def _unsound(monkeypatch: pytest.MonkeyPatch) -> None:
    bad = [Finding("manifest", MANIFEST, "bad")]
    monkeypatch.setattr(publishing, "examine", lambda folder, _: (bad, OpenBundle(folder)))


def test_an_older_generation_that_does_not_verify_stays(
    state: State, content: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was there before, so `explain` still needs it for the requests that it decided."""
    folder = state.bundle(state.install(content))
    _unsound(monkeypatch)
    with pytest.raises(CannotRun, match="does not verify"):
        publish_bundle(state, SETTINGS, folder)
    assert (folder / MANIFEST).is_file()


def test_an_older_generation_with_other_settings_stays(
    state: State, content: dict[str, bytes]
) -> None:
    """The same holds for a gateway that was started again with other options."""
    folder = state.bundle(state.install(content))
    with pytest.raises(CannotRun, match="other settings"):
        publish_bundle(state, replace(SETTINGS, api_keys=not SETTINGS.api_keys), folder)
    assert (folder / MANIFEST).is_file()


def test_a_new_bundle_that_does_not_verify_is_not_kept(
    state: State, content: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What this call installed it takes away again, and the folder it came from stays."""
    folder = write(content, tmp_path / "bundle")
    _unsound(monkeypatch)
    with pytest.raises(CannotRun, match="does not verify"):
        publish_bundle(state, SETTINGS, folder)
    assert list(state.bundles.iterdir()) == []
    assert (folder / MANIFEST).is_file()


def test_another_start_configuration_needs_a_restart(
    state: State, content: dict[str, bytes], tmp_path: Path
) -> None:
    """A running Envoy cannot take one, so a gate that counts on it must not come into force."""
    state.bootstrap.write_bytes(b"{}\n")
    folder = write(content, tmp_path / "bundle")
    words = "it needs another start configuration: restart the gateway with it"
    with pytest.raises(CannotRun, match=words):
        publish_bundle(state, SETTINGS, folder)
    assert list(state.bundles.iterdir()) == []


def test_what_the_manifest_lists_is_installed(
    state: State, content: dict[str, bytes], tmp_path: Path
) -> None:
    """A whole bundle arrives as it was."""
    folder = write(content, tmp_path / "bundle")
    assert publish_bundle(state, SETTINGS, folder).generation == _generation(content)
    home = state.bundle(_generation(content))
    found = {str(p.relative_to(home)): p.read_bytes() for p in home.rglob("*") if p.is_file()}
    assert found == content


@pytest.mark.parametrize("name", ["secret/key.pem", "memory"])
def test_a_file_too_many_is_refused_unread(
    state: State, content: dict[str, bytes], tmp_path: Path, name: str
) -> None:
    """A file that nobody can read shows that it is not read: its name alone is an error."""
    folder = write(content, tmp_path / "bundle")
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).symlink_to("/proc/self/mem")
    with pytest.raises(CannotRun, match=f"{name} does not belong to the bundle"):
        publish_bundle(state, SETTINGS, folder)
    assert list(state.bundles.iterdir()) == []


def _lists(name: str) -> Callable[[Path, dict[str, Any]], None]:
    def damage(_: Path, manifest: dict[str, Any]) -> None:
        manifest["files"][name] = {"sha256": "0" * 64, "bytes": 9}

    return damage


def _leads_out(folder: Path, _: dict[str, Any]) -> None:
    (folder / BOOTSTRAP).rename(folder.parent / "outside.json")
    (folder / BOOTSTRAP).symlink_to(folder.parent / "outside.json")


def _folder_leads_out(folder: Path, _: dict[str, Any]) -> None:
    (folder / "policy").rename(folder.parent / "outside")
    (folder / "policy").symlink_to(folder.parent / "outside")


def _lacks(folder: Path, _: dict[str, Any]) -> None:
    (folder / BOOTSTRAP).unlink()


def _grows(folder: Path, _: dict[str, Any]) -> None:
    (folder / BOOTSTRAP).write_bytes(b" " * 10**6)


def _has_no_files(_: Path, manifest: dict[str, Any]) -> None:
    manifest["files"] = ["manifest.json"]


def _has_no_sizes(_: Path, manifest: dict[str, Any]) -> None:
    manifest["files"][BOOTSTRAP] = None


def _is_huge(_: Path, manifest: dict[str, Any]) -> None:
    manifest["more"] = "x" * 2**21


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (_lists("/etc/hostname"), "/etc/hostname"),
        (_lists("../state/settings.json"), r"\.\./state/settings\.json"),
        (_lists("policy/../../state/settings.json"), "settings"),
        (_lists("policy"), "policy"),
        (_lists("."), "file"),
        (_lists(""), "file"),
        (_lists("a\0b"), "file"),
        (_lists("x" * 5000), "xxx"),
        (_lists("manifest.json"), "manifest"),
        (_leads_out, BOOTSTRAP),
        (_folder_leads_out, "policy"),
        (_lacks, BOOTSTRAP),
        (_grows, BOOTSTRAP),
        (_has_no_files, "files"),
        (_has_no_sizes, BOOTSTRAP),
        (_is_huge, "1 MiB"),
    ],
)
def test_a_manifest_cannot_make_us_read_elsewhere(
    state: State,
    content: dict[str, bytes],
    tmp_path: Path,
    damage: Callable[[Path, dict[str, Any]], None],
    words: str,
) -> None:
    """A name that leads out of the folder, or to no file, refuses the whole bundle."""
    folder = write(content, tmp_path / "bundle")
    manifest = json.loads(content[MANIFEST])
    damage(folder, manifest)
    (folder / MANIFEST).write_bytes(to_json(manifest))
    with pytest.raises(CannotRun, match=words):
        publish_bundle(state, SETTINGS, folder)
    assert list(state.bundles.iterdir()) == []


@pytest.mark.parametrize("text", ["[]", "{", "3", "", "[" * 9999])
def test_a_folder_that_is_no_bundle(state: State, tmp_path: Path, text: str) -> None:
    """A manifest that is none is named."""
    (tmp_path / MANIFEST).write_text(text)
    with pytest.raises(CannotRun, match=str(tmp_path / MANIFEST)):
        publish_bundle(state, SETTINGS, tmp_path)


def test_a_folder_without_manifest(state: State, tmp_path: Path) -> None:
    """It is named, with what is missing."""
    with pytest.raises(CannotRun, match=rf"{tmp_path} is not a bundle.*{MANIFEST}"):
        publish_bundle(state, SETTINGS, tmp_path)


@pytest.mark.parametrize("name", ["../../other", "/other", ".", "3", "0-00000000", "3-0A1B2C3D"])
def test_back_to_takes_a_generation(state: State, name: str) -> None:
    """Nothing but a generation is looked for among the installed bundles."""
    told = CliRunner().invoke(main, ["publish", "--back-to", name, "--state", str(state.root)])
    assert told.exit_code == 2
    assert "is not a generation" in told.output
