"""Unknown keys, strategies, parameters and couplings: one line names each and a near name."""

from pathlib import Path

import pytest
from case_tables import cases, refused

KEYS = r"""
# an unknown key at the top
horizon_days = 7
-> horizon_days: unknown key

# an unknown section
[straetgy]
-> straetgy: unknown key. Did you mean "strategy"?

# an unknown key in a section
[time]
horizon = 7
-> time.horizon: unknown key. Did you mean "horizon_days"?

# an unknown key in a nested table
[forces.vraem]
soldier = 7
-> forces.vraem.soldier: unknown key. Did you mean "soldiers"?

# an unknown theatre
[forces.loretto]
soldiers = 7
-> forces.loretto: unknown key. Did you mean "loreto"?

# a number for a section
time = 7
-> time: expected a table with horizon_days
-> (got 7)

# a table for a number
[time.horizon_days]
x = 1
-> time.horizon_days: expected a whole number
-> a table

# an unknown key in quotes
"secrecy.leak_bse" = 1
-> secrecy.leak_bse: unknown key. Did you mean "parameters.secrecy.leak_base"?

# a key of a section in quotes
"time.horizon_days" = 9
-> time.horizon_days: unknown key
-> without the quotes

# a key with a control character
"a\u001b[2J" = 1
-> a?[2J: unknown key

# an unknown strategy
[strategy]
name = "statik"
-> strategy.name: no strategy "statik"
-> Did you mean "static"?

# a setting of another strategy
[strategy]
name = "static"
duration_days = 9
-> strategy.duration_days: unknown key for strategy "static"
-> it is a setting of "phased"

# a misspelt setting
[strategy]
name = "phased"
step = 9
-> strategy.step: unknown key
-> Did you mean "steps"?

# a misspelt lever
[strategy]
share_to_boarder = 0.1
-> strategy.share_to_boarder: unknown key
-> Did you mean "share_to_border"?

# text for a setting
[strategy]
name = "phased"
steps = "6"
-> strategy.steps: expected a whole number of at least 1 (got "6")

# a setting that is not finite
[strategy]
name = "phased"
steps = nan
-> strategy.steps: expected a whole number
-> nan

# a misspelt task
[strategy]
tasking_border = "lines"
-> strategy.tasking_border: expected
-> Did you mean "line"?

# a user's strategy whose file is missing
[strategy]
name = "nowhere:Mine"
-> strategy.name: "nowhere:Mine": no file "nowhere.py"

# a user's strategy named with its file's ending
[strategy]
name = "mine.py:Mine"
-> strategy.name: expected the module without .py
-> "mine:Mine"

# an unknown choice in the mandate
[mandate]
detain = "army"
-> mandate.detain: expected "joint" or "pnp"
-> army

# an unknown parameter
[parameters]
detection.width_jungel_km = 0.05
-> parameters.detection.width_jungel_km: no such parameter
-> Did you mean "detection.width_jungle_km"?

# a parameter without its mechanism
[parameters]
leak_base = 0.05
-> Did you mean "secrecy.leak_base"?

# a parameter in a section that is not [parameters]
[secrecy]
leak_base = 0.02
-> secrecy.leak_base: unknown key. Did you mean "parameters.secrecy.leak_base"?

# a parameter in a table of its mechanism
[detection]
width_jungle_km = 0.02
-> detection: unknown key. Did you mean "parameters.detection.width_jungle_km"?

# a parameter out of range
[parameters]
"secrecy.leak_base" = 0.5
-> parameters.secrecy.leak_base: expected 0 to 0.1 per week
-> 0.5

# text for a parameter
[parameters]
"secrecy.leak_base" = "much"
-> expected a finite number
-> much

# a parameter that is nan, with ranges lifted
allow_outside_range = true
[parameters]
"secrecy.leak_base" = nan
-> parameters.secrecy.leak_base: expected a finite number
-> nan

# a parameter written twice, nested and quoted
[parameters]
"secrecy.leak_base" = 0.01
secrecy.leak_base = 0.02
-> parameters.secrecy.leak_base: written 2 times, nested and quoted

# an unknown coupling under ablate
ablate = ["leek"]
-> ablate: no coupling "leek"
-> Did you mean "leak"?

# text for the list of ablate
ablate = "leak"
-> ablate: expected a list of couplings
-> (got "leak")

# a number under ablate
ablate = [3]
-> ablate: no coupling 3; `redeploy describe couplings` lists them. Expected some of leak

# a coupling twice under ablate
ablate = ["leak", "leak"]
-> ablate: expected each coupling once

# a parameter set and ablated
ablate = ["leak"]
[parameters]
"secrecy.leak_base" = 0.05
-> parameters.secrecy.leak_base: ablate switches this off; take one of the two out (got 0.05)
"""


@pytest.mark.parametrize(("text", "phrases"), cases(KEYS))
def test_a_wrong_key_is_told_in_one_line(text, phrases, write, capsys):
    write("schema = 1", "base.toml")
    (line,) = refused(capsys, "check", write(text))
    for phrase in phrases:
        assert phrase in line


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (
            "from sim import Strategy\nclass Mien(Strategy): ...\n",
            'expected a class "Mine" derived from sim.Strategy. Did you mean "Mien"?',
        ),
        ("class Mine: ...\n", 'expected a class "Mine" derived from sim.Strategy'),
        ("1 / 0\nMine = 0\n", "cannot be imported: ZeroDivisionError"),
        ("raise SystemExit(0)\nMine = 0\n", "cannot be imported: SystemExit"),
        ("import no_such_module\nMine = 0\n", "no module named 'no_such_module'"),
        ("class Mine\n", "cannot be imported: SyntaxError"),
    ],
)
def test_a_strategy_of_ones_own_that_cannot_be_used(
    content, expected, write, capsys, tmp_path: Path
):
    (tmp_path / "own.py").write_text(content)
    (line,) = refused(capsys, "run", write('[strategy]\nname = "own:Mine"'))
    assert expected in line


@pytest.mark.parametrize(
    "key", ["presence.felt_days", '"presence.felt_days"', "detection.width_jungle_km"]
)
def test_a_parameter_set_without_its_table_is_told_where_it_belongs(key, write, capsys):
    (line,) = refused(capsys, "check", write(""), "--set", f"{key}=0.02")
    assert line.startswith("--set: ")
    assert ("parameters.detection.width_jungle_km" in line) == (
        "width" in key
    )  # the small registry of these tests knows no felt_days
