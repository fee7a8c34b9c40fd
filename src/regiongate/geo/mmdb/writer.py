"""A MaxMind DB from steps and records: same input, same bytes."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network

import numpy as np
import numpy.typing as npt

from regiongate.domain.address import V4_EMBEDDINGS
from regiongate.geo.mmdb import tree
from regiongate.geo.mmdb.encode import encode_map, encode_value
from regiongate.geo.mmdb.metadata import SEPARATOR, encode_metadata
from regiongate.geo.mmdb.records import RECORD_SIZES, pack
from regiongate.geo.ranges import from_networks
from regiongate.geo.steps import NONE, Steps, merge

V4_ALIASES: tuple[IPv6Network, ...] = tuple(
    network for network, _ in V4_EMBEDDINGS if int(network.network_address)
)
"""The IPv6 networks whose addresses carry an IPv4 address at the place where a tree can follow."""

_Parts = dict[int, tuple[object, bytes]]
"""Values and their bytes by the identity of the value, which is kept so that it stays its own."""

_V4_HALVES = from_networks([(IPv4Network("128.0.0.0/1"), 0)])


def encode(
    steps: Steps,
    records: Sequence[object],
    *,
    build_epoch: int,
    database_type: str,
    description: str,
    aliases: Sequence[IPv6Network] = V4_ALIASES,
    record_size: int = RECORD_SIZES[0],
) -> bytes:
    """The bytes of a MaxMind DB in which every address has the record that the steps say.

    `steps` values index into `records`; `build_epoch` is in seconds since 1970. Equal records are
    written once, unused ones not at all. Each of `aliases` leads to the IPv4 tree, so that
    2002:0102:0304:: finds what 1.2.3.4 does. Tree records have `record_size` bits, or more when
    the numbers need more.

    Raises ValueError when the steps hold something inside of an alias, when a value has no record
    and when the result would need records of more than 32 bits.
    """
    if steps.value.max() >= len(records):
        raise ValueError(f"steps hold the value {steps.value.max()} of {len(records)} records")
    steps, data, offsets = _data_section(steps, records)
    with_aliases = _with_aliases(steps, aliases, first_value=offsets.size)
    built = tree.build(with_aliases)
    node_count = len(built.children)
    data_base = node_count + len(SEPARATOR)
    record_size = max(record_size, _record_size(data_base + len(data)))
    # One record for each value: data, then aliases, and last what the value -1, none, finds.
    record = np.concatenate([data_base + offsets, np.zeros(len(aliases), np.int64), [node_count]])
    record[offsets.size : -1] = built.v4_root
    children = built.children.ravel()
    leaf = np.flatnonzero(children < 0)
    children[leaf] = record.take(with_aliases.value.take(~children.take(leaf)), mode="wrap")
    metadata = encode_metadata(
        node_count=node_count,
        record_size=record_size,
        build_epoch=build_epoch,
        database_type=database_type,
        description=description,
    )
    packed = pack(children.astype(np.uint32).reshape(-1, 2), record_size)
    return b"".join([packed, SEPARATOR, data, metadata])


def _data_section(
    steps: Steps, records: Sequence[object]
) -> tuple[Steps, bytes, npt.NDArray[np.int64]]:
    """Steps over distinct records in the order of their first use, their bytes, and the offsets."""
    used, first_use = steps.first_rows()
    new_value = np.full(len(records), NONE, dtype=np.int32)
    value_of_bytes: dict[bytes, int] = {}
    parts: _Parts = {}
    for value in used[np.argsort(first_use)]:
        if value != NONE:
            encoded = _encoded(records[value], parts)
            new_value[value] = value_of_bytes.setdefault(encoded, len(value_of_bytes))
    sizes = np.array([len(encoded) for encoded in value_of_bytes], dtype=np.int64)
    return steps.remap(new_value), b"".join(value_of_bytes), np.cumsum(sizes) - sizes


def _encoded(record: object, parts: _Parts) -> bytes:
    """The bytes of a record. Records often share the very objects that are in their fields."""
    if type(record) is not dict:
        return encode_value(record)
    fields = {}
    for key, item in record.items():
        known = parts.get(id(item))
        if known is None:
            known = parts[id(item)] = (item, encode_value(item))
        fields[key] = known[1]
    return encode_map(fields)


def _with_aliases(steps: Steps, aliases: Sequence[IPv6Network], first_value: int) -> Steps:
    """The steps with a value of its own for each alias, so that each becomes one leaf.

    With aliases a boundary lies in the middle of IPv4 even where nothing changes there, because
    it makes ::/96 a node that the aliases can lead to.
    """
    if not aliases:
        return steps
    patch = from_networks([(network, first_value + i) for i, network in enumerate(aliases)])
    hi, lo, matrix = merge([steps, patch, _V4_HALVES])
    below, above = matrix[:, 0], matrix[:, 1]
    taken = np.flatnonzero((below != NONE) & (above != NONE))
    if taken.size:
        network = aliases[above[taken[0]] - first_value]
        raise ValueError(f"the steps hold a value inside of {network}, which stands for IPv4")
    return Steps(hi, lo, np.where(above == NONE, below, above))


def _record_size(end: int) -> int:
    """The smallest record size in bits that holds every number below `end`."""
    for size in RECORD_SIZES:
        if end <= 1 << size:
            return size
    raise ValueError(f"a MaxMind DB holds records below {1 << RECORD_SIZES[-1]}, not up to {end}")
