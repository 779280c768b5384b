"""Sweeps and futures that are wrong: one line names the key of [sweep] or [futures]."""

import time

import pytest
from case_tables import cases, refused

SWEEPS = """
# a key that is no setting of a sweep
[sweep]
level = [1]
-> sweep.level: expected

# a sweep over an unknown key
[sweep]
"secrecy.levl" = [0.5]
-> secrecy.levl: unknown key
-> Did you mean "level"?
-> sweep point

# a number for the list of a sweep
[sweep]
"secrecy.level" = 0.5
-> sweep.secrecy.level: expected a list

# a sweep over an empty list
[sweep]
"secrecy.level" = []
-> sweep.secrecy.level: expected a list of at least one value

# a sweep with a value twice
[sweep]
"secrecy.level" = [0, 0.5, 0.0]
-> sweep.secrecy.level: expected each value once

# a sweep with a value out of range
[sweep]
"secrecy.level" = [0.5, 2]
-> secrecy.level: expected a number from 0 to 1 (got 2)
-> sweep point secrecy.level = 2

# a sweep over a key written twice, nested and quoted
[sweep]
"secrecy.level" = [0]
secrecy.level = [1]
-> sweep.secrecy.level: written 2 times, nested and quoted

# a sweep over a key and the table that holds it
[sweep]
"strategy.border_split.loreto" = [0.5]
"strategy.border_split" = [{loreto = 1, cajamarca = 0}]
-> sweep.strategy.border_split.loreto: overlaps strategy.border_split

# a sweep over the replications
[sweep]
"replications.count" = [1]
-> sweep.replications.count: cannot vary between the points

# a sweep over the futures
[sweep]
"futures.samples" = [1]
-> sweep.futures.samples: cannot vary between the points

# a sweep over an unknown coupling
[sweep]
ablate = [["leek"]]
-> no coupling "leek"
-> Did you mean "leak"?
-> sweep point ablate

# a sweep over ablate beside a fixed ablate
ablate = ["leak"]
[sweep]
ablate = [[]]
-> ablate: [sweep] varies it too

# a sweep over a parameter that is ablated
ablate = ["leak"]
[sweep]
"parameters.secrecy.leak_base" = [0.02]
-> parameters.secrecy.leak_base: ablate switches this off
-> sweep point

# a sweep of too many runs
[sweep]
"time.horizon_days" = [7, 8]
[replications]
count = 500001
-> sweep: 2 points x 500,001 replications: expected at most 1,000,000 runs

# an unknown design
[sweep]
design = "spiral"
-> sweep.design: expected "grid"
-> spiral

# a misspelt design
[sweep]
design = "gird"
-> sweep.design: expected "grid", "one_at_a_time", "lhs", "sobol" or "table" (got "gird")
-> "grid"?
"""


