"""Every check for the SDK `anthropic`, in the order of asking."""

from __future__ import annotations

from regiongate.conformance.anthropic import (
    batch,
    count_tokens,
    errors,
    files,
    images,
    json_schema,
    limit,
    message,
    models,
    pace,
    rate_limits,
    stop,
    stream,
    stream_usage,
    tool_result,
    tools,
    tools_parallel,
    tools_streamed,
)
from regiongate.conformance.check import Check

_CHAT = ("chat",)

CHECKS = (
    Check("models", "Code that chooses a model by the list.", models.ask, models.judge),
    Check("chat", "Everything else is a message too.", message.ask, message.judge),
    Check("limit", "Code goes on asking where an answer was cut.", limit.ask, limit.judge, _CHAT),
    Check("stop", "Agents read up to a text of their own.", stop.ask, stop.judge, _CHAT),
    Check("stream", "Pages show text as it comes.", stream.ask, stream.judge, _CHAT),
    Check(
        "stream-usage",
        "Streams are billed and budgeted by it.",
        stream_usage.ask,
        stream_usage.judge,
        ("stream",),
    ),
    Check("pace", "People wait for it.", pace.ask, pace.judge, ("stream",)),
    Check("tools", "Agents act by calls.", tools.ask, tools.judge, _CHAT),
    Check(
        "tools-parallel",
        "One turn instead of several.",
        tools_parallel.ask,
        tools_parallel.judge,
        ("tools",),
    ),
    Check(
        "tools-streamed",
        "Agent libraries stream, and put the input together.",
        tools_streamed.ask,
        tools_streamed.judge,
        ("tools", "stream"),
    ),
    Check(
        "tool-result",
        "A call is of no use if its result cannot be handed back.",
        tool_result.ask,
        tool_result.judge,
        _CHAT,
    ),
    Check(
        "json-schema",
        "Code parses the text without a second look.",
        json_schema.ask,
        json_schema.judge,
        _CHAT,
    ),
    Check("images", "Questions about pictures.", images.ask, images.judge, _CHAT),
    Check(
        "count-tokens",
        "Long prompts are cut by it.",
        count_tokens.ask,
        count_tokens.judge,
        _CHAT,
    ),
    Check(
        "error-bad-request",
        "A mistake in the code must not be tried again for ever.",
        errors.ask_bad_request,
        errors.judge_bad_request,
        _CHAT,
        refusal=True,
    ),
    Check(
        "error-unknown-model",
        "A wrong name must not be answered by another model.",
        errors.ask_unknown_model,
        errors.judge_unknown_model,
        _CHAT,
        refusal=True,
    ),
    Check(
        "error-wrong-key",
        "A key that was withdrawn must not work.",
        errors.ask_wrong_key,
        errors.judge_wrong_key,
        _CHAT,
        refusal=True,
    ),
    Check(
        "rate-limit-headers",
        "Clients pace themselves by them.",
        rate_limits.ask,
        rate_limits.judge,
        _CHAT,
    ),
    Check("files", "Documents are sent once and named afterwards.", files.ask, files.judge),
    Check("batch", "Much work at half the price.", batch.ask, batch.judge, _CHAT),
)
"""What answers least is asked first: where chat fails, nothing that needs it is asked.

Embeddings, logprobs and seeds are no part of this API.
"""
