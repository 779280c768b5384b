"""`make fuzz`: many drawn cases in children with limits, and what they find.

Every finding is printed with the command that makes it again.
"""

import argparse
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from random import Random
from typing import Any

HERE = Path(__file__).parent
sys.path += [str(HERE.parent), str(HERE.parent / "simulation"), str(HERE.parent / "batches")]

from children import Judge, survey  # noqa: E402
from fuzzed_folders import Truth, folder_verdict  # noqa: E402
from fuzzed_runs import run_verdict  # noqa: E402
from fuzzed_scenarios import SHIPPED, Case, scenario_case  # noqa: E402
from fuzzed_tables import table_case  # noqa: E402
from trial import tried  # noqa: E402

EVERY = 100  # of these cases, one is given to the command line in a process of its own too
COUNTS = {"scenarios": 2_000, "tables": 500, "folders": 60, "simulation": 40}  # minutes in all


def load_all(running: bool) -> None:
    """Import and read all that a case needs, once, before the children are made."""
    import scipy.stats.qmc  # noqa: F401

    import sim.analysis.compare
    import sim.batches
    import sim.calibration.calibrate
    import sim.cli.main
    import sim.report.fans
    import sim.report.page  # noqa: F401
    from sim.scenario import load_scenario
    from sim.simulation.build.world import crops_beyond_land
    from sim.simulation.run import warm_up

    for resolution in (5, 10):
        baseline = load_scenario(SHIPPED / "baseline.toml", {"map.resolution_km": resolution})
        crops_beyond_land(baseline)
    if running:
        warm_up()


def sound_trees(n: int, seed: int) -> list[dict[str, Any]]:
    """Sound scenarios as Hypothesis draws them from the schema, as tables of a file."""
    import hypothesis
    from drawn import scenarios

    from sim.scenario.files import tree_of

    found: list[dict[str, Any]] = []
    once = hypothesis.settings(
        max_examples=n,
        database=None,
        deadline=None,
        phases=[hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )

    @hypothesis.seed(seed)
    @once
    @hypothesis.given(scenarios(28, 84))
    def draw(overrides):
        found.append(tree_of(overrides))

    draw()
    return found


def judge_of(what: str, seed: int, home: Path) -> Judge:
    """What gives the verdict on a case of one kind. `home`: a folder for the results folders."""

    def pick(index: int) -> Random:
        return Random(f"{what} {seed} {index}")

    if what == "folders":
        made: list[Truth] = []

        def folder(index: int) -> dict[str, Any]:
            if not made:  # in the child, so that the parent has no thread of Arrow's
                made.append(Truth(Path(tempfile.mkdtemp(dir=home))))
            return folder_verdict(pick(index), made[0])._asdict()

        return folder
    if what == "tables":
        return by_command(lambda index: table_case(pick(index)))
    drawn = sound_trees(100, seed)
    if what == "simulation":
        return lambda index: run_verdict(pick(index), drawn)._asdict()
    return by_command(lambda index: scenario_case(pick(index), drawn))


def by_command(case_of: Callable[[int], Case]) -> Judge:
    return lambda index: tried(case_of(index), own_process=index % EVERY == 0)._asdict()


def told(what: str, seed: int, verdicts: Iterable[dict[str, Any]], count: int) -> int:
    """Print each kind of finding once, then the counts; give the number of kinds."""
    words, kinds, first = Counter(), Counter(), {}
    slowest, largest, began = (0.0, -1), (0.0, -1), time.monotonic()
    print(f"{what}: {count:,} cases of seed {seed}", flush=True)
    for verdict in verdicts:
        words[verdict["word"]] += 1
        if words.total() % 1_000 == 0:
            print(
                f"{words.total():,} in {time.monotonic() - began:.0f} s: {dict(words)}", flush=True
            )
        slowest = max(slowest, (verdict["seconds"], verdict["case"]))
        largest = max(largest, (verdict["grown_mb"], verdict["case"]))
        if verdict["word"] != "finding":
            continue
        kinds[verdict["kind"]] += 1
        if verdict["kind"] not in first:
            first[verdict["kind"]] = verdict["case"]
            again = f"make fuzz WHAT={what} SEED={seed} CASE={verdict['case']}"
            detail = "\n    ".join(verdict["detail"].strip().splitlines()[-12:])
            print(f"FOUND {verdict['kind']}\n  {again}\n    {detail}", flush=True)
    print(
        f"{what}: {words.total():,} of {count:,} cases in {time.monotonic() - began:.0f} s: "
        f"{dict(words)}; slowest {slowest[0]} s of processor (case {slowest[1]}), "
        f"largest growth {largest[0]} MB (case {largest[1]})"
    )
    for kind, times in kinds.most_common():
        print(f"  {times:5} x {kind} (case {first[kind]})")
    return len(kinds) + (words.total() != count)


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("what", nargs="*", help=f"some of {', '.join(COUNTS)}; default: all")
    asked.add_argument("--seed", type=int, default=int(time.time()) % 1_000_000)
    asked.add_argument("--count", type=int, help="cases of each kind")
    asked.add_argument("--case", type=int, help="one case alone")
    asked.add_argument("--jobs", type=int, default=2)
    options = asked.parse_args()
    if strange := set(options.what) - set(COUNTS):
        asked.error(f"no {', '.join(strange)}; expected some of {', '.join(COUNTS)}")
    kinds = options.what or list(COUNTS)
    load_all("simulation" in kinds)
    found = 0
    with tempfile.TemporaryDirectory(prefix="fuzz-") as home:
        os.chmod(home, 0o755)
        for what in kinds:
            judge = judge_of(what, options.seed, Path(home))
            cases = range(options.count or COUNTS[what])
            cases = cases if options.case is None else range(options.case, options.case + 1)
            found += told(what, options.seed, survey(cases, judge, options.jobs), len(cases))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
