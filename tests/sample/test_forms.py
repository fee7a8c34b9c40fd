"""The form of a reply: calls of tools, JSON by a schema, an end before a text."""

from typing import Any

import pytest

from regiongate.sample.errors import ApiError
from regiongate.sample.reply import compose
from regiongate.sample.schema import fit
from regiongate.sample.shelf import MOST, Shelf
from regiongate.sample.wish import Tool, Wish

CITIES = "What is the weather in Paris and in Tokyo?"
CITY = {"type": "object", "properties": {"city": {"type": "string"}}}


@pytest.mark.parametrize(("parallel", "cities"), [(True, ["Paris", "Tokyo"]), (False, ["Paris"])])
def test_calls(parallel: bool, cities: list[str]) -> None:
    """A tool is called once for each name in the prompt, or for the first one only."""
    reply = compose(Wish("m", CITIES, tool=Tool("weather", CITY), parallel=parallel))
    assert [call.arguments["city"] for call in reply.calls] == cities
    assert len({call.id("call", reply.digest) for call in reply.calls}) == len(cities)
    assert all("".join(call.pieces) == call.text for call in reply.calls)


@pytest.mark.parametrize(
    ("stops", "text", "stop"),
    [(("and",), "You said: What is the weather in Paris", "and"), (("no",), None, None)],
)
def test_stop(stops: tuple[str, ...], text: str | None, stop: str | None) -> None:
    """A reply ends before the first of the texts that it must not say, and names it."""
    reply = compose(Wish("m", CITIES, stops=stops))
    assert (reply.text, reply.stopped_by) == (text or f"You said: {CITIES}", stop)


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "integer"}, 36),
        ({"enum": ["a", "b"]}, "a"),
        ({"anyOf": [{"const": 7}, {"type": "null"}]}, 7),
        ({"type": "array", "items": {"type": ["boolean", "null"]}}, [True]),
    ],
)
def test_fit(schema: dict[str, Any], value: object) -> None:
    """A value fits its schema."""
    assert fit(schema, "Ada is 36") == value


@pytest.mark.parametrize("schema", [{"type": "string", "pattern": "x"}, {}, [], {"type": "odd"}])
def test_refused(schema: Any) -> None:
    """A schema that is not understood is refused, for a value might not fit it."""
    with pytest.raises(ApiError):
        fit(schema, "Ada is 36")


def test_shelf() -> None:
    """Of what is kept the oldest is forgotten, so nobody fills the memory."""
    shelf = Shelf()
    for number in range(MOST + 1):
        shelf.put(str(number), number)
    assert shelf.find("1", int) == 1
    with pytest.raises(ApiError, match="any more"):
        shelf.find("0", int)
