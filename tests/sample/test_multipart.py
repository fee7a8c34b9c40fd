"""The form reader finds the same parts however the network cuts the body."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from regiongate.sample.multipart import LONGEST_FIELD, Form, Malformed

BOUNDARY = "b"
NEAR_MISSES = [b"\r\n--", b"\r\n-", b"\r\n", b"--b", b"\r", b"x", b"\r\n\r\n", b"\r\n--a"]
contents = st.lists(st.sampled_from(NEAR_MISSES), max_size=30).map(b"".join)


def form(*fields: bytes) -> bytes:
    heads = (f'--b\r\nContent-Disposition: form-data; name="f{n}"\r\n\r\n' for n in range(9))
    parts = [head.encode() + field + b"\r\n" for head, field in zip(heads, fields, strict=False)]
    return b"".join(parts) + b"--b--\r\n"


def read(body: bytes, size: int) -> list[tuple[str, bytes]]:
    """The names and contents in a body that arrives in chunks of `size` bytes."""

    async def arriving() -> AsyncIterator[bytes]:
        for start in range(0, len(body), size):
            yield body[start : start + size]

    async def collect() -> list[tuple[str, bytes]]:
        found = []
        async for part in Form(arriving(), BOUNDARY).parts():
            found.append((part.name, b"".join([piece async for piece in part.pieces])))
        return found

    return asyncio.run(collect())


@given(first=contents, second=contents, size=st.integers(1, 40))
def test_any_cut(first: bytes, second: bytes, size: int) -> None:
    """Contents that look almost like a boundary survive chunks of any size."""
    # A client chooses a boundary that its content does not hold.
    assume(b"\r\n--b" not in first and b"\r\n--b" not in second)
    assert read(form(first, second), size) == [("f0", first), ("f1", second)]


def test_unread_part() -> None:
    """A part whose content nobody reads does not swallow the next one."""

    async def names() -> list[str]:
        async def arriving() -> AsyncIterator[bytes]:
            yield form(b"one", b"two")

        return [part.name async for part in Form(arriving(), BOUNDARY).parts()]

    assert asyncio.run(names()) == ["f0", "f1"]


def test_preamble() -> None:
    """Text before the first boundary is skipped, as RFC 2046 asks."""
    assert read(b"for old mail readers\r\n" + form(b"one"), 7) == [("f0", b"one")]


@pytest.mark.parametrize("kept", range(len(form(b"one")) - len(b"--\r\n")))
def test_cut_off(kept: int) -> None:
    """A body that stops anywhere before its closing boundary is an error, never a shorter file."""
    with pytest.raises(Malformed, match="ends in the middle"):
        read(form(b"one")[:kept], 5)


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        (b"--b\r\n\r\n\r\n--b--", "no name"),
        (b"--b\r\nX: " + b"x" * (LONGEST_FIELD + 99), "longer than"),
    ],
)
def test_malformed(body: bytes, fault: str) -> None:
    """A part that cannot be a form field is refused with the reason."""
    with pytest.raises(Malformed, match=fault):
        read(body, 999)


@pytest.mark.parametrize("boundary", ["", "x" * 71, "ä"])
def test_boundary(boundary: str) -> None:
    """A boundary that RFC 2046 does not allow is refused before anything is read."""
    with pytest.raises(Malformed, match="boundary"):
        Form(None, boundary)  # type: ignore[arg-type]
