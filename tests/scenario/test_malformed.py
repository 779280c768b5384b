"""Files that are wrong: exit status 2, a line for every fault that names the key or the line, and no traceback."""

import os
import time
from pathlib import Path

import pytest

from sim.cli.main import main
from sim.errors import SHOWN

WRONG = {
    "unknown key at top": ("horizon_days = 7", ["horizon_days: unknown key"]),
    "unknown section": ("[straetgy]\n", ['straetgy: unknown key. Did you mean "strategy"?']),
    "unknown key in a section": (
        "[time]\nhorizon = 7",
        ['time.horizon: unknown key. Did you mean "horizon_days"?'],
    ),
    "unknown key in a nested table": (
        "[forces.vraem]\nsoldier = 7",
        ['forces.vraem.soldier: unknown key. Did you mean "soldiers"?'],
    ),
    "unknown theatre": (
        "[forces.loretto]\nsoldiers = 7",
        ['forces.loretto: unknown key. Did you mean "loreto"?'],
    ),
    "event that sets nothing": (
        "[[events]]\nday = 3",
        ["events[0].set: missing; expected a table"],
    ),
    "event with an empty set": (
        "[[events]]\nday = 3\nset = {}",
        ['events[0].set: expected at least one "dotted.key" = value'],
    ),
    "event out of range": (
        '[[events]]\nday = 3\nset = {"secrecy.level" = 0.1}\n[[events]]\nday = 9\nset = {"secrecy.level" = 2.0}',
        ["events[1].set.secrecy.level: on day 9: expected a number from 0 to 1 (got 2.0)"],
    ),
    "parameter out of range in an event": (
        '[[events]]\nday = 3\nset = {"parameters.secrecy.leak_base" = 0.5}',
        [
            "events[0].set.parameters.secrecy.leak_base: on day 3: expected 0 to 0.1 per week",
            "got 0.5",
        ],
    ),
    "events that do not go together": (
        '[[events]]\nday = 3\nset = {"strategy.border_split" = {loreto = 0.5, cajamarca = 0.5}}\n'
        '[[events]]\nday = 9\nset = {"strategy.border_split.loreto" = 0.6}',
        [
            "events[1].set.strategy.border_split: on day 9: expected loreto + cajamarca = 1 (got 0.6 + 0.5)"
        ],
    ),
    "event on what is made once": (
        '[[events]]\nday = 3\nset = {"forces.loreto.boats" = 3}',
        [
            "events[0].set.forces.loreto.boats: cannot change during a run; expected a key of strategy, secrecy"
        ],
    ),
    "event on a parameter of the start": (
        '[[events]]\nday = 3\nset = {"parameters.start.readiness" = 0.7}',
        ["events[0].set.parameters.start.readiness: acts when the world is made"],
    ),
    "event on a parameter without its section": (
        '[[events]]\nday = 3\nset = {"secrecy.leak_base" = 0.05}',
        ['Did you mean "parameters.secrecy.leak_base"?'],
    ),
    "unknown shock": (
        '[[events]]\nday = 3\nset = {"price.cost" = 0.5}',
        ["events[0].set.price.cost: cannot change", 'Did you mean "price.coast"?'],
    ),
    "shock out of range": (
        '[[events]]\nday = 3\nset = {"transport.outbound_capacity" = 1.5}',
        ["events[0].set.transport.outbound_capacity: expected a number from 0 to 1 (got 1.5)"],
    ),
    "shock with a wrong table": (
        '[[events]]\nday = 3\nset = {civilian_harm = {theatre = "vraen", side = "state", people = 3}}',
        [
            'events[0].set.civilian_harm.theatre: expected "vraem", "loreto" or "cajamarca"',
            'Did you mean "vraem"?',
        ],
    ),
    "shock without its table": (
        "[[events]]\nday = 3\nset = {eradicate = 3}",
        ["events[0].set.eradicate: expected a table with theatre"],
    ),
    "what happens once, until": (
        '[[events]]\nday = 3\nuntil = 9\nset = {civilian_harm = {theatre = "vraem", side = "state", people = 3}}',
        ["events[0]: until: civilian_harm happens once"],
    ),
    "event that ends before it starts": (
        '[[events]]\nday = 9\nuntil = 9\nset = {"secrecy.level" = 1.0}',
        ["events[0]: until: expected a day after day = 9 (got 9)"],
    ),
    "event beyond the horizon": (
        '[[events]]\nday = 2000\nset = {"secrecy.level" = 1.0}',
        ["events[0].day: expected a day before time.horizon_days = 1095 (got 2000)"],
    ),
    "event that sets a key twice": (
        '[[events]]\nday = 3\nset = {"secrecy.level" = 0.1, secrecy.level = 0.2}',
        ["events[0].set.secrecy.level: written twice, nested and quoted"],
    ),
    "event against the horizon": (
        '[[events]]\nday = 3\nset = {"secrecy.until_day" = 5000}',
        [
            "events[0].set.secrecy.until_day: on day 3: expected at most time.horizon_days = 1095 (got 5000)"
        ],
    ),
    "strategy changed by an event": (
        '[[events]]\nday = 3\nset = {"strategy.name" = "static"}',
        [
            "events[0].set.strategy.name: cannot change during a run; list several under [[strategies]]"
        ],
    ),
    "setting of another strategy in an event": (
        '[strategy]\nname = "static"\n[[events]]\nday = 3\nset = {"strategy.duration_days" = 9}',
        [
            'events[0].set.strategy.duration_days: on day 3: unknown key for strategy "static"',
            'a setting of "phased"',
        ],
    ),
    "events that are no list": ("[events]\nday = 3", ["events: expected"]),
    "events of numbers": ("events = [3]", ["events[0]: expected"]),
    "unknown parameter": (
        "[parameters]\ndetection.width_jungel_km = 0.05",
        [
            "parameters.detection.width_jungel_km: no such parameter",
            'Did you mean "detection.width_jungle_km"?',
        ],
    ),
    "parameter without its mechanism": (
        "[parameters]\nleak_base = 0.05",
        ['Did you mean "secrecy.leak_base"?'],
    ),
    "parameter out of range": (
        '[parameters]\n"secrecy.leak_base" = 0.5',
        ["parameters.secrecy.leak_base: expected 0 to 0.1 per week", "0.5"],
    ),
    "parameter of wrong type": (
        '[parameters]\n"secrecy.leak_base" = "much"',
        ["expected a finite number", "much"],
    ),
    "parameter nan, even when ranges are lifted": (
        'allow_outside_range = true\n[parameters]\n"secrecy.leak_base" = nan',
        ["parameters.secrecy.leak_base: expected a finite number", "nan"],
    ),
    "key that would move the cursor": ('"a\\u001b[2J" = 1', ["a?[2J: unknown key"]),
    "long title": (
        'title = "' + "x" * 301 + '"',
        ["title: expected text of at most 300 characters"],
    ),
    "title that moves the cursor": (
        'title = "a\\u001b[2J"',
        ["title: expected one line of printable letters", '(got "a?[2J")'],
    ),
    "title of two lines": ('title = "a\\nb"', ["title: expected one line of printable letters"]),
    "label that turns the text round": (
        '[[strategies]]\nlabel = "a\\u202eb"',
        ["strategies[0].label: expected one line", '(got "a?b")'],
    ),
    "label with space around it": (
        '[[strategies]]\nlabel = " a"',
        ["strategies[0].label: expected one line", "no space around it"],
    ),
    "label of blanks": ('[[strategies]]\nlabel = "  "', ["strategies[0].label: expected one line"]),
    "labels equal but for case and spaces": (
        '[[strategies]]\nname = "static"\nlabel = "All at once"\n[[strategies]]\nname = "phased"\nlabel = "all  at ONCE"',
        ['strategies[1].label: expected each label once (strategies[0] is "All at once" too)'],
    ),
    "label that reads as hold": (
        '[[strategies]]\nname = "static"\nlabel = "Hold"',
        ['strategies[0].label: "hold" is the label of'],
    ),
    "list for a number": (
        '[secrecy]\nlevel = ["a", [0.5]]',
        ['secrecy.level: expected a number from 0 to 1 (got ["a", [0.5]])'],
    ),
    "time of day for a date": (
        "[time]\nstart_date = 07:32:00",
        ["time.start_date: expected a date", "(got 07:32:00)"],
    ),
    "text for a number": (
        '[time]\nhorizon_days = "7"',
        ['time.horizon_days: expected a whole number from 7 to 7300 (got "7")'],
    ),
    "fraction for a count": (
        "[forces.vraem]\npolice = 1.5",
        ["forces.vraem.police: expected a whole number", "1.5"],
    ),
    "truth for a number": (
        "[secrecy]\nlevel = true",
        ["secrecy.level: expected a number from 0 to 1 (got true)"],
    ),
    "number for truth": ("[record]\nevents = 1", ["record.events: expected true or false (got 1)"]),
    "value for a section": ("time = 7", ["time: expected a table with horizon_days", "(got 7)"]),
    "table for a value": (
        "[time.horizon_days]\nx = 1",
        ["time.horizon_days: expected a whole number", "a table"],
    ),
    "nan": ("[secrecy]\nlevel = nan", ["secrecy.level: expected a number from 0 to 1 (got nan)"]),
    "infinity": (
        "[crops.coca_ha]\nvraem = inf",
        ["crops.coca_ha.vraem: expected a number from 0", "inf"],
    ),
    "negative count": (
        "[enemy]\nmpcp_fighters = -1",
        ["enemy.mpcp_fighters: expected a whole number from 0", "-1"],
    ),
    "share above 1": (
        "[strategy]\nshare_to_border = 1.01",
        ["strategy.share_to_border: expected a number from 0 to 1 (got 1.01)"],
    ),
    "horizon too long": (
        "[time]\nhorizon_days = 7301",
        ["time.horizon_days: expected a whole number from 7 to 7300 (got 7301)"],
    ),
    "huge number": (
        "[crops.coca_ha]\nvraem = 1" + "0" * 400,
        ["crops.coca_ha.vraem: expected a number"],
    ),
    "number beyond Python's reading": (
        "[time]\nhorizon_days = 1" + "0" * 5_000,
        ["s.toml: line 3: a whole number of 5,001 digits"],
    ),
    "no such date": ("[time]\nstart_date = 2022-02-30", ["line 3"]),
    "text that is no date": (
        '[time]\nstart_date = "soon"',
        ["time.start_date: expected a date such as 2022-01-01"],
    ),
    "resolution": ("[map]\nresolution_km = 7", ["map.resolution_km: expected 5 or 10 (got 7)"]),
    "split not whole": (
        "[strategy]\nborder_split = {loreto = 0.5}",
        ["strategy.border_split: expected loreto + cajamarca = 1", "0.5 + 0.3"],
    ),
    "parts above the whole": (
        "[forces.loreto]\nsoldiers = 10",
        ["forces.loreto: special + river_infantry: expected at most soldiers = 10"],
    ),
    "hours above the pool": (
        "[forces.vraem]\nhelicopter_share = 0.9",
        ["forces: helicopter_share", "sum to at most 1 (got 1.05)"],
    ),
    "bad strategy name": (
        '[strategy]\nname = "statik"',
        ['strategy.name: no strategy "statik"', 'Did you mean "static"?'],
    ),
    "setting of another strategy": (
        '[strategy]\nname = "static"\nduration_days = 9',
        [
            'strategy.duration_days: unknown key for strategy "static"',
            'it is a setting of "phased"',
        ],
    ),
    "misspelt setting": (
        '[strategy]\nname = "phased"\nstep = 9',
        ["strategy.step: unknown key", 'Did you mean "steps"?'],
    ),
    "misspelt lever": (
        "[strategy]\nshare_to_boarder = 0.1",
        ["strategy.share_to_boarder: unknown key", 'Did you mean "share_to_border"?'],
    ),
    "bad setting": (
        '[strategy]\nname = "phased"\nsteps = "6"',
        ['strategy.steps: expected a whole number of at least 1 (got "6")'],
    ),
    "setting not finite": (
        '[strategy]\nname = "phased"\nsteps = nan',
        ["strategy.steps: expected a whole number", "nan"],
    ),
    "bad tasking": (
        '[strategy]\ntasking_border = "lines"',
        ["strategy.tasking_border: expected", 'Did you mean "line"?'],
    ),
    "own strategy, no file": (
        '[strategy]\nname = "nowhere:Mine"',
        ['strategy.name: "nowhere:Mine": no file "nowhere.py"'],
    ),
    "mandate of nobody": (
        '[mandate]\ndetain = "army"',
        ['mandate.detain: expected "joint" or "pnp"', "army"],
    ),
    "secrecy after the end": (
        "[time]\nhorizon_days = 7\n[secrecy]\nuntil_day = 8",
        ["secrecy.until_day: expected at most time.horizon_days = 7"],
    ),
    "sweep without a list": (
        '[sweep]\n"secrecy.level" = 0.5',
        ["sweep.secrecy.level: expected a list"],
    ),
    "sweep over nothing": (
        '[sweep]\n"secrecy.level" = []',
        ["sweep.secrecy.level: expected a list of at least one value"],
    ),
    "sweep with a value twice": (
        '[sweep]\n"secrecy.level" = [0, 0.5, 0.0]',
        ["sweep.secrecy.level: expected each value once"],
    ),
    "sweep design": ('[sweep]\ndesign = "spiral"', ['sweep.design: expected "grid"', "spiral"]),
    "sweep design misspelt": (
        '[sweep]\ndesign = "gird"',
        [
            'sweep.design: expected "grid", "one_at_a_time", "lhs", "sobol" or "table" (got "gird")',
            '"grid"?',
        ],
    ),
    "sweep one at a time of nothing": (
        '[sweep]\ndesign = "one_at_a_time"',
        ['sweep.design: "one_at_a_time" varies keys in turn'],
    ),
    "sweep one at a time of a range": (
        '[sweep]\ndesign = "one_at_a_time"\n"secrecy.level" = {low = 0, high = 1}',
        [
            'sweep.secrecy.level: a range needs design = "lhs" or "sobol"; with "one_at_a_time" expected a list'
        ],
    ),
    "sweep samples missing": (
        '[sweep]\ndesign = "lhs"\n"secrecy.level" = {low = 0, high = 1}',
        ["sweep.samples: missing"],
    ),
    "sweep samples no power of two": (
        '[sweep]\ndesign = "sobol"\nsamples = 100\n"secrecy.level" = {low = 0, high = 1}',
        ["sweep.samples: expected a power of two for Sobol' points: 64 or 128 (got 100)"],
    ),
    "sweep samples of none": (
        '[sweep]\ndesign = "lhs"\nsamples = 0\n"secrecy.level" = {low = 0, high = 1}',
        ["sweep.samples: expected a whole number from 1", "(got 0)"],
    ),
    "sweep seed": (
        '[sweep]\ndesign = "lhs"\nsamples = 2\nseed = -1\n"secrecy.level" = {low = 0, high = 1}',
        ["sweep.seed: expected a whole number from 0", "(got -1)"],
    ),
    "sweep of a range in other words": (
        '[sweep]\ndesign = "lhs"\nsamples = 3\n"secrecy.level" = {min = 0.1, max = 1}',
        ["sweep.secrecy.level: a range is written {low = 0.1, high = 1}, not with min and max"],
    ),
    "sweep of a range in other words, in a grid": (
        '[sweep]\n"secrecy.level" = {lower = 0, upper = 1}',
        [
            "sweep.secrecy.level: a range is written {low = 0, high = 1}, not with lower and upper",
            'design = "lhs" or "sobol"',
        ],
    ),
    "futures of a range in other words": (
        '[futures]\nsamples = 3\nparameters = {"secrecy.leak_base" = {min = 0.01, max = 0.02}}',
        [
            "futures.parameters.secrecy.leak_base: a range is written {low = 0.01, high = 0.02}, not with min and max"
        ],
    ),
    "sweep of a range in a grid": (
        '[sweep]\n"secrecy.level" = {low = 0, high = 1}',
        ["sweep.secrecy.level: a range needs design"],
    ),
    "sweep of nothing sampled": (
        '[sweep]\ndesign = "lhs"\nsamples = 3\n"secrecy.level" = [0]',
        ['sweep.design: "lhs" samples ranges'],
    ),
    "sweep range upside down": (
        '[sweep]\ndesign = "lhs"\nsamples = 3\n"secrecy.level" = {low = 1, high = 0}',
        ["sweep.secrecy.level: expected low under high (got 1 and 0)"],
    ),
    "sweep range with half an end": (
        '[sweep]\ndesign = "lhs"\nsamples = 3\n"secrecy.level" = {low = 1}',
        ["sweep.secrecy.level: expected a range {low = ..., high = ...} of two numbers"],
    ),
    "sweep range of nan": (
        '[sweep]\ndesign = "lhs"\nsamples = 3\n"secrecy.level" = {low = nan, high = 1}',
        ["sweep.secrecy.level: expected a range"],
    ),
    "sweep range of text": (
        '[sweep]\ndesign = "lhs"\nsamples = 3\n"strategy.moved" = {low = "line", high = "special"}',
        ["sweep.strategy.moved: expected a range"],
    ),
    "sweep range over text": (
        '[sweep]\ndesign = "lhs"\nsamples = 3\n"strategy.moved" = {low = 0, high = 1}',
        [
            'strategy.moved: expected "line", "special" or "proportional"',
            "sweep point strategy.moved = ",
        ],
    ),
    "sweep samples in a grid": (
        '[sweep]\nsamples = 3\n"secrecy.level" = [0]',
        ["sweep.samples: only with design"],
    ),
    "sweep table and a list, one at a time": (
        '[sweep]\ndesign = "one_at_a_time"\ntable = "nowhere.csv"\n"secrecy.level" = [0]',
        ['sweep.table: only with design = "table" (this is "one_at_a_time")'],
    ),
    "sweep of the own value, one at a time": (
        '[sweep]\ndesign = "one_at_a_time"\n"secrecy.level" = [0.2, 0.5]',
        ["sweep.secrecy.level: expected other values than the scenario's own (got 0.5)"],
    ),
    "sweep table in a grid": (
        '[sweep]\ntable = 3\n"secrecy.level" = [0]',
        ['sweep.table: only with design = "table" (this is "grid")'],
    ),
    "sweep table that is none": (
        '[sweep]\ndesign = "table"\ntable = "nowhere.csv"',
        ['sweep.table: "nowhere.csv" does not exist'],
    ),
    "sweep table of no CSV": (
        '[sweep]\ndesign = "table"\ntable = "base.toml"',
        ['"base.toml" line 1, column 1: expected a dotted key'],
    ),
    "sweep table without a name": (
        '[sweep]\ndesign = "table"\n',
        ["sweep.table: expected the name of a CSV file"],
    ),
    "sweep table as a number": (
        '[sweep]\ndesign = "table"\ntable = 3',
        ["sweep.table: expected the name of a CSV file", "(got 3)"],
    ),
    "sweep axes that overlap": (
        '[sweep]\n"strategy.border_split.loreto" = [0.5]\n"strategy.border_split" = [{loreto = 1, cajamarca = 0}]',
        ["sweep.strategy.border_split.loreto: overlaps strategy.border_split"],
    ),
    "sweep axis nested and quoted": (
        '[sweep]\n"secrecy.level" = [0]\nsecrecy.level = [1]',
        ["sweep.secrecy.level: written 2 times, nested and quoted"],
    ),
    "parameter nested and quoted": (
        '[parameters]\n"secrecy.leak_base" = 0.01\nsecrecy.leak_base = 0.02',
        ["parameters.secrecy.leak_base: written 2 times, nested and quoted"],
    ),
    "sweep over replications": (
        '[sweep]\n"replications.count" = [1]',
        ["sweep.replications.count: cannot vary between the points"],
    ),
    "sweep over futures": (
        '[sweep]\n"futures.samples" = [1]',
        ["sweep.futures.samples: cannot vary between the points"],
    ),
    "sweep over ablate and ablate": (
        'ablate = ["leak"]\n[sweep]\nablate = [[]]',
        ["ablate: [sweep] varies it too"],
    ),
    "sweep over an unknown coupling": (
        '[sweep]\nablate = [["leek"]]',
        ['no coupling "leek"', 'Did you mean "leak"?', "sweep point ablate"],
    ),
    "sweep over what is ablated": (
        'ablate = ["leak"]\n[sweep]\n"parameters.secrecy.leak_base" = [0.02]',
        ["parameters.secrecy.leak_base: ablate switches this off", "sweep point"],
    ),
    "ablate an unknown coupling": (
        'ablate = ["leek"]',
        ['ablate: no coupling "leek"', 'Did you mean "leak"?'],
    ),
    "ablate no list": ('ablate = "leak"', ["ablate: expected a list of couplings", '(got "leak")']),
    "ablate a number": (
        "ablate = [3]",
        ["ablate: no coupling 3; `redeploy describe couplings` lists them. Expected some of leak"],
    ),
    "ablate twice": ('ablate = ["leak", "leak"]', ["ablate: expected each coupling once"]),
    "ablate what is set": (
        'ablate = ["leak"]\n[parameters]\n"secrecy.leak_base" = 0.05',
        [
            "parameters.secrecy.leak_base: ablate switches this off; take one of the two out (got 0.05)"
        ],
    ),
    "futures no table": (
        "futures = 3",
        ["futures: expected a table with samples, seed, design, table, parameters (got 3)"],
    ),
    "futures design": (
        '[futures]\ndesign = "grid"',
        ['futures.design: expected "lhs", "sobol" or "table" (got "grid")'],
    ),
    "a parameter outside its table": (
        "[secrecy]\nleak_base = 0.02",
        ['secrecy.leak_base: unknown key. Did you mean "parameters.secrecy.leak_base"?'],
    ),
    "a parameter in a table of its own": (
        "[detection]\nwidth_jungle_km = 0.02",
        ['detection: unknown key. Did you mean "parameters.detection.width_jungle_km"?'],
    ),
    "a quoted key": (
        '"secrecy.leak_bse" = 1',
        ['secrecy.leak_bse: unknown key. Did you mean "parameters.secrecy.leak_base"?'],
    ),
    "a quoted key of a section": (
        '"time.horizon_days" = 9',
        ["time.horizon_days: unknown key", "without the quotes"],
    ),
    "date beyond the calendar": (
        "[time]\nstart_date = 9999-12-31",
        ["time.start_date: expected a date such as 2022-01-01 from 1900-01-01"],
    ),
    "truth for schema": ("schema = true", ["schema: expected 1 (got true)"]),
    "fraction for schema": ("schema = 1.5", ["schema: expected 1 (got 1.5)"]),
    "text for a key that may be absent": (
        '[secrecy]\nuntil_day = "none"',
        [
            'secrecy.until_day: expected a whole number from 0 to 7300, or the key left out (got "none")'
        ],
    ),
    "own strategy with its file's ending": (
        '[strategy]\nname = "mine.py:Mine"',
        ["strategy.name: expected the module without .py", '"mine:Mine"'],
    ),
    "huge sweep": (
        "[sweep]\n"
        + "".join(
            f'"forces.{place}.{what}" = {list(range(50))}\n'
            for place in ("vraem", "loreto")
            for what in ("boats", "lorries", "police")
        ),
        ["sweep: 15,625,000,000 points x 20 replications: expected at most 1,000,000 runs"],
    ),
    "sweep setting": ("[sweep]\nlevel = [1]", ["sweep.level: expected"]),
    "sweep over unknown key": (
        '[sweep]\n"secrecy.levl" = [0.5]',
        ["secrecy.levl: unknown key", 'Did you mean "level"?', "sweep point"],
    ),
    "sweep out of range": (
        '[sweep]\n"secrecy.level" = [0.5, 2]',
        ["secrecy.level: expected a number from 0 to 1 (got 2)", "sweep point secrecy.level = 2"],
    ),
    "sweep too large": (
        '[sweep]\n"time.horizon_days" = [7, 8]\n[replications]\ncount = 500001',
        ["sweep: 2 points x 500,001 replications: expected at most 1,000,000 runs"],
    ),
    "broken TOML": ("[time\nhorizon_days = 7", ["s.toml: line 2, column 6: not TOML"]),
    "broken at the end": ('title = "no end', ["s.toml: line 2"]),
    "a key twice": ("[time]\nhorizon_days = 7\nhorizon_days = 8", ["s.toml: line 4"]),
    "nested too deeply": ("title = " + "[" * 5_000, ["nested too deeply"]),
    "wrong schema": ("schema = 2", ["schema: expected 1 (got 2)"]),
    "no schema": ("title = 'schema'", ["schema: missing; expected 1"]),
    "extends itself": (
        'extends = "s.toml"',
        ["s.toml: extends: files extend one another in a cycle: s.toml -> s.toml"],
    ),
    "extends nothing": (
        'extends = "bse.toml"',
        ['s.toml: extends: "bse.toml" does not exist', 'Did you mean "base.toml"?'],
    ),
    "extends a number": (
        "extends = 3",
        ["s.toml: extends: expected the name of a scenario file (got 3)"],
    ),
}


