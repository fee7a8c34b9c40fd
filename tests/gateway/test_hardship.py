"""Under load nobody is misjudged or dropped, whatever happens to the gateway's surroundings.

In each case sixty connections, opened once, ask as fast as they are answered, from supported and
from unsupported addresses, and both workers of Envoy serve them. What the clients counted must be
what the log has, and each line of the log must have the verdict of the generation that it names.
"""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice, pairwise
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest

from regiongate.compiler.envoy.gate import DATABASE
from regiongate.compiler.manifest import files_of
from regiongate.compiler.reader import BundleReader
from regiongate.control.gateway import build
from regiongate.control.gateway.publish import KEEP, publish_bundle
from regiongate.control.gateway.run import settings_of
from regiongate.control.gateway.watch import watch
from regiongate.domain.errors import CannotRun
from regiongate.gateway.envoy import Envoy
from regiongate.gateway.state import State
from regiongate.gateway.swap import Swapped, swap
from tests.support import bundles
from tests.support.command import Up, alive, running_up
from tests.support.gateway import (
    AMERICA,
    AMERICA_V6,
    CHINA,
    CHINA_V6,
    FRANCE,
    RUSSIA,
    WORKERS,
    Gateway,
    few_tables,
    inputs,
    running_gateway,
)
from tests.support.load import Load, load_on
from tests.support.policies import LONG_AGO, policy_text

pytestmark = [pytest.mark.envoy, pytest.mark.slow]

CONNECTIONS = 60
ALLOWED, CHINESE = (AMERICA, AMERICA_V6, FRANCE), (CHINA, CHINA_V6)
ADDRESSES = (*ALLOWED, *CHINESE, RUSSIA)

OPENS_CHINA = {"add": [{"region": "CN", "reason": "A test."}]}
BLOCKING, OPENING = policy_text(), policy_text(supported=OPENS_CHINA)

Line = dict[str, Any]


@dataclass
class Judged:
    """What the log says of the load, each line found right: answers by address and status."""

    statuses: dict[str, dict[int, int]] = field(default_factory=dict)
    generations: set[str] = field(default_factory=set)
    unreadable: int = 0


def judged(state: State, unsupported: Callable[[Line], str]) -> Judged:
    """Judge each line of the load by the verdict that it should have from an unsupported place."""
    time.sleep(0.5)  # Envoy writes its log a few times a second.
    found = Judged({address: {} for address in ADDRESSES})
    with state.access_log.open("rb") as log:
        for text in log:
            try:
                line: Line = json.loads(text)
            except ValueError:
                found.unreadable += 1
                continue
            if line["host"] == "load":
                expected = "allow" if line["address"] in ALLOWED else unsupported(line)
                assert line["verdict"] == expected, line
                assert line["status"] == (403 if expected == "block" else 200), line
                counted = found.statuses[line["address"]]
                counted[line["status"]] = counted.get(line["status"], 0) + 1
                found.generations.add(line["generation"])
    return found


def started(line: Line) -> float:
    """When the request of a line began, in seconds since the epoch."""
    return datetime.fromisoformat(line["time"]).timestamp()


def assert_served(load: Load, china: set[int], russia: set[int]) -> None:
    """No connection broke, no allowed request failed; the others got these statuses."""
    assert load.failures == []
    assert {address: set(load.statuses[address]) for address in ADDRESSES} == {
        **{address: {200} for address in ALLOWED},
        **dict.fromkeys(CHINESE, china),
        RUSSIA: russia,
    }


def stays(gateway: Gateway, generation: str) -> None:
    """A generation is in force on disk, in Envoy, and for who asks now."""
    assert gateway.state.current() == generation
    assert gateway.envoy.stats().selected == generation
    assert gateway.self_check(CHINA)["generation"] == generation


def comes(true: Callable[[], bool], patience: float = 60) -> None:
    """Wait for what the control process does at its next look, twice a second."""
    deadline = time.monotonic() + patience
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@contextmanager
def watched(state: State) -> Iterator[list[str]]:
    """What `regiongate up` tells while it watches over a gateway, until the block ends."""
    stop, told = Event(), list[str]()
    thread = Thread(target=watch, args=(state, WORKERS, (), stop, told.append))
    thread.start()
    try:
        yield told
    finally:
        stop.set()
        thread.join()


def chain(gateway: Gateway, number: int, home: Path) -> list[tuple[str, Path]]:
    """Policies that open and close China in turn, and a bundle of each that follows the last."""
    found: list[tuple[str, Path]] = []
    parent = BundleReader(gateway.state.bundle(str(gateway.state.current()))).parent()
    for policy in islice(cycle([OPENING, BLOCKING]), number):
        what = inputs(gateway.folder, policy, None, gateway.tables)
        frozen = build.freeze(what, datetime.now(UTC), parent)
        folder = home / frozen.generation
        bundles.write(build.bundle_files(frozen, gateway.settings), folder)
        parent = BundleReader(folder).parent()
        found.append((policy, folder))
    return found


