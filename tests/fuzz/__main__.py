"""`make fuzz`: many drawn cases in children with limits, and what they find, each with the command that makes it again."""

import argparse
import os
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from random import Random

HERE = Path(__file__).parent
sys.path += [str(HERE.parent), str(HERE.parent / "runs"), str(HERE.parent / "batch")]

import fuzzed_folders  # noqa: E402
import fuzzed_scenarios  # noqa: E402
import fuzzed_tables  # noqa: E402
from children import survey  # noqa: E402
from trial import tried  # noqa: E402

EVERY = 100  # of the cases, one is given to the command line in a process of its own too


def sound_trees(n: int, seed: int) -> list[dict]:
    """Sound scenarios as Hypothesis draws them from the schema, as tables of a file."""
    import hypothesis
    from drawn import scenarios

    from sim.scenario.files import tree_of

    found: list[dict] = []

    @hypothesis.seed(seed)
    @hypothesis.settings(max_examples=n, database=None, deadline=None, phases=[hypothesis.Phase.generate],
                         suppress_health_check=list(hypothesis.HealthCheck))  # fmt: skip
    @hypothesis.given(scenarios(28, 84))
    def draw(overrides):
        found.append(tree_of(overrides))

    draw()
    return found


def load_all() -> None:
    """Import and read all that a case needs, once, before the children are made."""
    import scipy.stats.qmc  # noqa: F401

    import sim.analysis.calibrate
    import sim.analysis.compare
    import sim.batch
    import sim.cli
    import sim.pictures.fans
    import sim.pictures.report  # noqa: F401
    from sim.build import crops_beyond_land
    from sim.scenario import load_scenario

    for resolution in (5, 10):
        crops_beyond_land(
            load_scenario(
                fuzzed_scenarios.SHIPPED / "baseline.toml", {"map.resolution_km": resolution}
            )
        )


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument(
        "what",
        nargs="*",
        default=["scenarios", "tables", "folders"],
        help="scenarios, tables, folders",
    )
    asked.add_argument("--seed", type=int, default=int(time.time()) % 1_000_000)
    asked.add_argument("--count", type=int, default=2_000, help="cases of each kind")
    asked.add_argument("--case", type=int, help="one case alone, with its files and its answer")
    asked.add_argument("--jobs", type=int, default=2)
    options = asked.parse_args()
    load_all()
    drawn = sound_trees(100, options.seed)
    makers = {
        "scenarios": lambda pick: fuzzed_scenarios.scenario_case(pick, drawn),
        "tables": fuzzed_tables.table_case,
    }
    found = 0
    if "folders" in options.what:
        found += folders(options)
    for what in [what for what in options.what if what != "folders"]:
        make = makers[what]

        def case_of(index, make=make, what=what):
            return make(Random(f"{what} {options.seed} {index}"))

        def judge(index, case_of=case_of):
            return tried(case_of(index), own_process=index % EVERY == 0)._asdict()

        if options.case is not None:
            case = case_of(options.case)
            for name, content in case.files.items():
                print(
                    f"--- {name}: {content if isinstance(content, str) else content[:2_000].decode('utf-8', 'replace')}"
                )
            print("---", *case.command)
            indices = [options.case]
        else:
            indices = list(range(options.count))
        found += told(what, options.seed, survey(indices, judge, options.jobs), len(indices))
    return 1 if found else 0


def folders(options: argparse.Namespace) -> int:
    """Damaged results folders; the whole ones are made in a child, so that no thread of theirs is in the parent."""
    with tempfile.TemporaryDirectory(prefix="fuzz-") as home:
        os.chmod(home, 0o755)
        indices = list(range(options.count)) if options.case is None else [options.case]
        made = []

        def judge(index):
            if not made:
                made.append(fuzzed_folders.Truth(Path(tempfile.mkdtemp(dir=home))))
            return fuzzed_folders.folder_verdict(
                Random(f"folders {options.seed} {index}"), made[0]
            )._asdict()

        return told("folders", options.seed, survey(indices, judge, options.jobs), len(indices))


def told(what, seed, verdicts, count) -> int:
    """Print each kind of finding once, with the command that makes it again, and the counts; give the number of kinds."""
    words, kinds, slowest, largest, first = Counter(), Counter(), (0.0, -1), (0.0, -1), {}
    began = time.monotonic()
    print(f"{what}: {count:,} cases of seed {seed}", flush=True)
    for verdict in verdicts:
        words[verdict["word"]] += 1
        slowest = max(slowest, (verdict["seconds"], verdict["case"]))
        largest = max(largest, (verdict["grown_mb"], verdict["case"]))
        if verdict["word"] == "finding":
            kinds[verdict["kind"]] += 1
            if verdict["kind"] not in first:
                first[verdict["kind"]] = verdict["case"]
                again = f"make fuzz WHAT={what} SEED={seed} CASE={verdict['case']}"
                detail = "\n    ".join(verdict["detail"].strip().splitlines()[-12:])
                print(f"FOUND {verdict['kind']}\n  {again}\n    {detail}", flush=True)
    print(
        f"{what}: {words.total():,} of {count:,} cases in {time.monotonic() - began:.0f} s: {dict(words)}; slowest {slowest[0]} s "
        f"(case {slowest[1]}), largest growth {largest[0]} MB (case {largest[1]})"
    )
    for kind, times in kinds.most_common():
        print(f"  {times:5} x {kind} (case {first[kind]})")
    return len(kinds) + (words.total() != count)


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    sys.exit(main())
