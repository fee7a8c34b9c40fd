"""What a source says inside of a network that stands for IPv4 is no vote, and is counted."""

from ipaddress import IPv6Network

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from regiongate.geo import wide
from regiongate.geo.mmdb.writer import V4_ALIASES
from regiongate.geo.ranges import from_networks
from regiongate.geo.steps import NONE, Steps, from_starts, merge
from regiongate.geo.votes import without_v4_embeddings


def _near(network: IPv6Network) -> list[int]:
    begin, behind = int(network.network_address), int(network.broadcast_address) + 1
    return [place + by for place in (begin, begin + 99, behind) for by in (-1, 0, 1)]


NEAR = sorted({place for network in V4_ALIASES for place in _near(network)})


@st.composite
def steps_near_embeddings(draw: st.DrawFn) -> Steps:
    """Steps that begin at, before and behind the ends of these networks."""
    starts = [0, *sorted(draw(st.sets(st.sampled_from(NEAR))))]
    values = draw(st.lists(st.integers(NONE, 2), min_size=len(starts), max_size=len(starts)))
    return from_starts(*wide.split(starts), np.array(values, dtype=np.int32))


@given(steps_near_embeddings())
def test_embeddings_are_cut_out(steps: Steps) -> None:
    """Every address keeps its value but those of the embeddings, whose lost steps are counted."""
    patch = from_networks([(network, row) for row, network in enumerate(V4_ALIASES)])
    hi, lo, matrix = merge([steps, patch])
    inside = matrix[:, 1] != NONE
    found, counts = without_v4_embeddings(steps)
    assert found == from_starts(hi, lo, np.where(inside, np.int32(NONE), matrix[:, 0]))
    lost = matrix[inside & (matrix[:, 0] != NONE), 1].tolist()
    assert counts == {str(V4_ALIASES[row]): lost.count(row) for row in set(lost)}
