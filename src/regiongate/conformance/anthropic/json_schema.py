"""An answer that must fit a JSON Schema."""

from __future__ import annotations

import json
from typing import Any

from regiongate.conformance.answer import Answer
from regiongate.conformance.anthropic.message import say, text_of
from regiongate.conformance.finding import Finding, judged
from regiongate.conformance.prompts import PERSON, PERSON_SCHEMA, person_wrongs
from regiongate.conformance.seat import Seat


def ask(seat: Seat) -> object:
    """Ask for a person."""
    form = {"format": {"type": "json_schema", "schema": PERSON_SCHEMA}}
    return say(seat, PERSON, output_config=form, max_tokens=256)


def judge(answer: Answer) -> Finding:
    """The text is JSON that fits."""
    try:
        document: Any = json.loads(text_of(answer) or "")
    except (ValueError, RecursionError):
        return judged(["the text is no JSON"], "")
    return judged(person_wrongs(document), "the text fits the schema")
