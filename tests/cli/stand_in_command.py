"""The command `redeploy` with a stand-in for the model: `python stand_in_command.py batch FILE`.

With BECOME=65534 in the environment, a process that root has started becomes that user after it
has loaded all that it needs, because another user may not be able to read the interpreter.
"""

import os
import sys
import types

import numpy as np
import pandas as pd


def run(scenario, replication=0):
    """Return four outcomes and two weeks that depend on the share and the replication alone."""
    share, world = scenario.strategy.share_to_border, np.random.default_rng(replication).random()
    outcomes = {
        "vacuum_vraem": 0.3 + world / 10 + share,
        "delivered_kg_border": 90_000.0 + 1_000 * world - 5_000 * share,
        "delivered_kg_total": 300_000.0 + 1_000 * world - 2_000 * share,
        "cost_musd": 120.0 + 10 * share,
    }
    weekly = pd.DataFrame(
        {"week": [0, 1], "days": [7, 7], "theatre": ["vraem", "vraem"], "attacks": [world, share]}
    )
    return types.SimpleNamespace(
        outcomes=outcomes,
        weekly=weekly,
        seed=replication,
        events=pd.DataFrame(),
        layers=pd.DataFrame(),
    )


def become(user):
    """Load what the commands load when they are first used, then drop to this user and group."""
    import concurrent.futures.thread  # noqa: F401
    import encodings.cp437
    import encodings.utf_8_sig  # noqa: F401

    import duckdb  # noqa: F401
    import matplotlib.backends.backend_agg
    import matplotlib.backends.backend_svg  # noqa: F401
    import pyarrow.dataset
    import pyarrow.parquet  # noqa: F401
    import rich.progress  # noqa: F401
    import scipy.stats  # noqa: F401

    import sim.analysis.between
    import sim.analysis.printed
    import sim.batches.plan
    import sim.batches.runner
    import sim.cli.main
    import sim.report.page
    import sim.scenario
    import sim.simulation.outcomes.registry
    import sim.strategies

    for file in (word for word in sys.argv if word.endswith(".toml")):
        sim.batches.plan.make_plan(sim.scenario.load_scenario(file))

    os.setgroups([])
    os.setgid(user)
    os.setuid(user)


if __name__ == "__main__":
    sys.modules["sim.simulation.run"] = types.SimpleNamespace(run=run, warm_up=lambda: None)
    from sim.__main__ import main

    if user := os.environ.get("BECOME"):
        become(int(user))
    sys.exit(main())
