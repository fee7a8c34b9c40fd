"""Without Spark, Java or a master, a survey on a cluster says what is missing."""

from __future__ import annotations

import importlib
import sys
import time
from pathlib import Path

import pytest

from regiongate.domain.errors import CannotRun
from regiongate.survey.spark.start import started
from tests.support.ports import free_port

pytest.importorskip("pyspark", reason="pip install 'regiongate[spark]'")


def test_without_pyspark_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who has not installed the extra reads how to."""
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)
    with pytest.raises(CannotRun, match=r"pip install 'regiongate\[spark\]'"), started("local[1]"):
        pass


def test_without_java_its_package_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A machine without Java, or with a JAVA_HOME that has none, is told which package has it."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(CannotRun, match="default-jre-headless"), started("local[1]"):
        pass
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(CannotRun, match=f"JAVA_HOME \\({tmp_path}\\)"), started("local[1]"):
        pass


def test_a_master_must_be_named() -> None:
    """There is no cluster by default."""
    with pytest.raises(CannotRun, match="needs --master"), started(None):
        pass


@pytest.mark.parametrize("master", ["spark://127.0.0.1:{}", "spark://127.0.0.1:{},[::1]:{}"])
def test_a_master_that_does_not_answer_is_told_at_once(
    master: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A master where nobody listens ends the survey within seconds, not after Spark's minutes."""
    java = tmp_path / "java"
    java.touch(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    begin = time.monotonic()
    where = master.format(*[free_port()] * master.count("{}"))
    with pytest.raises(CannotRun, match="no Spark master answers at spark://"), started(where):
        pass
    assert time.monotonic() - begin < 10


def test_the_package_is_imported_without_pyspark(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing but a start imports pyspark, so the command line does without it."""
    monkeypatch.setitem(sys.modules, "pyspark", None)
    importlib.reload(importlib.import_module("regiongate.survey.spark.cluster"))
