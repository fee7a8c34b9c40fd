"""Following a log: every line counts once, whatever happens to the log and to the follower."""

from __future__ import annotations

import gzip
import json
import os
import random
import shutil
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import pytest

from regiongate.control.survey import save
from regiongate.domain.errors import CannotRun
from regiongate.domain.offer import Feature
from regiongate.store.database import Database
from regiongate.store.demands import Demands
from regiongate.store.files import SavedFiles
from regiongate.store.logs import FollowedLogs, LogState
from regiongate.store.sightings import Sightings
from regiongate.survey.files import log_files
from tests.support.following import NOW, follower
from tests.support.stores import database, postgresql, store_url

__all__ = ["database", "postgresql", "store_url"]

CHAT = Feature.CHAT
REPOSITORY = Path(__file__).parents[2]


class Gateway:
    """Writes a log as the gateway does: whole lines, appended, a request id in each."""

    def __init__(self, log: Path) -> None:
        self.log = log
        self.written: Counter[str] = Counter()
        self._number = 0
        self._file = self._open()

    def write(self, count: int = 1, organization: str = "acme", address: str = "5.5.5.5") -> None:
        """Write requests of one organization."""
        self.raw(b"".join(self.line(organization, address) for _ in range(count)))
        self.written[organization] += count

    def raw(self, content: bytes) -> None:
        """Write bytes as they are."""
        os.write(self._file, content)

    def line(self, organization: str = "acme", address: str = "5.5.5.5") -> bytes:
        """One line, not written."""
        self._number += 1
        said = {
            "time": f"2026-06-{self._number % 28 + 1:02}T10:00:00.123Z",
            "request_id": f"r-{self._number}",
            "address": address,
            "organization": organization,
            "key": "0123456789abcdef",
            "path": "/v1/chat/completions",
            "verdict": "allow",
            "generation": "1-abc",
        }
        return json.dumps(said).encode() + b"\n"

    def rotate(self) -> None:
        """As logrotate does: rename all by one, then tell the gateway to open its log anew."""
        self.rename()
        self.reopen()

    def rename(self) -> None:
        """The first half of rotating: the gateway still writes to the file it has open."""
        folder, name = self.log.parent, self.log.name
        rotated = [path for path in folder.glob(f"{name}.*") if not path.name.endswith(".tmp")]
        for path in sorted(rotated, key=lambda path: -int(path.name.split(".")[2])):
            number, *rest = path.name.removeprefix(f"{name}.").split(".")
            path.rename(folder / ".".join([name, str(int(number) + 1), *rest]))
        self.log.rename(folder / f"{name}.1")

    def reopen(self) -> None:
        """The second half."""
        os.close(self._file)
        self._file = self._open()

    def empty(self) -> None:
        """As logrotate does with copytruncate, with nothing written between the two."""
        shutil.copyfile(self.log, self.log.with_name(f"{self.log.name}.1"))
        os.truncate(self.log, 0)

    def _open(self) -> int:
        return os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)


@pytest.fixture
def gateway(tmp_path: Path) -> Gateway:
    """A gateway that has written nothing yet."""
    return Gateway(tmp_path / "access.log")


def counted(database: Database) -> Counter[str]:
    """The requests in the store by organization."""
    found: Counter[str] = Counter()
    with database.reading() as connection:
        for one in Sightings(connection).all():
            assert one.organization is not None
            found[one.organization] += one.requests
    return found


def compressed(path: Path) -> None:
    """Compress a file as logrotate does: the old one goes when the new one is whole."""
    with gzip.open(f"{path}.gz", "wb") as file:
        file.write(path.read_bytes())
    path.unlink()


