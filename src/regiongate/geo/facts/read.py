"""A source of facts from a file: CIDR lists, MaxMind DBs, CSV, whatever `geo.formats` reads."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from regiongate.domain.facts import Facts
from regiongate.geo.facts.kinds import FACT_KINDS
from regiongate.geo.facts.table import FactTable
from regiongate.geo.formats import RawTable
from regiongate.geo.load import Hints, load_raw
from regiongate.geo.source import Source, SourceTable, file_error
from regiongate.geo.steps import NONE
from regiongate.geo.votes import without_v4_embeddings


def load_facts(path: Path, hints: Hints, kind: str) -> FactTable:
    """Reads what a file states of its addresses; `kind` is a key of `FACT_KINDS`.

    Of nested ranges in one file the most specific counts. A plain list needs a label: a kind of
    anonymizer, or the name of a provider. Raises SourceError, MmdbError, or OSError when the file
    cannot be opened.
    """
    known = FACT_KINDS[kind]
    if hints.label is None and hints.fields is None and hints.product is None:
        hints = replace(hints, fields=known.fields)
    fault = None if hints.label is None else known.check(hints.label)
    if fault is not None:
        raise file_error(str(path), *fault)
    source, raw = load_raw(path, hints, known.check)
    return fact_table(replace(source, kind=kind), raw)


def fact_table(source: Source, raw: RawTable) -> FactTable:
    """What the labels of a source state, by the source's kind; empty labels state nothing."""
    stated = [FACT_KINDS[source.kind].facts(label) for label in raw.labels]
    facts = tuple(dict.fromkeys(fact for fact in stated if fact is not None))
    number = {fact: index for index, fact in enumerate(facts)}
    table = [NONE if fact is None else number[fact] for fact in stated]
    steps, _ = without_v4_embeddings(raw.steps.remap(np.array(table, dtype=np.int64)))
    return FactTable(source, steps, facts)


def in_words(table: FactTable) -> SourceTable:
    """The facts of a table as labels, for whoever shows or counts what a source says."""
    words = [_words(fact) for fact in table.facts]
    labels = tuple(sorted(set(words)))
    places = {label: place for place, label in enumerate(labels)}
    number = np.array([places[one] for one in words], dtype=np.int64)
    return SourceTable(table.source, table.steps.remap(number), labels, {})


def _words(fact: Facts) -> str:
    cloud, system = fact.cloud, fact.autonomous_system
    said = [*fact.anonymizers, cloud and cloud.words, system and system.words]
    return ", ".join(part for part in said if part)
