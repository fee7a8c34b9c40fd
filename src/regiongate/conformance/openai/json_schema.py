"""An answer that must fit a JSON Schema."""

from __future__ import annotations

import json
from typing import Any

from regiongate.conformance.answer import Answer
from regiongate.conformance.finding import Finding, judged
from regiongate.conformance.openai.chat import say, text_of
from regiongate.conformance.prompts import PERSON, PERSON_SCHEMA, person_wrongs
from regiongate.conformance.seat import Seat


def ask(seat: Seat) -> object:
    """Ask for a person, strictly."""
    schema = {"name": "person", "strict": True, "schema": PERSON_SCHEMA}
    form = {"type": "json_schema", "json_schema": schema}
    return say(seat, PERSON, response_format=form, max_tokens=256)


def judge(answer: Answer) -> Finding:
    """The text is JSON that fits."""
    try:
        document: Any = json.loads(text_of(answer) or "")
    except (ValueError, RecursionError):
        return judged(["the text is no JSON"], "")
    return judged(person_wrongs(document), "the text fits the schema")
