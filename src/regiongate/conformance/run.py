"""Asks one check after the other, in the order of the table."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import NamedTuple

from regiongate.conformance.answer import Answer, Failure, at, listed
from regiongate.conformance.check import Check
from regiongate.conformance.finding import not_told
from regiongate.conformance.limits import Limits
from regiongate.conformance.recorder import Recorder
from regiongate.conformance.row import Row
from regiongate.conformance.seat import Seat
from regiongate.conformance.session import Session
from regiongate.conformance.tables import TABLES
from regiongate.conformance.target import Target
from regiongate.conformance.trouble import finding_of
from regiongate.conformance.within import NotInTime, within
from regiongate.domain.errors import CannotRun


class Models(NamedTuple):
    """The names of the models that are asked."""

    chat: str
    embedding: str


def run(target: Target, limits: Limits) -> Iterator[Row]:
    """A row for each check of the target's dialect, as soon as it is known.

    Checks with the same call are judged by the same answer.

    Raises `CannotRun` where no connection comes about, or the key is refused.
    """
    end = time.monotonic() + limits.run_seconds
    rows: dict[str, Row] = {}
    answers: dict[Callable[[Seat], object], Answer] = {}
    models = Models("", "")
    with Session(target, limits) as session:
        for check in TABLES[target.dialect]:
            left = end - time.monotonic()
            words = _not_asked(check, rows, left)
            if words is None:
                seconds = min(limits.check_seconds, left)
                if check.ask not in answers:
                    answers[check.ask] = _asked(session, target.key, check, seconds, models)
                answer = answers[check.ask]
                _refuse_to_go_on(check, answer)
                row = _row(check, answer)
            else:
                row = Row(check, not_told(words))
            rows[check.name] = row
            yield row
            if check.name == "models":
                models = _chosen(target, row)


def _not_asked(check: Check, rows: dict[str, Row], left: float) -> str | None:
    """Why a check is not asked at all."""
    if left <= 0:
        return "not asked: the time of the run was used up"
    needed = next((name for name in check.needs if not rows[name].usable), None)
    return None if needed is None else f"not asked: it needs `{needed}`"


def _asked(session: Session, key: str, check: Check, seconds: float, models: Models) -> Answer:
    recorder = Recorder(key)
    seat: Seat = session.seat(recorder, time.monotonic() + seconds, *models)
    try:
        within(seconds + 0.5, lambda: check.ask(seat))
    except NotInTime as error:
        cut = [replace(e, broken=e.broken or str(error)) for e in recorder.exchanges[-1:]]
        whole = recorder.exchanges[:-1]
        return Answer((*whole, *cut), Failure("NotInTime", str(error)))
    except Exception as error:  # A hostile answer can break an SDK anywhere.
        return Answer(recorder.exchanges, session.failure(error))
    return Answer(recorder.exchanges)


def _row(check: Check, answer: Answer) -> Row:
    first = answer.exchanges[0] if answer.exchanges else None
    # Of a check with several steps the first is what others need: a batch needs an upload.
    status = None if first is None or first.broken else first.status
    usable = status is not None and status < 300
    return Row(check, finding_of(check, answer), answer.exchanges, usable)


def _refuse_to_go_on(check: Check, answer: Answer) -> None:
    """Without a connection or a key that is taken, every row would say the same."""
    if check.name not in ("models", "chat") or answer.failure is None:
        return
    if check.name == "models" and answer.failure.connecting and answer.status is None:
        raise CannotRun(f"the endpoint cannot be reached: {answer.failure.words}.")
    if answer.status == 401 or (answer.status == 403 and check.name == "chat"):
        raise CannotRun(f"the endpoint refuses the key ({answer.status}); is it the right one?")


def _chosen(target: Target, row: Row) -> Models:
    """The models to ask: what the caller names, or the first that is listed.

    For embeddings, the first that has the word in its name.
    """
    document = row.exchanges[-1].document if row.exchanges else None
    ids = [name for m in listed(document, "data") if isinstance(name := at(m, "id"), str) and name]
    model = target.model or (ids[0] if ids else "")
    if not model:
        raise CannotRun("the endpoint lists no model; name one with --model.")
    return Models(model, next((name for name in ids if "embed" in name.lower()), model))
