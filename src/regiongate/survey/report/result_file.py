"""The result as JSON, an organization a line: a large one never stands whole in memory."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from regiongate.domain.survey import Survey
from regiongate.survey.record import of_organization, record
from regiongate.survey.simulation import Simulation
from regiongate.survey.simulation import record as simulation_record


def write_result(survey: Survey, simulation: Simulation | None, path: Path) -> None:
    """Writes what `--json` prints. Raises OSError."""
    with path.open("w", encoding="utf-8") as file:
        file.writelines(result_pieces(survey, simulation))


def result_pieces(survey: Survey, simulation: Simulation | None) -> Iterator[str]:
    """The JSON text piece by piece, the simulation under the key `simulation`."""
    head = record(replace(survey, organizations=()))
    del head["organizations"]
    if simulation is not None:
        head["simulation"] = simulation_record(simulation)
    begin = json.dumps(head, indent=1, ensure_ascii=False).removesuffix("\n}")
    yield f'{begin},\n "organizations": ['
    for at, one in enumerate(survey.organizations):
        yield (",\n  " if at else "\n  ") + json.dumps(of_organization(one), ensure_ascii=False)
    yield "\n ]\n}\n"
