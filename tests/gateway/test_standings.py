"""What is decided in cases is in force at a running gateway, and cannot be forged or forgotten."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from ipaddress import ip_network
from pathlib import Path
from threading import Event, Thread

import httpx
import pytest

from regiongate import Gate
from regiongate.compiler.reader import BundleReader
from regiongate.compiler.rulings import FILE
from regiongate.control import explain
from regiongate.control.cases.release import release
from regiongate.control.gateway.enforce import Enforcer
from regiongate.control.grant.correct import Located, correct
from regiongate.control.grant.exempt import Subject, exempt, withdraw
from regiongate.control.grant.terms import Terms
from regiongate.domain.profile import Key, Profile
from regiongate.geo.store.catalogue import BUNDLED
from regiongate.store.audit import AuditTrail, Which
from regiongate.store.database import NAME, Database
from tests.support import suspensions
from tests.support.command import Up, regiongate, running_up
from tests.support.gateway import AMERICA, CHINA, FRANCE, Gateway, inputs, played, running_gateway
from tests.support.policies import LONG_AGO, organizations_csv, policy_text
from tests.support.policies import exempt as granted
from tests.support.suspended import suspended

pytestmark = [pytest.mark.envoy, pytest.mark.slow]

DATES = {"block": LONG_AGO, "suspend": LONG_AGO + timedelta(days=30)}
SUSPENDING = policy_text(starts=DATES)
PATIENCE = 20.0


@dataclass
class Following:
    """A gateway whose control process looks at a store, and what that has told."""

    gateway: Gateway
    database: Database
    enforcer: Enforcer
    told: list[str] = field(default_factory=list)

    def get(self, address: str, key: str | None = None, **headers: str) -> int:
        """The status of a request."""
        extra = {} if key is None else {"x_api_key": key}
        return self.gateway.get(address=address, **extra, **headers).status_code

    def becomes(self, status: int, address: str, key: str | None = None) -> None:
        """Wait until a request gets a status."""
        until(lambda: self.get(address, key) == status)

    def exempt(self, until_when: datetime | None = None, **subject: object) -> str:
        """Grant an exemption as the verb does; its id."""
        terms = Terms("a hospital", "bob", until_when)
        with self.database.writing() as connection:
            made = exempt(connection, Subject(**subject), terms, now())  # type: ignore[arg-type]
        return made.exemption.id


def now() -> datetime:
    """This second, as the command line says it."""
    return datetime.now(UTC).replace(microsecond=0)


def until(holds: Callable[[], bool]) -> None:
    """Wait until something holds, for much longer than it should take."""
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, "it does not come"
        time.sleep(0.02)


def books() -> tuple[Profile, ...]:
    """Two organizations with keys."""
    return (
        Profile(
            "acme", "Acme", None, keys=keys("sk-acme", "sk-spare"), facts=(suspensions.BILLED,)
        ),
        Profile("other", "Other", None, keys=keys("sk-other")),
    )


def keys(*texts: str) -> tuple[Key, ...]:
    """Keys by what a client sends, in the order of their digests."""
    return tuple(Key(digest, None) for digest in sorted(sha256(t.encode()).digest() for t in texts))


@contextmanager
def following(folder: Path, upstream: str, policy: str, **options: object) -> Iterator[Following]:
    """A gateway and its store, with a case of acme that could be suspended."""
    database = Database.open(f"sqlite:///{folder}/{NAME}")
    suspensions.prepared(database, profiles=books())
    with running_gateway(folder, policy, upstream=upstream, **options) as gateway:  # type: ignore[arg-type]
        enforcer = Enforcer(
            gateway.state,
            gateway.settings,
            gateway.envoy,
            database,
            BUNDLED,
            inputs(folder, policy, None, gateway.tables),
        )
        found, stop = Following(gateway, database, enforcer), Event()

        def look() -> None:
            while not stop.wait(0.05):
                if (told := enforcer.look(datetime.now(UTC))) is not None:
                    found.told.append(told)

        thread = Thread(target=look)
        thread.start()
        try:
            yield found
        finally:
            stop.set()
            thread.join()
            database.close()


@pytest.fixture(name="running")
def _running(upstream: str, tmp_path: Path) -> Iterator[Following]:
    with following(tmp_path, upstream, SUSPENDING) as found:
        yield found


def test_suspended_and_released(running: Following) -> None:
    """A suspension refuses the organization everywhere, its release lets it in again."""
    assert running.get(AMERICA, "sk-acme") == 200
    suspended(running.database)
    running.becomes(403, AMERICA, "sk-acme")
    answer = running.gateway.get(address=AMERICA, x_api_key="sk-spare")
    assert answer.json()["error"]["code"] == "organization_suspended"
    assert running.get(AMERICA, "sk-other") == 200
    line = running.gateway.line(answer.headers["x-request-id"])
    assert (line["organization"], line["standing"]) == ("acme", "suspended")
    found = explain.by_request(
        line["request_id"], running.gateway.state.access_log, running.gateway.state.bundles
    )
    assert (found["verdict"], found["standing"]) == ("suspended", "suspended")
    assert found["ruling"]["kind"] == "suspension"
    assert (found["ruling"]["id"], found["ruling"]["approver"]) == ("1", "bob")
    with running.database.writing() as connection:
        desk = suspensions.Desk()
        release(connection, desk, 1, person="bob", reason="a mistake", at=now())  # type: ignore[arg-type]
    running.becomes(200, AMERICA, "sk-acme")
    assert running.get(CHINA, "sk-acme") == 403
    with running.database.reading() as connection:
        which = Which(tags=("standing:published",))
        said = [
            json.loads(one.content.detail)
            for one in AuditTrail(connection).entries(which)
            if one.content is not None
        ]
    assert [one["suspensions"] for one in said][-2:] == [1, 0]
    assert said[-1]["generation"] == running.gateway.state.current()
    assert running.enforcer.seconds is not None


def test_an_organization_is_exempt_until_it_is_not(running: Following) -> None:
    """An exemption opens all regions to one organization, and ends when it is withdrawn."""
    name = running.exempt(organization="acme")
    running.becomes(200, CHINA, "sk-acme")
    assert running.get(CHINA, "sk-other") == 403
    with running.database.writing() as connection:
        withdraw(connection, name, "bob", "no hospital", now())
    running.becomes(403, CHINA, "sk-acme")


def test_an_exemption_ends_by_itself(running: Following) -> None:
    """At its end the gateway's own clock refuses, and nothing is published for that."""
    running.exempt(now() + timedelta(seconds=6), organization="acme")
    running.becomes(200, CHINA, "sk-acme")
    generation = running.gateway.state.current()
    running.becomes(403, CHINA, "sk-acme")
    assert running.gateway.state.current() == generation


