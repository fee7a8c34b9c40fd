"""Profiles as the rows of the tables that they stand in: a million of them at once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from regiongate.domain.profile import Fact, Holding, Owner, Profile

CARDS = pa.schema(
    [
        pa.field("id", pa.string(), nullable=False),
        pa.field("name", pa.string(), nullable=False),
        pa.field("plan", pa.string()),
        pa.field("card", pa.string(), nullable=False),
        pa.field("dossier", pa.string()),
    ]
)
CONTACTS = pa.schema(
    [
        pa.field("organization", pa.string(), nullable=False),
        pa.field("address", pa.string(), nullable=False),
        pa.field("language", pa.string(), nullable=False),
        pa.field("verified", pa.bool_(), nullable=False),
        pa.field("place", pa.int64(), nullable=False),
    ]
)
KEYS = pa.schema(
    [
        pa.field("digest", pa.string(), nullable=False),
        pa.field("organization", pa.string(), nullable=False),
        pa.field("prefix", pa.string()),
    ]
)
FACTS = pa.schema(
    [
        pa.field("organization", pa.string(), nullable=False),
        pa.field("number", pa.int64(), nullable=False),
        pa.field("kind", pa.string(), nullable=False),
        pa.field("country", pa.string(), nullable=False),
        pa.field("since", pa.date32()),
        pa.field("until", pa.date32()),
        pa.field("source", pa.string(), nullable=False),
        pa.field("stated", pa.date32(), nullable=False),
    ]
)


@dataclass(frozen=True, slots=True)
class ProfileRows:
    """Profiles, none of them twice: their rows (CARDS, CONTACTS, KEYS, FACTS), and who owns whom.

    A card has no digest of a dossier where facts, holdings and owners were not told; those that
    are known then stay.
    """

    cards: pa.Table
    contacts: pa.Table
    keys: pa.Table
    facts: pa.Table
    holdings: tuple[Holding, ...]
    owners: tuple[Owner, ...]

    def __len__(self) -> int:
        """The number of profiles."""
        return int(self.cards.num_rows)


def rows_of(profiles: Iterable[Profile], dossier: bool) -> ProfileRows:
    """The rows of some profiles. `dossier`: their facts, holdings and owners were told."""
    cards: list[tuple[Any, ...]] = []
    contacts: list[tuple[Any, ...]] = []
    keys: list[tuple[Any, ...]] = []
    facts: list[tuple[Any, ...]] = []
    holdings: dict[Holding, None] = {}
    owners: dict[str, Owner] = {}
    for one in profiles:
        told = _dossier(one) if dossier else None
        cards.append((one.id, one.name, one.plan, _card(one), told))
        for place, known in enumerate(one.contacts, start=1):
            whom = known.contact
            contacts.append((one.id, whom.address, whom.language, known.verified, place))
        for key in one.keys:
            keys.append((key.digest.hex(), one.id, key.prefix))
        for number, fact in enumerate(one.facts, start=1):
            facts.append(_fact(one.id, number, fact))
        holdings.update(dict.fromkeys(one.holdings))
        owners.update((owner.id, owner) for owner in one.owners)
    return ProfileRows(
        _table(CARDS, cards),
        _table(CONTACTS, contacts),
        _table(KEYS, keys),
        _table(FACTS, facts),
        tuple(holdings),
        tuple(owners.values()),
    )


def joined(parts: Sequence[ProfileRows]) -> ProfileRows:
    """Some rows and others, each table in the order of its primary key.

    In that order a database writes each of its pages once.
    """
    return ProfileRows(
        _sorted([part.cards for part in parts], CARDS, ("id",)),
        _sorted([part.contacts for part in parts], CONTACTS, ("organization", "address")),
        _sorted([part.keys for part in parts], KEYS, ("digest",)),
        _sorted([part.facts for part in parts], FACTS, ("organization", "number")),
        tuple(dict.fromkeys(one for part in parts for one in part.holdings)),
        tuple({one.id: one for part in parts for one in part.owners}.values()),
    )


def _fact(organization: str, number: int, fact: Fact) -> tuple[Any, ...]:
    days = (fact.since, fact.until)
    return organization, number, fact.kind.value, fact.country, *days, fact.source, fact.stated


def _table(schema: pa.Schema, rows: list[tuple[Any, ...]]) -> pa.Table:
    columns = list(zip(*rows, strict=True)) or [()] * len(schema)
    arrays = (pa.array(column, one.type) for column, one in zip(columns, schema, strict=True))
    return pa.table(list(arrays), schema=schema)


def _sorted(tables: list[pa.Table], schema: pa.Schema, key: tuple[str, ...]) -> pa.Table:
    whole = pa.concat_tables([*tables, schema.empty_table()])
    return whole.sort_by([(name, "ascending") for name in key])


def _card(one: Profile) -> str:
    """What tells two states of the first part of a profile apart."""
    said = [one.name, one.plan or ""]
    for known in one.contacts:
        mark = "verified" if known.verified else ""
        said += ("contact", known.contact.address, known.contact.language, mark)
    for key in one.keys:
        said += ("key", key.digest.hex(), key.prefix or "")
    return _digest(said)


def _dossier(one: Profile) -> str:
    """What tells two states of the second part of a profile apart."""
    said: list[str] = []
    for fact in one.facts:
        said += ("fact", fact.kind.value, fact.country, str(fact.since), str(fact.until))
        said += (fact.source, str(fact.stated))
    for held in one.holdings:
        said += ("holding", held.owned, held.owner, str(held.share), held.source, str(held.stated))
    for owner in one.owners:
        said += ("owner", owner.id, owner.name, owner.country or "")
    return _digest(said)


def _digest(said: list[str]) -> str:
    # No text of a profile holds a control character, so none runs into the next.
    return hashlib.blake2b("\x1f".join(said).encode(), digest_size=16).hexdigest()
