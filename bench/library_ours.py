"""`python -m bench.library_ours NAME FOLDER`: one turn of the library, in a process of its own."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pyarrow as pa

from bench.library_clock import FEW, Job, run
from bench.library_texts import Given
from regiongate import Gate


def job(name: str, given: Given) -> tuple[Job, int]:
    """What is timed, and over how many addresses."""
    gate = Gate.open(given.bundle)
    texts = given.texts.read_text().split()
    if name == "library-decide":
        return lambda: _one_by_one(gate, texts[:FEW]), FEW
    if name == "library-column-numpy":
        column = np.array(texts, dtype=object)
        return lambda: gate.decide_many(column), len(texts)
    array = pa.array(texts)
    threads = 1 if name == "library-column-one" else None
    return lambda: gate.decide_many(array, threads=threads), len(texts)


def _one_by_one(gate: Gate, texts: list[str]) -> None:
    for text in texts:
        gate.decide(text)


if __name__ == "__main__":
    run(*job(sys.argv[1], Given(Path(sys.argv[2]))))