def test_a_key_is_exempt_and_no_other_of_its_organization(running: Following) -> None:
    """Only requests with that key are exempt; no header of a client's makes one."""
    running.exempt(key=sha256(b"sk-spare").digest())
    running.becomes(200, CHINA, "sk-spare")
    assert running.get(CHINA, "sk-acme") == 403
    assert running.get(CHINA, "sk-acme", x_regiongate_standing="exempt") == 403
    assert running.get(CHINA, None, x_regiongate_standing="exempt") == 403
    digest = sha256(b"sk-spare").hexdigest()
    assert running.get(CHINA, digest) == 403
    state = running.gateway.state
    answer = running.gateway.get(address=CHINA, x_api_key="sk-spare")
    line = running.gateway.line(answer.headers["x-request-id"])
    assert (line["organization"], line["standing"]) == ("acme", "exempt")
    found = explain.by_request(line["request_id"], state.access_log, state.bundles)
    assert (found["verdict"], found["ruling"]["reason"]) == ("allow", "a hospital")
    gate = Gate.open(state.bundle(str(state.current())))
    assert gate.decide(CHINA, api_key="sk-spare").verdict == "allow"
    assert gate.decide(CHINA, api_key="sk-acme").verdict == "block"
    assert gate.decide(CHINA, "acme").verdict == "block"


def test_a_key_of_a_suspended_organization_gains_nothing(running: Following) -> None:
    """An exemption speaks of regions, a suspension of the account."""
    running.exempt(key=sha256(b"sk-spare").digest())
    running.becomes(200, CHINA, "sk-spare")
    suspended(running.database)
    running.becomes(403, AMERICA, "sk-spare")


def test_a_key_that_nobody_owns(running: Following) -> None:
    """A key that the books do not know can be exempt too."""
    running.exempt(key=sha256(b"sk-stranger").digest())
    running.becomes(200, CHINA, "sk-stranger")


def test_networks_are_exempt_and_corrected(running: Following) -> None:
    """Rulings about networks come with a geography drawn anew, and explain names them."""
    name = running.exempt(network=ip_network("1.2.4.0/28"))
    running.becomes(200, CHINA)
    assert running.get("1.2.4.200") == 403
    terms = Terms("moved to the office in Shanghai", "bob", None)
    with running.database.writing() as connection:
        there = [Located(ip_network("80.67.169.0/24"), "CN")]
        [correction] = correct(connection, there, terms, now())
    running.becomes(403, FRANCE)
    state = running.gateway.state
    bundle = state.bundle(str(state.current()))
    for address, rule in ((CHINA, f"exemption:{name}"), (FRANCE, f"correction:{correction.id}")):
        found = explain.by_bundle(explain.Question(address, now()), bundle)
        assert found["rule"].startswith(rule)
        assert found["ruling"]["approver"] == "bob"
        assert "approved by bob" in found["reason"]
        assert Gate.open(bundle).decide(address).rule == found["rule"]
        assert running.gateway.self_check(address)["rule"] == found["rule"]


