"""The search tree's bytes: pairs of records of 24, 28 or 32 bits, to arrays and back.

Source: MaxMind DB File Format Specification 2.0, "Binary Search Tree Section".
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Records = npt.NDArray[np.uint32]

RECORD_SIZES = (24, 28, 32)


def unpack(tree: bytes, record_size: int) -> Records:
    """The records (uint32[nodes, 2], left and right) of a tree section."""
    node_bytes = record_size // 4
    raw = np.frombuffer(tree, dtype=np.uint8).reshape(-1, node_bytes)
    if record_size == 32:
        return raw.view(">u4").astype(np.uint32)
    wide = np.zeros((len(raw), 2, 4), dtype=np.uint8)
    wide[:, 0, 1:] = raw[:, :3]
    wide[:, 1, 1:] = raw[:, node_bytes - 3 :]
    if record_size == 28:
        wide[:, 0, 0] = raw[:, 3] >> 4  # The middle byte holds the top bits of both.
        wide[:, 1, 0] = raw[:, 3] & 0x0F
    return wide.reshape(-1, 8).view(">u4").astype(np.uint32)


def pack(records: Records, record_size: int) -> bytes:
    """The bytes of a tree section; every record must fit the size."""
    wide = records.astype(">u4").view(np.uint8).reshape(-1, 2, 4)
    if record_size == 32:
        return wide.tobytes()
    if record_size == 24:
        return wide[:, :, 1:].tobytes()
    raw = np.empty((len(wide), 7), dtype=np.uint8)
    raw[:, :3] = wide[:, 0, 1:]
    raw[:, 3] = wide[:, 0, 0] << 4 | wide[:, 1, 0]
    raw[:, 4:] = wide[:, 1, 1:]
    return raw.tobytes()
