"""What holds for all tests."""

from __future__ import annotations

import os

import pytest


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, exitstatus: int, config: pytest.Config
) -> None:
    """Say loudly when the gate forbids skips and something was skipped."""
    skipped = terminalreporter.stats.get("skipped", [])
    if skipped and os.environ.get("REGIONGATE_NO_SKIPS"):
        terminalreporter.write_line(f"{len(skipped)} tests were skipped, which the gate forbids")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Fail the run in the gate when a test was skipped: there, everything is installed."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = [] if reporter is None else reporter.stats.get("skipped", [])
    if skipped and os.environ.get("REGIONGATE_NO_SKIPS") and exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
