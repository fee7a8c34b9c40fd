"""`/v1/batches`: OpenAI's batches of chats, from an uploaded file into another one."""

import json
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from regiongate.sample import chat
from regiongate.sample.batch import Batch, Question, made, question
from regiongate.sample.body import read_object, required
from regiongate.sample.errors import ApiError, as_json, openai_error
from regiongate.sample.reply import BORN
from regiongate.sample.stored import Stored, keep, look_up

ENDPOINT = "/v1/chat/completions"
"""The only one whose batches the sample takes."""

_STATUS = {"waiting": "in_progress", "done": "completed", "cancelled": "cancelled"}


async def create(request: Request) -> Response:
    """Take a batch."""
    body = await read_object(request)
    stored = look_up(request, str(required(body, "input_file_id")))
    if required(body, "endpoint") != ENDPOINT:
        raise ApiError(f"'endpoint' is {ENDPOINT}.", param="endpoint")
    about = {
        "input_file_id": stored.openai_id,
        "endpoint": ENDPOINT,
        "completion_window": required(body, "completion_window"),
        "metadata": body.get("metadata"),
    }
    return _put(request, made(_questions(stored), about))


async def one(request: Request) -> Response:
    """Look a batch up, which answers it."""
    strict: bool = request.app.state.strict
    return _put(request, _find(request).done(lambda asked: _answered(asked, strict)))


async def cancel(request: Request) -> Response:
    """Take a batch back."""
    return _put(request, _find(request).cancelled())


def _questions(stored: Stored) -> list[Question]:
    try:
        lines = [json.loads(line) for line in stored.whole().splitlines() if line.strip()]
    except (ValueError, RecursionError) as error:
        raise ApiError(f"A line of the input file is no JSON: {error}.") from error
    return [question(line, "body") for line in lines]


def _answered(asked: Question, strict: bool) -> dict[str, Any]:
    """One line of the output."""
    try:
        status, body = 200, chat.answer(asked.body, strict=strict)
    except ApiError as error:
        status, body = error.status, openai_error(error)
    response = {"status_code": status, "request_id": asked.custom_id, "body": body}
    return {"custom_id": asked.custom_id, "response": response, "error": None}


def _find(request: Request) -> Batch:
    batch: Batch = request.app.state.shelf.find(request.path_params["id"], Batch)
    return batch


def _put(request: Request, batch: Batch) -> Response:
    """Keep a batch, and its output once there is one; the answer describes it."""
    name = f"batch_{batch.digest}"
    request.app.state.shelf.put(name, batch)
    failed = sum(line["response"]["status_code"] >= 400 for line in batch.results)
    described = {
        "id": name,
        "object": "batch",
        **batch.about,
        "status": _STATUS[batch.state],
        "created_at": BORN,
        "output_file_id": _output(request, batch) if batch.state == "done" else None,
        "request_counts": {
            "total": len(batch.questions),
            "completed": len(batch.results) - failed,
            "failed": failed,
        },
    }
    return as_json(described)


def _output(request: Request, batch: Batch) -> str:
    content = "".join(f"{json.dumps(line)}\n" for line in batch.results).encode("ascii")
    stored = Stored.of(content, f"{batch.digest}.jsonl", "batch_output", "application/jsonl")
    keep(request, stored)
    return stored.openai_id