DESIGNS = """
# one_at_a_time without a key
[sweep]
design = "one_at_a_time"
-> sweep.design: "one_at_a_time" varies keys in turn

# one_at_a_time with a range
[sweep]
design = "one_at_a_time"
"secrecy.level" = {low = 0, high = 1}
-> sweep.secrecy.level: a range needs design = "lhs" or "sobol"
-> with "one_at_a_time" expected a list

# one_at_a_time with the scenario's own value
[sweep]
design = "one_at_a_time"
"secrecy.level" = [0.2, 0.5]
-> sweep.secrecy.level: expected other values than the scenario's own (got 0.5)

# one_at_a_time with a table
[sweep]
design = "one_at_a_time"
table = "nowhere.csv"
"secrecy.level" = [0]
-> sweep.table: only with design = "table" (this is "one_at_a_time")

# a grid with a range
[sweep]
"secrecy.level" = {low = 0, high = 1}
-> sweep.secrecy.level: a range needs design

# a grid with a range in other words
[sweep]
"secrecy.level" = {lower = 0, upper = 1}
-> sweep.secrecy.level: a range is written {low = 0, high = 1}, not with lower and upper
-> design = "lhs" or "sobol"

# a grid with samples
[sweep]
samples = 3
"secrecy.level" = [0]
-> sweep.samples: only with design

# a grid with a table
[sweep]
table = 3
"secrecy.level" = [0]
-> sweep.table: only with design = "table" (this is "grid")

# lhs without samples
[sweep]
design = "lhs"
"secrecy.level" = {low = 0, high = 1}
-> sweep.samples: missing

# lhs with no samples
[sweep]
design = "lhs"
samples = 0
"secrecy.level" = {low = 0, high = 1}
-> sweep.samples: expected a whole number from 1
-> (got 0)

# lhs with a negative seed
[sweep]
design = "lhs"
samples = 2
seed = -1
"secrecy.level" = {low = 0, high = 1}
-> sweep.seed: expected a whole number from 0
-> (got -1)

# lhs without a range
[sweep]
design = "lhs"
samples = 3
"secrecy.level" = [0]
-> sweep.design: "lhs" samples ranges

# lhs with a range in other words
[sweep]
design = "lhs"
samples = 3
"secrecy.level" = {min = 0.1, max = 1}
-> sweep.secrecy.level: a range is written {low = 0.1, high = 1}, not with min and max

# lhs with a range whose ends are swapped
[sweep]
design = "lhs"
samples = 3
"secrecy.level" = {low = 1, high = 0}
-> sweep.secrecy.level: expected low under high (got 1 and 0)

# lhs with a range of one end
[sweep]
design = "lhs"
samples = 3
"secrecy.level" = {low = 1}
-> sweep.secrecy.level: expected a range {low = ..., high = ...} of two numbers

# lhs with a range that is nan
[sweep]
design = "lhs"
samples = 3
"secrecy.level" = {low = nan, high = 1}
-> sweep.secrecy.level: expected a range

# lhs with a range of words
[sweep]
design = "lhs"
samples = 3
"strategy.moved" = {low = "line", high = "special"}
-> sweep.strategy.moved: expected a range

# lhs with a range over a key of words
[sweep]
design = "lhs"
samples = 3
"strategy.moved" = {low = 0, high = 1}
-> strategy.moved: expected "line", "special" or "proportional"
-> sweep point strategy.moved =

# sobol with samples that are no power of two
[sweep]
design = "sobol"
samples = 100
"secrecy.level" = {low = 0, high = 1}
-> sweep.samples: expected a power of two for Sobol' points: 64 or 128 (got 100)

# a table without a name
[sweep]
design = "table"
-> sweep.table: expected the name of a CSV file

# a number for a table's name
[sweep]
design = "table"
table = 3
-> sweep.table: expected the name of a CSV file
-> (got 3)

# a table that does not exist
[sweep]
design = "table"
table = "nowhere.csv"
-> sweep.table: "nowhere.csv" does not exist

# a table that is not CSV
[sweep]
design = "table"
table = "base.toml"
-> "base.toml" line 1, column 1: expected a dotted key
"""


FUTURES = """
# a number for the table of futures
futures = 3
-> futures: expected a table with samples, seed, design, table, parameters (got 3)

# a design that futures do not have
[futures]
design = "grid"
-> futures.design: expected "lhs", "sobol" or "table" (got "grid")

# futures with a range in other words
[futures]
samples = 3
parameters = {"secrecy.leak_base" = {min = 0.01, max = 0.02}}
-> futures.parameters.secrecy.leak_base: a range is written {low = 0.01, high = 0.02}
-> not with min and max
"""


@pytest.mark.parametrize(("text", "phrases"), cases(SWEEPS, DESIGNS, FUTURES))
def test_a_wrong_sweep_or_future_is_told_in_one_line(text, phrases, write, capsys):
    write("schema = 1", "base.toml")
    (line,) = refused(capsys, "check", write(text))
    for phrase in phrases:
        assert phrase in line


def test_a_sweep_of_millions_of_runs_is_refused(write, capsys):
    fifty = list(range(50))
    keys = [
        f"forces.{place}.{what}"
        for place in ("vraem", "loreto")
        for what in ("boats", "lorries", "police")
    ]
    (line,) = refused(
        capsys, "check", write("[sweep]\n" + "".join(f'"{key}" = {fifty}\n' for key in keys))
    )
    assert "sweep: 15,625,000,000 points x 20 replications: expected at most 1,000,000 runs" in line


def test_thousands_of_strategies_are_told_apart_soon(write, capsys):
    rows = [
        f'[[strategies]]\nname = "static"\nshare_to_border = {i / 8_000}\n' for i in range(3_000)
    ]
    began = time.monotonic()
    (line,) = refused(capsys, "check", write("".join([*rows, rows[7]])))
    assert "strategies[3000]: the same strategy as strategies[7]" in line
    assert time.monotonic() - began < 20
