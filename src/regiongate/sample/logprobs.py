"""How likely each token was. The sample never hesitates: what it says is certain."""

from collections.abc import Mapping, Sequence
from typing import Any

from regiongate.sample.body import flag
from regiongate.sample.errors import ApiError

MOST = 20
"""Candidates for one token, as at OpenAI."""

NEVER = -9999.0
"""OpenAI's number for a token that is as good as impossible."""


def candidates_of(body: dict[str, Any]) -> int | None:
    """How many candidates each token is to be told with; None where nobody asks."""
    if not flag(body, "logprobs"):
        return None
    top = body.get("top_logprobs") or 0
    if isinstance(top, bool) or not isinstance(top, int) or not 0 <= top <= MOST:
        raise ApiError(f"'top_logprobs' is a whole number up to {MOST}.", param="top_logprobs")
    return top


def logprobs(tokens: Sequence[str], candidates: int | None) -> Mapping[str, Any] | None:
    """The field `logprobs` of a choice."""
    if candidates is None:
        return None
    return {"content": [_told(token, candidates) for token in tokens], "refusal": None}


def _told(token: str, candidates: int) -> dict[str, Any]:
    others = [_likely(f"{token}~{number}", NEVER) for number in range(1, candidates)]
    first = _likely(token, 0.0)
    return {**first, "top_logprobs": [first, *others][:candidates]}


def _likely(token: str, logprob: float) -> dict[str, Any]:
    # Half of a surrogate pair, which a prompt may hold, has no bytes in strict UTF-8.
    raw = list(token.encode("utf-8", "surrogatepass"))
    return {"token": token, "logprob": logprob, "bytes": raw}
