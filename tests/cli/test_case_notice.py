"""`regiongate case notice|notices|bounces`, as people and timers run them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from regiongate.cli.case import case
from regiongate.cli.case_notice import notice as notice_command
from regiongate.domain.errors import CannotRun
from regiongate.domain.role import Person, Role
from regiongate.notify.settings import NAMES
from regiongate.store.database import Database
from regiongate.store.notices import KeptNotice, Notices, NoticeState
from regiongate.store.people import People
from tests.support.cases import BLOCK, SUSPEND, WARN, know
from tests.support.desks import opened
from tests.support.policies import CASES, policy_text
from tests.support.reports import report
from tests.support.smtp import MailServer, Plan, mail_server

LATER = WARN + timedelta(hours=1)


@pytest.fixture(name="folder")
def _folder(tmp_path: Path) -> Path:
    """A state directory with two found cases, an operator and a viewer, and the policy."""
    starts = {"warn": WARN, "block": BLOCK, "suspend": SUSPEND}
    (tmp_path / "policy.yaml").write_text(policy_text(starts=starts, cases=CASES))
    with closing(_store(tmp_path)) as database:
        know(database, "acme", "beta")
        opened(database, "acme", "beta")
        with database.writing() as connection:
            People(connection).add(Person("ann", Role.OPERATOR), WARN, "ann")
            People(connection).add(Person("eve", Role.VIEWER), WARN, "ann")
    return tmp_path


@pytest.fixture(name="server")
def _server(tmp_path: Path) -> Iterator[MailServer]:
    with mail_server(tmp_path) as server:
        yield server


def _store(folder: Path) -> Database:
    return Database.open(f"sqlite:///{folder}/regiongate.db")


def _run(folder: Path, verb: str, *more: str, at: Any = WARN) -> Result:
    options = ["--state", str(folder)]
    if verb != "notices":
        options += ["--policy", str(folder / "policy.yaml"), "--at", at.isoformat()]
        options += ["--sender", "Example API <notices@example.com>"]
    found = CliRunner().invoke(case, [verb, *options, *more])
    if isinstance(found.exception, CannotRun):
        raise found.exception
    return found


def _relay(server: MailServer) -> list[str]:
    where = ["--relay", f"localhost:{server.port}", "--security", "none"]
    return ["--send", *where, "--messages-a-minute", "0", "--timeout", "5s"]


def _said(found: Result) -> Any:
    assert found.exit_code == 0, found.output
    return json.loads(found.stdout)


def _kept(folder: Path) -> list[KeptNotice]:
    with closing(_store(folder)) as database, database.reading() as connection:
        return list(Notices(connection).where())


def _announce(folder: Path, *more: str) -> Result:
    return _run(folder, "notice", "--event", "announcement", "--as", "ann", *more)


def test_a_preview_changes_nothing(folder: Path, server: MailServer) -> None:
    """The files have the bytes that are then kept and sent, and nothing else was done."""
    out = folder / "out"
    said = _said(_announce(folder, "--preview", str(out), "--json"))
    assert _kept(folder) == []
    assert len(said["files"]) == 2
    _announce(folder)
    _run(folder, "notice", *_relay(server), at=LATER)
    previewed = {path.read_bytes() for path in out.glob("*.eml")}
    assert {envelope.content for envelope in server.accepted} == previewed


def test_no_letters_for_a_reason(folder: Path) -> None:
    """A preview and a writing that come to nothing say why, as words and as JSON."""
    out = str(folder / "out")
    late = _run(folder, "notice", "--event", "announcement", "--preview", out, at=BLOCK)
    assert "No letters: announcement is told ahead of the block, and that began" in late.stdout
    nobody = _announce(folder, "--event", "reminder")
    assert "Notices written: 0 (no case is noticed or reminded, and" in nobody.stdout
    assert _said(_run(folder, "notice", "--preview", out, "--json")) == {
        "files": [],
        "troubles": [],
        "why_none": "no notice waits to be sent",
    }


def test_a_preview_of_what_is_ready(folder: Path) -> None:
    """Without an event the letters that wait are written, of one case or of all."""
    _announce(folder)
    assert "2 letters" in _run(folder, "notice", "--preview", str(folder / "all")).stdout
    one = _run(folder, "notice", "--preview", str(folder / "one"), "--case", "2")
    assert "1 letters" in one.stdout
    [notice] = [kept.id for kept in _kept(folder) if kept.case == 2]
    shown = _run(folder, "notices", notice, "--raw")
    assert shown.stdout_bytes == (folder / "one" / f"{notice}.eml").read_bytes()


def test_writing_and_sending(folder: Path, server: MailServer) -> None:
    """Notices are written once; what is sent is counted by what became of it, with the rate."""
    written = _said(_announce(folder, "--case", "1", "--json"))
    assert len(written["written"]) == 1
    server.plans = [Plan("rcpt", "451")]
    said = _said(_announce(folder, *_relay(server), "--json"))
    assert len(said["written"]) == 1
    assert said["sent"] == {"accepted": 1, "refused-for-now": 1}
    assert (said["waiting"], said["kept"]) == (1, True)
    assert said["rate"] > 0
    again = _run(folder, "notice", *_relay(server), at=LATER)
    assert "Sent: 1 accepted" in again.stdout
    assert "0 wait." in again.stdout
    assert len(server.accepted) == 2


def test_a_dry_run_changes_nothing(folder: Path, server: MailServer) -> None:
    """It says how many would be written, and how many are due."""
    assert len(_said(_announce(folder, "--dry-run", "--json"))["written"]) == 2
    assert _kept(folder) == []
    _announce(folder)
    said = _said(_run(folder, "notice", *_relay(server), "--dry-run", "--json"))
    assert said == {"kept": False, "due": 2, "cancelled": 0, "waiting": 2}
    assert server.accepted == []


def test_what_is_too_late_is_counted(folder: Path, server: MailServer) -> None:
    """Notices whose date came first are told of as cancelled, and by a dry run as such to be."""
    _announce(folder)
    dry = _run(folder, "notice", *_relay(server), "--dry-run", at=BLOCK)
    assert "0 are due, 0 wait." in dry.stdout
    assert "Would be cancelled, because their date came before they were sent: 2." in dry.stdout
    assert {kept.state for kept in _kept(folder)} == {NoticeState.READY}
    sent = _run(folder, "notice", *_relay(server), at=BLOCK)
    assert "nothing was due. 0 wait." in sent.stdout
    assert "Cancelled, because their date came before they were sent: 2." in sent.stdout
    assert {kept.state for kept in _kept(folder)} == {NoticeState.CANCELLED}
    again = _run(folder, "notice", *_relay(server), at=BLOCK)
    assert "ancelled" not in again.stdout


def test_what_is_too_late_as_json(folder: Path, server: MailServer) -> None:
    """The key `cancelled` counts them, beforehand and afterwards."""
    _announce(folder)
    dry = _said(_run(folder, "notice", *_relay(server), "--dry-run", "--json", at=BLOCK))
    assert dry == {"kept": False, "due": 0, "cancelled": 2, "waiting": 0}
    said = _said(_run(folder, "notice", *_relay(server), "--json", at=BLOCK))
    assert (said["sent"], said["cancelled"], said["waiting"]) == ({}, 2, 0)


def test_trouble_is_told_without_the_address(folder: Path, server: MailServer) -> None:
    """What was not accepted is told, the address masked, in the relay's words too."""
    _announce(folder, "--case", "1")
    server.plans = [Plan("rcpt", "550")]
    said = _run(folder, "notice", *_relay(server))
    assert "refused-for-good at recipient: 550" in said.stderr
    assert "i…@acme.example" in said.stderr
    assert "it@acme.example" not in said.output


