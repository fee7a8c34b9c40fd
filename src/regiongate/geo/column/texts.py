"""A column of texts as arrays: the bytes of all of them, and where each one begins."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from numpy.dtypes import StringDType

from regiongate.geo.wide import Flags, Index

Bytes = npt.NDArray[np.uint8]
Offsets = npt.NDArray[np.signedinteger]


class BadColumn(ValueError):
    """Something that is no column of texts; the message says what it is instead."""


@dataclass(frozen=True, slots=True, eq=False)
class Texts:
    """Texts one behind the other, as Arrow keeps them.

    Text `i` is `data[offsets[i]:offsets[i + 1]]` (uint8[bytes], int32 or int64[n + 1]). `missing`
    (bool[n]) marks the rows that hold no text at all; what their bytes are means nothing.
    """

    data: Bytes
    offsets: Offsets
    missing: Flags

    def __len__(self) -> int:
        return self.missing.size


def column(values: object) -> pa.ChunkedArray:
    """Anything that holds texts, as Arrow texts or bytes (large or not, perhaps as a dictionary).

    Takes Arrow arrays, chunked or not, and whatever Arrow converts: NumPy arrays of objects, of
    text or of bytes, lists and the like. Raises BadColumn.
    """
    if isinstance(values, (str, bytes)) or not isinstance(values, Iterable):
        raise BadColumn(f"a column of texts is wanted, not one {type(values).__name__}")
    try:
        array = _array(values)
    except (pa.ArrowException, TypeError, ValueError) as error:
        raise BadColumn(f"a column of texts is wanted: {error}") from error
    chunked = array if isinstance(array, pa.ChunkedArray) else pa.chunked_array([array])
    return _as_texts(chunked)


def texts(chunk: pa.Array) -> Texts:
    """The texts of one chunk of a column, without copying them."""
    large = pa.types.is_large_string(chunk.type) or pa.types.is_large_binary(chunk.type)
    width = np.dtype(np.int64 if large else np.int32)
    _, offsets, data = chunk.buffers()
    begin, length = chunk.offset, len(chunk)
    if offsets is None or not length:
        found: Offsets = np.zeros(length + 1, dtype=width)
    else:
        found = np.frombuffer(offsets, dtype=width)[begin : begin + length + 1]
    content = np.zeros(0, np.uint8) if data is None else np.frombuffer(data, dtype=np.uint8)
    return Texts(content, found, _missing(chunk))


def dictionary_chunks(values: pa.ChunkedArray) -> Iterator[tuple[pa.Array, Index | None]]:
    """Each chunk as texts and, for a dictionary, which of them each row has (int64[n], or None).

    A row of a dictionary that has no text has the index -1.
    """
    for chunk in values.chunks:
        if pa.types.is_dictionary(chunk.type):
            indices = chunk.indices.cast(pa.int64()).fill_null(-1)
            yield chunk.dictionary, indices.to_numpy(zero_copy_only=False)
        else:
            yield chunk, None


def _array(values: Iterable[object]) -> pa.Array | pa.ChunkedArray:
    if isinstance(values, (pa.Array, pa.ChunkedArray)):
        return values
    if isinstance(values, np.ndarray) and isinstance(values.dtype, StringDType):
        values = values.astype(object)  # Arrow does not know NumPy's own texts.
    return pa.array(values if hasattr(values, "__len__") else list(values))


def _as_texts(values: pa.ChunkedArray) -> pa.ChunkedArray:
    kind = values.type
    inner = kind.value_type if pa.types.is_dictionary(kind) else kind
    if pa.types.is_null(inner):
        return values.cast(pa.string())
    if pa.types.is_string_view(inner):
        return values.cast(pa.large_string())
    if pa.types.is_binary_view(inner):
        return values.cast(pa.large_binary())
    known = (pa.types.is_string, pa.types.is_large_string, pa.types.is_binary)
    if any(is_it(inner) for is_it in known) or pa.types.is_large_binary(inner):
        return values
    raise BadColumn(f"a column of texts is wanted, not of {kind}")


def _missing(chunk: pa.Array) -> Flags:
    if not chunk.null_count:
        return np.zeros(len(chunk), dtype=np.bool_)
    flags: Flags = chunk.is_null().to_numpy(zero_copy_only=False)
    return flags