def test_lines_become_sightings(gateway: Gateway, database: Database) -> None:
    """What a line says is in a sighting, placed by the kernel; rejected ones are kept and told."""
    gateway.write(3)
    gateway.write(address="200.1.2.3")
    gateway.raw(b"not a line\n" + gateway.line(address="nowhere") + b"\xff\n\n")
    with follower(gateway.log, database) as found:
        found.step()
        assert (found.progress.lines, found.progress.rejected, found.progress.lag) == (8, 4, 0)
    with database.reading() as connection:
        seen = list(Sightings(connection).all())
        assert {(one.network, one.region, one.unsupported, one.blocked) for one in seen} == {
            ("5.5.5.0/24", "KP", 1, 1),
            ("200.1.2.0/24", "FR", 0, 0),
        }
        asked = Demands(connection).of("acme")
        assert {(one.model, one.feature, one.tokens) for one in asked} == {(None, CHAT, None)}
        assert sum(one.requests for one in asked) == 4
        [log] = FollowedLogs(connection).named(str(gateway.log))
        rejects = FollowedLogs(connection).rejects(log.head)
    assert (log.lines, log.rejected, log.position) == (8, 4, gateway.log.stat().st_size)
    reasons = [reason for _, reason, _ in rejects]
    assert reasons[0].startswith("it is not JSON")
    assert reasons[1:3] == ["'nowhere' is not an address", "it is not UTF-8"]
    assert rejects[0][2] == b"not a line"
    assert gateway.log.read_bytes()[rejects[1][0] :].startswith(rejects[1][2])


def test_half_a_line_waits(gateway: Gateway, database: Database) -> None:
    """A line is counted once its end is there, the first one of a log too."""
    line = gateway.line()
    with follower(gateway.log, database) as found:
        for half in (line[:20], line[20:], line[:30], line[30:]):
            found.step()
            gateway.raw(half)
        found.step()
        assert found.progress.lines == 2
    assert counted(database) == {"acme": 2}


def test_a_restart_goes_on(gateway: Gateway, database: Database) -> None:
    """Another follower goes on where the last one was, not at the beginning."""
    for _ in range(3):
        gateway.write(2)
        with follower(gateway.log, database) as found:
            found.step()
            found.step()
            assert found.progress.lines == 2
    assert counted(database) == gateway.written


def test_rotation_by_renaming(gateway: Gateway, database: Database) -> None:
    """The renamed file is read to its end, also what is written to it after the new one exists."""
    with follower(gateway.log, database) as found:
        for _ in range(4):
            gateway.write(2)
            found.step()
            gateway.write()
            gateway.rename()
            gateway.write()
            found.step()
            gateway.write()
            gateway.reopen()
            gateway.write()
        found.step()
        found.step()
    assert counted(database) == gateway.written
    with database.reading() as connection:
        states = Counter(log.state for log in FollowedLogs(connection).named(str(gateway.log)))
    assert states == {LogState.FINISHED: 4, LogState.OPEN: 1}


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "compressed"])
def test_rotations_while_nobody_follows(gateway: Gateway, database: Database, packed: bool) -> None:
    """Several rotations later the rest of the old file and all newer ones are counted."""
    gateway.write(3)
    with follower(gateway.log, database) as found:
        found.step()
    for _ in range(3):
        gateway.write(2)
        gateway.rotate()
    gateway.write()
    if packed:
        for path in gateway.log.parent.glob("access.log.*"):
            compressed(path)
    for _ in range(2):
        with follower(gateway.log, database) as found:
            found.step()
            found.step()
        assert counted(database) == gateway.written


def test_what_was_rotated_before_is_left_alone(gateway: Gateway, database: Database) -> None:
    """The first time, only the log itself is counted; that stays so, and is told."""
    for name in ("old", "older"):
        gateway.write(5, organization=name)
        gateway.rotate()
    compressed(gateway.log.with_name("access.log.2"))
    gateway.write()
    told: list[str] = []
    for _ in range(2):
        with follower(gateway.log, database, told.append) as found:
            found.step()
    assert counted(database) == {"acme": 1}
    assert len(told) == 2


def test_rotation_by_copying(gateway: Gateway, database: Database) -> None:
    """A log that is emptied in place is read on in its copy, and said to be the worse way."""
    told: list[str] = []
    gateway.write(3)
    with follower(gateway.log, database, told.append) as found:
        found.step()
        gateway.write(2)
        gateway.empty()
        gateway.write(9)
        found.step()
        found.step()
    assert counted(database) == gateway.written
    assert any("emptied in place after byte" in words for words in told)


