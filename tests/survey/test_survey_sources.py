"""Sources are read while the logs are: what is wrong with one is told all the same."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from regiongate.control.survey.survey import Wish, survey
from regiongate.domain.errors import CannotRun
from regiongate.geo.source import Source, SourceTable
from regiongate.geo.store.catalogue import Catalogue
from tests.support import log_samples

pytestmark = pytest.mark.slow

POLICY = Path(__file__).parents[2] / "examples" / "policy.yaml"


class _Damaged(Catalogue):
    """Sources of which each turns out to be damaged once it is read."""

    def load(self, source: Source) -> SourceTable:
        raise CannotRun(f"the source {source.name} is damaged")


def test_a_damaged_source_ends_the_survey(tmp_path: Path) -> None:
    """The survey ends with what is wrong, and leaves no folder."""
    log = log_samples.write(tmp_path, "own.json")
    wish = Wish([str(log)], POLICY, datetime(2024, 7, 20, tzinfo=UTC), out=tmp_path / "out")
    with pytest.raises(CannotRun, match=r"the source .* is damaged"):
        survey(wish, _Damaged(), lambda what, share, rows=0: None)
    assert [one.name for one in tmp_path.iterdir()] == [log.name]
