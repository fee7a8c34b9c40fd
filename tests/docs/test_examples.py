"""The documentation runs: every console example is executed and its output compared."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
_BLOCK = re.compile(r"(<!-- needs: gateway -->\n)?```console\n(.*?)```", re.DOTALL)


@dataclass(frozen=True)
class Example:
    """One command of a page, what it should print, and whether it needs a gateway."""

    page: str
    command: str
    output: str
    needs_gateway: bool


def _examples() -> Iterator[Example]:
    for page in PAGES:
        for needs, block in _BLOCK.findall(page.read_text("utf-8")):
            for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
                command, _, output = part.partition("\n")
                name = str(page.relative_to(ROOT))
                yield Example(name, command, output, bool(needs))


EXAMPLES = list(_examples())


def _run(command: str, folder: Path) -> str:
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env={
            **os.environ,
            "PATH": path,
            "COLUMNS": "400",
            "REGIONGATE_SOURCES": str(folder / "sources"),
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.stdout + done.stderr


def _pattern(output: str) -> str:
    """An ellipsis in a page stands for whatever changes from run to run."""
    return re.escape(output.strip()).replace("…", ".*")


def _id(example: Example) -> str:
    return f"{example.page}: {example.command[:60]}"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files that the pages speak of, where commands may leave files of their own."""
    place = tmp_path_factory.mktemp("docs")
    shutil.copytree(ROOT / "examples", place / "examples")
    shutil.copytree(ROOT / "tests" / "policyfile" / "bad", place / "tests" / "policyfile" / "bad")
    return place


@pytest.fixture(scope="module")
def gateway(folder: Path) -> Iterator[None]:
    """`regiongate up` with its defaults, as the README starts it."""
    command = [str(Path(sys.executable).with_name("regiongate")), "up"]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = []
        for line in process.stdout:
            said.append(line)
            if "Ctrl-C stops everything" in line:
                break
        else:
            pytest.fail(f"the gateway did not start: {''.join(said)}")
        yield
        process.terminate()
        process.wait(timeout=30)


@pytest.mark.parametrize("example", [e for e in EXAMPLES if not e.needs_gateway], ids=_id)
def test_example(example: Example, folder: Path) -> None:
    """A command of a page prints what the page says."""
    assert re.fullmatch(_pattern(example.output), _run(example.command, folder).strip())


@pytest.mark.envoy
@pytest.mark.parametrize("example", [e for e in EXAMPLES if e.needs_gateway], ids=_id)
def test_example_with_a_gateway(example: Example, folder: Path, gateway: None) -> None:
    """A command of a page that speaks to the gateway gets what the page says."""
    assert re.fullmatch(_pattern(example.output), _run(example.command, folder).strip())


def test_pages_have_examples() -> None:
    """The README and the docs are among the pages, and their examples were found."""
    assert {"README.md", "docs/policy.md", "docs/explain.md"} <= {e.page for e in EXAMPLES}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    """A link to a file of the project leads to a file that is there."""
    links = re.findall(r"\]\(([^)#]+)[)#]", page.read_text("utf-8"))
    local = [link for link in links if "://" not in link]
    assert [link for link in local if not (page.parent / link).exists()] == []
