"""Another bundle takes the place of the one in force without a restart, and only a sound one."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from regiongate.domain.errors import CannotRun
from regiongate.gateway.state import State
from regiongate.guard.in_force import InForce
from regiongate.guard.opened import AS_BUNDLED, Believed
from tests.guard.small import files
from tests.support.bundles import write
from tests.support.gateway import AMERICA, CHINA


def _verdict(found: InForce, address: str = CHINA) -> str:
    return found.opened.gate.decide(address).verdict.value


def _until(holds: Callable[[], bool], patience: float = 10) -> None:
    deadline = time.monotonic() + patience
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def _rename_in(new: Path, home: Path) -> None:
    home.rename(home.with_name("old"))
    new.rename(home)


@pytest.fixture(name="home")
def _home(tmp_path: Path) -> Path:
    return write(files(tmp_path / "first"), tmp_path / "bundle")


def test_a_folder_renamed_in_place(home: Path, tmp_path: Path) -> None:
    """A bundle that takes the place of the folder is in force within the next look."""
    found = InForce(home, every=0.02)
    assert _verdict(found) == "block"
    new = write(files(tmp_path / "second", report_only=True), tmp_path / "new")
    _rename_in(new, home)
    _until(lambda: _verdict(found) == "allow")
    assert found.counts.opened == 2
    found.close()


def test_a_generation_chosen(tmp_path: Path) -> None:
    """In a gateway's state directory the generation in force there is in force here."""
    state = State(tmp_path / "state")
    state.prepare()
    first = state.install(dict(files(tmp_path / "first")))
    second = state.install(dict(files(tmp_path / "second", report_only=True)))
    state.choose("a", first)
    found = InForce(state.root)
    assert (found.opened.generation, _verdict(found)) == (first, "block")
    assert not found.refresh()
    state.choose("b", second)
    assert found.refresh()
    assert (found.opened.generation, _verdict(found)) == (second, "allow")


def test_a_damaged_bundle_keeps_the_old_one(
    home: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A bundle with one wrong byte is told and counted; the old one decides until a sound one."""
    found = InForce(home, every=0.02)
    before = found.opened
    new = write(files(tmp_path / "second", report_only=True), tmp_path / "new")
    sound = (new / "decisions.json").read_bytes()
    (new / "decisions.json").write_bytes(sound.replace(b"allow", b"block", 1))
    with caplog.at_level(logging.ERROR, "regiongate.guard"):
        _rename_in(new, home)
        _until(lambda: found.counts.refused > 0)
    assert found.opened is before
    assert f"generation {before.generation} stays in force" in caplog.text
    (home / "decisions.json").write_bytes(sound)
    _until(lambda: _verdict(found) == "allow")
    found.close()


def test_a_forked_process_watches_too(home: Path, tmp_path: Path) -> None:
    """A worker that a server forks after the bundle was opened sees the next one as well."""
    found = InForce(home, every=0.02)
    assert _verdict(found) == "block"
    new = write(files(tmp_path / "second", report_only=True), tmp_path / "new")
    child = os.fork()
    if child == 0:
        try:
            _verdict(found)
            _rename_in(new, home)
            _until(lambda: _verdict(found) == "allow")
            os._exit(0)
        except BaseException:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    found.close()


def test_nothing_to_begin_with(tmp_path: Path) -> None:
    """Without a bundle there is no guard: it does not start, and says what to name."""
    with pytest.raises(CannotRun, match="neither a bundle nor the state directory"):
        InForce(tmp_path)


@pytest.mark.parametrize("trusted", ["10.0.0.1/8", "proxy", ""])
def test_whom_to_believe_is_checked(home: Path, trusted: str) -> None:
    """A network that is none is an error at the start."""
    with pytest.raises(CannotRun, match="is not a network"):
        InForce(home, Believed(trusted=[trusted]))


def test_dates_need_nobody(tmp_path: Path) -> None:
    """A date of the policy takes effect at its instant, by the clock and without a new bundle."""
    block = datetime(2026, 7, 9, tzinfo=UTC)
    content = files(tmp_path / "first", starts={"warn": block - timedelta(30), "block": block})
    home, now = write(content, tmp_path / "bundle"), [block.timestamp() - 1]
    found = InForce(home, AS_BUNDLED, lambda: now[0])
    assert (_verdict(found), _verdict(found, AMERICA)) == ("warn", "allow")
    now[0] += 1
    assert (_verdict(found), _verdict(found, AMERICA)) == ("block", "allow")
    found.close()
