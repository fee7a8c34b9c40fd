"""Single addresses are found where the whole address space has them."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path
from random import Random
from string import ascii_uppercase

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regiongate.compiler.geography import Finder, layout, lookup
from regiongate.compiler.locate import place_finder
from regiongate.compiler.reader import BundleReader
from regiongate.compiler.verify import sample
from regiongate.domain.address import BadAddress, canonical, fold, special_block
from regiongate.domain.errors import CannotRun
from regiongate.domain.place import Place
from regiongate.policyfile import load
from tests.support.bundles import folder_inputs, table, write

WORLD = Path(__file__).parent / "world"
EXAMPLE = Path(__file__).parents[2] / "examples" / "policy.yaml"
INPUTS = folder_inputs(WORLD)
STEPS, PLACES = layout(INPUTS.policy, INPUTS.tables)
FINDER = Finder(INPUTS.policy, INPUTS.tables)
NOWHERE = Place((None, None, None))

addresses = st.builds(
    # Near the networks that somebody speaks of, on both sides of their ends.
    lambda base, shift: fold(ip_address(base + shift)) if base + shift >= 0 else IPv4Address(0),
    st.sampled_from(
        [
            int(network.network_address)
            for network in (rule.network for rule in INPUTS.policy.networks)
        ]
        + [int(IPv4Address(text)) for text in ("1.0.0.0", "3.0.1.0", "6.0.1.0", "8.0.0.0")]
        + [int(IPv6Address(text)) for text in ("2a01::", "2a01:7:1::", "fc00::", "2001:db8::")]
    ),
    st.integers(-3, 3) | st.integers(-(1 << 16), 1 << 16),
)


@settings(max_examples=300, deadline=None)
@given(addresses)
def test_one_address_and_all_addresses_agree(address: IPv4Address | IPv6Address) -> None:
    """Whether the space is laid out or one place is looked up, the place is the same."""
    number = int(address)
    index = STEPS.lookup(number)
    laid_out = NOWHERE if index < 0 else PLACES[index]
    assert FINDER.place(number) == laid_out == lookup(INPUTS.policy, INPUTS.tables, number)


def test_nine_sources_with_hundreds_of_regions_are_kept_apart() -> None:
    """However many combinations of votes are possible, each address has its own."""
    random = Random(9)  # noqa: S311 - the same votes each time
    networks = [f"7.0.{third}.{fourth}/32" for third in range(4) for fourth in range(256)]
    regions = [f"{one}{two}" for one in ascii_uppercase for two in ascii_uppercase]
    votes = [{network: random.choice(regions) for network in networks} for _ in range(9)]
    tables = [table(f"source-{row}", said) for row, said in enumerate(votes)]
    steps, places = layout(INPUTS.policy, tables)
    for network in networks:
        place = places[steps.lookup(int(IPv4Address(network.removesuffix("/32"))))]
        assert place.votes == tuple(said[network] for said in votes)


def test_a_bundle_gives_the_places_back(content: dict[str, bytes], tmp_path: Path) -> None:
    """What the database keeps of a place is all of it."""
    bundle = BundleReader(write(content, tmp_path / "bundle"))
    for address in sample.addresses(bundle):
        if int(address) <= 1:
            continue  # 0.0.0.0 and ::, 0.0.0.1 and ::1 share an entry, and are judged alike.
        assert bundle.place(address) == FINDER.place(int(address)), address


def test_the_finder_reads_text_in_any_form() -> None:
    """An address is canonical before it is looked up, by the sources that the policy names."""
    find = place_finder(load(EXAMPLE))
    assert find("198.51.100.7") == find("::ffff:198.51.100.7") == find("2002:c633:6407::")
    assert find("198.51.100.7").rules[0].region == "FR"
    assert find("127.0.0.1").group == "private"
    assert len(find("8.8.8.8").votes) == 3
    with pytest.raises(BadAddress):
        find("8.8.8.8/32")


def test_sources_are_read_at_the_first_question_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """A policy whose tests ask for no address reads no source; one that asks reads each once."""
    asked: list[str] = []

    def load_source(name: str) -> object:
        asked.append(name)
        return next(table for table in INPUTS.tables if table.source.name == name)

    monkeypatch.setattr("regiongate.geo.bundled.load", load_source)
    find = place_finder(INPUTS.policy)
    assert asked == []
    assert find("1.0.0.1").votes == find(str(canonical("1.0.0.2"))).votes == ("CN", "CN", "CN")
    assert asked == ["iptoasn", "geo-whois", "ipfire"]


def test_a_source_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """One sentence with what there is."""
    monkeypatch.setattr("regiongate.geo.bundled.names", lambda: ("iptoasn", "ipfire"))
    with pytest.raises(CannotRun, match="no source named geo-whois: there are iptoasn, ipfire"):
        place_finder(INPUTS.policy)("1.0.0.1")


def test_addresses_that_share_an_entry_are_judged_alike() -> None:
    """A MaxMind DB cannot tell 0.0.0.1 from ::1, so neither may anything else."""
    assert FINDER.place(1).group == "private"
    assert special_block(IPv4Address(1)) == special_block(IPv6Address(1))
    one, other = special_block(IPv4Address(0)), special_block(IPv6Address(0))
    assert one is not None
    assert other is not None
    assert one.group == other.group