def test_a_publish_forgets_nothing(running: Following) -> None:
    """Another policy comes into force with what cases have decided, from its first request on."""
    suspended(running.database)
    running.becomes(403, AMERICA, "sk-acme")
    policy = running.gateway.folder / "other.yaml"
    policy.write_text(policy_text(version="2", starts=DATES))
    done = regiongate("publish", "--policy", policy, "--state", running.gateway.state.root)
    assert done.returncode == 0, done.stderr
    assert running.gateway.self_check(AMERICA)["policy"]["version"] == "2"
    assert running.get(AMERICA, "sk-acme") == 403
    bundle = BundleReader(running.gateway.state.bundle(str(running.gateway.state.current())))
    assert f"policy/{FILE}" in bundle.manifest["files"]


def test_what_cannot_be_in_force_is_told_and_tried_again(upstream: str, tmp_path: Path) -> None:
    """Without a date a suspension does not count: an alarm; with it, it is in force by itself."""
    with following(tmp_path, upstream, policy_text()) as running:
        suspended(running.database)
        until(lambda: bool(running.told))
        assert "ALARM" in running.told[0]
        assert "give the policy `measure.suspend`" in running.told[0]
        assert running.gateway.events()[-1]["event"] == "standings-refused"
        assert running.get(AMERICA, "sk-acme") == 200
        running.gateway.publish(SUSPENDING)
        running.becomes(403, AMERICA, "sk-acme")


def test_a_key_of_two_organizations_is_refused(upstream: str, tmp_path: Path) -> None:
    """The file and the store must agree on whose a key is; what was in force stays."""
    table = organizations_csv([("thief", "exempt", "", "sk-acme")])
    with following(tmp_path, upstream, SUSPENDING, organizations=table) as running:
        until(lambda: bool(running.told))
        assert (
            "is thief's by the organizations in force, and acme's by the store" in running.told[0]
        )
        assert running.get(CHINA, "sk-acme") == 200


def test_the_harder_word_counts(upstream: str, tmp_path: Path) -> None:
    """Who is exempt by the file and by the policy is refused when the store suspends."""
    policy = policy_text(starts=DATES, organizations=[granted("acme")])
    table = organizations_csv([("acme", "exempt", "", "")])
    with following(tmp_path, upstream, policy, organizations=table) as running:
        running.becomes(200, CHINA, "sk-acme")
        suspended(running.database)
        running.becomes(403, CHINA, "sk-acme")
        running.becomes(403, AMERICA, "sk-acme")


def test_by_the_name_of_the_organization(upstream: str, tmp_path: Path) -> None:
    """Where a proxy names the organization, no table of keys is needed."""
    named = {"organization_header": "x-org", "api_keys": False}
    with following(tmp_path, upstream, SUSPENDING, **named) as running:
        suspended(running.database)
        until(lambda: running.get(AMERICA, x_org="acme") == 403)
        assert running.get(AMERICA, x_org="other") == 200


def get(up: Up, address: str, key: str) -> int:
    """The status of a request to `regiongate up`."""
    headers = {**played(address), "x-api-key": key}
    return httpx.get(f"http://127.0.0.1:{up.port}/v1/models", headers=headers).status_code


def test_a_control_process_that_comes_back(upstream: str, tmp_path: Path) -> None:
    """What was decided while it was dead is in force once it is there; before, all stays."""
    policy = tmp_path / "policy.yaml"
    policy.write_text(SUSPENDING)
    arguments = ["--policy", str(policy), "--upstream", upstream]
    arguments += ["--trust-forwarded-from", "127.0.0.0/8"]
    with running_up(tmp_path, *arguments) as up:
        # A store that comes into being later is found.
        database = Database.open(f"sqlite:///{up.state / NAME}")
        suspensions.prepared(database, profiles=books())
        suspended(database)
        until(lambda: get(up, AMERICA, "sk-acme") == 403)
        until(lambda: "1 suspensions" in up.printed())
        up.kill()
        with database.writing() as connection:
            exempt(connection, Subject("other"), Terms("a school", "bob", None), now())
        time.sleep(0.5)
        assert get(up, AMERICA, "sk-acme") == 403
        assert get(up, CHINA, "sk-other") == 403
        with running_up(tmp_path, *arguments, port=up.port) as again:
            until(lambda: get(again, CHINA, "sk-other") == 200)
            assert get(again, AMERICA, "sk-acme") == 403
            assert "what was published stays" not in again.printed()
            metrics = (again.state / "metrics.prom").read_text()
            assert 'regiongate_organizations{state="suspended"} 1' in metrics
        database.close()


def test_a_store_that_cannot_be_read(upstream: str, tmp_path: Path) -> None:
    """A gateway whose store is named and is none does not start."""
    wrong = tmp_path / "store.db"
    wrong.write_text("no database" * 500)
    done = regiongate("up", "--state", tmp_path / "state", "--store", f"sqlite:///{wrong}")
    assert done.returncode == 2
    assert "not a database" in done.stderr
    assert not list((tmp_path / "state").glob("envoy/process.json"))
