"""Values of a wrong type or out of range: one line names the key and what was expected."""

from pathlib import Path

import pytest
from case_tables import cases, refused

VALUES = r"""
# text for a number
[time]
horizon_days = "7"
-> time.horizon_days: expected a whole number from 7 to 7300 (got "7")

# a list for a number
[secrecy]
level = ["a", [0.5]]
-> secrecy.level: expected a number from 0 to 1 (got ["a", [0.5]])

# true for a number
[secrecy]
level = true
-> secrecy.level: expected a number from 0 to 1 (got true)

# a fraction for a count
[forces.vraem]
police = 1.5
-> forces.vraem.police: expected a whole number
-> 1.5

# a negative count
[enemy]
mpcp_fighters = -1
-> enemy.mpcp_fighters: expected a whole number from 0
-> -1

# a number for true or false
[record]
events = 1
-> record.events: expected true or false (got 1)

# nan for a number
[secrecy]
level = nan
-> secrecy.level: expected a number from 0 to 1 (got nan)

# infinity for a number
[crops.coca_ha]
vraem = inf
-> crops.coca_ha.vraem: expected a number from 0
-> inf

# a share above 1
[strategy]
share_to_border = 1.01
-> strategy.share_to_border: expected a number from 0 to 1 (got 1.01)

# too long a horizon
[time]
horizon_days = 7301
-> time.horizon_days: expected a whole number from 7 to 7300 (got 7301)

# a resolution that does not exist
[map]
resolution_km = 7
-> map.resolution_km: expected 5 or 10 (got 7)

# text for a number that may be absent
[secrecy]
until_day = "none"
-> secrecy.until_day: expected a whole number from 0 to 7300, or the key left out (got "none")

# a time of day for a date
[time]
start_date = 07:32:00
-> time.start_date: expected a date
-> (got 07:32:00)

# a date that does not exist
[time]
start_date = 2022-02-30
-> line 3

# text for a date
[time]
start_date = "soon"
-> time.start_date: expected a date such as 2022-01-01

# a date beyond the calendar
[time]
start_date = 9999-12-31
-> time.start_date: expected a date such as 2022-01-01 from 1900-01-01

# a split that does not sum to 1
[strategy]
border_split = {loreto = 0.5}
-> strategy.border_split: expected loreto + cajamarca = 1
-> 0.5 + 0.3

# parts that exceed the whole
[forces.loreto]
soldiers = 10
-> forces.loreto: special + river_infantry: expected at most soldiers = 10

# helicopter hours that exceed the pool
[forces.vraem]
helicopter_share = 0.9
-> forces: helicopter_share
-> sum to at most 1 (got 1.05)

# secrecy that outlasts the run
[time]
horizon_days = 7
[secrecy]
until_day = 8
-> secrecy.until_day: expected at most time.horizon_days = 7

# a title with a control character
title = "a\u001b[2J"
-> title: expected one line of printable letters
-> (got "a?[2J")

# a title of two lines
title = "a\nb"
-> title: expected one line of printable letters

# a label that reverses the text after it
[[strategies]]
label = "a\u202eb"
-> strategies[0].label: expected one line
-> (got "a?b")

# a label with a space around it
[[strategies]]
label = " a"
-> strategies[0].label: expected one line
-> no space around it

# a label of spaces
[[strategies]]
label = "  "
-> strategies[0].label: expected one line

# labels that differ in case and spaces only
[[strategies]]
name = "static"
label = "All at once"
[[strategies]]
name = "phased"
label = "all  at ONCE"
-> strategies[1].label: expected each label once (strategies[0] is "All at once" too)

# a label that equals hold
[[strategies]]
name = "static"
label = "Hold"
-> strategies[0].label: "hold" is the label of
"""


@pytest.mark.parametrize(("text", "phrases"), cases(VALUES))
def test_a_wrong_value_is_told_in_one_line(text, phrases, write, capsys):
    write("schema = 1", "base.toml")
    (line,) = refused(capsys, "check", write(text))
    for phrase in phrases:
        assert phrase in line


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        (f'title = "{"x" * 301}"', "title: expected text of at most 300 characters"),
        (f"crops.coca_ha.vraem = 1{'0' * 400}", "crops.coca_ha.vraem: expected a number"),
        (
            f"[time]\nhorizon_days = 1{'0' * 5_000}",
            "s.toml: line 3: a whole number of 5,001 digits",
        ),
    ],
    ids=["a long title", "a number of 401 digits", "a number of 5,001 digits"],
)
def test_a_value_that_is_too_long_is_told_in_one_line(text, phrase, write, capsys):
    (line,) = refused(capsys, "check", write(text))
    assert phrase in line


@pytest.mark.parametrize("value", ["nan", "inf", '"1"', "[1]", "true"])
def test_a_setting_of_ones_own_is_a_finite_number_of_its_type(value, write, capsys, tmp_path: Path):
    (tmp_path / "own.py").write_text(
        "from sim import Strategy\n"
        "class Mine(Strategy):\n"
        "    class Settings(Strategy.Settings):\n"
        "        pace: float = 1.0\n"
    )
    (line,) = refused(capsys, "run", write(f'[strategy]\nname = "own:Mine"\npace = {value}'))
    assert (
        f"s.toml: strategy.pace: expected a {'finite ' * (value in ('nan', 'inf'))}number" in line
    )


@pytest.mark.parametrize(
    "setting",
    ["no equals sign", "=5"]
    + [f"time.{text}" for text in ("horizon_days", "horizn_days=9", "horizon_days=many")]
    + ["time.horizon_days=\n"],
)
def test_a_wrong_setting_of_the_command_line_is_refused(setting, write, capsys):
    (line,) = refused(capsys, "check", write(""), "--set", setting)
    assert line.startswith("--set: ")


def test_a_seed_is_told_by_its_own_name(write, capsys):
    (line,) = refused(capsys, "run", write(""), "--seed", "-1")
    expected = "expected a whole number from 0 to 18446744073709551615 (got -1)"
    assert line.startswith(f"--seed: replications.base_seed: {expected}")


@pytest.mark.parametrize("option", ["--seed", "--replication"])
def test_a_number_of_thousands_of_digits_is_told_in_a_line(option, write, capsys):
    (line,) = refused(capsys, "run", write(""), option, "1" * 4_400)
    assert (
        "expected a whole number" in line and len(line) < 450 and "digits) for integer" not in line
    )
