"""Batches."""

from __future__ import annotations

from regiongate.conformance.answer import Answer, at
from regiongate.conformance.finding import Finding, judged
from regiongate.conformance.openai.files import upload
from regiongate.conformance.seat import Seat

_STATES = (
    "validating",
    "in_progress",
    "finalizing",
    "completed",
    "failed",
    "cancelling",
    "cancelled",
)


def ask(seat: Seat) -> object:
    """Hand in a batch of one line, and take it back before it costs anything."""
    file = upload(seat)
    try:
        batch = seat.client.batches.create(
            input_file_id=file.id, endpoint="/v1/chat/completions", completion_window="24h"
        )
        return seat.client.batches.cancel(batch.id)
    finally:
        seat.client.files.delete(file.id)


def judge(answer: Answer) -> Finding:
    """An id and a known state; whether it could be taken back is the endpoint's pace."""
    batch = next((e.document for e in answer.exchanges if e.url.endswith("/batches")), None)
    wrongs = [] if at(batch, "object") == "batch" else ["`object` is not `batch`"]
    if not isinstance(at(batch, "id"), str):
        wrongs.append("no id")
    if at(batch, "status") not in _STATES:
        wrongs.append(f"status is {at(batch, 'status')!r}")
    return judged(wrongs, f"taken, {at(batch, 'status')}")
