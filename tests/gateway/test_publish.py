"""A publish changes verdicts and drops nothing; one that cannot hold changes nothing."""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from itertools import cycle, islice
from pathlib import Path

import pytest

from regiongate.compiler.envoy.files import GATE
from regiongate.compiler.envoy.gate import DATABASE
from regiongate.control.gateway import build
from regiongate.control.gateway.publish import install, publish, publish_bundle
from regiongate.domain.errors import CannotRun, ProblemsFound
from regiongate.gateway.swap import swap
from tests.support.command import REGIONGATE, regiongate
from tests.support.gateway import (
    AMERICA,
    CHINA,
    FRANCE,
    Gateway,
    bundled_tables,
    inputs,
    running_gateway,
)
from tests.support.load import load_on
from tests.support.policies import network, organizations_csv, policy_text

pytestmark = pytest.mark.envoy

OPENS_CHINA = {"add": [{"region": "CN", "reason": "A test."}]}
BLOCKING, OPENING = policy_text(), policy_text(supported=OPENS_CHINA)


@pytest.fixture
def running(upstream: str, tmp_path: Path) -> Iterator[Gateway]:
    """A gateway under the policy that blocks China, in a folder of its own."""
    with running_gateway(tmp_path, BLOCKING, upstream=upstream) as gateway:
        yield gateway


def bundle(gateway: Gateway, policy: str, home: Path) -> Path:
    """A bundle for this gateway, built elsewhere."""
    home.mkdir()
    what = inputs(home, policy, None, gateway.tables)
    frozen = build.freeze(what, datetime.now(UTC), None)
    folder = home / "bundle"
    for name, content in build.bundle_files(frozen, gateway.settings).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


@contextmanager
def nothing_changes(gateway: Gateway) -> Iterator[None]:
    """What is in force before is in force after, in Envoy, on disk and in what clients get."""
    before = (
        gateway.state.current(),
        gateway.state.select.read_bytes(),
        gateway.envoy.daemon.pid(),
    )
    with gateway.client(CHINA) as chinese, gateway.client(AMERICA) as american:
        assert chinese.get("/v1/models").status_code == 403
        yield
        for _ in range(20):
            assert chinese.get("/v1/models").status_code == 403
            assert american.get("/v1/models").status_code == 200
    state = gateway.state
    assert before == (state.current(), state.select.read_bytes(), gateway.envoy.daemon.pid())
    assert gateway.self_check(CHINA)["generation"] == before[0]
    assert gateway.envoy.stats().selected == before[0]


def assert_load_was_served(gateway: Gateway, verdicts: dict[str, set[str]], first: int) -> None:
    """Each line of the log since `first` has the verdict of the generation that it names."""
    time.sleep(0.5)  # Envoy writes its log a few times a second.
    for line in gateway.lines()[first:]:
        if line["host"] == "load":
            assert line["country"] in ("CN", "US")
            expected = "allow" if line["country"] == "US" else verdicts[line["generation"]]
            assert line["verdict"] in expected
            assert line["status"] == (200 if line["verdict"] == "allow" else 403)


def test_publishes_under_load(running: Gateway) -> None:
    """Twenty publishes under load: each in less than a second, no request failed or misjudged."""
    verdicts = {str(running.state.current()): {"block"}}
    with load_on(running.port, [AMERICA, CHINA]) as load:
        for policy in islice(cycle([OPENING, BLOCKING]), 20):
            swapped = running.publish(policy)
            verdicts[swapped.generation] = {"allow" if policy is OPENING else "block"}
            assert swapped.seconds < 1
            expected = 200 if policy is OPENING else 403
            assert running.get("/healthz", CHINA).status_code == expected
    assert load.failures == []
    assert set(load.statuses[AMERICA]) == {200}
    assert set(load.statuses[CHINA]) == {200, 403}
    assert_load_was_served(running, verdicts, 0)
    assert len({line["generation"] for line in running.lines()}) > 15
    assert len(list(running.state.bundles.iterdir())) <= 11


