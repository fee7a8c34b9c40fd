"""The list of models."""

from __future__ import annotations

from regiongate.conformance.answer import Answer, at, listed
from regiongate.conformance.finding import Finding, judged
from regiongate.conformance.seat import Seat


def ask(seat: Seat) -> object:
    """List them."""
    return seat.client.models.list()


def judge(answer: Answer) -> Finding:
    """A list of objects with an id each."""
    models = listed(answer.document, "data")
    wrongs = [] if at(answer.document, "object") == "list" else ["`object` is not `list`"]
    if not models:
        wrongs.append("no model is listed")
    if any(not isinstance(at(model, "id"), str) for model in models):
        wrongs.append("a model has no id")
    if any(at(model, "object") != "model" for model in models):
        wrongs.append("a model's `object` is not `model`")
    return judged(wrongs, f"{len(models)} listed", models=len(models))
