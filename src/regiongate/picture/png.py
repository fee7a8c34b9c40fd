"""An image of few colours as PNG, with no library but zlib: the same pixels, the same bytes.

Source: Portable Network Graphics (PNG) Specification, Third Edition, W3C, 2025: sections 5
(chunks), 7.2 (samples packed into bytes), 9 (filters), 11 (IHDR, PLTE, IDAT, IEND).
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def indexed(image: npt.NDArray[np.uint8], colours: Sequence[str]) -> bytes:
    """The file for pixels of shape (rows, columns), each the number of a colour like `#d1495b`.

    Raises ValueError for more than 256 colours and for a pixel without one.
    """
    if not 0 < len(colours) <= 256 or image.size == 0 or image.max() >= len(colours):
        raise ValueError(f"{len(colours)} colours do not do for the pixels")
    depth = next(bits for bits in (1, 2, 4, 8) if len(colours) <= 1 << bits)
    rows, columns = image.shape
    palette = b"".join(bytes.fromhex(colour.removeprefix("#")) for colour in colours)
    return _SIGNATURE + b"".join(
        [
            _chunk(b"IHDR", struct.pack(">IIBBBBB", columns, rows, depth, 3, 0, 0, 0)),
            _chunk(b"PLTE", palette),
            _chunk(b"IDAT", zlib.compress(_scanlines(image, depth), 9)),
            _chunk(b"IEND", b""),
        ]
    )


def _scanlines(image: npt.NDArray[np.uint8], depth: int) -> bytes:
    """The rows, each after the number of its filter, 0, with several pixels in a byte."""
    each = 8 // depth
    padded = np.pad(image, ((0, 0), (0, -image.shape[1] % each)))
    packed = np.zeros((image.shape[0], padded.shape[1] // each + 1), dtype=np.uint8)
    for at in range(each):
        packed[:, 1:] |= padded[:, at::each] << np.uint8(8 - depth * (at + 1))
    return packed.tobytes()


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + _crc(kind + content)


def _crc(content: bytes) -> bytes:
    return struct.pack(">I", zlib.crc32(content))
