"""Many addresses at once: a column becomes place numbers, and those become columns of answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from operator import attrgetter

import numpy as np
import pyarrow as pa

from regiongate.geo.column.pages import Pages
from regiongate.geo.column.parse import parse
from regiongate.geo.column.pieces import cut, run, slices
from regiongate.geo.column.position import Positions
from regiongate.geo.column.texts import BadColumn, Texts, column, dictionary_chunks, texts
from regiongate.geo.steps import Steps, Values
from regiongate.library.answer import Answer
from regiongate.library.decisions import Decisions, dictionary
from regiongate.library.eras import Era
from regiongate.library.table import Group

_FIELDS = ("verdict", "would", "rule", "place_class", "country", "region")
_NULLABLE = ("country", "region")
_NAMES = {"place_class": "class"}

_REJECTED, _MISSING = -2, -3
"""What stands where there is no address, or no text at all; -1 is not in the database."""
_WITHOUT_PLACE = 3


@dataclass(frozen=True, slots=True, eq=False)
class _Column:
    """One column of answers: `words[codes[p]]` is the one at place p, none where that is -1."""

    name: str
    codes: Values
    words: list[str]


class Many:
    """Decides whole columns over one table of places."""

    def __init__(
        self, steps: Steps, pages: Pages, ordinary: Group, groups: Mapping[str, Group]
    ) -> None:
        self._positions = Positions(steps, pages)
        self._ordinary = ordinary
        self._groups = {name: group for name, group in groups.items() if group != ordinary}

    def decide(
        self, era: Era, addresses: object, organizations: object, threads: int | None
    ) -> Decisions:
        """What each address of a column gets within an era; see `Gate.decide_many`."""
        place = self._places(column(addresses), threads)
        groups, offset = [self._ordinary], None
        if organizations is not None:
            groups, number = self._numbered(column(organizations))
            if number.size != place.size:
                raise BadColumn(f"{place.size} addresses and {number.size} organizations")
            offset = number
        answers = [era.answers(group) for group in groups]
        columns = [_column(name, answers) for name in _FIELDS]
        found = _spread(columns, place, offset, len(answers[0]) - 1 + _WITHOUT_PLACE, threads)
        first = answers[0][0]
        return Decisions(
            table=pa.table(found),
            rejected=int(np.count_nonzero(place == _REJECTED)),
            missing=int(np.count_nonzero(place == _MISSING)),
            policy_name=first.policy_name,
            policy_version=first.policy_version,
            generation=first.generation,
        )

    def _places(self, addresses: pa.ChunkedArray, threads: int | None) -> Values:
        """The place of each row (int32[n]), below zero where it has none."""
        place = np.empty(len(addresses), dtype=np.int32)
        jobs: list[Callable[[], None]] = []
        spread: list[Callable[[], None]] = []
        begin = 0
        for chunk, indices in dictionary_chunks(addresses):
            rows = len(chunk) if indices is None else indices.size
            out = place[begin : begin + rows]
            begin += rows
            if indices is not None:
                words = np.full(len(chunk) + 1, _MISSING, dtype=np.int32)
                spread.append(partial(np.take, words, indices, out=out, mode="wrap"))
                out = words[:-1]
            jobs += [partial(self._place, piece, out[at]) for piece, at in cut(texts(chunk))]
        run(jobs, threads)
        run(spread, threads)
        return place

    def _place(self, piece: Texts, out: Values) -> None:
        addresses = parse(piece)
        out[:] = self._positions.of(addresses)
        out[~addresses.valid] = _REJECTED
        out[piece.missing] = _MISSING

    def _numbered(self, organizations: pa.ChunkedArray) -> tuple[list[Group], Values]:
        """The groups that occur, the ordinary one first, and which of them each row is in."""
        groups: dict[Group, int] = {self._ordinary: 0}
        parts = [np.zeros(0, dtype=np.int32)]
        for chunk in organizations.chunks:
            coded = chunk if pa.types.is_dictionary(chunk.type) else chunk.dictionary_encode()
            numbers = [0]  # A null organization has the index -1, which finds the last number.
            for name in reversed(coded.dictionary.to_pylist()):
                group = self._groups.get(_text(name), self._ordinary)
                numbers.append(groups.setdefault(group, len(groups)))
            indices = coded.indices.cast(pa.int64()).fill_null(-1).to_numpy(zero_copy_only=False)
            parts.append(np.array(numbers[::-1], dtype=np.int32)[indices])
        return list(groups), np.concatenate(parts)


def _text(name: object) -> str:
    """The id that a row names; one of bytes that are no text is nobody's."""
    return name.decode("utf-8", "replace") if isinstance(name, bytes) else str(name)


def _column(name: str, answers: Sequence[Sequence[Answer]]) -> _Column:
    """One field of the answers of each group, behind each other.

    Each group's places are followed by what -3, -2 and -1 find, in this order.
    """
    of = attrgetter(name)
    words: dict[str, int] = {}
    codes: list[int] = []
    for places in answers:
        said = [of(answer) for answer in places]
        numbers = [-1 if word is None else words.setdefault(str(word), len(words)) for word in said]
        codes += [*numbers[:-1], -1, -1, numbers[-1]]
    return _Column(_NAMES.get(name, name), np.array(codes, dtype=np.int32), list(words))


def _spread(
    columns: Sequence[_Column], place: Values, group: Values | None, width: int, threads: int | None
) -> dict[str, pa.Array]:
    """The columns of the answers, one row for each place asked about."""
    found = [np.empty(place.size, dtype=np.int32) for _ in columns]

    def fill(at: slice) -> None:
        row = place[at] + np.int32(width) * (place[at] < 0)
        if group is not None:
            row += np.int32(width) * group[at]
        index = row.astype(np.intp)
        for answers, codes in zip(columns, found, strict=True):
            answers.codes.take(index, out=codes[at], mode="clip")

    run((partial(fill, at) for at in slices(place.size)), threads)
    valid = found[0] >= 0
    made: dict[str, pa.Array] = dict.fromkeys(said.name for said in columns)

    def close(said: _Column, codes: Values) -> None:
        flags = None if said.name in _NULLABLE else valid
        made[said.name] = dictionary(codes, said.words, flags)

    run((partial(close, *pair) for pair in zip(columns, found, strict=True)), threads)
    return made
