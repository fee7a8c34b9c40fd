"""What the gate says of a column of addresses."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from regiongate.geo.steps import Values
from regiongate.geo.wide import Flags


@dataclass(frozen=True, slots=True)
class Decisions:
    """One row for each address asked about, in the order asked.

    `table` has the columns `verdict`, `would`, `rule`, `class`, `country` and `region`, all of them
    dictionaries of texts. Where a text was no address, or there was none, all of them are null:
    `rejected` and `missing` count those rows. Elsewhere `country` and `region` are null where no
    source knows them.
    """

    table: pa.Table
    rejected: int
    missing: int
    policy_name: str
    policy_version: str
    generation: str

    def __len__(self) -> int:
        return int(self.table.num_rows)


def dictionary(codes: Values, words: list[str], valid: Flags | None = None) -> pa.Array:
    """A dictionary array from codes (int32[n]) into words, null where `valid` (bool[n]) is not.

    Arrow's own buffers are written here: going through its conversion takes longer than deciding.
    """
    flags = codes >= 0 if valid is None else valid
    bits = pa.py_buffer(np.packbits(flags, bitorder="little"))
    indices = pa.Array.from_buffers(pa.int32(), codes.size, [bits, pa.py_buffer(codes)])
    return pa.DictionaryArray.from_arrays(indices, pa.array(words, pa.string()))
