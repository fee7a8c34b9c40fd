"""What holds for all tests."""

from __future__ import annotations

import os

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with slow tests go first, so that at the end no worker waits for a long file."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, exitstatus: int, config: pytest.Config
) -> None:
    """Say how much was compared, and loudly when the gate forbids skips and there was one."""
    _say_comparisons(terminalreporter)
    skipped = terminalreporter.stats.get("skipped", [])
    if skipped and os.environ.get("REGIONGATE_NO_SKIPS"):
        terminalreporter.write_line(f"{len(skipped)} tests were skipped, which the gate forbids")


def _say_comparisons(terminalreporter: pytest.TerminalReporter) -> None:
    """The count of tests/exactness; it comes with the reports, from other processes too."""
    found = [report for reports in terminalreporter.stats.values() for report in reports]
    reports = [report for report in found if getattr(report, "when", "") == "call"]
    said = [pair for report in reports for pair in report.user_properties]
    total = {
        name: sum(n for key, n in said if key == name) for name in ("comparisons", "mismatches")
    }
    if total["comparisons"]:
        compared, wrong = total["comparisons"], total["mismatches"]
        terminalreporter.write_line(f"exactness: {compared:,} comparisons, {wrong:,} mismatches")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Fail the run in the gate when a test was skipped: there, everything is installed."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = [] if reporter is None else reporter.stats.get("skipped", [])
    if skipped and os.environ.get("REGIONGATE_NO_SKIPS") and exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