def test_a_file_that_is_gone_is_told(gateway: Gateway, database: Database) -> None:
    """A file deleted with unread lines is recorded as lost; put back, it is counted."""
    gateway.write(2)
    with follower(gateway.log, database) as found:
        found.step()
    gateway.write(3)
    gateway.rotate()
    away = gateway.log.with_name("away")
    gateway.log.with_name("access.log.1").rename(away)
    gateway.write()
    told: list[str] = []
    with follower(gateway.log, database, told.append) as found:
        found.step()
    assert counted(database) == {"acme": 3}
    assert "is gone" in told[0]
    away.rename(gateway.log.with_name("access.log.9"))
    with follower(gateway.log, database) as found:
        found.step()
    assert counted(database) == gateway.written


def test_two_followers(gateway: Gateway, database: Database) -> None:
    """A second follower of the same log is found out, and nothing counts twice."""
    gateway.write(2)
    with follower(gateway.log, database) as one, follower(gateway.log, database) as other:
        one.step()
        other.step()
        gateway.write()
        one.step()
        with pytest.raises(CannotRun, match="somebody else follows"):
            other.step()
    assert counted(database) == gateway.written


def test_another_log_is_refused(tmp_path: Path, database: Database) -> None:
    """Only a gateway's log is followed."""
    log = tmp_path / "access.log"
    log.write_text('192.0.2.1 - - [10/Oct/2000:13:55:36 -0700] "GET / HTTP/1.1" 200 1\n')
    with (
        follower(log, database) as found,
        pytest.raises(CannotRun, match="does not begin as a gateway's log"),
    ):
        found.step()


def test_saved_lines_are_not_followed_again(gateway: Gateway, database: Database) -> None:
    """Following a log that was saved begins behind what was saved; saving it then is refused."""
    gateway.write(4)
    noted = save.plan(database, log_files([str(gateway.log)], gateway.log.parent), NOW)
    with database.writing() as connection:
        SavedFiles(connection).add(noted.fresh[0].noted)
    gateway.write(2)
    with follower(gateway.log, database) as found:
        found.step()
        assert found.progress.lines == 2
    with pytest.raises(CannotRun, match="which is followed"):
        save.plan(database, log_files([str(gateway.log)], gateway.log.parent), NOW)


def _start(log: Path, url: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.support.following", str(log), url]
    return subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE)


def _write_on(gateway: Gateway, chance: random.Random, stop: threading.Event) -> None:
    while not stop.is_set():
        gateway.write(chance.randrange(1, 40), organization=chance.choice("abcdef"))
        half = gateway.line(organization="halves")
        cut = chance.randrange(len(half))
        gateway.raw(half[:cut])
        time.sleep(chance.random() * 0.01)
        gateway.raw(half[cut:])
        gateway.written["halves"] += 1
        if chance.random() < 0.04:
            gateway.rename()
            gateway.write(3, organization="late")
            gateway.reopen()
            older = gateway.log.with_name("access.log.2")
            if older.exists() and chance.random() < 0.5:
                compressed(older)


@pytest.mark.slow
def test_killed_at_any_instant(gateway: Gateway, store_url: str) -> None:
    """Killed again and again while lines come and the log is rotated, each line counts once."""
    chance = random.Random(20261122)  # noqa: S311
    stop = threading.Event()
    gateway.write()
    database = Database.open(store_url)
    with follower(gateway.log, database) as found:
        found.step()  # What is rotated away before is not followed.
    writer = threading.Thread(target=_write_on, args=(gateway, chance, stop))
    writer.start()
    try:
        for _ in range(6):
            with _start(gateway.log, store_url) as child:
                assert child.stdout is not None
                child.stdout.readline()
                time.sleep(chance.random() * 0.4)
                child.kill()
    finally:
        stop.set()
        writer.join()
    with follower(gateway.log, database) as found:
        for _ in range(3):
            found.step()
        assert found.progress.lag == 0
    assert len(list(gateway.log.parent.glob("access.log*"))) > 3
    assert counted(database) == gateway.written
    database.close()
