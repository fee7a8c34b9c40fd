"""`GET /v1/models`: one path that both SDKs call, each expecting its own shape."""

from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from regiongate.sample.body import required
from regiongate.sample.errors import ApiError, as_json, speaks_anthropic
from regiongate.sample.reply import BORN, LONGEST_REPLY, born_at


@dataclass(frozen=True, slots=True)
class Model:
    """A model of the catalogue; they differ in name only."""

    id: str
    """The name that a request gives."""
    title: str
    """The name for people."""

    def openai(self) -> dict[str, Any]:
        """This model as OpenAI describes one."""
        return {"id": self.id, "object": "model", "created": BORN, "owned_by": "regiongate"}

    def anthropic(self) -> dict[str, Any]:
        """This model as Anthropic describes one."""
        return {
            "type": "model",
            "id": self.id,
            "display_name": self.title,
            "created_at": born_at(),
            "lifecycle": "active",
            "max_tokens": LONGEST_REPLY,
        }


CATALOGUE = (
    Model("sample-large", "Sample Large"),
    Model("sample-small", "Sample Small"),
    Model("sample-embedding", "Sample Embedding"),
)


async def catalogue(request: Request) -> Response:
    """Every model, in one page."""
    if not speaks_anthropic(request):
        return as_json({"object": "list", "data": [model.openai() for model in CATALOGUE]})
    page = {
        "data": [model.anthropic() for model in CATALOGUE],
        "has_more": False,
        "first_id": CATALOGUE[0].id,
        "last_id": CATALOGUE[-1].id,
    }
    return as_json(page)


async def one(request: Request) -> Response:
    """The model that the path names."""
    wanted = request.path_params["id"]
    for model in CATALOGUE:
        if model.id == wanted:
            return as_json(model.anthropic() if speaks_anthropic(request) else model.openai())
    raise _unknown(wanted)


def model_of(body: dict[str, Any], *, strict: bool) -> str:
    """The model the caller asks for; any name is served, so that existing clients just work.

    Where the sample is `strict`, only those of the catalogue are.
    """
    model = required(body, "model")
    if not isinstance(model, str) or not model:
        raise ApiError("'model' must be the name of a model.", param="model")
    if strict and model not in {known.id for known in CATALOGUE}:
        raise _unknown(model)
    return model


def _unknown(model: str) -> ApiError:
    return ApiError(
        f"The model '{model}' does not exist; GET /v1/models lists those that do.",
        status=404,
        param="model",
        code="model_not_found",
    )
