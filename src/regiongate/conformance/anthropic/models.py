"""The list of models."""

from __future__ import annotations

from regiongate.conformance.answer import Answer, at, listed
from regiongate.conformance.finding import Finding, judged
from regiongate.conformance.seat import Seat


def ask(seat: Seat) -> object:
    """List them."""
    return seat.client.models.list()


def judge(answer: Answer) -> Finding:
    """A page of models with an id each, that says whether there are more."""
    models = listed(answer.document, "data")
    wrongs = [] if models else ["no model is listed"]
    if any(not isinstance(at(model, "id"), str) for model in models):
        wrongs.append("a model has no id")
    if any(at(model, "type") != "model" for model in models):
        wrongs.append("a model's `type` is not `model`")
    if not isinstance(at(answer.document, "has_more"), bool):
        wrongs.append("the page does not say whether there are more")
    return judged(wrongs, f"{len(models)} listed", models=len(models))
