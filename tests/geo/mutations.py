"""Damage done to MaxMind DB files at random, much of it where it hurts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

from tests.geo.handmade import MARKER

_NUMBERS = (0, 1, 2, 16, 17, 127, 128, 255, 256, 65535, 65536, (1 << 24) - 1, (1 << 28) - 1)


def mutated(content: bytes, chance: Random, others: Sequence[bytes] = ()) -> bytes:
    """The content with a few changes; `others` are files to take pieces from."""
    result = bytearray(content)
    for _ in range(chance.choice((1, 1, 1, 2, 3, 8))):
        if result:
            chance.choice(_WAYS)(result, chance, others or (content,))
    return bytes(result)


def _flip(content: bytearray, chance: Random, others: Sequence[bytes]) -> None:
    content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)


def _set(content: bytearray, chance: Random, others: Sequence[bytes]) -> None:
    content[chance.randrange(len(content))] = chance.choice((0, 1, 0x20, 0x7F, 0xE1, 0xFF))


def _record(content: bytearray, chance: Random, others: Sequence[bytes]) -> None:
    """A record of the tree set to a number of no good."""
    place = 3 * chance.randrange(max(1, len(content) // 6))
    number = chance.choice((*_NUMBERS, chance.randrange(300), chance.randrange(1 << 24)))
    content[place : place + 3] = (number & 0xFFFFFF).to_bytes(3)


def _graft(content: bytearray, chance: Random, others: Sequence[bytes]) -> None:
    """A node of the tree over another one: branches are shared, or run in a circle."""
    size = chance.choice((6, 7, 8))
    nodes = max(1, content.rfind(bytes(16)) // size)
    donor, place = size * chance.randrange(nodes), size * chance.randrange(nodes)
    content[place : place + size] = content[donor : donor + size]


def _text(content: bytearray, chance: Random, others: Sequence[bytes]) -> None:
    """A letter of some text: the file stays sound and says something else."""
    letters = [place for place, byte in enumerate(content) if 65 <= byte <= 122]
    content[chance.choice(letters or [0])] = chance.randrange(65, 123)


def _metadata(content: bytearray, chance: Random, others: Sequence[bytes]) -> None:
    """A byte of the metadata, where the layout of everything else is written."""
    start = max(content.rfind(MARKER), 0)
    content[chance.randrange(start, len(content))] = chance.randrange(256)


def _pointer(content: bytearray, chance: Random, others: Sequence[bytes]) -> None:
    """A short pointer to somewhere."""
    place, target = chance.randrange(len(content)), chance.randrange(min(len(content), 2048))
    content[place : place + 2] = bytes([1 << 5 | target >> 8, target & 255])


def _cut(content: bytearray, chance: Random, others: Sequence[bytes]) -> None:
    start = chance.randrange(len(content))
    del content[start : start + chance.choice((1, 2, 3, 7, 40, len(content)))]


def _insert(content: bytearray, chance: Random, others: Sequence[bytes]) -> None:
    place = chance.randrange(len(content))
    content[place:place] = chance.randbytes(chance.randrange(1, 9))


def _splice(content: bytearray, chance: Random, others: Sequence[bytes]) -> None:
    """A piece of a file over a piece of the same length."""
    other = chance.choice(others)
    start, place = chance.randrange(len(other)), chance.randrange(len(content))
    piece = other[start : start + chance.randrange(1, 64)]
    content[place : place + len(piece)] = piece


_WAYS: tuple[Callable[[bytearray, Random, Sequence[bytes]], None], ...] = (
    _flip,
    _set,
    _record,
    _graft,
    _graft,
    _text,
    _metadata,
    _pointer,
    _cut,
    _insert,
    _splice,
)