def test_a_hundred_publishes(upstream: str, tmp_path: Path) -> None:
    """A hundred publishes: each in force within a second, everywhere, and only until the next.

    The bundles are compiled before, over a handful of networks. Every twentieth publish is all of
    `regiongate publish --bundle`, verification and Envoy's own check among it, which take most of
    a second each and touch nothing that runs. The others are what a publish does after these:
    install, fill the free slot, probe it, choose it, forget the oldest.
    """
    with running_gateway(tmp_path, BLOCKING, upstream=upstream) as gateway:
        verdicts = {str(gateway.state.current()): "block"}
        periods = [(str(gateway.state.current()), 0.0, time.time())]
        built = chain(gateway, 100, tmp_path / "built")
        with (
            gateway.client(CHINA) as chinese,
            load_on(gateway.port, ADDRESSES, CONNECTIONS) as load,
        ):
            for number, (policy, folder) in enumerate(built):
                asked = time.time()
                swapped = (publish_verified if number % 20 else publish_whole)(gateway, folder)
                assert swapped.seconds < 1
                periods.append((swapped.generation, asked, time.time()))
                verdicts[swapped.generation] = "allow" if policy is OPENING else "block"
                expected = 200 if policy is OPENING else 403
                assert chinese.get("/healthz").status_code == expected
        assert_served(load, china={200, 403}, russia={403})
        limits = {one[0]: (one[1], after[2] + 1) for one, after in pairwise(periods)}
        limits[periods[-1][0]] = (periods[-1][1], time.time())

        def verdict(line: Line) -> str:
            since, until = limits[line["generation"]]
            assert since <= started(line) <= until
            return "block" if line["country"] == "RU" else verdicts[line["generation"]]

        found = judged(gateway.state, verdict)
        assert (found.statuses, found.unreadable) == (load.statuses, 0)
        assert len(found.generations) > 95
        noted = [row["generation"] for row in gateway.events() if row["event"] == "swapped"]
        assert noted == [folder.name for _, folder in built]


def publish_whole(gateway: Gateway, folder: Path) -> Swapped:
    """What `regiongate publish --bundle` does."""
    return publish_bundle(gateway.state, gateway.settings, folder)


def publish_verified(gateway: Gateway, folder: Path) -> Swapped:
    """What it does with a bundle once that is verified."""
    generation = gateway.state.install(files_of(folder))
    swapped = swap(gateway.state, gateway.envoy, generation)
    gateway.state.forget_old(KEEP)
    return swapped


def test_killed_control_process(upstream: str, tmp_path: Path) -> None:
    """A date passes on time with nobody to see to it; the next control process goes on from there.

    From the kill, seconds before the date, until a second after it, only Envoy is alive.
    """
    policy = tmp_path / "policy.yaml"
    policy.write_text(policy_text(starts={"warn": LONG_AGO}))
    arguments = ("--policy", policy, "--upstream", upstream)
    trust = ("--trust-forwarded-from", "127.0.0.0/8")
    with running_up(tmp_path, *arguments, *trust) as up, ExitStack() as afterwards:
        gateway, envoy = gateway_of(up, tmp_path / "published"), up.envoy_pid()
        first = str(gateway.state.current())
        with load_on(up.port, ADDRESSES, CONNECTIONS) as load:
            at = (datetime.now(UTC) + timedelta(seconds=6)).replace(microsecond=0)
            dated = gateway.publish(policy_text(starts={"warn": LONG_AGO, "block": at})).generation
            up.kill()
            assert time.time() < at.timestamp() - 1
            time.sleep(at.timestamp() + 1 - time.time())
            assert alive(envoy)
            stays(gateway, dated)
            again = afterwards.enter_context(running_up(tmp_path, *arguments, *trust, port=up.port))
            assert again.envoy_pid() == envoy
            assert "picked up" in again.printed()
            stays(gateway, dated)
            opening = gateway.publish(OPENING).generation
            comes(lambda: f"generation {opening} is in force" in again.printed())
            stays(gateway, opening)
        assert_served(load, china={200, 403}, russia={200, 403})
        for address in (*CHINESE, RUSSIA):
            assert 0 <= load.spans[address][403][0] - at.timestamp() < 1
        assert load.spans[RUSSIA][200][1] < at.timestamp() + 1

        def verdict(line: Line) -> str:
            if line["generation"] == opening and line["country"] == "CN":
                return "allow"
            early = line["generation"] == first or started(line) < at.timestamp()
            return "warn" if early else "block"

        found = judged(gateway.state, verdict)
        assert (found.statuses, found.unreadable) == (load.statuses, 0)
        noted = [row for row in gateway.events() if row["event"] in ("picked-up", "swapped")]
        assert [(row["event"], row["generation"]) for row in noted] == [
            ("swapped", dated),
            ("picked-up", dated),
            ("swapped", opening),
        ]


