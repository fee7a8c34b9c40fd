"""The survey on Spark, with several executors, gives the rows of the survey on one machine."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pyarrow.fs as pafs
import pytest

from regiongate import policyfile
from regiongate.compiler.fact_sources import layers
from regiongate.compiler.sources import tables
from regiongate.control.survey.survey import counted_rows, judging
from regiongate.domain.errors import CannotRun
from regiongate.domain.survey import Rows
from regiongate.geo.store.catalogue import BUNDLED
from regiongate.survey import result
from regiongate.survey import tables as surveyed
from regiongate.survey.files import log_files
from regiongate.survey.locate import locate, settle
from regiongate.survey.placing import Placing
from regiongate.survey.recognize import Said, recognize
from regiongate.survey.record import record
from regiongate.survey.rejected import rejected
from regiongate.survey.scan import Log, Span, scan
from regiongate.survey.session import Session, session
from regiongate.survey.spark.cluster import Cluster, Logs, scan_on
from regiongate.survey.spark.start import started
from tests.support import log_samples

pytest.importorskip("pyspark", reason="pip install 'regiongate[spark]'")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        shutil.which("java") is None, reason="no java: apt-get install default-jre-headless"
    ),
]

TWO_EXECUTORS = "local-cluster[2,1,1024]"
AT = datetime(2024, 7, 20, tzinfo=UTC)
SPAN = Span(until=datetime(2024, 7, 1, 1, tzinfo=UTC))
EXAMPLE = Path(__file__).parents[2] / "examples" / "policy.yaml"


@pytest.fixture(scope="module")
def placing() -> Placing:
    """The example's policy with the bundled sources."""
    policy = policyfile.load(EXAMPLE, BUNDLED.named())
    return Placing(policy, tables(policy, BUNDLED), layers(policy, BUNDLED), AT)


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """A cluster of two executors, in processes of their own; it cuts logs into small pieces."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ACCESS_KEY_ID", "none")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "none")
        with started(TWO_EXECUTORS):
            yield Cluster(TWO_EXECUTORS, piece=12_000)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a log of every kind."""
    found = tmp_path / "logs"
    found.mkdir()
    for name in log_samples.NAMES:
        log_samples.write(found, name)
    return found


def _none(share: float) -> None:
    assert 0 <= share <= 1


def _on_spark(
    cluster: Cluster, placing: Placing, opened: Session, named: str, rejects: Path
) -> Rows:
    logs = Logs((named,), Said(), SPAN, rejected=rejects)
    scanned = scan_on(cluster, opened, logs, placing, _none)
    return counted_rows(scanned, settle(opened))


def _on_duckdb(placing: Placing, opened: Session, folder: Path, rejects: Path) -> Rows:
    files = log_files([str(folder)], opened.folder)
    forms = [(file, recognize(file, Said())) for file in files]
    logs = [Log(file, form) for file, form in forms if form is not None]
    counted = counted_rows(scan(opened, logs, SPAN), locate(opened, placing))
    with rejects.open("w") as file:
        for row in rejected(opened, logs, SPAN):
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
    return counted


def _rows(opened: Session, table: str) -> Sequence[tuple[object, ...]]:
    return opened.connection.sql(f"FROM {table} ORDER BY ALL").fetchall()


def _result(opened: Session, placing: Placing, counted: Rows) -> object:
    judged = judging(placing.policy, AT, AT)
    surveyed.prepare(opened, (), AT, True)
    return record(result.survey(opened, judged, counted))


def test_both_engines_give_the_same_rows(
    cluster: Cluster, placing: Placing, folder: Path, tmp_path: Path
) -> None:
    """Cells, places, counts, rejected rows with their numbers, and the result, of all formats."""
    ours, theirs = tmp_path / "spark.jsonl", tmp_path / "duckdb.jsonl"
    with session() as spark, session() as duckdb:
        on_spark = _on_spark(cluster, placing, spark, str(folder), ours)
        on_duckdb = _on_duckdb(placing, duckdb, folder, theirs)
        assert on_spark == on_duckdb
        assert on_spark.read == sum(
            (on_spark.located, on_spark.unknown, on_spark.special, on_spark.rejected)
        )
        assert min(on_spark.located, on_spark.special, on_spark.rejected, on_spark.outside) > 0
        assert ours.read_text() == theirs.read_text()
        for table in ("cells", "placed", "seen"):
            assert _rows(spark, table) == _rows(duckdb, table)
        assert _result(spark, placing, on_spark) == _result(duckdb, placing, on_duckdb)


def test_logs_and_work_may_lie_in_an_object_store(
    cluster: Cluster, placing: Placing, folder: Path, tmp_path: Path
) -> None:
    """Executors read from S3, range by range, and write there; nothing of it is left."""
    server = pytest.importorskip("moto.server").ThreadedMotoServer(port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        store = f"endpoint_override={host}:{port}&scheme=http&allow_bucket_creation=true"
        system, bucket = pafs.FileSystem.from_uri(f"s3://logs-test?{store}")
        system.create_dir(bucket)
        pafs.copy_files(str(folder), f"{bucket}/june", destination_filesystem=system)
        far = Cluster(cluster.master, f"s3://logs-test/here?{store}", piece=cluster.piece)
        with session() as spark, session() as duckdb:
            named = f"s3://logs-test/june/*?{store}"
            on_spark = _on_spark(far, placing, spark, named, tmp_path / "spark.jsonl")
            assert on_spark == _on_duckdb(placing, duckdb, folder, tmp_path / "duckdb.jsonl")
            for table in ("cells", "placed"):
                assert _rows(spark, table) == _rows(duckdb, table)
        left = system.get_file_info(
            pafs.FileSelector("logs-test/here", recursive=True, allow_not_found=True)
        )
        assert not [info.path for info in left if info.is_file]
    finally:
        server.stop()


def test_a_log_that_cannot_be_unpacked_ends_the_survey(
    cluster: Cluster, placing: Placing, tmp_path: Path
) -> None:
    """What an executor finds broken is told in one line, by the name of the log."""
    path = log_samples.write(tmp_path, "own.json.gz", 20_000)
    path.write_bytes(path.read_bytes()[:-5000])
    with session() as opened, pytest.raises(CannotRun) as raised:
        scan_on(cluster, opened, Logs((path.as_uri(),)), placing, _none)
    assert str(path) in str(raised.value)
    assert "\n" not in str(raised.value)


def test_nothing_to_read_is_no_row(cluster: Cluster, placing: Placing, tmp_path: Path) -> None:
    """Empty files make empty tables."""
    (tmp_path / "empty.log").touch()
    with session() as opened:
        scanned = scan_on(cluster, opened, Logs((str(tmp_path),)), placing, _none)
        assert counted_rows(scanned, settle(opened)) == Rows(0, 0, 0, 0, 0, 0)
        assert not list(opened.folder.iterdir())


def test_an_interrupted_survey_leaves_nothing(
    cluster: Cluster, placing: Placing, folder: Path
) -> None:
    """Ctrl-C ends the job and removes what it has written."""

    def interrupt(_: float) -> None:
        raise KeyboardInterrupt

    with session() as opened:
        with pytest.raises(KeyboardInterrupt):
            scan_on(cluster, opened, Logs((str(folder),)), placing, interrupt)
        assert not list(opened.folder.iterdir())
