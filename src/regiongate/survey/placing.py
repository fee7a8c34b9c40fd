"""The kernel that DuckDB and Spark share: addresses as written → where they are, what they get."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

import numpy as np
import pyarrow as pa

from regiongate.compiler.geography import Finder
from regiongate.domain.facts import Facts, combined
from regiongate.domain.judge import judge
from regiongate.domain.organization import ORDINARY, Standing, State
from regiongate.domain.place import Place, locate
from regiongate.domain.policy import Policy
from regiongate.domain.verdict import Verdict
from regiongate.geo.column.parse import Addresses, parse
from regiongate.geo.column.pieces import cut
from regiongate.geo.column.texts import column, texts
from regiongate.geo.facts.table import Layer
from regiongate.geo.source import SourceTable
from regiongate.geo.steps import NONE, V4_END, Values
from regiongate.geo.wide import U64, Flags
from regiongate.survey.cells import LOCATED, PLACED, REJECTED, SPECIAL, UNKNOWN

Said = dict[str, str | int | bool | None]
"""What is said of a place, or of facts, by the names of PLACED."""

_NO_PLACE: Said = {"group": REJECTED}
_V4_NETWORK = np.uint64(0xFFFF_FF00)
_V6_NETWORK = np.uint64(0xFFFF_FFFF_FFFF_0000)
_PLACE_COLUMNS = PLACED.names[4:14]
_FACT_COLUMNS = PLACED.names[14:]


class Placing:
    """Locates columns of addresses under one policy at one instant. It never changes.

    `tables` are the policy's sources in its order, `facts` all sources of facts that are told;
    those of anonymizers may decide. It can be pickled, and then carries its tables along.
    """

    def __init__(
        self, policy: Policy, tables: Sequence[SourceTable], facts: Sequence[Layer], at: datetime
    ) -> None:
        self.policy = policy
        self.at = at
        deciding = [layer for layer in facts if layer.source.kind == "anonymizer"]
        self._finder = Finder(policy, list(tables), deciding)
        self._facts = [(layer.steps, tuple(layer.facts)) for layer in facts]

    def locate(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """PLACED for each row of a batch with a column `address` (string).

        Texts are columns of dictionaries: few words, many rows.
        """
        written = batch.column("address")
        addresses = _parse(written)
        order = np.lexsort((addresses.lo, addresses.hi))  # Neighbours are found in one's caches.
        hi, lo = addresses.hi[order], addresses.lo[order]
        back = np.empty_like(order)
        back[order] = np.arange(order.size)
        place, places = self._finder.places(hi, lo)
        fact, facts = self._stated(hi, lo)
        place, fact = place[back], fact[back]
        place[~addresses.valid] = NONE
        fact[~addresses.valid] = NONE
        said = [*map(self._of_place, places), _NO_PLACE]
        stated = [*map(_of_facts, facts), {}]
        columns = {
            "address": written,
            "group": _spread(place, said, "group"),
            **_network(addresses),
            **{name: _spread(place, said, name) for name in _PLACE_COLUMNS},
            **{name: _spread(fact, stated, name) for name in _FACT_COLUMNS},
        }
        return pa.RecordBatch.from_pydict(columns)

    def _of_place(self, place: Place) -> Said:
        at, policy = self.at, self.policy
        decision = judge(policy, place, ORDINARY, at)
        located = locate(policy, place, at)
        by_state = {
            state.value: str(judge(policy, place, Standing(state), at).verdict)
            for state in (State.EXEMPT, State.SUSPENDED)
        }
        settled = located.region is not None and not located.disputed
        return {
            "group": _group(located.region, place.group),
            "country": located.country,
            "region": located.region,
            "class": str(decision.place_class),
            "supported": located.supported if settled else None,
            "verdict": str(decision.verdict),
            "would": str(decision.would),
            "rule": decision.rule,
            **by_state,
            "handed": ",".join(_handed(policy, place, at)) or None,
        }

    def _stated(self, hi: U64, lo: U64) -> tuple[Values, list[Facts]]:
        """What the sources of facts state of each address: which (int32[n]) of these."""
        number = np.zeros(hi.size, dtype=np.int32)
        known = [Facts()]
        for steps, facts in self._facts:
            pair = number.astype(np.int64) * (len(facts) + 1) + steps.lookup_many(hi, lo) + 1
            present, number = np.unique(pair, return_inverse=True)
            number = number.astype(np.int32)
            known = [
                _joined(known[one // (len(facts) + 1)], facts, one % (len(facts) + 1) - 1)
                for one in present.tolist()
            ]
        return number, known


def _handed(policy: Policy, place: Place, at: datetime) -> Iterator[str]:
    for name in sorted(provider.name for provider in policy.providers):
        agreed = Standing(State.ORDINARY, handed_to=name)
        if judge(policy, place, agreed, at).would is Verdict.HAND_OVER:
            yield name


def _joined(first: Facts, facts: Sequence[Facts], value: int) -> Facts:
    return first if value == NONE else combined(first, facts[value])


def _parse(written: pa.Array) -> Addresses:
    found = [parse(piece) for chunk in column(written).chunks for piece, _ in cut(texts(chunk))]
    if not found:
        nothing = np.zeros(0, dtype=np.uint64)
        return Addresses(nothing, nothing, np.zeros(0, dtype=np.bool_))
    return Addresses(
        np.concatenate([one.hi for one in found]),
        np.concatenate([one.lo for one in found]),
        np.concatenate([one.valid for one in found]),
    )


def _group(region: str | None, group: str | None) -> str:
    if region is not None:
        return LOCATED
    return UNKNOWN if group is None else SPECIAL


def _network(addresses: Addresses) -> dict[str, pa.Array]:
    """The first address of the /24 or /48 of each address, as the two halves of a number."""
    v4 = (addresses.hi == 0) & (addresses.lo < np.uint64(V4_END))
    lo = np.where(v4, addresses.lo & _V4_NETWORK, np.uint64(0))
    hi = addresses.hi & _V6_NETWORK
    missing: Flags = ~addresses.valid
    return {"hi": pa.array(hi, mask=missing), "lo": pa.array(lo, mask=missing)}


def _of_facts(facts: Facts) -> Said:
    cloud, system = facts.cloud, facts.autonomous_system
    return {
        "anonymizers": ",".join(facts.anonymizers) or None,
        "cloud": None if cloud is None else cloud.provider,
        "cloud_region": None if cloud is None else cloud.region,
        "asn": None if system is None else system.number,
        "as_name": None if system is None else system.name,
    }


def _spread(index: Values, said: Sequence[Said], name: str) -> pa.Array:
    """One column: what is said under a name, for each row; the last of `said` is for -1."""
    values = [one.get(name) for one in said]
    kind = PLACED.field(name).type
    if kind != pa.string():
        return pa.array(values, kind).take(pa.array(np.where(index < 0, len(said) - 1, index)))
    words: dict[str, int] = {}
    codes = np.array(
        [NONE if one is None else words.setdefault(str(one), len(words)) for one in values],
        dtype=np.int32,
    )[index]
    return pa.DictionaryArray.from_arrays(
        pa.array(codes, mask=codes == NONE), pa.array(list(words), pa.string())
    )
