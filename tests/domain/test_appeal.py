"""Which grounds of a case have been appealed."""

from __future__ import annotations

import pytest

from regiongate.domain.appeal import answered
from regiongate.domain.case import Step

F, N, R, P, W, S, E, L = (
    Step.FIND,
    Step.NOTICE,
    Step.RESTRICT,
    Step.PROPOSE,
    Step.WITHDRAW,
    Step.SUSPEND,
    Step.EXEMPT,
    Step.LAPSE,
)


@pytest.mark.parametrize(
    ("steps", "latest", "all_of_them"),
    [
        ((F,), None, False),
        ((F,), 1, True),
        ((F, N, R), 1, True),
        ((F, R, P), 2, False),
        ((F, R, P, W), 3, True),
        ((F, R, P, W, P), 3, True),
        ((F, R, P, W, P, S), 3, False),
        ((F, R, P, S), 4, True),
        ((F, E, L), 1, False),
        ((F, E, L), 3, True),
        ((F, R, P, W, E, L, R, P), 7, False),
        ((F, R, P, W, E, L, R, P), 8, True),
    ],
)
def test_each_ground_is_appealed_once(
    steps: tuple[Step, ...], latest: int | None, all_of_them: bool
) -> None:
    """The finding, a proposal and a suspension are, and all anew once an exemption is over."""
    assert answered(enumerate(steps, start=1), latest) is all_of_them