def gateway_of(up: Up, folder: Path) -> Gateway:
    """The gateway of a control process; what is published to it knows a handful of networks."""
    folder.mkdir()
    state = State(up.state)
    return Gateway(state, settings_of(state), Envoy(state), folder, few_tables())


def test_truncated_database(upstream: str, tmp_path: Path) -> None:
    """Half a database is refused before Envoy sees it, or else by Envoy; the whole one gets in."""
    with running_gateway(tmp_path, BLOCKING, upstream=upstream) as gateway:
        kept = str(gateway.state.current())
        good, short, forged, late = (folder for _, folder in chain(gateway, 4, tmp_path / "built"))
        unnoticed = gateway.state.install(files_of(late))
        halve(short / DATABASE)
        halve(forged / DATABASE)
        bundles.seal(forged)
        halve(gateway.state.bundle(unnoticed) / DATABASE)
        with load_on(gateway.port, ADDRESSES, CONNECTIONS) as load:
            for _ in range(3):
                with pytest.raises(CannotRun, match=r"verdict\.mmdb cannot be read"):
                    publish_whole(gateway, short)
                stays(gateway, kept)
                with pytest.raises(CannotRun, match="does not verify"):
                    publish_whole(gateway, forged)
                stays(gateway, kept)
                with pytest.raises(CannotRun, match="Envoy refused the database"):
                    swap(gateway.state, gateway.envoy, unnoticed)
                stays(gateway, kept)
            opening = publish_whole(gateway, good).generation
            stays(gateway, opening)
        assert_served(load, china={200, 403}, russia={403})
        found = judged(gateway.state, opened_by(opening))
        assert (found.statuses, found.unreadable) == (load.statuses, 0)
        refusals = ["publish-refused", "bundle-refused", "publish-refused", "swap-refused"]
        noted = [row["event"] for row in gateway.events()]
        assert noted == ["started", *refusals * 3, "swapped"]


def halve(path: Path) -> None:
    """Keep the first half of a file; its name gets a new file, as a copy cut short would be."""
    content = path.read_bytes()
    path.unlink()
    path.write_bytes(content[: len(content) // 2])


def opened_by(generation: str) -> Callable[[Line], str]:
    """The verdict where one generation opens China and the one before it opens nothing."""

    def verdict(line: Line) -> str:
        opened = line["generation"] == generation and line["country"] == "CN"
        return "allow" if opened else "block"

    return verdict


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """A disk of 32 MB that lasts until the block ends; skips the test where none can be had."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=32m", "none", str(folder)]
    mounted = subprocess.run(mount, check=False, capture_output=True, text=True)
    if mounted.returncode:
        pytest.skip(f"tmpfs cannot be mounted here: {mounted.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount the small disk")
def test_full_disk(upstream: str, tmp_path: Path) -> None:
    """On a full disk the old generation serves on and the refusals are noted; then all goes on.

    Lines of the access log that come while nothing fits are lost, Envoy keeps none for later. No
    line is wrong, they come again as soon as there is room, and what was lost when is noted.
    """
    with (
        small_disk(tmp_path / "disk") as disk,
        running_gateway(disk, BLOCKING, upstream=upstream) as gateway,
        watched(gateway.state) as told,
    ):
        kept = str(gateway.state.current())
        good, _, other = (folder for _, folder in chain(gateway, 3, tmp_path / "built"))
        installed = gateway.state.install(files_of(other))
        filler = disk / "filler"
        with load_on(gateway.port, ADDRESSES, CONNECTIONS) as load:
            with pytest.raises(OSError, match="No space"):
                filler.write_bytes(bytes(64 << 20))
            with pytest.raises(CannotRun, match="No space left"):
                swap(gateway.state, gateway.envoy, installed)
            stays(gateway, kept)
            for _ in range(5):
                with pytest.raises(CannotRun, match="No space left"):
                    publish_whole(gateway, good)
                stays(gateway, kept)
            comes(lambda: any("is the disk full?" in words for words in told))
            filler.unlink()
            opening = publish_whole(gateway, good).generation
            stays(gateway, opening)
            answer = gateway.get(address=CHINA)
            assert gateway.line(answer.headers["x-request-id"])["verdict"] == "allow"
            comes(lambda: any("is written again" in words for words in told))
        assert_served(load, china={200, 403}, russia={403})
        found = judged(gateway.state, opened_by(opening))
        assert found.generations == {kept, opening}
        assert 0 < found.unreadable < 5
        noted = [row for row in gateway.events() if row["event"].endswith("refused")]
        assert [row["event"] for row in noted] == ["swap-refused", *["publish-refused"] * 5]
        assert all(row["kept"] == kept and "No space left" in row["reason"] for row in noted)
        noted = [row for row in gateway.events() if row["event"].startswith("access-log-")]
        assert [row["event"] for row in noted] == ["access-log-lost", "access-log-resumed"]
        assert 0 < noted[0]["failed_writes"] <= noted[1]["failed_writes"]
