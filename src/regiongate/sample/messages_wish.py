"""What a request of Anthropic's messages API asks for."""

from typing import Any

from regiongate.sample.body import flag, positive, prompt_of, required
from regiongate.sample.errors import ApiError
from regiongate.sample.models import model_of
from regiongate.sample.wish import Tool, Wish, object_of, stops_of, tool_of, tools_of


def wish_of(body: dict[str, Any], *, strict: bool) -> Wish:
    """The wish in a request; `ApiError` where it cannot be read."""
    model = model_of(body, strict=strict)
    required(body, "max_tokens")  # Anthropic insists on a limit, OpenAI does not.
    form = object_of(object_of(body, "output_config"), "format")
    if form and form.get("type") != "json_schema":
        raise ApiError("'output_config.format' is of the type json_schema.", param="output_config")
    return Wish(
        model=model,
        prompt=prompt_of(body),
        limit=positive(body, "max_tokens"),
        stops=stops_of(body, "stop_sequences"),
        schema=object_of(form, "schema") if form else None,
        tool=_tool(body),
        parallel=not flag(dict(object_of(body, "tool_choice")), "disable_parallel_tool_use"),
    )


def _tool(body: dict[str, Any]) -> Tool | None:
    """The tool that must be called. Left to itself the sample answers in words."""
    choice = object_of(body, "tool_choice")
    kind = choice.get("type", "auto")
    if kind in ("auto", "none"):
        return None
    if kind not in ("any", "tool"):
        raise ApiError("'tool_choice' is auto, any, tool or none.", param="tool_choice")
    named = None if kind == "any" else choice.get("name") or ""
    return tool_of(tools_of(body), named, "input_schema")
