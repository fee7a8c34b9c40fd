"""Appeals in the store: decided whole, once, by another; reopened once; nothing else, by nobody."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from typing import Any

import pytest
import sqlalchemy as sa

from regiongate.domain.appeal import Appeal, AppealOutcome, AppealState, EvidenceFile, FileKind
from regiongate.domain.errors import CannotRun
from regiongate.domain.exemption import Exemption, Scope
from regiongate.store.appeals import APPEAL, FILE, AlreadyDecided, Appeals
from regiongate.store.cases import Cases, Seen
from regiongate.store.database import Database
from regiongate.store.exemptions import Exemptions

AT = datetime(2026, 6, 17, 12, tzinfo=UTC)
DAY = timedelta(days=1)
FIRST = Appeal(
    id="a-1",
    case=1,
    organization="acme",
    state=AppealState.OPEN,
    step=1,
    text="We are in Paris.",
    mail="it@acme.example",
    network=ip_network("20.0.1.0/24"),
    opened=AT,
    opened_by="organization",
    due=AT + 14 * DAY,
)
SECOND = replace(FIRST, id="a-2", reopened_of="a-1")
NOTE = EvidenceFile("note.txt", FileKind.TEXT, b"hello")
DENIED = {"state": "denied", "decided": AT + DAY, "decided_by": "bob", "reason": "No."}

WRONG: list[dict[str, Any]] = [
    {"case": 2},
    {"step": 2},
    {"state": "closed"},
    {"text": " "},
    {"text": "x" * 10_001},
    {"network": "20.0.1.7/32"},
    {"due": AT},
    {"state": "denied"},
    {"decided": AT},
    {**DENIED, "reason": None},
    {**DENIED, "reason": " "},
    {**DENIED, "decided_by": None},
    {**DENIED, "decided": AT - DAY},
    {**DENIED, "decided_by": "organization"},
    {**DENIED, "state": "open"},
    {**DENIED, "state": "granted"},
    {**DENIED, "state": "granted", "exemption": "e-none"},
    {**DENIED, "state": "granted", "exemption": "e-other"},
    {**DENIED, "exemption": "e-own"},
    {"round": 2},
    {"round": 3},
    {"reopened_of": "a-0"},
]


@pytest.fixture
def house(database: Database) -> Database:
    """A store with case 1 of acme."""
    with database.writing() as connection:
        Cases(connection).find([Seen("acme", 3, 2, AT, AT)], AT, "regiongate", "seen")
    return database


def _exemption(name: str, appeal: str | None) -> Exemption:
    facts = (name, Scope.ORGANIZATION, name, None, None, "why", "bob", AT, None)
    return Exemption(*facts, appeal=appeal, holder=name)


def _row(database: Database, facts: dict[str, Any]) -> None:
    with database.writing() as connection:
        Exemptions(connection).grant(_exemption("e-other", "a-other"))
        Exemptions(connection).grant(_exemption("e-own", "a-1"))
    with database.writing() as connection:
        Appeals(connection).open(FIRST, (NOTE,))
        row = dict(connection.execute(sa.select(APPEAL)).one()._mapping)
        connection.execute(sa.delete(APPEAL))
        connection.execute(sa.insert(APPEAL).values(row | facts))


def _denied(database: Database) -> Appeal:
    with database.writing() as connection:
        Appeals(connection).open(FIRST, (NOTE,))
        return Appeals(connection).decide(FIRST, AT + DAY, "bob", "No.")


def test_what_is_opened_is_found(house: Database) -> None:
    """Every field comes back as it was, with the files."""
    with house.writing() as connection:
        Appeals(connection).open(FIRST, (NOTE,))
    with house.reading() as connection:
        known = Appeals(connection)
        assert known.get("a-1") == known.latest(1) == FIRST
        [file] = known.files("a-1")
        assert (file.number, file.name, file.size) == (1, "note.txt", 5)
        assert file.digest == NOTE.digest
        assert known.content("a-1", 1) == b"hello"
        assert known.content("a-1", 2) is None
        assert known.overdue(FIRST.due) == [FIRST] and known.overdue(AT) == []


def test_the_row_itself_is_fine(house: Database) -> None:
    """What the wrong ones differ from can be written."""
    _row(house, {**DENIED, "state": "granted", "exemption": "e-own"})
    with house.reading() as connection:
        [found] = Appeals(connection).where()
    assert found.outcome is AppealOutcome.EXEMPTION


@pytest.mark.parametrize("facts", WRONG, ids="-".join)
def test_wrong_appeals_are_refused(house: Database, facts: dict[str, Any]) -> None:
    """Half a decision, one's own, or one that became nothing cannot be written, even by hand."""
    with pytest.raises(CannotRun, match="refuses"):
        _row(house, facts)


