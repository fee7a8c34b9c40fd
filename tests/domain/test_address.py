"""Canonical addresses and special-purpose blocks."""

from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regiongate.domain.address import (
    SPECIAL_BLOCKS,
    BadAddress,
    SpecialBlock,
    canonical,
    fold,
    special_block,
)

CANONICAL = [
    ("8.8.8.8", "8.8.8.8"),
    ("::ffff:8.8.8.8", "8.8.8.8"),
    ("::FFFF:808:808", "8.8.8.8"),
    ("0:0:0:0:0:ffff:8.8.8.8", "8.8.8.8"),
    ("::8.8.8.8", "8.8.8.8"),
    ("::2", "0.0.0.2"),
    ("64:ff9b::808:808", "8.8.8.8"),
    ("64:ff9b::8.8.8.8", "8.8.8.8"),
    ("2002:808:808::1", "8.8.8.8"),
    ("2002:808:808:ffff:ffff:ffff:ffff:ffff", "8.8.8.8"),
    ("2002:a00:1::", "10.0.0.1"),
    ("::", "::"),
    ("::1", "::1"),
    ("64:ff9b:1::808:808", "64:ff9b:1::808:808"),
    ("2001:0:808:808::", "2001:0:808:808::"),
    ("2A00:0001::0", "2a00:1::"),
    ("fe80::1", "fe80::1"),
    ("::1:0:0:0", "::1:0:0:0"),
]

REFUSED = [
    ("", "empty"),
    ("8.8.8.8:443", "port"),
    ("[2a00::1]", "brackets"),
    ("[2a00::1]:443", "brackets"),
    ("fe80::1%eth0", "zone id"),
    ("08.8.8.8", "Leading zeros"),
    ("8.8.8", "Expected 4 octets"),
    ("134744072", "Expected 4 octets"),
    ("0x8.8.8.8", "decimal digits"),
    ("8.8.8.256", "Octet 256"),
    ("8.8.8.0/24", "network"),
    (" 8.8.8.8", "white space"),
    ("8.8.8.8\n", "white space"),
    ("٨.8.8.8", "ASCII"),
    ("8.8.8.8, 9.9.9.9", "white space"),
    ("2a00::1::2", "'::'"),
    ("::g", "hex digits"),
    ("::ffff:8.8.8", "Expected 4 octets"),
    ("localhost", "Expected 4 octets"),
    ("1" * 46, "46 characters"),
    ("::" + "0" * 100_000, "characters"),
]


@pytest.mark.parametrize(("text", "expected"), CANONICAL)
def test_canonical_form(text: str, expected: str) -> None:
    """An address that carries an IPv4 address is that address; any other is itself."""
    assert canonical(text) == ip_address(expected)


@pytest.mark.parametrize(("text", "reason"), REFUSED)
def test_refusal_names_what_is_wrong(text: str, reason: str) -> None:
    """A text that is not exactly one address is refused with the reason, never repaired."""
    with pytest.raises(BadAddress, match=reason):
        canonical(text)


@given(st.ip_addresses())
def test_canonical_is_idempotent(address: IPv4Address | IPv6Address) -> None:
    """The canonical form of a canonical address is the same address."""
    once = canonical(str(address))
    assert canonical(str(once)) == once == fold(once)


@given(st.ip_addresses(v=4))
def test_every_way_to_carry_ipv4_gives_the_same_address(address: IPv4Address) -> None:
    """One client has one canonical address, through whichever embedding it came."""
    number = int(address)
    carriers = [0xFFFF << 32 | number, 0x64_FF9B << 96 | number, 0x2002 << 112 | number << 80]
    assert {fold(IPv6Address(carrier)) for carrier in carriers} == {address}


@given(st.text(max_size=60))
def test_any_text_is_an_address_or_refused(text: str) -> None:
    """Hostile text raises BadAddress and nothing else."""
    try:
        canonical(text)
    except BadAddress as error:
        assert str(error)


@pytest.mark.parametrize("block", SPECIAL_BLOCKS, ids=lambda block: str(block.network))
def test_each_block_is_found(block: SpecialBlock) -> None:
    """Both ends of a block find that block or a more specific one inside of it."""
    for address in (block.network.network_address, block.network.broadcast_address):
        found = special_block(address)
        assert found is not None
        assert found.network.prefixlen >= block.network.prefixlen
        assert int(found.network.network_address) >= int(block.network.network_address)


@pytest.mark.parametrize(
    ("text", "kind", "group"),
    [
        ("10.1.2.3", "private-use", "private"),
        ("172.31.255.255", "private-use", "private"),
        ("192.168.0.1", "private-use", "private"),
        ("100.127.255.255", "shared", "private"),
        ("127.0.0.1", "loopback", "private"),
        ("::1", "loopback", "private"),
        ("169.254.169.254", "link-local", "private"),
        ("fe80::1", "link-local", "private"),
        ("fd00::1", "unique-local", "private"),
        ("0.0.0.0", "unspecified", "special"),
        ("0.0.0.2", "this-network", "special"),
        ("0.0.0.1", "loopback", "private"),
        ("::", "unspecified", "special"),
        ("192.0.2.69", "documentation", "special"),
        ("2001:db8::1", "documentation", "special"),
        ("198.19.0.1", "benchmarking", "special"),
        ("239.1.1.1", "multicast", "special"),
        ("ff02::1", "multicast", "special"),
        ("240.0.0.1", "reserved", "special"),
        ("255.255.255.255", "broadcast", "special"),
        ("100::1", "discard-only", "special"),
        ("64:ff9b:1::1", "local-nat64", "special"),
        ("2001:0:1::", "teredo", "special"),
        ("2001:20::1", "orchid-v2", "special"),
        ("3fff:fff::1", "documentation", "special"),
        ("198.51.100.7", "documentation", "special"),
        ("203.0.113.7", "documentation", "special"),
        ("2001:2::1", "benchmarking", "special"),
        ("64:ff9b::7f00:1", "loopback", "private"),
        ("::10.0.0.1", "private-use", "private"),
        ("::ffff:127.0.0.1", "loopback", "private"),
        ("2002:a00:1::", "private-use", "private"),
    ],
)
def test_special_block(text: str, kind: str, group: str) -> None:
    """The most specific block is found for the canonical address."""
    block = special_block(canonical(text))
    assert block is not None
    assert (block.kind, block.group) == (kind, group)


@pytest.mark.parametrize("text", ["8.8.8.8", "100.128.0.0", "172.32.0.0", "2a00::1", "2001:200::"])
def test_public_addresses_are_in_no_block(text: str) -> None:
    """An address of the public space has no special-purpose block."""
    assert special_block(canonical(text)) is None
