"""A chain that somebody meddled with: what was done is found, and where."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regiongate.control.audit.trouble import Trouble, Verified, Wrong
from regiongate.control.audit.verify import verify
from regiongate.domain import chain
from regiongate.domain.audit import Tag
from regiongate.domain.chain import Content, Entry, Head
from tests.support.audit_trails import entries, rehashed

Chain = tuple[list[Entry], Head]
"""Entries and head, as somebody left them."""

Meddling = Callable[[list[Entry], Head, st.DataObject], tuple[Chain, int, set[Wrong]]]
"""What it makes of a sound chain, where the first trouble is, and which it may be called."""


def _found(made: Chain, *known: Head) -> Verified:
    rows, head = made
    return verify(lambda: rows, head, known)


def _row(rows: list[Entry], data: st.DataObject, least: int = 0, spare: int = 0) -> int:
    return data.draw(st.integers(least, len(rows) - 1 - spare), label="row")


def _change(rows: list[Entry], head: Head, data: st.DataObject) -> tuple[Chain, int, set[Wrong]]:
    at = _row(rows, data)
    changes: dict[str, Any] = {
        "at": "2031-01-01T00:00:00.000000Z",
        "tag": Tag.CASE_RELEASED.value,
        "digest": "f" * 64,
        "previous": "e" * 64,
        "hash": "d" * 64,
    }
    name = data.draw(st.sampled_from(sorted(changes)), label="column")
    rows[at] = replace(rows[at], **{name: changes[name]})
    return (rows, head), at + 1, {Wrong.CHANGED}


def _rewrite(rows: list[Entry], head: Head, data: st.DataObject) -> tuple[Chain, int, set[Wrong]]:
    at = _row(rows, data)
    rows[at] = rehashed(replace(rows[at], tag=Tag.CASE_RELEASED.value))
    return (rows, head), at + 1, {Wrong.HEAD if at + 1 == head.number else Wrong.CHANGED}


def _change_content(
    rows: list[Entry], head: Head, data: st.DataObject
) -> tuple[Chain, int, set[Wrong]]:
    at = _row(rows, data)
    content = rows[at].content
    assert content is not None
    changes: dict[str, Any] = {
        "salt": "no salt",
        "actor": "mallory",
        "organization": None,
        "detail": "{}",
    }
    name = data.draw(st.sampled_from(sorted(changes)), label="column")
    rows[at] = replace(rows[at], content=replace(content, **{name: changes[name]}))
    return (rows, head), at + 1, {Wrong.CONTENT_CHANGED}


def _remove_content(
    rows: list[Entry], head: Head, data: st.DataObject
) -> tuple[Chain, int, set[Wrong]]:
    at = _row(rows, data)
    rows[at] = replace(rows[at], content=None)
    return (rows, head), at + 1, {Wrong.CONTENT_REMOVED}


def _remove(rows: list[Entry], head: Head, data: st.DataObject) -> tuple[Chain, int, set[Wrong]]:
    at = _row(rows, data)
    del rows[at]
    return (rows, head), at + 1, {Wrong.REMOVED}


def _remove_and_renumber(
    rows: list[Entry], head: Head, data: st.DataObject
) -> tuple[Chain, int, set[Wrong]]:
    at = _row(rows, data, spare=1)
    del rows[at]
    rows[at:] = [replace(row, number=row.number - 1) for row in rows[at:]]
    if data.draw(st.booleans(), label="mend the head"):
        head = replace(head, number=head.number - 1)
    return (rows, head), at + 1, {Wrong.REMOVED}


def _swap(rows: list[Entry], head: Head, data: st.DataObject) -> tuple[Chain, int, set[Wrong]]:
    one = _row(rows, data, spare=1)
    other = _row(rows, data, least=one + 1)
    rows[one], rows[other] = (
        replace(rows[other], number=one + 1),
        replace(rows[one], number=other + 1),
    )
    return (rows, head), one + 1, {Wrong.REORDERED}


def _swap_lines(
    rows: list[Entry], head: Head, data: st.DataObject
) -> tuple[Chain, int, set[Wrong]]:
    one = _row(rows, data, spare=1)
    rows[one], rows[one + 1] = rows[one + 1], rows[one]
    return (rows, head), one + 1, {Wrong.REORDERED}


def _insert(rows: list[Entry], head: Head, data: st.DataObject) -> tuple[Chain, int, set[Wrong]]:
    at = _row(rows, data)
    previous = rows[at - 1].hash if at else chain.START
    content = Content("0" * 32, "mallory", None, "{}")
    digest = chain.digest(content.salt, content.text)
    forged = Entry(at + 1, rows[at].at, Tag.CASE_NOTED, digest, previous, "c" * 64, content)
    if data.draw(st.booleans(), label="knows the form"):
        forged = rehashed(forged)
    rows[at:] = [forged, *(replace(row, number=row.number + 1) for row in rows[at:])]
    if data.draw(st.booleans(), label="mend the head"):
        head = replace(head, number=head.number + 1)
    return (rows, head), at + 1, {Wrong.INSERTED}


def _copy(rows: list[Entry], head: Head, data: st.DataObject) -> tuple[Chain, int, set[Wrong]]:
    at = _row(rows, data)
    rows.insert(at, rows[at])
    return (rows, head), at + 1, {Wrong.INSERTED}


def _append(rows: list[Entry], head: Head, data: st.DataObject) -> tuple[Chain, int, set[Wrong]]:
    number = len(rows) + data.draw(st.integers(1, 3), label="behind the end by")
    more = replace(rows[-1], number=number, previous=head.hash)
    rows.append(rehashed(more))
    return (rows, head), number, {Wrong.INSERTED}


def _change_head(
    rows: list[Entry], head: Head, data: st.DataObject
) -> tuple[Chain, int, set[Wrong]]:
    if data.draw(st.booleans(), label="its hash"):
        return (rows, replace(head, hash="b" * 64)), head.number, {Wrong.HEAD}
    return (rows, replace(head, number=head.number + 1)), head.number + 1, {Wrong.HEAD}


MEDDLINGS: list[Meddling] = [
    _change,
    _rewrite,
    _change_content,
    _remove_content,
    _remove,
    _remove_and_renumber,
    _swap,
    _swap_lines,
    _insert,
    _copy,
    _append,
    _change_head,
]


@pytest.mark.parametrize("meddle", MEDDLINGS, ids=lambda meddle: meddle.__name__.strip("_"))
@settings(max_examples=60, deadline=None)
@given(data=st.data(), count=st.integers(3, 9))
def test_one_meddling_is_found_and_named(meddle: Meddling, data: st.DataObject, count: int) -> None:
    """Whatever single thing is done to a chain, the first trouble names the event and the deed."""
    made, number, wrong = meddle(*entries(count), data)
    troubles = _found(made).troubles
    assert troubles, made
    assert (troubles[0].number, troubles[0].wrong in wrong) == (number, True), troubles
    assert str(number) in troubles[0].words


@given(count=st.integers(0, 6))
def test_a_sound_chain_is_sound(count: int) -> None:
    """Nothing is wrong with a chain as it was written, nor with one that has no event yet."""
    made = entries(count)
    assert _found(made, made[1]) == Verified(count, 0, ())


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_a_cut_end_is_found_out_by_a_signed_head(data: st.DataObject) -> None:
    """A chain whose end was cut, its head mended, is sound in itself; an earlier head knows."""
    rows, head = entries(8)
    left = data.draw(st.integers(0, 7), label="left")
    cut = rows[:left], Head(left, rows[left - 1].hash if left else chain.START)
    assert not _found(cut).troubles
    [trouble] = _found(cut, head).troubles
    assert (trouble.number, trouble.wrong) == (left + 1, Wrong.REMOVED)


def test_a_chain_written_anew_is_found_out_by_a_signed_head() -> None:
    """Who writes all events anew from one on makes a sound chain, which is not the one signed."""
    rows, signed = entries(6)
    previous = rows[2].hash
    for at in range(3, 6):
        rows[at] = rehashed(replace(rows[at], tag=Tag.CASE_RELEASED.value, previous=previous))
        previous = rows[at].hash
    assert not _found((rows, Head(6, previous))).troubles
    assert [(t.number, t.wrong) for t in _found((rows, Head(6, previous)), signed).troubles] == [
        (6, Wrong.HEAD)
    ]


def test_several_meddlings_are_all_told() -> None:
    """Each of several troubles is told, in the order of the numbers."""
    rows, head = entries(30)
    rows[4] = replace(rows[4], tag=Tag.CASE_RELEASED.value)
    del rows[9:12]
    rows[20], rows[21] = replace(rows[21], number=24), replace(rows[20], number=25)
    assert _found((rows, head)).troubles == (
        Trouble(5, Wrong.CHANGED, "event 5 is not what was written: its hash differs"),
        Trouble(10, Wrong.REMOVED, "events 10 to 12 of the chain: removed"),
        Trouble(24, Wrong.REORDERED, "event 24 is out of its place: it was written as number 25"),
        Trouble(25, Wrong.REORDERED, "event 25 is out of its place: it was written as number 24"),
    )


def test_erased_contents_are_counted_where_an_event_accounts_for_them() -> None:
    """A content is missing rightly when an erasure says so, in the chain itself."""
    rows, _ = entries(5)
    rows[1], rows[2] = replace(rows[1], content=None), replace(rows[2], content=None)
    said = Content("1" * 32, "root", None, '{"events":"2-3"}')
    last = Entry(
        6,
        rows[4].at,
        Tag.ORGANIZATION_ERASED,
        chain.digest(said.salt, said.text),
        rows[4].hash,
        "",
        said,
    )
    rows.append(rehashed(last))
    assert _found((rows, Head(6, rows[5].hash))) == Verified(6, 2, ())
