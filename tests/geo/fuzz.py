"""`python -m tests.geo.fuzz CASES [SEED] [FILE…]`: the fuzz tests for hours, on real files too.

Prints each file that is read other than the official reader reads it, that raises what it must
not, or that takes long; the files stay in the folder that is named at the end.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from random import Random

from tests.geo.mutations import mutated
from tests.geo.official import disagreements
from tests.geo.seeds import seeds

SLOW_SECONDS = 2.0
MEMORY = 2 << 30


def main(cases: int, seed: int, files: Sequence[bytes]) -> None:
    """Damages the seeds and the files in turn."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    folder = Path(tempfile.mkdtemp(prefix="mmdb-fuzz-"))
    sound = [*seeds(), *files]
    said: Counter[str] = Counter()
    for case in range(cases):
        chance = Random(f"{seed} {case}")  # noqa: S311 - damage, not a secret
        content = mutated(sound[case % len(sound)], chance, sound)
        outcome = _outcome(content, chance, folder / "t.mmdb" if case % 2 else None)
        said[outcome.partition(":")[0]] += 1
        if outcome not in ("same", "refused"):
            (folder / f"{seed}-{case}.mmdb").write_bytes(content)
            sys.stdout.write(f"{folder}/{seed}-{case}.mmdb {outcome}\n")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    sys.stdout.write(f"{cases} cases: {dict(said)}; at most {peak} MiB; {folder}\n")


def _outcome(content: bytes, chance: Random, path: Path | None) -> str:
    before = time.process_time()
    try:
        found = disagreements(content, chance, path)
    except Exception as error:
        return f"raised: {error!r}"
    if found:
        return f"different: {found[0]}"
    if time.process_time() - before > SLOW_SECONDS:
        return f"slow: {time.process_time() - before:.1f} s"
    return "refused" if found is None else "same"


if __name__ == "__main__":
    count, *rest = sys.argv[1:]
    number = int(rest[0]) if rest else 0
    main(int(count), number, [Path(name).read_bytes() for name in rest[1:]])
