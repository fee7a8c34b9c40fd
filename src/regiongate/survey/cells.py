"""Cells: what a pass over the logs leaves, a row for each organization, key, address and day."""

from __future__ import annotations

import pyarrow as pa

INSTANT = pa.timestamp("us", tz="UTC")

CELLS = pa.schema(
    [
        pa.field("organization", pa.string()),
        pa.field("key", pa.string()),
        pa.field("address", pa.string()),
        pa.field("day", pa.date32()),
        pa.field("requests", pa.int64(), nullable=False),
        pa.field("tokens", pa.int64()),
        pa.field("first", INSTANT),
        pa.field("last", INSTANT),
        pa.field("host", pa.string()),
        pa.field("path", pa.string()),
        pa.field("model", pa.string()),
    ]
)
"""The columns of the table `cells`; organization, key, address and day are its identity.

`organization` and `key` are null where the log names none, or an empty text; a key is a digest or
a public prefix (`keys.py`), never a whole key. `address` is the text as written. `day`, `first` and
`last` are in UTC, and null where the log has no times. `tokens` is null where the log counts none.
`host`, `path` (two segments, without query) and `model` are those of one request of the cell: of
all that differ in them the one whose hash, by DuckDB, is the least, so they do not depend on the
order of rows. Rejected rows are in no cell.
"""

PLACED = pa.schema(
    [
        pa.field("address", pa.string(), nullable=False),
        pa.field("group", pa.string(), nullable=False),
        pa.field("hi", pa.uint64()),
        pa.field("lo", pa.uint64()),
        pa.field("country", pa.string()),
        pa.field("region", pa.string()),
        pa.field("class", pa.string()),
        pa.field("supported", pa.bool_()),
        pa.field("verdict", pa.string()),
        pa.field("would", pa.string()),
        pa.field("rule", pa.string()),
        pa.field("exempt", pa.string()),
        pa.field("suspended", pa.string()),
        pa.field("handed", pa.string()),
        pa.field("anonymizers", pa.string()),
        pa.field("cloud", pa.string()),
        pa.field("cloud_region", pa.string()),
        pa.field("asn", pa.int64()),
        pa.field("as_name", pa.string()),
    ]
)
"""What the kernel says of an address, at the instant of judging.

`group` is located, unknown, special or rejected; all columns behind it are null where it is
rejected. `hi` and `lo` are the halves of the first address of its network, /24 or /48, as numbers
(IPv4 below 2**32); the macro `network_text` writes them. `country` is ISO 3166-1, `region` the most
exact that is known, 3166-1 or 3166-2. `class`, `verdict`, `would` and `rule` are what an ordinary
organization gets; `exempt` and `suspended` are the verdicts of organizations of these states,
`handed` the providers by which one that agreed to it would be served there, sorted, joined by
commas, null for none.
`supported` says on which side of the list the region is: null where that is disputed, or where
there is no region. `anonymizers` are the kinds, sorted, joined by commas, null for none.
"""

LOCATED, UNKNOWN, SPECIAL, REJECTED = "located", "unknown", "special", "rejected"