def test_the_list(folder: Path, server: MailServer) -> None:
    """Addresses are masked unless one case or notice is asked for; states and events select."""
    _announce(folder)
    server.plans = [Plan("end", "accept-drop")]
    _run(folder, "notice", *_relay(server))
    whole = _said(_run(folder, "notices", "--json"))
    assert {one["address"] for one in whole} == {"i…@acme.example", "i…@beta.example"}
    [unknown] = _said(_run(folder, "notices", "--in", "unknown", "--json"))
    one = _said(_run(folder, "notices", "--case", str(unknown["case"]), "--json"))
    assert one[0]["address"].startswith("it@")
    assert [made["fate"] for made in one[0]["attempts_made"]] == ["unknown"]
    shown = _run(folder, "notices", unknown["id"]).stdout
    assert "announcement" in shown
    assert "end" in shown
    assert "it@" not in _run(folder, "notices").stdout
    assert _said(_run(folder, "notices", "--event", "released", "--json")) == []
    with pytest.raises(CannotRun, match="there is no notice nonsense"):
        _run(folder, "notices", "nonsense")


@pytest.mark.parametrize(("what", "state"), [("accepted", NoticeState.ACCEPTED),
                                             ("send-again", NoticeState.READY)])  # fmt: skip
def test_resolving(folder: Path, server: MailServer, what: str, state: NoticeState) -> None:
    """A person says what became of an unknown notice, with a reason; then its case is quiet."""
    _announce(folder, "--case", "1")
    server.plans = [Plan("end", "accept-drop")]
    _run(folder, "notice", *_relay(server))
    [before] = _kept(folder)
    resolve = ("notice", "--resolve", before.id, what, "--as", "ann")
    assert "needs a --reason" in _run(folder, *resolve).stderr
    dry = _said(_run(folder, *resolve, "--reason", "asked", "--dry-run", "--json"))
    assert dry["notice"]["state"] == state
    assert _kept(folder) == [before]
    assert f"is {state}." in _run(folder, *resolve, "--reason", "asked").stdout
    [after] = _kept(folder)
    assert (after.state, after.settled_by, after.why) == (state, "ann", "asked")
    with pytest.raises(CannotRun, match="there is nothing to say"):
        _run(folder, *resolve[:3], "accepted", *resolve[4:], "--reason", "again")


