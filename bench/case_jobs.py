"""`python -m bench.case_jobs URL ORGANIZATIONS AFFECTED SENT`: cases under load, in a process.

Fills a store with organizations and their sightings, then takes a turn while the measure still
observes (cases are found). Unless SENT is 0 it takes another on the date from which it warns
(notices are composed), and hands so many of them to a mail relay in another process. Prints what
each took, as JSON.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa

from bench import case_peers
from regiongate import policyfile
from regiongate.control.notices.deliver import Delivery, Patience
from regiongate.control.notices.desk import desk
from regiongate.control.notices.send import send_due
from regiongate.control.reconcile.turn import turn
from regiongate.domain.contact import Contact
from regiongate.domain.profile import Profile, ProfileContact
from regiongate.geo.bundled import load_all
from regiongate.notify.sender import Sender
from regiongate.notify.settings import read
from regiongate.store.database import Database
from regiongate.store.notices import NOTICE, Notices, NoticeState
from regiongate.store.organizations import Organizations
from regiongate.store.sightings import SCHEMA, Sightings

POLICY = Path(__file__).parent.parent / "examples" / "policy.yaml"
OBSERVED = datetime(2024, 6, 20, tzinfo=UTC)
WARNED = datetime(2024, 6, 25, 12, tzinfo=UTC)
LANGUAGES = ("en", "zh-CN", "ru", "fa", "es")
SENDER = Sender("Example API", "notices@example.com", "bounces@example.com", "example.com")
_DAY = date(2024, 6, 10)
_AT_ONCE = 50_000


def main(url: str, organizations: int, affected: int, sent: int) -> dict[str, dict[str, float]]:
    """Fill the store and measure; seconds on the clock and on a processor, by what was done."""
    policy = policyfile.load(POLICY)
    database = Database.open(url)
    _fill(database, organizations, affected)
    found: dict[str, dict[str, float]] = {}
    tables = load_all()

    def take(at: datetime) -> None:
        turn(database.writing, policy, tables, desk(policy, SENDER, bytes(32)), at)

    with _clock(found, "reconcile"):
        take(OBSERVED)
    if sent:
        with _clock(found, "compose"):
            take(WARNED)
        like = _one_of_ours(database)
        with _clock(found, "compose-peer"):
            letters = case_peers.composed(like, sent)
        with _relay() as where:
            with _clock(found, "send"):
                _send(database, where, sent)
            with _clock(found, "send-peer"):
                case_peers.sent(where, letters)
    database.close()
    return found


def _one_of_ours(database: Database) -> bytes:
    """The letter of the first organization, which is in English."""
    with database.reading() as connection:
        notices = Notices(connection)
        first = next(notices.where(NOTICE.c.language == "en"))
        return notices.message(first.id)


def _send(database: Database, where: str, count: int) -> None:
    """Hand so many notices to the relay."""
    heard: list[object] = []
    given = {"relay": where, "security": "none", "messages-a-minute": "0"}
    settings = read({**given, "sender": "Example API <notices@example.com>"}, {})
    delivery = Delivery(
        database=database,
        schedule=settings.schedule,
        patience=Patience.with_relay(settings.relay),
        actor="regiongate",
        now=lambda: WARNED,
        hear=lambda claimed, _: heard.append(claimed),
        stop=lambda: len(heard) >= count - 1,
    )
    send_due(delivery, settings.relay, "localhost")
    with database.reading() as connection:
        accepted = Notices(connection).counts().get(NoticeState.ACCEPTED)
    if accepted != count:
        raise SystemExit(f"{accepted} of {count} notices were accepted")


@contextmanager
def _relay() -> Iterator[str]:
    """A mail relay in a process of its own, which takes everything and keeps nothing."""
    command = [sys.executable, "-m", "bench.smtp_sink"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as relay:
        assert relay.stdout is not None
        try:
            yield relay.stdout.readline().strip()
        finally:
            relay.terminate()


@contextmanager
def _clock(found: dict[str, dict[str, float]], name: str) -> Iterator[None]:
    begun, used = time.perf_counter(), _used()
    yield
    found[name] = {
        "seconds": time.perf_counter() - begun,
        "cpu": _used() - used,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    }


def _used() -> float:
    """Seconds on a processor, with those of the processes that composed letters and have ended."""
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


def _fill(database: Database, organizations: int, affected: int) -> None:
    """Two sightings each, in supported regions but for one of each affected organization."""
    random = np.random.default_rng(5)
    for begin in range(0, organizations, _AT_ONCE):
        names = [f"org-{n:07}" for n in range(begin, min(begin + _AT_ONCE, organizations))]
        some = [name for name in names if int(name[4:]) < affected]
        with database.writing() as connection:
            Organizations(connection).put(map(_profile, names), OBSERVED)
            Sightings(connection).add(_sightings(names, "8", "US", random))
            Sightings(connection).add(_sightings(names, "178", "FR", random))
            if some:
                Sightings(connection).add(_sightings(some, "36", "CN", random))


def _profile(name: str) -> Profile:
    language = LANGUAGES[int(name[4:]) % len(LANGUAGES)]
    contact = ProfileContact(Contact(f"api@{name}.example", language), verified=True)
    return Profile(name, f"Organization {name[4:]}", None, (contact,))


def _sightings(names: list[str], first: str, region: str, random: np.random.Generator) -> pa.Table:
    count, unsupported = len(names), region == "CN"
    networks = random.integers(0, 4096, count)
    noon = datetime(_DAY.year, _DAY.month, _DAY.day, 12, tzinfo=UTC)
    wrong = 10 if unsupported else 0
    facts = {
        "organization": names,
        "key": ["0123456789abcdef"] * count,
        # Of 36.0.0.0/12 only a part is in China; of 36.96.0.0/12 all is, so each is affected.
        "network": [
            f"{first}.{(n >> 8) + (96 if unsupported else 0)}.{n & 255}.0/24"
            for n in networks.tolist()
        ],
        "region": [region] * count,
        "day": [_DAY] * count,
        "requests": [10] * count,
        "tokens": [None] * count,
        "first": [noon] * count,
        "last": [noon + timedelta(hours=1)] * count,
        "unsupported": [wrong] * count,
        "blocked": [wrong] * count,
        "allowed": [10 - wrong] * count,
    }
    columns = [pa.array(facts.get(field.name, [0] * count), field.type) for field in SCHEMA]
    return pa.Table.from_arrays(columns, schema=SCHEMA)


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], *map(int, sys.argv[2:]))))
