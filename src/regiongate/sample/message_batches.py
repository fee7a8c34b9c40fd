"""`/v1/messages/batches`: Anthropic's batches of messages."""

import json
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from regiongate.sample import messages
from regiongate.sample.batch import Batch, Question, made, question
from regiongate.sample.body import read_object, required
from regiongate.sample.errors import ApiError, anthropic_error, as_json
from regiongate.sample.reply import born_at

_DAY = 24 * 60 * 60


async def create(request: Request) -> Response:
    """Take a batch."""
    asked = required(await read_object(request), "requests")
    if not isinstance(asked, list) or not asked:
        raise ApiError("'requests' must be a list with at least one request.", param="requests")
    return _put(request, made([question(one, "params") for one in asked], {}))


async def one(request: Request) -> Response:
    """Look a batch up, which answers it."""
    strict: bool = request.app.state.strict
    return _put(request, _find(request).done(lambda asked: _answered(asked, strict)))


async def cancel(request: Request) -> Response:
    """Take a batch back."""
    return _put(request, _find(request).cancelled())


async def results(request: Request) -> Response:
    """The answers of a batch that is done, one on a line."""
    batch = _find(request)
    if batch.state == "waiting":
        raise ApiError("The batch has no results yet; look it up first.", status=404)
    cancelled = {"type": "canceled"}
    lines = batch.results or [
        {"custom_id": asked.custom_id, "result": cancelled} for asked in batch.questions
    ]
    text = "".join(f"{json.dumps(line)}\n" for line in lines)
    return Response(text, media_type="application/x-jsonl")


def _answered(asked: Question, strict: bool) -> dict[str, Any]:
    try:
        said = messages.answer(asked.body, strict=strict)
        result: dict[str, Any] = {"type": "succeeded", "message": said}
    except ApiError as error:
        result = {"type": "errored", "error": anthropic_error(error)}
    return {"custom_id": asked.custom_id, "result": result}


def _find(request: Request) -> Batch:
    batch: Batch = request.app.state.shelf.find(request.path_params["id"], Batch)
    return batch


def _put(request: Request, batch: Batch) -> Response:
    """Keep a batch; the answer describes it."""
    name = f"msgbatch_{batch.digest}"
    request.app.state.shelf.put(name, batch)
    kinds = [line["result"]["type"] for line in batch.results]
    total = len(batch.questions)
    ended = batch.state != "waiting"
    counts = {
        "processing": 0 if ended else total,
        "succeeded": kinds.count("succeeded"),
        "errored": kinds.count("errored"),
        "canceled": total if batch.state == "cancelled" else 0,
        "expired": 0,
    }
    here = request.url.replace(path=f"/v1/messages/batches/{name}/results", query="")
    described = {
        "id": name,
        "type": "message_batch",
        "processing_status": "ended" if ended else "in_progress",
        "request_counts": counts,
        "created_at": born_at(),
        "expires_at": born_at(_DAY),
        "ended_at": born_at() if ended else None,
        "cancel_initiated_at": born_at() if batch.state == "cancelled" else None,
        "archived_at": None,
        "results_url": str(here) if ended else None,
    }
    return as_json(described)
