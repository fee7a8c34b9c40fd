"""Who is compared: a proxy that runs, and the requests that it gets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

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


class Proxy(Protocol):
    """Something that can be started; equal ones are started once for all their rows."""

    def start(self, layout: Layout) -> Running:
        """Start it; BenchError says why it cannot take part."""


@dataclass(frozen=True)
class Contestant:
    """A row of the result.

    `against` names the rows that this one is measured against, and `goal` is the share of the
    first one's requests per second that it should reach. `refused` says that every answer must be
    a refusal, where otherwise none may be. `streamed` says that answers come piece by piece, at the
    pace of the upstream: then rates are alike, and the goal is asked of the processor time.
    """

    name: str
    title: str
    proxy: Proxy
    requests: Path
    against: tuple[str, ...] = ()
    goal: float | None = None
    refused: bool = False
    streamed: bool = False
