"""The official OpenAI SDK cannot tell the sample API from the real one."""

import asyncio
import hashlib
import time
from collections.abc import Iterator

import openai
import pytest
from openai.types.chat import ChatCompletionMessageParam

HELLO: list[ChatCompletionMessageParam] = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": "where am I allowed to go today"},
]
ANSWER = "You said: where am I allowed to go today"


@pytest.fixture
def client(sample_upstream: str) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{sample_upstream}/v1", api_key="any", max_retries=0) as client:
        yield client


def test_chat(client: openai.OpenAI) -> None:
    """A chat is answered from its last message, with the usage counted in words."""
    completion = client.chat.completions.create(model="any-name", messages=HELLO)
    assert completion.choices[0].message.content == ANSWER
    assert completion.choices[0].finish_reason == "stop"
    assert completion.model == "any-name"
    assert completion.usage is not None
    assert (completion.usage.prompt_tokens, completion.usage.completion_tokens) == (7, 9)


def test_same_question_same_answer(client: openai.OpenAI) -> None:
    """Two equal requests get equal answers, ids and times included; another gets another id."""
    first, second = (client.chat.completions.create(model="m", messages=HELLO) for _ in range(2))
    other = client.chat.completions.create(model="other", messages=HELLO)
    assert first == second
    assert first.id != other.id


def test_limit(client: openai.OpenAI) -> None:
    """A reply stops at the caller's limit and says that it was cut."""
    cut = client.chat.completions.create(model="m", messages=HELLO, max_completion_tokens=3)
    assert cut.choices[0].message.content == "You said: where"
    assert cut.choices[0].finish_reason == "length"


def test_stream(client: openai.OpenAI) -> None:
    """A stream brings the same text one token at a time, while later tokens are not made yet."""
    begun = time.monotonic()
    arrivals: list[float] = []
    text = ""
    with client.chat.completions.create(model="m", messages=HELLO, stream=True) as stream:
        for chunk in stream:
            assert chunk.usage is None
            if piece := chunk.choices[0].delta.content:
                text += piece
                arrivals.append(time.monotonic() - begun)
    assert text == ANSWER
    assert len(arrivals) == 9
    assert arrivals[-1] - arrivals[0] > 0.1  # Eight pauses of 20 ms, less what a slow start ate.


def test_stream_usage(client: openai.OpenAI) -> None:
    """A stream ends with a chunk that holds only the usage, for those who ask for it."""
    stream = client.chat.completions.create(
        model="m", messages=HELLO, stream=True, stream_options={"include_usage": True}
    )
    *chunks, last = stream
    assert all(chunk.usage is None for chunk in chunks)
    assert last.choices == []
    assert last.usage is not None
    assert last.usage.total_tokens == 16


def test_async(sample_upstream: str) -> None:
    """The asynchronous client works the same, and its streams run side by side."""

    async def ask(client: openai.AsyncOpenAI) -> str:
        stream = await client.chat.completions.create(model="m", messages=HELLO, stream=True)
        return "".join([chunk.choices[0].delta.content or "" async for chunk in stream])

    async def ask_often() -> list[str]:
        async with openai.AsyncOpenAI(base_url=f"{sample_upstream}/v1", api_key="any") as client:
            return await asyncio.gather(*(ask(client) for _ in range(20)))

    assert asyncio.run(ask_often()) == [ANSWER] * 20


def test_models(client: openai.OpenAI) -> None:
    """The catalogue lists models, each of which can be asked for by its name."""
    listed = list(client.models.list())
    assert listed
    assert all(client.models.retrieve(model.id) == model for model in listed)


def test_embeddings(client: openai.OpenAI) -> None:
    """Equal inputs have equal vectors of length 1, and base64 carries the same numbers as JSON."""
    packed = client.embeddings.create(model="m", input=["one", "two", "one"], dimensions=64)
    plain = client.embeddings.create(
        model="m", input=["one", "two", "one"], dimensions=64, encoding_format="float"
    )
    one, two, again = (item.embedding for item in packed.data)
    assert one == again != two
    assert sum(number**2 for number in two) == pytest.approx(1)
    assert [item.embedding for item in plain.data] == [one, two, again]


def test_file(client: openai.OpenAI) -> None:
    """The SDK's form upload is taken apart: the file is counted and hashed without its wrapping."""
    content = b"\r\n--not the end\r\n" * 5000
    stored = client.files.create(file=("rows.jsonl", content), purpose="batch")
    assert (stored.bytes, stored.filename, stored.purpose) == (len(content), "rows.jsonl", "batch")
    assert stored.to_dict()["sha256"] == hashlib.sha256(content).hexdigest()


def test_unknown_model(client: openai.OpenAI) -> None:
    """A model outside the catalogue is the SDK's own NotFoundError with OpenAI's code."""
    with pytest.raises(openai.NotFoundError, match="does not exist") as caught:
        client.models.retrieve("nonesuch")
    assert caught.value.code == "model_not_found"


def test_bad_request(client: openai.OpenAI) -> None:
    """A request that OpenAI would refuse raises BadRequestError and names the parameter."""
    with pytest.raises(openai.BadRequestError) as caught:
        client.chat.completions.create(model="m", messages=[])
    assert caught.value.param == "messages"