def test_one_open_in_a_case(house: Database) -> None:
    """A second open appeal of the same case cannot be written."""
    with pytest.raises(CannotRun, match="refuses"), house.writing() as connection:
        Appeals(connection).open(FIRST, ())
        Appeals(connection).open(replace(FIRST, id="a-9"), ())


def test_decided_once(house: Database) -> None:
    """Whoever decides second is told."""
    denied = _denied(house)
    assert denied.state is AppealState.DENIED and denied.decided_by == "bob"
    with pytest.raises(AlreadyDecided), house.writing() as connection:
        Appeals(connection).decide(FIRST, AT + DAY, "carla", "Yes.", exemption="e-own")


@pytest.mark.parametrize("facts", [{"state": "open"}, {"reason": "Yes."}], ids="-".join)
def test_a_decision_is_final(house: Database, facts: dict[str, Any]) -> None:
    """What was decided is neither opened, nor decided in another way, nor worded anew."""
    _denied(house)
    with pytest.raises(CannotRun, match="appeal_decided_is_final"), house.writing() as connection:
        connection.execute(sa.update(APPEAL).values(facts))
    with house.writing() as connection:
        connection.execute(sa.update(APPEAL).values(mail=None, network=None))


@pytest.mark.parametrize(
    "facts",
    [
        {"reopened_decider": "carla"},
        {"reopened_round": 2},
        {"reopened_state": "granted"},
        {"reopened_of": "a-2"},
        {"round": 1},
        {"state": "denied", "decided": AT + DAY, "decided_by": "bob", "reason": "No."},
    ],
    ids="-".join,
)
def test_wrong_reopenings_are_refused(house: Database, facts: dict[str, Any]) -> None:
    """It reopens a denied appeal of the same case, and who denied that one does not decide it."""
    denied = _denied(house)
    with house.writing() as connection:
        Appeals(connection).open(SECOND, (), denied)
    with pytest.raises(CannotRun, match="refuses"), house.writing() as connection:
        connection.execute(sa.update(APPEAL).where(APPEAL.c.id == "a-2").values(facts))


def test_reopened_once(house: Database) -> None:
    """A denied appeal is reopened once, a reopened one never."""
    denied = _denied(house)
    with house.writing() as connection:
        Appeals(connection).open(SECOND, (), denied)
        again = Appeals(connection).decide(SECOND, AT + DAY, "carla", "No.")
    for of in (denied, again):
        with pytest.raises(CannotRun, match="refuses"), house.writing() as connection:
            Appeals(connection).open(replace(SECOND, id="a-3", reopened_of=of.id), (), of)


@pytest.mark.parametrize(
    "facts",
    [
        {"number": 6},
        {"size": 0},
        {"size": 4},
        {"kind": "exe"},
        {"digest": "abc"},
        {"name": "a/b"},
        {"content": None},
        {"removed": AT},
        {"appeal": "a-none"},
    ],
    ids="-".join,
)
def test_wrong_files_are_refused(house: Database, facts: dict[str, Any]) -> None:
    """A file has its size, its digest and its content, or the instant of its removal."""
    with house.writing() as connection:
        Appeals(connection).open(FIRST, (NOTE,))
    with pytest.raises(CannotRun, match="refuses"), house.writing() as connection:
        connection.execute(sa.update(FILE).values(facts))


def test_contents_are_removed_in_time(house: Database) -> None:
    """Of appeals decided long ago the contents go; what they were stays known."""
    _denied(house)
    for before, count in ((AT, 0), (AT + 2 * DAY, 1), (AT + 2 * DAY, 0)):
        with house.writing() as connection:
            assert Appeals(connection).remove_contents(before, AT + 9 * DAY) == count
    with house.reading() as connection:
        [file] = Appeals(connection).files("a-1")
        assert (file.removed, file.digest) == (AT + 9 * DAY, NOTE.digest)
        assert Appeals(connection).content("a-1", 1) is None


def test_an_organization_is_forgotten(house: Database) -> None:
    """Of an erased organization no appeal and no file is left."""
    denied = _denied(house)
    with house.writing() as connection:
        Appeals(connection).open(SECOND, (NOTE,), denied)
        Appeals(connection).forget("acme")
        assert list(Appeals(connection).where()) == []
        assert connection.execute(sa.select(FILE)).all() == []
