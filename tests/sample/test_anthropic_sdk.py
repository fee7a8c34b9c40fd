"""The official Anthropic SDK cannot tell the sample API from the real one."""

import asyncio
from collections.abc import Iterator

import anthropic
import pytest
from anthropic.types import MessageParam

HELLO: list[MessageParam] = [{"role": "user", "content": "where am I"}]
ANSWER = "You said: where am I"


@pytest.fixture
def client(sample_upstream: str) -> Iterator[anthropic.Anthropic]:
    with anthropic.Anthropic(base_url=sample_upstream, api_key="any", max_retries=0) as client:
        yield client


def test_message(client: anthropic.Anthropic) -> None:
    """A message is answered from its last turn, with the usage counted in words."""
    message = client.messages.create(model="any-name", max_tokens=100, messages=HELLO)
    assert [block.type == "text" and block.text for block in message.content] == [ANSWER]
    assert message.stop_reason == "end_turn"
    assert (message.usage.input_tokens, message.usage.output_tokens) == (3, 5)


def test_content_blocks(client: anthropic.Anthropic) -> None:
    """A turn written as a list of blocks is read like one written as a string."""
    blocks: list[MessageParam] = [
        {"role": "user", "content": [{"type": "text", "text": "where am I"}]}
    ]
    written, listed = (
        client.messages.create(model="m", max_tokens=9, messages=turns) for turns in (HELLO, blocks)
    )
    assert written == listed


def test_stream_events(client: anthropic.Anthropic) -> None:
    """A stream sends Anthropic's events in Anthropic's order, one delta for each token."""
    stream = client.messages.create(model="m", max_tokens=100, messages=HELLO, stream=True)
    assert [event.type for event in stream] == [
        "message_start",
        "content_block_start",
        *["content_block_delta"] * 5,
        "content_block_stop",
        "message_delta",
        "message_stop",
    ]


def test_stream_assembled(client: anthropic.Anthropic) -> None:
    """The SDK's helper assembles from a stream the very message that a plain request gets."""
    plain = client.messages.create(model="m", max_tokens=3, messages=HELLO)
    with client.messages.stream(model="m", max_tokens=3, messages=HELLO) as stream:
        text = "".join(stream.text_stream)
        assembled = stream.get_final_message()
    assert text == "You said: where"
    assert (assembled.id, assembled.stop_reason) == (plain.id, "max_tokens")
    assert assembled.usage.output_tokens == plain.usage.output_tokens == 3


def test_async(sample_upstream: str) -> None:
    """The asynchronous client streams the same text."""

    async def ask() -> str:
        async with (
            anthropic.AsyncAnthropic(base_url=sample_upstream, api_key="any") as client,
            client.messages.stream(model="m", max_tokens=9, messages=HELLO) as stream,
        ):
            return "".join([text async for text in stream.text_stream])

    assert asyncio.run(ask()) == ANSWER


def test_models(client: anthropic.Anthropic) -> None:
    """The path that OpenAI's SDK also calls answers this one in Anthropic's shape."""
    listed = list(client.models.list())
    assert listed
    assert all(model.display_name and model.created_at.tzinfo for model in listed)
    assert client.models.retrieve(listed[0].id) == listed[0]


def test_unknown_model(client: anthropic.Anthropic) -> None:
    """A model outside the catalogue is the SDK's own NotFoundError in Anthropic's envelope."""
    with pytest.raises(anthropic.NotFoundError) as caught:
        client.models.retrieve("nonesuch")
    assert isinstance(caught.value.body, dict)
    assert caught.value.body["error"]["type"] == "not_found_error"