def refused(capsys: pytest.CaptureFixture[str], *arguments: object) -> list[str]:
    """The lines on stderr of a command that must end with status 2 and print nothing else."""
    assert main([str(argument) for argument in arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "Traceback" not in err
    return err.splitlines()


@pytest.mark.parametrize(("text", "expected"), WRONG.values(), ids=WRONG)
def test_one_fault_is_one_line_that_names_it(text, expected, write, capsys):
    write("schema = 1", "base.toml")
    lines = refused(capsys, "check", write(text))
    assert len(lines) == 1, lines
    for words in expected:
        assert words in lines[0]


def test_all_faults_of_a_file_are_told_at_once(write, capsys):
    text = (
        '[time]\nhorizon_days = 3\nburn_in = 3\n[parameters]\n"a.b" = 1\n"secrecy.leak_base" = 7\n'
    )
    text += '[strategy]\nname = "static"\nx = 1\nmoved = "all"\n'
    keys = [line.split(": ")[1] for line in refused(capsys, "check", write(text))]
    assert sorted(keys) == [
        "parameters.a.b", "parameters.secrecy.leak_base", "strategy.moved", "strategy.x", "time.burn_in", "time.horizon_days",
    ]  # fmt: skip


def test_all_faults_of_all_files_are_told_and_the_good_file_is_named(write, capsys):
    bad, worse, good = (
        write("[tme]", "bad.toml"),
        write("[time]\nhorizon_days = 0", "worse.toml"),
        write("", "good.toml"),
    )
    assert main(["check", str(bad), str(good), str(worse)]) == 2
    out, err = capsys.readouterr()
    assert [line.split(":")[0] for line in err.splitlines()] == ["bad.toml", "worse.toml"]
    assert "good.toml: fine" in out


def test_a_fault_is_named_after_the_file_that_holds_it(write, capsys):
    write(
        "[time]\nhorizon_days = 3\n[partner]\ncoordination = 1\n[secrecy]\nlevel = 1", "base.toml"
    )
    child = write('extends = "base.toml"\n[secrecy]\nlevel = 3\n', "child.toml")
    lines = refused(capsys, "check", child, "--set", "map.resolution_km=1")
    assert sorted(line.partition(": expected")[0] for line in lines) == [
        "--set: map.resolution_km", "base.toml: time.horizon_days", "child.toml: secrecy.level",
    ]  # fmt: skip


def test_a_longer_cycle_is_spelt_out(write, capsys):
    write('extends = "b.toml"', "a.toml")
    write('extends = "s.toml"', "b.toml")
    (line,) = refused(capsys, "check", write('extends = "a.toml"'))
    assert "s.toml -> a.toml -> b.toml -> s.toml" in line


@pytest.mark.parametrize("command", ["check", "run", "batch"])
def test_a_missing_file_with_a_near_name(command, write, capsys, tmp_path: Path):
    write("", "split.toml")
    (line,) = refused(capsys, command, tmp_path / "spilt.toml")
    assert "does not exist" in line and 'Did you mean "split.toml"?' in line


def test_what_is_no_scenario_file(write, tmp_path: Path, capsys):
    files = {
        name: tmp_path / name
        for name in (
            "directory",
            "empty",
            "blank",
            "binary",
            "latin",
            "large",
            "huge",
            "pipe",
            "link",
        )
    }
    files["directory"].mkdir()
    files["empty"].touch()
    files["blank"].write_text("\n \n")
    files["binary"].write_bytes(b"schema = 1\0")
    files["latin"].write_bytes("title = 'Marañón'".encode("latin-1"))
    files["large"].write_text("#" * 1_000_001)
    files["huge"].write_bytes(b"#" * 10_000_000)
    os.mkfifo(files["pipe"])
    files["link"].symlink_to("gone.toml")
    said = {
        "directory": "is a directory",
        "empty": "is empty",
        "blank": "is empty",
        "binary": "is a binary file",
    }
    said |= {
        "huge": "is larger than 1 MB",
        "link": 'is a link to "gone.toml", which does not exist',
    }
    said |= {
        "latin": "is not UTF-8 text (byte 13)",
        "large": "is larger than 1 MB",
        "pipe": "is a device or a pipe",
    }
    for name, file in files.items():
        (line,) = refused(capsys, "check", file)
        assert line.startswith(f"{file}: ") and said[name] in line
        (line,) = refused(capsys, "check", write(f'extends = "{name}"'))
        assert line.startswith(f's.toml: extends: "{name}" {said[name]}')
    (line,) = refused(capsys, "check", "/dev/null")
    assert "is a device" in line
    (line,) = refused(capsys, "check", "x" * 5_000)
    assert "cannot be read" in line or "does not exist" in line
    (line,) = refused(capsys, "check", "a\0b")
    assert line


@pytest.mark.parametrize("value", ["nan", "inf", '"1"', "[1]", "true"])
def test_a_setting_of_ones_own_is_a_finite_number_of_its_type(value, write, capsys, tmp_path: Path):
    (tmp_path / "own.py").write_text(
        "from sim import Strategy\nclass Mine(Strategy):\n    class Settings(Strategy.Settings):\n        pace: float = 1.0\n"
    )
    (line,) = refused(capsys, "run", write(f'[strategy]\nname = "own:Mine"\npace = {value}'))
    assert (
        f"s.toml: strategy.pace: expected a {'finite ' * (value in ('nan', 'inf'))}number" in line
    )


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
    "setting",
    [
        "no equals sign",
        "=5",
        "time.horizon_days",
        "time.horizn_days=9",
        "time.horizon_days=many",
        "time.horizon_days=\n",
    ],
)
def test_a_wrong_setting(setting, write, capsys):
    (line,) = refused(capsys, "check", write(""), "--set", setting)
    assert line.startswith("--set: ")


@pytest.mark.parametrize(
    "key", ["presence.felt_days", '"presence.felt_days"', "detection.width_jungle_km"]
)
def test_a_parameter_set_without_its_table_is_told_where_it_belongs(key, write, capsys):
    (line,) = refused(capsys, "check", write(""), "--set", f"{key}=0.02")
    assert line.startswith("--set: ")
    assert ("parameters.detection.width_jungle_km" in line) == (
        "width" in key
    )  # the small registry of these tests knows no felt_days


@pytest.mark.parametrize(
    "text",
    [
        "".join(f"key_{i} = 1\n" for i in range(20_000)),
        "[parameters]\n" + "".join(f'"secrecy.leak_{i}" = 1\n' for i in range(20_000)),
        "[strategy]\n" + "".join(f"key_{i} = 1\n" for i in range(20_000)),
        "[sweep]\n" + "".join(f'"secrecy.key_{i}" = [1]\n' for i in range(20_000)),
        "[futures]\nsamples = 1\nparameters = " + str([f"secrecy.leak_{i}" for i in range(20_000)]),
    ],
    ids=["keys", "parameters", "settings", "sweep", "futures"],
)
def test_thousands_of_faults_are_told_in_a_screenful_and_soon(text, write, capsys):
    began = time.monotonic()
    lines = refused(capsys, "check", write(text))
    assert len(lines) == SHOWN + 1 and lines[-1] == f"and {20_000 - SHOWN:,} more problems"
    assert time.monotonic() - began < 20


def test_thousands_of_strategies_are_told_apart_soon(write, capsys):
    rows = [
        f'[[strategies]]\nname = "static"\nshare_to_border = {i / 8_000}\n' for i in range(3_000)
    ]
    began = time.monotonic()
    (line,) = refused(capsys, "check", write("".join([*rows, rows[7]])))
    assert "strategies[3000]: the same strategy as strategies[7]" in line
    assert time.monotonic() - began < 20


def test_values_that_come_back_are_checked_once(write, capsys, monkeypatch):
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


def test_a_seed_is_told_by_its_own_name(write, capsys):
    (line,) = refused(capsys, "run", write(""), "--seed", "-1")
    assert line.startswith(
        "--seed: replications.base_seed: expected a whole number from 0 to 18446744073709551615 (got -1)"
    )


@pytest.mark.parametrize("command", ["check", "run"])
def test_a_run_refuses_what_a_check_of_the_whole_file_refuses(command, write, capsys):
    (line,) = refused(capsys, command, write('[sweep]\n"secrecy.levl" = [0.5]'))
    assert 'secrecy.levl: unknown key. Did you mean "level"?' in line


@pytest.mark.parametrize("option", ["--seed", "--replication"])
def test_a_number_of_thousands_of_digits_is_told_in_a_line(option, write, capsys):
    (line,) = refused(capsys, "run", write(""), option, "1" * 4_400)
    assert (
        "expected a whole number" in line and len(line) < 450 and "digits) for integer" not in line
    )


def test_an_endless_device_is_no_scenario(write, capsys):
    (line,) = refused(capsys, "check", write('extends = "/dev/zero"'))
    assert line.endswith('"/dev/zero" is a device or a pipe, not a scenario file')
