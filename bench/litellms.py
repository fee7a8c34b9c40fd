"""The LiteLLM proxy, in an environment of its own."""

from __future__ import annotations

import os
import subprocess
import venv
from dataclasses import dataclass
from pathlib import Path

from bench.contestant import Layout, Running
from bench.process import BenchError, family, pinned, stop, wait_until_serving

REQUIREMENTS = Path(__file__).with_name("requirements.txt")
ENVIRONMENT = Path(__file__).with_name(".litellm")

_CONFIG = """\
model_list:
  - model_name: sample
    litellm_params:
      model: openai/sample
      api_base: http://127.0.0.1:{upstream}/v1
      api_key: none
litellm_settings:
  telemetry: false
"""


def install() -> Path:
    """The environment with LiteLLM in it, made at the first run; BenchError when it cannot be."""
    stamp = ENVIRONMENT / "installed.txt"
    wanted = REQUIREMENTS.read_text()
    if not stamp.is_file() or stamp.read_text() != wanted:
        venv.create(ENVIRONMENT, with_pip=True)
        python = str(ENVIRONMENT / "bin" / "python")
        command = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        done = subprocess.run(
            [*command, "-r", str(REQUIREMENTS)], capture_output=True, text=True, check=False
        )
        if done.returncode:
            words = done.stderr.strip().splitlines() or ["pip says nothing"]
            raise BenchError(f"LiteLLM cannot be installed: {words[-1]}")
        stamp.write_text(wanted)
    return ENVIRONMENT


def version() -> str:
    """The release that takes part."""
    lines = REQUIREMENTS.read_text().splitlines()
    return next(line for line in lines if line.startswith("litellm")).partition("==")[2]


@dataclass(frozen=True)
class LiteLlm:
    """One LiteLLM proxy without database, keys or spend tracking: the least that it can do."""

    home: Path
    port: int
    upstream_port: int

    def start(self, layout: Layout) -> Running:
        """Start it with as many workers as the layout has cores."""
        command = [str(install() / "bin" / "litellm"), "--config", str(self.home / "config.yaml")]
        command += ["--host", "127.0.0.1", "--port", str(self.port)]
        command += ["--num_workers", str(layout.workers)]
        self.home.mkdir(parents=True, exist_ok=True)
        (self.home / "config.yaml").write_text(_CONFIG.format(upstream=self.upstream_port))
        offline = {"LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_LOG": "ERROR"}
        log = self.home / "litellm.log"
        with log.open("wb") as words, pinned(layout.proxy):
            process = subprocess.Popen(
                command, cwd=self.home, stdout=words, stderr=words, env=os.environ | offline
            )
        wait_until_serving(self.port, "/health/liveliness", process, log)
        return Running(self.port, lambda: family(process.pid), lambda: stop(process))
