"""The story of the demonstration: one turn of the whole loop, as the commands of a person."""

from __future__ import annotations

import email
import email.policy
from datetime import UTC, datetime, timedelta
from pathlib import Path

from regiongate.demo.stage import Stage
from regiongate.demo.world import APPEALS, CUSTOMERS, Dates, write_policy, write_world
from regiongate.domain.errors import CannotRun
from regiongate.sample.mailbox import Mailbox

_BLOCKED_ON = 403
_ALLOWED = 200


def tell(stage: Stage, relay: tuple[str, int], seconds: int) -> None:
    """Tell the story; the block comes `seconds` after the measure was announced."""
    send = _sending(relay)
    with Mailbox(stage.folder / "outbox", *relay):
        _begin(stage)
        _find(stage)
        dates = _announce(stage, seconds)
        _warn(stage, dates, send)
        _block(stage, dates, send)
        _appeal(stage, send)
        _prove(stage)


def _sending(relay: tuple[str, int]) -> tuple[str, ...]:
    host, port = relay
    where = ("--relay", f"{host}:{port}", "--security", "none", "--messages-a-minute", "0")
    return ("case", "notice", "--send", *where)


def _begin(stage: Stage) -> None:
    stage.say("A provider, three people who work there, and its customers")
    now = datetime.now(UTC).replace(microsecond=0)
    write_world(stage.folder, now)
    write_policy(stage.folder, Dates(*(now + timedelta(days=days) for days in (1, 14, 15))))
    where = ("--listen", stage.listen, "--sample-listen", stage.behind)
    stage.export("REGIONGATE_SENDER", "Demo API <notices@example.com>")
    stage.start_gateway("up", "--policy", "policy.yaml", *where)
    stage.run("person", "add", "root", "--role", "admin")
    stage.run("person", "add", "ann", "--role", "operator", "--as", "root")
    stage.run("person", "add", "bob", "--role", "approver", "--as", "root")
    stage.run("organization", "import", "organizations.csv", "--as", "ann")


def _find(stage: Stage) -> None:
    stage.say("Who is affected? A look back over two weeks of the log")
    stage.run("survey", "access.log", "--policy", "policy.yaml", "--save", "--out", "report")


def _announce(stage: Stage, seconds: int) -> Dates:
    stage.say(f"The measure is announced. Its dates are short here: the block is in {seconds} s")
    now = datetime.now(UTC).replace(microsecond=0)
    block = now + timedelta(seconds=seconds)
    dates = Dates(now - timedelta(seconds=1), now + timedelta(seconds=seconds // 2), block)
    write_policy(stage.folder, dates)
    stage.run("publish", "--policy", "policy.yaml")
    stage.run("reconcile")
    return dates


def _warn(stage: Stage, dates: Dates, send: tuple[str, ...]) -> None:
    stage.say("They are told before the date, by mail and on the wire")
    stage.run(*send)
    stage.show(_letter(stage.folder / "outbox", APPEALS.id))
    _calls(stage)
    stage.run("reconcile")
    _require_before(dates.remind, dates)
    stage.wait_for(dates.remind, "the reminder is due")
    stage.run("reconcile")
    stage.run(*send)
    _require_before(dates.block, dates)


def _require_before(date: datetime, dates: Dates) -> None:
    """Raise CannotRun when a date came before the story did: a letter may be missing."""
    if datetime.now(UTC) >= date:
        seconds = 3 * int((dates.block - dates.warn).total_seconds())
        message = "this machine needs longer than the story has"
        raise CannotRun(f"{message}: try again with --seconds {seconds} and a new --folder")


def _block(stage: Stage, dates: Dates, send: tuple[str, ...]) -> None:
    stage.wait_for(dates.block, "the block begins")
    stage.say("The date has passed: the gateway refuses, by its own clock")
    stage.wait(lambda: stage.call(APPEALS).status == _BLOCKED_ON, "nothing is refused")
    _calls(stage)
    stage.run("reconcile")
    stage.run(*send)
    stage.run("case", "list")


def _appeal(stage: Stage, send: tuple[str, ...]) -> None:
    stage.say(f"{APPEALS.name} appeals by mail; ann records it, and bob decides")
    text = "The traffic is our test farm. It moves to Singapore within the month.\n"
    (stage.folder / "appeal.txt").write_text(text, encoding="utf-8")
    [case] = stage.answer("case", "list", "--organization", APPEALS.id)
    number, mail = str(case["number"]), f"api@{APPEALS.id}.example"
    opened = stage.answer(
        *("appeal", "open", number, "--text", "appeal.txt", "--mail", mail, "--as", "ann")
    )
    name = str(opened["appeal"]["id"])
    until = f"{datetime.now(UTC) + timedelta(days=30):%Y-%m-%d}"
    reason = "They move their test farm within the month."
    stage.run(
        *("appeal", "grant", name, "--exempt", "--until", until, "--reason", reason, "--as", "bob")
    )
    took = stage.wait(lambda: stage.call(APPEALS).status == _ALLOWED, "the exemption does not hold")
    stage.show(f"{APPEALS.name} is served again, {took:.1f} s after the command ended")
    stage.run(*send)


def _prove(stage: Stage) -> None:
    stage.say("Every decision has a reason, and a trail that proves it")
    stage.run("case", "list")
    stage.run("audit", "verify")
    stage.run("explain", CUSTOMERS[0].addresses[0])
    stage.say(f"Look around in {stage.folder}: outbox/*.eml, report/, .regiongate/log/access.log")


def _calls(stage: Stage) -> None:
    """Every customer calls once."""
    for one in CUSTOMERS:
        said = stage.call(one)
        access = said.headers.get("x-region-access", "")
        code = said.body.get("error", {}).get("code", "")
        stage.show(f"{one.id:<8} from {one.addresses[0]:<11} {said.status} {code or access}")


def _letter(outbox: Path, customer: str) -> str:
    """The newest letter to a customer, its beginning."""
    found = _newest(outbox, customer)
    message = email.message_from_bytes(found.read_bytes(), policy=email.policy.default)
    begin = "\n".join(_text(outbox, customer).splitlines()[:12])
    return f"{found.name}\nTo: {message['To']}\nSubject: {message['Subject']}\n\n{begin}\n…"


def _text(outbox: Path, customer: str) -> str:
    """The plain text of the newest letter to a customer."""
    content = _newest(outbox, customer).read_bytes()
    body = email.message_from_bytes(content, policy=email.policy.default).get_body(("plain",))
    return "" if body is None else str(body.get_content())


def _newest(outbox: Path, customer: str) -> Path:
    to = f"@{customer}.example".encode()
    letters = [path for path in sorted(outbox.glob("*.eml")) if to in path.read_bytes()]
    if not letters:
        raise CannotRun(f"no letter to {customer} has come to {outbox}")
    return letters[-1]