def test_bounces(folder: Path, server: MailServer) -> None:
    """A mailbox is read, the case is loud, and reading it again does nothing."""
    _announce(folder, *_relay(server))
    notice = _kept(folder)[0]
    mailbox = folder / "bounces"
    mailbox.mkdir()
    (mailbox / "1.eml").write_bytes(report(notice.id, notice.address))
    (mailbox / "2.eml").write_bytes(b"Subject: hello\n\nJust a letter.\n")
    dry = _said(_run(folder, "bounces", str(mailbox), "--dry-run", "--json"))
    assert dry["kept"] is False
    assert _kept(folder)[0].bounced_at is None
    said = _said(_run(folder, "bounces", str(mailbox), "--json"))
    assert [one["meaning"] for one in said["reports"]] == ["bounced"]
    assert said["reports"][0]["recipient"] == "i…@acme.example"
    assert [one["why"] for one in said["left_aside"]] == ["not-a-report"]
    shown = _run(folder, "bounces", str(mailbox))
    assert "known" in shown.stdout
    assert "2.eml: not-a-report" in shown.stderr
    assert len(_said(_run(folder, "notices", "--bounced", "--json"))) == 1


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ((), "Say what to do"),
        (("--preview", "x", "--send"), "--preview sends nothing"),
        (("--resolve", "x", "accepted", "--send"), "--resolve is about one notice"),
        (("--event", "announcement"), "Say who acts"),
    ],
)
def test_what_makes_no_sense(folder: Path, more: tuple[str, ...], says: str) -> None:
    """What would be ignored is refused, and what is done by hand is done by somebody."""
    found = _run(folder, "notice", *more)
    assert found.exit_code == 2
    assert says in found.stderr


def test_who_may(folder: Path, server: MailServer) -> None:
    """A viewer neither writes nor sends; half a setting is told before anything is done."""
    with pytest.raises(CannotRun, match="to notify takes approver or operator"):
        _run(folder, "notice", "--event", "announcement", "--as", "eve")
    with pytest.raises(CannotRun, match="to notify takes"):
        _run(folder, "notice", "--as", "eve", *_relay(server))
    with pytest.raises(CannotRun, match="`relay` is not given"):
        _announce(folder, "--send")
    with pytest.raises(CannotRun, match="on-the-day is for cases that are restricted"):
        _run(folder, "notice", "--event", "on-the-day", "--case", "1", "--as", "ann")
    assert _kept(folder) == []


def test_every_setting_is_an_option() -> None:
    """The options about mail are the settings, each with its variable of the environment."""
    options = {
        option: one
        for one in notice_command.params
        if isinstance(one, click.Option)
        for option in one.opts
    }
    for name in NAMES:
        found = options[f"--{name}"]
        assert found.envvar == f"REGIONGATE_{name.upper().replace('-', '_')}"
