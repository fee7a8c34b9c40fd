"""`/api/v1/organizations/{name}/switch-plan`: where one organization can go."""

from __future__ import annotations

from typing import Annotated

from fastapi import Header, Query, Response
from pydantic import Field

from regiongate.control.switch.html import page
from regiongate.control.switch.markdown import markdown
from regiongate.control.switch.plan import Plan, UnknownOrganization, plan
from regiongate.control.switch.record import record
from regiongate.control.switch.used import Told
from regiongate.control.switch.words import blocks, title
from regiongate.domain.offer import TokenKind
from regiongate.domain.role import Act
from regiongate.server.api.answer import PROBLEMS, answer
from regiongate.server.api.endpoint import Name, TheCaller, TheHouse, api_door
from regiongate.server.api.switch_plan_record import PlanRecord
from regiongate.server.problem import Refused
from regiongate.server.viewed import viewed

door = api_door("organizations")

_JSON, _MARKDOWN, _HTML = "application/json", "text/markdown", "text/html"
_TEXT = {"schema": {"type": "string"}}
_ANSWERS = PROBLEMS | {
    200: {
        "description": "The plan, as the first type of Accept that is one of these.",
        "content": {_MARKDOWN: _TEXT, _HTML: _TEXT},
    }
}
_KINDS = "|".join(kind.value for kind in TokenKind)

Tokens = Annotated[str, Field(pattern=f"^({_KINDS}):[0-9]{{1,15}}$")]


@door.enter("GET", "/{name}/switch-plan", Act.READ, response_model=PlanRecord, responses=_ANSWERS)
def switch_plan(
    name: Name,
    house: TheHouse,
    caller: TheCaller,
    tokens: Annotated[
        list[Tokens],
        Query(
            description="Tokens of a kind in a month, as the organization says; once for each.",
            examples=[["input:30000000", "output:8000000"]],
        ),
    ] = [],  # noqa: B006 - FastAPI copies it
    accept: Annotated[
        str, Header(max_length=1000, description="JSON, `text/markdown` or `text/html`.")
    ] = _JSON,
) -> Response:
    """Show where an organization can go, at what cost, and what to change in its code.

    That somebody looked at it is written to the trail, because it shows what was seen of it.
    """
    told, at = Told(None, _kinds(tokens)), house.clock()
    with house.writing() as connection:
        try:
            made = plan(connection, name, house.offers(), house.policy(), at, told=told)
        except UnknownOrganization as error:
            raise Refused(404, "not-found", str(error)) from error
        viewed(connection, caller, "plan", name, at)
    return _as(made, accept)


def _kinds(tokens: list[str]) -> dict[TokenKind, int] | None:
    pairs = [one.split(":") for one in tokens]
    kinds = {TokenKind(kind): int(count) for kind, count in pairs}
    if len(kinds) < len(pairs):
        raise Refused(422, "invalid", "name each kind of tokens once")
    return kinds or None


def _as(made: Plan, accept: str) -> Response:
    """The plan in the first type that is accepted and known (RFC 9110, 12.5.1), without weights."""
    wanted = [one.partition(";")[0].strip().lower() for one in accept.split(",")]
    kind = next((one for one in wanted if one in (_JSON, _MARKDOWN, _HTML)), _JSON)
    if kind == _MARKDOWN:
        said = Response(markdown(blocks(made)), media_type=f"{_MARKDOWN}; charset=utf-8")
    elif kind == _HTML:
        said = Response(page(title(made), blocks(made)), media_type=_HTML)
    else:
        said = answer(record(made))
    said.headers["vary"] = "accept"
    return said
