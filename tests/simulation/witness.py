"""Digests of many runs: they say that a change of the code changed no number of the model.

`python tests/simulation/witness.py` runs every shipped strategy, and every coupling switched off,
for a year on both maps. It compares one digest of the outcomes and one of the weekly series of each
run with those in `witness.json`. `--record` writes that file, on a commit that is known to be good.
Equal bytes are promised on one machine and lock only (another processor adds in another order), so
the file also says where it was recorded.
"""

import argparse
import hashlib
import json
import math
import struct
import sys
from collections.abc import Iterator
from pathlib import Path

import llvmlite.binding
import numba
import numpy as np

from sim import load_scenario, run
from sim.parameters import load_couplings

SCENARIOS = Path(__file__).parents[2] / "scenarios"
RECORD = Path(__file__).with_name("witness.json")
YEAR = {"time.burn_in_days": 364, "time.horizon_days": 364}
MOVING = {"strategy.name": "static", "strategy.share_to_border": 0.3}
MAPS = (10, 5)


def cases() -> Iterator[tuple[str, Path, dict[str, object]]]:
    """(name, scenario file, overrides) of every run, the coarse map first."""
    for km in MAPS:
        for file in sorted(SCENARIOS.glob("*.toml")):
            yield f"{km} km, {file.stem}", file, YEAR | {"map.resolution_km": km}
        for name in load_couplings():
            overrides = YEAR | MOVING | {"map.resolution_km": km, "ablate": [name]}
            yield f"{km} km, without {name}", SCENARIOS / "baseline.toml", overrides


def digests(file: Path, overrides: dict[str, object]) -> dict[str, str]:
    """SHA-256 of the outcomes and of the weekly series of one run, each by name and exact bits."""
    records = run(load_scenario(file, overrides))
    outcomes, series = hashlib.sha256(), hashlib.sha256()
    for name, value in sorted(records.outcomes.items()):
        outcomes.update(name.encode() + struct.pack("<d", math.nan if value is None else value))
    weekly = records.weekly
    for name in sorted(weekly):
        column = weekly[name]
        numbers = column.dtype.kind in "if"
        bits = column.to_numpy("<f8").tobytes() if numbers else "\0".join(column).encode()
        series.update(name.encode() + bits)
    return {"outcomes": outcomes.hexdigest()[:16], "series": series.hexdigest()[:16]}


def machine() -> dict[str, str]:
    """Return what decides the last bit besides the code, such as processor and versions."""
    functions = (math.exp, math.log, math.sin, math.cos, math.atan, math.expm1, math.log1p, np.exp)
    points = [0.001 + k * 0.137 for k in range(400)]
    values = [float(f(x)) for f in functions for x in points] + [math.pow(x, 1.7) for x in points]
    values += [float(np.sum(values[:n])) for n in range(1, 400)]
    return {
        "processor": llvmlite.binding.get_host_cpu_name(),
        "numba": numba.__version__,
        "numpy": np.__version__,
        "functions": hashlib.sha256(struct.pack(f"<{len(values)}d", *values)).hexdigest()[:16],
    }


def different(recorded: dict[str, dict[str, str]], found: dict[str, dict[str, str]]) -> list[str]:
    """The runs of `found` that the record does not hold with these very digests."""
    return [name for name, digest in found.items() if recorded.get(name) != digest]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--record", action="store_true", help="write witness.json")
    parser.add_argument("--against", type=Path, default=RECORD, help="the record to compare with")
    asked = parser.parse_args()
    found = {}
    for name, file, overrides in cases():
        found[name] = digests(file, overrides)
        print(f"{name}: {found[name]['outcomes']} {found[name]['series']}", flush=True)
    if asked.record:
        record = {"machine": machine(), "runs": found}
        RECORD.write_text(json.dumps(record, indent=1) + "\n", "utf-8")
        return 0
    wrong = different(json.loads(asked.against.read_text("utf-8"))["runs"], found)
    print(
        f"{len(found) - len(wrong)} of {len(found)} runs as recorded",
        *wrong,
        sep="\n",
        file=sys.stderr,
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