@pytest.mark.slow
def test_a_hundred_swaps_of_whole_databases(upstream: str, tmp_path: Path) -> None:
    """A hundred swaps of bundles of real size under load leak neither threads nor memory."""
    with running_gateway(tmp_path, BLOCKING, upstream=upstream, tables=bundled_tables()) as running:
        first = str(running.state.current())
        what = inputs(tmp_path, OPENING, None, running.tables)
        second = install(running.state, running.settings, what, datetime.now(UTC))
        seconds, sizes = [], []
        with load_on(running.port, [AMERICA, CHINA]) as load:
            for generation in islice(cycle([second, first]), 100):
                seconds.append(swap(running.state, running.envoy, generation).seconds)
                sizes.append(size_of(running.envoy.daemon.pid()))
        assert load.failures == []
        assert set(load.statuses[AMERICA]) == {200}
        assert set(load.statuses[CHINA]) == {200, 403}
        assert_load_was_served(running, {first: {"block"}, second: {"allow"}}, 0)
        assert sorted(seconds)[98] < 1
        threads, megabytes = zip(*sizes, strict=True)
        assert max(threads[50:]) <= max(threads[:50]) + 2
        assert max(megabytes[80:]) < 1.5 * max(megabytes[:40])


def size_of(pid: int | None) -> tuple[int, int]:
    """Threads and resident megabytes of a process."""
    rows = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return int(rows["Threads"]), int(rows["VmRSS"].split()[0]) >> 10


def test_organizations_change_too(running: Gateway) -> None:
    """A publish brings its own table of organizations and keys."""
    assert running.get(address=CHINA, x_api_key="sk-new").status_code == 403
    running.publish(BLOCKING, organizations_csv([("newsroom", "exempt", "", "sk-new")]))
    assert running.get(address=CHINA, x_api_key="sk-new").status_code == 200
    running.publish(BLOCKING, organizations_csv([("newsroom", "ordinary", "", "sk-new")]))
    assert running.get(address=CHINA, x_api_key="sk-new").status_code == 403


def test_back_to_an_older_generation(running: Gateway) -> None:
    """An older generation comes back whole, under its own name."""
    first = str(running.state.current())
    running.publish(OPENING)
    assert running.get(address=CHINA).status_code == 200
    back = publish_bundle(running.state, running.settings, running.state.bundle(first))
    assert back.generation == first
    assert running.get(address=CHINA).status_code == 403
    assert running.self_check(CHINA)["generation"] == first


