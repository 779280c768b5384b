"""Dated events that are wrong: one line names the event and its key."""

import pytest
from case_tables import cases, refused

from sim.cli.main import main

EVENTS = """
# a table for the list of events
[events]
day = 3
-> events: expected

# a number for an event
events = [3]
-> events[0]: expected

# an event that sets nothing
[[events]]
day = 3
-> events[0].set: missing; expected a table

# an event with an empty set
[[events]]
day = 3
set = {}
-> events[0].set: expected at least one "dotted.key" = value

# an event that sets a key twice
[[events]]
day = 3
set = {"secrecy.level" = 0.1, secrecy.level = 0.2}
-> events[0].set.secrecy.level: written twice, nested and quoted

# an event with a value out of range
[[events]]
day = 3
set = {"secrecy.level" = 0.1}
[[events]]
day = 9
set = {"secrecy.level" = 2.0}
-> events[1].set.secrecy.level: on day 9: expected a number from 0 to 1 (got 2.0)

# an event with a parameter out of range
[[events]]
day = 3
set = {"parameters.secrecy.leak_base" = 0.5}
-> events[0].set.parameters.secrecy.leak_base: on day 3: expected 0 to 0.1 per week
-> got 0.5

# two events that contradict each other
[[events]]
day = 3
set = {"strategy.border_split" = {loreto = 0.5, cajamarca = 0.5}}
[[events]]
day = 9
set = {"strategy.border_split.loreto" = 0.6}
-> events[1].set.strategy.border_split: on day 9: expected loreto + cajamarca = 1 (got 0.6 + 0.5)

# an event on a key that is fixed for a run
[[events]]
day = 3
set = {"forces.loreto.boats" = 3}
-> events[0].set.forces.loreto.boats: cannot change during a run
-> expected a key of strategy, secrecy

# an event on a parameter of the start
[[events]]
day = 3
set = {"parameters.start.readiness" = 0.7}
-> events[0].set.parameters.start.readiness: acts when the world is made

# an event on a parameter without its section
[[events]]
day = 3
set = {"secrecy.leak_base" = 0.05}
-> Did you mean "parameters.secrecy.leak_base"?

# an event that changes the strategy
[[events]]
day = 3
set = {"strategy.name" = "static"}
-> events[0].set.strategy.name: cannot change during a run; list several under [[strategies]]

# an event on a setting of another strategy
[strategy]
name = "static"
[[events]]
day = 3
set = {"strategy.duration_days" = 9}
-> events[0].set.strategy.duration_days: on day 3: unknown key for strategy "static"
-> a setting of "phased"

# an unknown shock
[[events]]
day = 3
set = {"price.cost" = 0.5}
-> events[0].set.price.cost: cannot change
-> Did you mean "price.coast"?

# a shock out of range
[[events]]
day = 3
set = {"transport.outbound_capacity" = 1.5}
-> events[0].set.transport.outbound_capacity: expected a number from 0 to 1 (got 1.5)

# a shock in an unknown theatre
[[events]]
day = 3
set = {civilian_harm = {theatre = "vraen", side = "state", people = 3}}
-> events[0].set.civilian_harm.theatre: expected "vraem", "loreto" or "cajamarca"
-> Did you mean "vraem"?

# a shock without its table
[[events]]
day = 3
set = {eradicate = 3}
-> events[0].set.eradicate: expected a table with theatre

# an end for a shock that happens once
[[events]]
day = 3
until = 9
set = {civilian_harm = {theatre = "vraem", side = "state", people = 3}}
-> events[0]: until: civilian_harm happens once

# an event that ends before it starts
[[events]]
day = 9
until = 9
set = {"secrecy.level" = 1.0}
-> events[0]: until: expected a day after day = 9 (got 9)

# an event beyond the horizon
[[events]]
day = 2000
set = {"secrecy.level" = 1.0}
-> events[0].day: expected a day before time.horizon_days = 1095 (got 2000)

# an event that sets a day beyond the horizon
[[events]]
day = 3
set = {"secrecy.until_day" = 5000}
-> events[0].set.secrecy.until_day: on day 3: expected at most time.horizon_days = 1095 (got 5000)
"""


@pytest.mark.parametrize(("text", "phrases"), cases(EVENTS))
def test_a_wrong_event_is_told_in_one_line(text, phrases, write, capsys):
    write("schema = 1", "base.toml")
    (line,) = refused(capsys, "check", write(text))
    for phrase in phrases:
        assert phrase in line


def test_repeated_event_values_are_checked_once(write, capsys, monkeypatch):
    from sim.scenario import events as dated

    harm = 'set.civilian_harm = {theatre = "vraem", side = "armed", people = 3}\n'
    text = "".join(f"[[events]]\nday = {day}\n{harm}" for day in range(1, 900))
    text += "".join(
        f'[[events]]\nday = {day}\nuntil = {day + 30}\nset = {{"secrecy.level" = 0.1}}\n'
        for day in range(0, 1_000, 100)
    )
    days = []
    real = dated.scenario_on
    monkeypatch.setattr(
        dated, "scenario_on", lambda scenario, day: days.append(day) or real(scenario, day)
    )
    assert main(["check", str(write(text))]) == 0
    assert set(days) == {0}
