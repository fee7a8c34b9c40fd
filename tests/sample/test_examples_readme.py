"""`examples/README.md` shows what really happens."""

import doctest
import re
import shutil
import subprocess
from pathlib import Path

import pytest

README = Path(__file__).parents[2] / "examples" / "README.md"
WRITTEN_URL = "http://127.0.0.1:8081"


def blocks(language: str, url: str) -> list[str]:
    """The fenced blocks in `language`, calling the running sample instead of the written port."""
    text = README.read_text(encoding="utf-8").replace(WRITTEN_URL, url)
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


def test_python(sample_upstream: str) -> None:
    """Every Python session in the examples prints what the page says it prints."""
    sessions = blocks("pycon", sample_upstream)
    assert len(sessions) == 2
    for session in sessions:
        example = doctest.DocTestParser().get_doctest(session, {}, README.name, str(README), 0)
        report: list[str] = []
        outcome = doctest.DocTestRunner(verbose=False).run(example, out=report.append)
        assert outcome.attempted > 0
        assert outcome.failed == 0, "".join(report)


@pytest.mark.skipif(shutil.which("curl") is None, reason="the shell examples call curl")
def test_shell(sample_upstream: str) -> None:
    """Every shell command in the examples prints what the page says it prints."""
    steps = [
        step
        for block in blocks("console", sample_upstream)
        for step in re.findall(r"^\$ (.+)\n((?:[^$].*\n)*)", block, re.MULTILINE)
    ]
    assert steps
    for command, expected in steps:
        shown = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)
        assert shown.stdout.strip() == expected.strip(), command
