"""An address in its one canonical form, and the special-purpose blocks no region can be said of.

Every decision compares canonical addresses only, so one client has one verdict, however a proxy
wrote its address down. The embeddings of IPv4 in IPv6 are those of RFC 4291 (mapped and
compatible), RFC 3056 (6to4) and RFC 6052 (NAT64). Teredo (RFC 4380) carries its client inverted,
which no database can follow, so Teredo is a block. The blocks are those of the IANA IPv4 and IPv6
special-purpose address registries (RFC 6890) and of the multicast and reserved ranges.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network
from typing import Literal

IPAddress = IPv4Address | IPv6Address
IPNetwork = IPv4Network | IPv6Network
Group = Literal["private", "special"]

# "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255" is the longest way to write an address.
LONGEST_TEXT = 45

LAST_SHARED = 1
"""The last number that is an address of its own in both families: `::1`, and 0.0.0.1."""


@dataclass(frozen=True, slots=True)
class Embedding:
    """A way to carry an IPv4 address in an IPv6 address, by which RFC.

    `shift` is how far the IPv4 address lies from the right end, in bits.
    """

    network: IPv6Network
    shift: int
    kind: str
    rfc: str


EMBEDDINGS: tuple[Embedding, ...] = (
    Embedding(IPv6Network("::/96"), 0, "IPv4-compatible", "RFC 4291, section 2.5.5.1"),
    Embedding(IPv6Network("::ffff:0:0/96"), 0, "IPv4-mapped", "RFC 4291, section 2.5.5.2"),
    Embedding(IPv6Network("64:ff9b::/96"), 0, "NAT64, well-known prefix", "RFC 6052"),
    Embedding(IPv6Network("2002::/16"), 80, "6to4", "RFC 3056"),
)
V4_EMBEDDINGS: tuple[tuple[IPv6Network, int], ...] = tuple(
    (embedding.network, embedding.shift) for embedding in EMBEDDINGS
)
"""The network of each embedding with its shift, for those who count."""


class BadAddress(ValueError):
    """A text that is not an address; the message names what is wrong with it."""


@dataclass(frozen=True, slots=True)
class SpecialBlock:
    """A block set apart from the public address space: what for, by which RFC.

    `group` is what a policy file speaks of: "private" for addresses of one's own network,
    "special" for addresses that are no client's at all.
    """

    network: IPNetwork
    kind: str
    group: Group
    rfc: str


def canonical(text: str) -> IPAddress:
    """The one form of an address that decisions compare: IPv4 wherever IPv4 is what it carries.

    Raises BadAddress when the text is not exactly one address; nothing is trimmed or repaired.
    """
    if len(text) > LONGEST_TEXT:
        raise BadAddress(f"address of {len(text)} characters: at most {LONGEST_TEXT} are possible")
    wrong = _what_is_wrong(text)
    if wrong is not None:
        raise BadAddress(f"{text!r} is not an address: {wrong}")
    try:
        return fold(IPv6Address(text)) if ":" in text else IPv4Address(text)
    except ValueError as error:
        # The standard library repeats the text at the end; the sentence already began with it.
        reason = str(error).removesuffix(f" in {text!r}")
        raise BadAddress(f"{text!r} is not an address: {reason}") from None


def fold(address: IPAddress) -> IPAddress:
    """The IPv4 address that an IPv6 address carries, or the address itself when it carries none."""
    if isinstance(address, IPv4Address):
        return address
    number = int(address)
    if (
        number <= LAST_SHARED
    ):  # The unspecified address and loopback lie in ::/96 and carry nothing.
        return address
    for network, shift in V4_EMBEDDINGS:
        if address in network:
            return IPv4Address(number >> shift & 0xFFFFFFFF)
    return address


def counted(address: IPAddress) -> IPAddress:
    """The address as which a canonical one is judged: `::1` for 0.0.0.1, `::` for 0.0.0.0.

    A MaxMind DB has one entry for both, so they must be judged alike; of the two, loopback is the
    one that a gateway really meets.
    """
    return IPv6Address(int(address)) if int(address) <= LAST_SHARED else address


def special_block(address: IPAddress) -> SpecialBlock | None:
    """The most specific special-purpose block that holds a canonical address, or None."""
    address = counted(address)
    for block in _MOST_SPECIFIC_FIRST:
        if address.version == block.network.version and address in block.network:
            return block
    return None


def _what_is_wrong(text: str) -> str | None:
    """Names the mistakes people and proxies make; the standard library finds the others."""
    mistakes = (
        (not text, "it is empty"),
        (not text.isascii(), "it holds a character outside ASCII"),
        ("%" in text, "it has a zone id, which means something on one host only"),
        ("[" in text or "]" in text, "it has brackets, which belong to a URL"),
        ("/" in text, "it is a network, not one address"),
        (any(character.isspace() for character in text), "it holds white space"),
        (text.count(":") == 1, "it has a port"),
    )
    return next((message for mistaken, message in mistakes if mistaken), None)


def _block(network: str, kind: str, group: Group, rfc: str) -> SpecialBlock:
    return SpecialBlock(ip_network(network), kind, group, rfc)


SPECIAL_BLOCKS: tuple[SpecialBlock, ...] = (
    _block("0.0.0.0/8", "this-network", "special", "RFC 791"),
    _block("10.0.0.0/8", "private-use", "private", "RFC 1918"),
    _block("100.64.0.0/10", "shared", "private", "RFC 6598"),
    _block("127.0.0.0/8", "loopback", "private", "RFC 1122"),
    _block("169.254.0.0/16", "link-local", "private", "RFC 3927"),
    _block("172.16.0.0/12", "private-use", "private", "RFC 1918"),
    _block("192.0.0.0/24", "ietf-protocol", "special", "RFC 6890"),
    _block("192.0.2.0/24", "documentation", "special", "RFC 5737"),
    _block("192.31.196.0/24", "as112", "special", "RFC 7535"),
    _block("192.52.193.0/24", "amt", "special", "RFC 7450"),
    _block("192.88.99.0/24", "6to4-relay", "special", "RFC 7526"),
    _block("192.168.0.0/16", "private-use", "private", "RFC 1918"),
    _block("192.175.48.0/24", "as112", "special", "RFC 7534"),
    _block("198.18.0.0/15", "benchmarking", "special", "RFC 2544"),
    _block("198.51.100.0/24", "documentation", "special", "RFC 5737"),
    _block("203.0.113.0/24", "documentation", "special", "RFC 5737"),
    _block("224.0.0.0/4", "multicast", "special", "RFC 5771"),
    _block("240.0.0.0/4", "reserved", "special", "RFC 1112"),
    _block("255.255.255.255/32", "broadcast", "special", "RFC 919"),
    _block("::/128", "unspecified", "special", "RFC 4291"),
    _block("::1/128", "loopback", "private", "RFC 4291"),
    _block("64:ff9b:1::/48", "local-nat64", "special", "RFC 8215"),
    _block("100::/64", "discard-only", "special", "RFC 6666"),
    _block("100:0:0:1::/64", "dummy-prefix", "special", "RFC 9780"),
    _block("2001::/23", "ietf-protocol", "special", "RFC 2928"),
    _block("2001::/32", "teredo", "special", "RFC 4380"),
    _block("2001:2::/48", "benchmarking", "special", "RFC 5180"),
    _block("2001:3::/32", "amt", "special", "RFC 7450"),
    _block("2001:4:112::/48", "as112", "special", "RFC 7535"),
    _block("2001:10::/28", "orchid", "special", "RFC 4843"),
    _block("2001:20::/28", "orchid-v2", "special", "RFC 7343"),
    _block("2001:30::/28", "drone-remote-id", "special", "RFC 9374"),
    _block("2001:db8::/32", "documentation", "special", "RFC 3849"),
    _block("2620:4f:8000::/48", "as112", "special", "RFC 7534"),
    _block("3fff::/20", "documentation", "special", "RFC 9637"),
    _block("5f00::/16", "srv6-segments", "special", "RFC 9602"),
    _block("fc00::/7", "unique-local", "private", "RFC 4193"),
    _block("fe80::/10", "link-local", "private", "RFC 4291"),
    _block("fec0::/10", "site-local", "special", "RFC 3879"),
    _block("ff00::/8", "multicast", "special", "RFC 4291"),
)
_MOST_SPECIFIC_FIRST = tuple(
    sorted(SPECIAL_BLOCKS, key=lambda block: block.network.prefixlen, reverse=True)
)
