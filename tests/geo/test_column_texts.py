"""What counts as a column of texts, and what does not."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pytest
from numpy.dtypes import StringDType

from regiongate.geo.column.texts import BadColumn, column, dictionary_chunks, texts

VALUES = ["1.2.3.4", None, "", "::1"]
PRESENT = ["1.2.3.4", "5.6.7.8", "", "::1"]


def back(values: object) -> list[bytes | None]:
    """The texts of a column as it was understood."""
    found: list[bytes | None] = []
    for chunk, indices in dictionary_chunks(column(values)):
        each = texts(chunk)
        rows = [
            None if missing else each.data[each.offsets[row] : each.offsets[row + 1]].tobytes()
            for row, missing in enumerate(each.missing)
        ]
        found += rows if indices is None else [None if i < 0 else rows[i] for i in indices]
    return found


def encoded(values: list[str | None]) -> list[bytes | None]:
    """The texts as bytes."""
    return [None if value is None else value.encode() for value in values]


@pytest.mark.parametrize(
    "kind",
    [
        pa.string(),
        pa.large_string(),
        pa.string_view(),
        pa.binary(),
        pa.large_binary(),
        pa.binary_view(),
        pa.dictionary(pa.int8(), pa.string()),
        pa.dictionary(pa.int32(), pa.large_string()),
    ],
    ids=str,
)
def test_arrow_types(kind: pa.DataType) -> None:
    """Every Arrow type of text or bytes will do, with nulls, sliced and in chunks."""
    bytes_like = pa.types.is_binary(kind) or pa.types.is_large_binary(kind)
    bytes_like |= pa.types.is_binary_view(kind)
    source = pa.array(encoded(VALUES) if bytes_like else VALUES)
    array = source.dictionary_encode() if pa.types.is_dictionary(kind) else source.cast(kind)
    assert back(array) == encoded(VALUES)
    assert back(array[1:3]) == encoded(VALUES[1:3])
    assert back(pa.chunked_array([array, array[:0], array[3:]])) == encoded([*VALUES, "::1"])


@pytest.mark.parametrize(
    "values",
    [
        np.array(PRESENT, dtype=object),
        np.array(PRESENT),
        np.array(PRESENT, dtype="S"),
        np.array(PRESENT, dtype=StringDType()),
        tuple(PRESENT),
        dict.fromkeys(PRESENT),
        (text for text in PRESENT),
    ],
    ids=["objects", "U", "S", "StringDType", "tuple", "dict", "generator"],
)
def test_other_columns(values: npt.NDArray[np.object_]) -> None:
    """NumPy arrays of every kind of text will do, and so will whatever Python counts through."""
    assert back(values) == encoded([*PRESENT])


def test_rows_that_are_null_have_no_text() -> None:
    """What lies in the bytes of a null row is never read, whatever it is."""
    buffers = [
        pa.py_buffer(bytes([0b01])),
        pa.py_buffer(np.array([0, 7, 14], np.int32)),
        pa.py_buffer(b"1.2.3.49.9.9.9"),
    ]
    assert back(pa.Array.from_buffers(pa.string(), 2, buffers)) == [b"1.2.3.4", None]


@pytest.mark.parametrize(
    "values",
    ["1.2.3.4", b"1.2.3.4", 7, None, [1, 2], ["1.2.3.4", 5], pa.array([1, 2]), np.arange(3)],
    ids=str,
)
def test_no_column_of_texts(values: object) -> None:
    """Anything else is refused, and nothing is made into a text."""
    with pytest.raises(BadColumn, match="a column of texts is wanted"):
        column(values)


def test_text_that_cannot_be_written_down() -> None:
    """A lone surrogate, which no bytes can say, is refused with the column."""
    with pytest.raises(BadColumn):
        column(["\ud800"])
