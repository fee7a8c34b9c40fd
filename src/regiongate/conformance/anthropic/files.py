"""Files: uploaded, looked up, deleted. Anthropic does not hand back what was uploaded."""

from __future__ import annotations

from regiongate.conformance.answer import Answer, at
from regiongate.conformance.finding import Finding, judged
from regiongate.conformance.seat import Seat

CONTENT = b"Hello from a conformance check.\n"


def ask(seat: Seat) -> object:
    """Upload a line; nothing is left behind."""
    files = seat.client.files
    file = files.upload(file=("conformance.txt", CONTENT, "text/plain"))
    try:
        return files.retrieve_metadata(file.id)
    finally:
        files.delete(file.id)


def judge(answer: Answer) -> Finding:
    """The same id and size, and a word that it is gone."""
    if len(answer.exchanges) < 3:
        return judged([f"{len(answer.exchanges)} of 3 steps were answered"], "")
    stored, found, gone = (exchange.document for exchange in answer.exchanges[:3])
    wrongs = [] if at(stored, "type") == "file" else ["`type` is not `file`"]
    if at(stored, "size_bytes") != len(CONTENT):
        wrongs.append("another size")
    if at(found, "id") != at(stored, "id"):
        wrongs.append("another id when looked up")
    if at(gone, "type") != "file_deleted":
        wrongs.append("the deletion is not confirmed")
    return judged(wrongs, "uploaded, looked up, deleted")
