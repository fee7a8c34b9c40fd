"""What the checks say to a model: the same words in both APIs."""

from __future__ import annotations

from typing import Any

GREETING = "Say hello in one short sentence."
LONG = "Count from one to thirty in words, separated by blanks: one two three"
STOPPED = "Repeat exactly these words: alpha beta gamma delta"
STOP = "gamma"
WEATHER = "What is the weather in Paris?"
TWO_CITIES = "What is the weather in Paris and in Tokyo? Ask for both at once."
PERSON = "Ada is 36 years old. Give her name and age as JSON."
PICTURE = "Which colour is this picture?"
MAX_TOKENS = 64
"""Enough for every question here; a candidate may cost money."""

CITY: dict[str, Any] = {
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
    "additionalProperties": False,
}
"""The arguments of the one tool, `get_weather`."""

PERSON_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "age": {"type": "integer"}},
    "required": ["name", "age"],
    "additionalProperties": False,
}

PNG = (
    "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAEUlEQVR42mP4z8CAFTEMLQkAKP8/wc53yE8AAAAASU"
    "VORK5CYII="
)
"""A red picture of 8 by 8, as base64."""


def person_wrongs(document: Any) -> list[str]:
    """What of a document does not fit `PERSON_SCHEMA`."""
    if not isinstance(document, dict):
        return ["the answer is no JSON object"]
    wrongs = [] if isinstance(document.get("name"), str) else ["`name` is no text"]
    age = document.get("age")
    if not isinstance(age, int) or isinstance(age, bool):
        wrongs.append("`age` is no whole number")
    return wrongs + [
        f"`{key}` is not in the schema" for key in sorted({*document} - {"name", "age"})
    ]
