"""What a request of OpenAI's chat API asks for."""

from collections.abc import Mapping
from typing import Any

from regiongate.sample.body import flag, positive, prompt_of
from regiongate.sample.errors import ApiError
from regiongate.sample.models import model_of
from regiongate.sample.wish import Tool, Wish, object_of, stops_of, tool_of, tools_of

_ANY_OBJECT = {"type": "object", "properties": {"said": {"type": "string"}}}


def wish_of(body: dict[str, Any], *, strict: bool) -> Wish:
    """The wish in a request; `ApiError` where it cannot be read."""
    # `max_tokens` is the older name, which many clients still send.
    limit = positive(body, "max_completion_tokens") or positive(body, "max_tokens")
    return Wish(
        model=model_of(body, strict=strict),
        prompt=prompt_of(body),
        limit=limit,
        stops=stops_of(body, "stop"),
        schema=_schema(object_of(body, "response_format")),
        tool=_tool(body),
        parallel=body.get("parallel_tool_calls") is None or flag(body, "parallel_tool_calls"),
    )


def _schema(form: Mapping[str, Any]) -> Mapping[str, Any] | None:
    kind = form.get("type", "text")
    if kind == "text":
        return None
    if kind == "json_object":
        return _ANY_OBJECT
    if kind != "json_schema":
        raise ApiError(
            "'response_format' is text, json_object or json_schema.", param="response_format"
        )
    return object_of(object_of(form, "json_schema"), "schema")


def _tool(body: dict[str, Any]) -> Tool | None:
    """The tool that must be called. Left to itself the sample answers in words."""
    choice = body.get("tool_choice") or "auto"
    if choice in ("auto", "none"):
        return None
    described = [object_of(tool, "function") for tool in tools_of(body) if isinstance(tool, dict)]
    if choice == "required":
        return tool_of(described, None, "parameters")
    if not isinstance(choice, dict):
        raise ApiError("'tool_choice' is none, auto, required or a function.", param="tool_choice")
    return tool_of(described, object_of(choice, "function").get("name") or "", "parameters")
