"""Who is compared: a proxy that runs, and the requests that it gets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bench.process import Cores


@dataclass(frozen=True)
class Layout:
    """Who runs on which core. `workers` is what each proxy is told."""

    name: str
    proxy: Cores
    others: Cores
    workers: int


ONE_CORE = Layout("one core", frozenset({0}), frozenset({1}), 1)
BOTH_CORES = Layout("both cores", frozenset({0, 1}), frozenset({0, 1}), 2)


@dataclass(frozen=True)
class Running:
    """A proxy that serves on a port of 127.0.0.1; `stop` ends it."""

    port: int
    pids: Callable[[], list[int]]
    stop: Callable[[], None]


@dataclass(frozen=True)
class Contestant:
    """A row of the result.

    `against` names the row that this one is measured against; `refused` says that every answer
    must be a refusal, where otherwise none may be.
    """

    name: str
    title: str
    requests: Path
    start: Callable[[Layout], Running]
    against: str | None = None
    goal: float | None = None
    refused: bool = False
