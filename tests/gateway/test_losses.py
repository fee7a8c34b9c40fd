"""An access log that is not complete is told of as lines begin to be lost, and as they cease to."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from regiongate.gateway.envoy import Envoy, Writes
from regiongate.gateway.losses import Losses
from regiongate.gateway.state import State
from regiongate.gateway.unix_http import Unreachable


class _Says(Envoy):
    """An Envoy that says one thing of its log after another; None is no answer."""

    def __init__(self, state: State, said: Sequence[tuple[int, int] | None]) -> None:
        super().__init__(state)
        self.said = iter(said)

    def writes(self) -> Writes:
        said = next(self.said)
        if said is None:
            raise Unreachable("no answer")
        return Writes(*said)


def looks(folder: Path, *said: tuple[int, int] | None) -> list[str]:
    """What is told at each look at (completed, failed) writes, a dash for nothing."""
    state = State(folder)
    state.prepare()
    losses = Losses(state, _Says(state, said))
    told = [losses.look() or "-" for _ in said]
    events = state.events.read_text().splitlines() if state.events.exists() else []
    noted = [json.loads(line)["event"] for line in events]
    assert len(noted) == sum(words != "-" for words in told)
    return [words if words == "-" else noted.pop(0).removeprefix("access-log-") for words in told]


def test_a_complete_log_is_no_news(tmp_path: Path) -> None:
    """Writes that succeed are not spoken of."""
    assert looks(tmp_path, (0, 0), (5, 0), (9, 0)) == ["-", "-", "-"]


def test_a_loss_is_told_once(tmp_path: Path) -> None:
    """However long lines are lost, their loss is told as it begins and as it ends."""
    said = [(5, 0), (6, 1), (6, 9), (6, 20), (7, 20), (9, 20)]
    assert looks(tmp_path, *said) == ["-", "lost", "-", "-", "resumed", "-"]


def test_without_requests_a_loss_goes_on(tmp_path: Path) -> None:
    """While nothing is written nobody knows that it could be."""
    assert looks(tmp_path, (5, 1), (5, 1), (5, 1)) == ["lost", "-", "-"]


def test_a_loss_survives_a_restart_of_envoy(tmp_path: Path) -> None:
    """A new Envoy counts from nothing; the first line that it writes ends the loss."""
    said = [(5, 1), None, (0, 0), (1, 0)]
    assert looks(tmp_path, *said) == ["lost", "-", "-", "resumed"]
