"""What one request asks of the model, in the words of neither API."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from regiongate.sample.body import required
from regiongate.sample.errors import ApiError

MOST_STOPS = 16
"""Texts to stop at; OpenAI takes four."""


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool that the reply must call."""

    name: str
    schema: Mapping[str, Any]
    """The JSON Schema of its arguments."""


@dataclass(frozen=True, slots=True)
class Wish:
    """One question and the form in which it is to be answered."""

    model: str
    prompt: str
    limit: int | None = None
    """Tokens at most; None for as many as the sample says."""
    stops: tuple[str, ...] = ()
    """Texts before which the reply ends."""
    schema: Mapping[str, Any] | None = None
    """A JSON Schema that the reply must fit."""
    tool: Tool | None = None
    """The tool to call, where the caller insists on a call."""
    parallel: bool = True
    """Whether there may be several calls."""


def stops_of(body: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """The texts to stop at: one, a list of them, or none."""
    given = body.get(name)
    stops = [] if given is None else [given] if isinstance(given, str) else given
    if (
        not isinstance(stops, list)
        or len(stops) > MOST_STOPS
        or not all(isinstance(stop, str) and stop for stop in stops)
    ):
        raise ApiError(f"'{name}' must be text, or a list of at most {MOST_STOPS}.", param=name)
    return tuple(stops)


def object_of(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """An optional field that is an object, an empty one where it is missing."""
    value = body.get(name)
    if value is not None and not isinstance(value, dict):
        raise ApiError(f"'{name}' must be an object.", param=name)
    return value or {}


def tool_of(described: list[Any], name: Any, schema: str) -> Tool:
    """The tool of that name among those described, or the first where `name` is None.

    `schema` is the field in which an API writes the arguments' schema.
    """
    for tool in described:
        if not isinstance(tool, dict):
            raise ApiError("Each of 'tools' must be an object.", param="tools")
        if name is None or tool.get("name") == name:
            called = required(tool, "name")
            if not isinstance(called, str):
                raise ApiError("A tool's 'name' must be text.", param="tools")
            return Tool(called, object_of(tool, schema) or {"type": "object"})
    raise ApiError("'tool_choice' asks for a tool that is not in 'tools'.", param="tool_choice")


def tools_of(body: Mapping[str, Any]) -> list[Any]:
    """The tools that are described; none where the field is missing."""
    tools = body.get("tools")
    if tools is not None and not isinstance(tools, list):
        raise ApiError("'tools' must be a list.", param="tools")
    return tools or []
