"""Files: uploaded, looked up, read back, deleted."""

from __future__ import annotations

import json
from typing import Any

from regiongate.conformance.answer import Answer, at
from regiongate.conformance.finding import Finding, judged
from regiongate.conformance.seat import Seat

_LINE = {
    "custom_id": "one",
    "method": "POST",
    "url": "/v1/chat/completions",
    "body": {"model": "any", "messages": [{"role": "user", "content": "hello"}]},
}
CONTENT = f"{json.dumps(_LINE)}\n".encode("ascii")
"""One line of a batch, so that the file has a use everywhere."""


def upload(seat: Seat) -> Any:
    """A file of one line."""
    return seat.client.files.create(file=("conformance.jsonl", CONTENT), purpose="batch")


def ask(seat: Seat) -> object:
    """All that the SDK does with a file; nothing is left behind."""
    file = upload(seat)
    found = seat.client.files.retrieve(file.id)
    try:
        seat.client.files.content(file.id)
    finally:
        seat.client.files.delete(file.id)
    return found


def judge(answer: Answer) -> Finding:
    """The same id and size, the same bytes, and a word that it is gone."""
    if len(answer.exchanges) < 4:
        return judged([f"{len(answer.exchanges)} of 4 steps were answered"], "")
    stored, found, content, gone = answer.exchanges[:4]
    wrongs = [] if at(stored.document, "object") == "file" else ["`object` is not `file`"]
    if at(stored.document, "bytes") != len(CONTENT):
        wrongs.append("another size")
    if at(found.document, "id") != at(stored.document, "id"):
        wrongs.append("another id when looked up")
    if content.body != CONTENT:
        wrongs.append("other bytes when read back")
    if at(gone.document, "deleted") is not True:
        wrongs.append("the deletion is not confirmed")
    return judged(wrongs, "uploaded, looked up, read back, deleted")
