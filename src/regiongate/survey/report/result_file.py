"""The result as a JSON file, an organization a line: a large one never stands whole in memory."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from regiongate.domain.survey import Survey
from regiongate.survey.record import record
from regiongate.survey.simulation import Simulation
from regiongate.survey.simulation import record as simulation_record


def write_result(survey: Survey, simulation: Simulation | None, path: Path) -> None:
    """Writes what `--json` prints, the simulation under the key `simulation`. Raises OSError."""
    head = record(replace(survey, organizations=()))
    del head["organizations"]
    if simulation is not None:
        head["simulation"] = simulation_record(simulation)
    with path.open("w", encoding="utf-8") as file:
        begin = json.dumps(head, indent=1, ensure_ascii=False).removesuffix("\n}")
        file.write(f'{begin},\n "organizations": [')
        for at, one in enumerate(_organizations(survey)):
            file.write(",\n  " if at else "\n  ")
            file.write(json.dumps(one, ensure_ascii=False))
        file.write("\n ]\n}\n")


def _organizations(survey: Survey) -> Iterator[dict[str, Any]]:
    for one in survey.organizations:
        yield from record(replace(survey, organizations=(one,)))["organizations"]