def cut_short(folder: Path) -> None:
    """Half a database."""
    content = (folder / DATABASE).read_bytes()
    (folder / DATABASE).write_bytes(content[: len(content) // 2])


def flip(name: str, where: float) -> Callable[[Path], None]:
    """Another value in one byte of a file."""

    def damage(folder: Path) -> None:
        content = bytearray((folder / name).read_bytes())
        content[int(len(content) * where)] ^= 0x20
        (folder / name).write_bytes(content)

    return damage


DAMAGES: list[tuple[str, Callable[[Path], object]]] = [
    ("truncated database", cut_short),
    ("empty database", lambda folder: (folder / DATABASE).write_bytes(b"")),
    ("no database", lambda folder: (folder / DATABASE).unlink()),
    ("flipped byte in the tree", flip(DATABASE, 0.2)),
    ("flipped byte in the data", flip(DATABASE, 0.8)),
    ("flipped byte in the gate", flip(GATE, 0.5)),
    ("flipped byte in the keys", flip("organizations.keys", 0.99)),
    ("flipped byte in the decisions", flip("decisions.json", 0.5)),
    ("flipped byte in the policy", flip("policy/policy.yaml", 0.5)),
    ("flipped byte in the manifest", flip("manifest.json", 0.5)),
    ("no manifest", lambda folder: (folder / "manifest.json").unlink()),
    ("empty manifest", lambda folder: (folder / "manifest.json").write_bytes(b"")),
    ("another generation", lambda folder: rename_generation(folder, "../../evil")),
    ("a file too many", lambda folder: (folder / "extra").write_bytes(b"x")),
]


def rename_generation(folder: Path, name: str) -> None:
    """Let the manifest name another generation."""
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps(manifest | {"generation": name}))


@pytest.fixture(scope="module")
def lasting(upstream: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """A gateway that every attempt on it leaves as it is."""
    folder = tmp_path_factory.mktemp("lasting")
    with running_gateway(folder, BLOCKING, upstream=upstream) as gateway:
        yield gateway


@pytest.mark.parametrize(("name", "damage"), DAMAGES, ids=[name for name, _ in DAMAGES])
def test_damaged_bundles(
    lasting: Gateway, tmp_path: Path, name: str, damage: Callable[[Path], object]
) -> None:
    """A bundle that is not as it was built does not come into force, and is not kept."""
    folder = bundle(lasting, OPENING, tmp_path / "home")
    damage(folder)
    with nothing_changes(lasting), pytest.raises(CannotRun) as refused:
        publish_bundle(lasting.state, lasting.settings, folder)
    event = lasting.events()[-1]
    assert event["event"] == "publish-refused"
    assert event["reason"] == str(refused.value)
    assert event["kept"] == lasting.state.current()
    assert [path.name for path in lasting.state.bundles.iterdir()] == [event["kept"]]


def test_bundle_of_another_gateway(lasting: Gateway, tmp_path: Path) -> None:
    """A bundle built for other settings is refused: its key table may be for other headers."""
    other = replace(lasting, settings=replace(lasting.settings, api_keys=False))
    folder = bundle(other, OPENING, tmp_path / "home")
    with nothing_changes(lasting), pytest.raises(CannotRun, match="other settings"):
        publish_bundle(lasting.state, lasting.settings, folder)


BROKEN_GATES: list[tuple[str, Callable[[str], str]]] = [
    ("not JSON", lambda text: text[:-40]),
    ("unknown field", lambda text: text.replace('"on_no_match"', '"on_nothing"', 1)),
    ("unknown filter", lambda text: text.replace("http.lua.v3", "http.lua.v9", 1)),
    ("missing keys", lambda text: text.replace("organizations.keys", "nothing.keys")),
    ("bad script", lambda text: text.replace("function", "fnction", 1)),
]


@pytest.mark.parametrize(("name", "broken"), BROKEN_GATES, ids=[name for name, _ in BROKEN_GATES])
def test_envoy_refuses(lasting: Gateway, name: str, broken: Callable[[str], str]) -> None:
    """A gate that Envoy does not take is taken back at once; Envoy's own words say why."""
    what = inputs(lasting.folder, OPENING, None, lasting.tables)
    generation = install(lasting.state, lasting.settings, what, datetime.now(UTC))
    gate = lasting.state.bundle(generation) / GATE
    gate.chmod(0o600)
    gate.write_text(broken(gate.read_text()))
    begun = time.monotonic()
    with nothing_changes(lasting):
        with pytest.raises(CannotRun, match="Envoy refused the gate"):
            swap(lasting.state, lasting.envoy, generation)
        assert time.monotonic() - begun < 3
    event = lasting.events()[-1]
    assert (event["event"], event["generation"]) == ("swap-refused", generation)
    shutil.rmtree(lasting.state.bundle(generation))


def test_envoy_refuses_a_database(lasting: Gateway) -> None:
    """A database that Envoy cannot read stays out of force, and the next good one gets in."""
    opening = install_of(lasting, OPENING)
    database = lasting.state.bundle(opening) / DATABASE
    good = database.read_bytes()
    database.chmod(0o600)
    database.write_bytes(good[: len(good) // 2])
    with nothing_changes(lasting), pytest.raises(CannotRun, match="Envoy refused the database"):
        swap(lasting.state, lasting.envoy, opening)
    shutil.rmtree(lasting.state.bundle(opening))
    lasting.publish(OPENING)
    assert lasting.get(address=CHINA).status_code == 200
    lasting.publish(BLOCKING)
    assert lasting.get(address=CHINA).status_code == 403


def install_of(gateway: Gateway, policy: str) -> str:
    """A generation installed and verified, but not in force."""
    what = inputs(gateway.folder, policy, None, gateway.tables)
    return install(gateway.state, gateway.settings, what, datetime.now(UTC))


def test_probe_disagrees(lasting: Gateway) -> None:
    """A gateway that answers otherwise than the bundle says goes back to the old generation."""
    what = inputs(lasting.folder, OPENING, None, lasting.tables)
    generation = install(lasting.state, lasting.settings, what, datetime.now(UTC))
    decisions = lasting.state.bundle(generation) / "decisions.json"
    decisions.chmod(0o600)
    decisions.write_text(decisions.read_text().replace('"verdict": "allow"', '"verdict": "warn"'))
    with nothing_changes(lasting), pytest.raises(CannotRun, match="probes disagree"):
        swap(lasting.state, lasting.envoy, generation)
    event = lasting.events()[-1]
    assert event["event"] == "swap-refused"
    assert "expected" in event["reason"]
    shutil.rmtree(lasting.state.bundle(generation))


def test_policy_tests_fail(lasting: Gateway) -> None:
    """A policy that fails its own tests is not published; the events name the test."""
    test = {"region": "CN", "at": "2026-01-01", "verdict": "allow"}
    with nothing_changes(lasting), pytest.raises(ProblemsFound) as found:
        lasting.publish(policy_text(tests=[test]))
    assert [problem.code for problem in found.value.problems] == ["test-failed"]
    event = lasting.events()[-1]
    assert event["event"] == "publish-refused"
    assert "CN at 2026-01-01T00:00:00Z must allow, got block" in event["reason"]


def test_two_at_once(lasting: Gateway) -> None:
    """The second of two publishes is told that another is under way."""
    with (
        nothing_changes(lasting),
        lasting.state.lock("publish", "unused"),
        pytest.raises(CannotRun, match="another publish is under way"),
    ):
        lasting.publish(OPENING)


def test_killed_publish(running: Gateway, tmp_path: Path) -> None:
    """A publish killed on its way leaves the old generation in force and no rubbish for long."""
    policy = tmp_path / "opening.yaml"
    policy.write_text(OPENING)
    # On a busy machine all files are there between two looks: each takes its time.
    slow = "import pathlib, time; at_once = pathlib.Path.chmod; pathlib.Path.chmod = "
    slow += "lambda path, mode: (time.sleep(1), at_once(path, mode))[1]; "
    python, option, main = REGIONGATE
    command = [python, option, slow + main]
    command += ["publish", "--policy", str(policy), "--state", str(running.state.root)]
    for _ in range(2):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        with nothing_changes(running):
            while not list(running.state.bundles.glob(".*")):
                assert process.poll() is None, "it was done before it could be killed"
                time.sleep(0.001)
            process.kill()
            process.wait()
    running.publish(OPENING)
    assert running.get(address=CHINA).status_code == 200
    assert list(running.state.bundles.glob(".*")) == []


@pytest.mark.parametrize("megabytes", [0.1, 1])
def test_file_size_limit(running: Gateway, tmp_path: Path, megabytes: float) -> None:
    """Where files cannot grow the publish fails in one sentence and leaves the old one in force."""
    policy = tmp_path / "opening.yaml"
    policy.write_text(OPENING)
    limit = int(megabytes * (1 << 20))
    with nothing_changes(running):
        done = regiongate(
            "publish",
            *("--policy", policy, "--state", running.state.root),
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
        )
    assert done.returncode == 2
    assert "File too large" in done.stderr
    assert "Traceback" not in done.stderr
    assert running.events()[-1]["event"] == "publish-refused"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount the small disk")
def test_full_disk(upstream: str, tmp_path: Path) -> None:
    """On a full disk the old generation goes on serving, and what happened is said."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m", "none", disk], check=False, capture_output=True
    )
    if mounted.returncode:
        pytest.skip(f"tmpfs cannot be mounted here: {mounted.stderr.decode().strip()}")
    try:
        with running_gateway(disk, BLOCKING, upstream=upstream) as running:
            filler = disk / "filler"
            with pytest.raises(OSError, match="No space"):
                filler.write_bytes(bytes(8 << 20))
            with nothing_changes(running), pytest.raises(CannotRun, match="No space left"):
                what = inputs(tmp_path, OPENING, None, running.tables)
                publish(running.state, running.settings, what, datetime.now(UTC))
            filler.unlink()
            running.publish(OPENING)
            answer = running.get(address=CHINA)
            assert answer.status_code == 200
            assert running.line(answer.headers["x-request-id"])["verdict"] == "allow"
            refused = [row for row in running.events() if row["event"] == "publish-refused"]
            assert "No space left" in refused[-1]["reason"]
    finally:
        subprocess.run(["umount", "-l", disk], check=True)


def test_network_rule_at_once(running: Gateway) -> None:
    """A rule for one network takes effect with its publish, on connections already open."""
    with running.client(FRANCE) as kept:
        assert kept.get("/v1/models").status_code == 200
        running.publish(policy_text(networks=[network("80.67.169.0/24", verdict="block")]))
        answer = kept.get("/v1/models")
        assert answer.status_code == 403
        assert answer.json()["error"]["code"] == "network_not_supported"
