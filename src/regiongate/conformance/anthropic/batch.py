"""Batches of messages."""

from __future__ import annotations

from regiongate.conformance.answer import Answer, at
from regiongate.conformance.finding import Finding, judged
from regiongate.conformance.prompts import GREETING
from regiongate.conformance.seat import Seat


def ask(seat: Seat) -> object:
    """Hand in a batch of one message, and take it back before it costs anything."""
    messages = [{"role": "user", "content": GREETING}]
    params = {"model": seat.model, "max_tokens": 1, "messages": messages}
    batches = seat.client.messages.batches
    return batches.cancel(batches.create(requests=[{"custom_id": "one", "params": params}]).id)


def judge(answer: Answer) -> Finding:
    """An id and a known state; whether it could be taken back is the endpoint's pace."""
    batch = answer.exchanges[0].document if answer.exchanges else None
    wrongs = [] if at(batch, "type") == "message_batch" else ["`type` is not `message_batch`"]
    if not isinstance(at(batch, "id"), str):
        wrongs.append("no id")
    status = at(batch, "processing_status")
    if status not in ("in_progress", "canceling", "ended"):
        wrongs.append(f"processing_status is {status!r}")
    return judged(wrongs, f"taken, {status}")
