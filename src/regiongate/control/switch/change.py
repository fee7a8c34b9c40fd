"""What to change in the code of a client: our own words, for each SDK that people use."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from string import Template

from regiongate.domain.offer import Endpoint, Speech

KEY = "NEW_API_KEY"
"""The environment variable in which the code looks for the key of the new API."""

MODEL = "NAME-OF-A-MODEL"
"""What stands in the code where an offer names no model."""

_FOLDER = files("regiongate.control.switch") / "recipes"
_CLIENTS = {
    Speech.OPENAI: (
        ("OpenAI SDK for Python", "python", "openai-python"),
        ("OpenAI SDK for Node", "javascript", "openai-node"),
        ("LangChain", "python", "openai-langchain"),
        ("LiteLLM", "python", "openai-litellm"),
        ("curl", "sh", "openai-curl"),
    ),
    Speech.ANTHROPIC: (
        ("Anthropic SDK for Python", "python", "anthropic-python"),
        ("LangChain", "python", "anthropic-langchain"),
        ("LiteLLM", "python", "anthropic-litellm"),
        ("curl", "sh", "anthropic-curl"),
    ),
}
"""Each client of an API: how it is called, its language, and its file in `recipes/`."""


@dataclass(frozen=True, slots=True)
class Change:
    """The code of one client once it calls an endpoint; `language` as Markdown names it."""

    client: str
    speaks: Speech
    language: str
    code: str


def changes(endpoint: Endpoint, model: str | None) -> tuple[Change, ...]:
    """The code for every client that speaks what the endpoint speaks.

    Base URL and model go into it as they are: an offers file admits no letter in them that means
    something to a string or a shell.
    """
    values = {"base_url": endpoint.base_url.rstrip("/"), "model": model or MODEL, "key": KEY}
    return tuple(
        Change(client, endpoint.speaks, language, _recipe(name).substitute(values))
        for client, language, name in _CLIENTS[endpoint.speaks]
    )


@cache
def _recipe(name: str) -> Template:
    return Template((_FOLDER / f"{name}.txt").read_text(encoding="utf-8"))
