"""Scenario files that are invalid or excessive TOML: they are refused early, with a hint."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from case_tables import pairs
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.scenario import ScenarioError, load_scenario, parse_setting
from sim.scenario.toml import MAX_DEPTH, MAX_PARTS, NotTOML, parse

HINTS = {
    "title = “Señal”": 'The quotes “ are typographic; TOML wants " before and after a text',
    "title = ‘a’": "The quotes ‘ are typographic",
    "x = 0,15": "A decimal is written with a point: 0.15",
    "x = {low = 0,15, high = 1}": "A decimal is written with a point: 0.15",
    "x = 10,000": "A number is written without a comma: 10000, or 10.000 if a decimal is meant",
    "x = 1,000,000": "A number is written without commas: 1000000",
    "x = 1.000.000": "A number is written without separators: 1000000",
    "x = 10 000": "A number is written without separators: 10000",
    "x = 5 km": "A number stands alone, without its unit: 5",
    "x = 15 %": "A share is written as a number from 0 to 1, without %: 0.15",
    "x = 15%": "without %: 0.15",
    "x = $5": "A number stands alone, without its unit: 5",
    "x = True": "Write true, without capitals",
    "x = FALSE  # no": "Write false, without capitals",
    "x = yes": "Write true or false",
    "x = verdadero": "Write true or false",
    "x = .15": "A number has a digit before its point: 0.15",
    "x = 056": "A whole number does not begin with 0",
    "x = 1;": "A line ends without ;",
    "x = None": "There is no empty value in TOML; leave the key out",
    "x =": "A value is missing",
    "x =   # to be filled in": "A value is missing",
    "x = static": 'A text stands in quotes: "static"',
    'x = "static': 'The text in this line has only one "',
    'x = static"': 'The text in this line has only one "',
    'x = "static\ny = 1': "line 1, column 12: not TOML: Illegal character '\\n'. The text in",
    "x = 'abc": "The text in this line has only one '",
    r'x = "C:\Users\me"': "a backslash begins an escape; write / in a path, or put the text",
    r'x = "C:\data\x"': "a backslash begins an escape",
    "x: 5": "Write = in place of :",
    "x == 5": "Write a single =",
    "x 5": "A key and its value are joined by =",
    "x\t5": "A key and its value are joined by =",
    "[time": "A table's name stands between [ and ]",
    "[time]\n[time]": "[time] stands twice; put all its keys under one [time]",
    "[strategies]\nname = 1\n[[strategies]]\nname = 2": "this name stands as [name] above and as",
    "a = 1\na = 2": "this key is written a second time; keep one",
    "x = {a = 1, a = 2}": "this key is written a second time",
    "// a remark": "A comment begins with #",
    "x\u00a0= 3": "type an ordinary space",
    "x = −5": "The sign − is no minus; write -",
    "x = 31/12/2022": "A date is written as year-month-day",
}
EXCESSES = {
    "dotted key": ("a." * 40_000 + "a = 1", "a dotted key of more than 32 parts"),
    "dotted header": ("[" + "a . " * 40_000 + "a]", "a dotted key of more than 32 parts"),
    "quoted parts": ('"a".' * 40_000 + "'b' = 1", "a dotted key of more than 32 parts"),
    "inline table": ("x = {" + "a." * 40_000 + "a = 1}", "a dotted key of more than 32 parts"),
    "lists": ("x = " + "[" * 100_000, "nested too deeply"),
    "tables": ("x = " + "{a = " * 100_000, "nested too deeply"),
    "decimal digits": ("x = " + "1" * 4_400, "a whole number of 4,400 digits"),
    "other digits": ("x = 0x" + "f" * 100_000, "a whole number of 100,002 digits"),
}
HOSTILE = {  # long, and quick to read or refuse
    "a long text": 'x = "' + "a.b[{" * 190_000 + '"',
    "a long text of lines": 'x = """' + 'a.b[{"\n' * 150_000 + '"""',
    "a long literal": "x = '''" + "a.b[{'\n" * 140_000 + "'''",
    "a long comment": "x = 1 #" + ".[{" * 300_000,
    "a long key": "a" * 990_000 + " = 1",
    "a long line of blanks": "x = a" + " " * 990_000 + "b",
    "many backslashes": 'x = "' + "\\\\" * 490_000 + '"',
    "a text without an end": 'x = "' + "\\a" * 490_000,
    "a long list": "x = [" + "0.5, " * 190_000 + "]",
    "many keys": "".join(f"k{i} = 1\n" for i in range(70_000)),
    "a long float": "x = 0." + "3" * 990_000,
    "many quotes": "x = " + '"' * 990_000,
}


def refusal(text: str) -> str:
    with pytest.raises(NotTOML) as caught:
        parse(text)
    return ": ".join(caught.value.args)


@pytest.mark.parametrize(("text", "hint"), HINTS.items())
def test_invalid_toml_gets_a_hint_with_the_correction(text, hint):
    assert hint in refusal(text)


@pytest.mark.parametrize(("text", "expected"), EXCESSES.values(), ids=EXCESSES)
def test_an_excessive_file_is_refused_before_it_is_parsed(text, expected, monkeypatch):
    monkeypatch.setattr(tomllib, "loads", lambda text: pytest.fail("it was parsed"))
    assert expected in refusal(text) and len(refusal(text)) < 200


def test_the_limits_themselves_are_read():
    key = ".".join("a" * MAX_PARTS)
    assert parse(f"{key} = 1.5\n[b]\n{key} = [1.5, 0.5]\nx = {{ {key} = 2.5 }}") == tomllib.loads(
        f"{key} = 1.5\n[b]\n{key} = [1.5, 0.5]\nx = {{ {key} = 2.5 }}"
    )
    nested = "x = " + "[" * MAX_DEPTH + "]" * MAX_DEPTH
    assert parse(f"{nested}\ny{nested[1:]}") == tomllib.loads(f"{nested}\ny{nested[1:]}")


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_long_file_is_read_or_refused_at_once(text):
    code = """
import resource, sys
from sim.scenario.toml import *
resource.setrlimit(resource.RLIMIT_AS, (2**31, 2**31))
text = sys.stdin.read()
try: parse(text); print('read')
except NotTOML: print('refused')
"""
    command = [sys.executable, "-c", code]
    done = subprocess.run(
        command,
        input=text,
        capture_output=True,
        text=True,
        timeout=30,
        cwd=Path(__file__).parents[2],
    )
    assert done.stdout.strip() in ("read", "refused"), done.stderr[-500:]


TEXTS = st.text(st.sampled_from("ab.[]{}=,#'\"\\\n 1é“"), max_size=60)


def quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(TEXTS, TEXTS, st.sampled_from(["basic", "lines", "literal"])), max_size=6)
)
def test_no_text_or_comment_of_a_valid_file_is_counted(entries):
    lines = []
    for i, (text, comment, kind) in enumerate(entries):
        many = text * 40  # far more dots and brackets than a key or a list may have
        safe = many.replace("'", "").replace("\n", " ")
        value = {
            "basic": quoted(many),
            "lines": f'"""{quoted(many)[1:-1]}"""',
            "literal": f"'{safe}'",
        }[kind]
        lines.append(f"k{i} = {value} # {comment.replace(chr(10), ' ') * 40}")
    whole = "\n".join(lines)
    assert parse(whole) == tomllib.loads(whole)


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_any_short_text_is_read_as_the_parser_does_or_refused(text):
    try:
        expected = tomllib.loads(text)
    except ValueError:
        expected = None
    try:
        found = parse(text)
    except NotTOML:
        found = None
    assert found == expected


def test_a_setting_of_the_command_line_has_the_same_limits(write):
    with pytest.raises(ScenarioError, match="a dotted key of more than 32 parts") as caught:
        parse_setting("a." * 40_000 + "a=1")
    assert len(str(caught.value)) < 200
    for value in ("1" * 4_400, "[" * 5_000, "{" + "a." * 20_000 + "a=1}"):
        with pytest.raises(
            ScenarioError, match=r"time\.horizon_days: expected a whole number"
        ) as caught:
            load_scenario(write(""), dict([parse_setting(f"time.horizon_days={value}")]))
        assert len(str(caught.value)) < 300


@pytest.mark.parametrize(("value", "hint"), [("0,15", "0.15"), ("15 %", "0.15")])
def test_a_setting_gets_the_hints_of_a_file(value, hint, write):
    with pytest.raises(ScenarioError, match=hint):
        load_scenario(write(""), dict([parse_setting(f"secrecy.level={value}")]))


@pytest.mark.parametrize(
    ("encoding", "said"),
    [
        ("utf-16", "is UTF-16 text; save it as UTF-8"),
        ("utf-16-le", "is UTF-16 text; save it as UTF-8"),
        ("utf-16-be", "is UTF-16 text; save it as UTF-8"),
        ("utf-32", "is UTF-32 text; save it as UTF-8"),
        ("utf-32-le", "is UTF-32 text; save it as UTF-8"),
        ("latin-1", "in line 2; it looks like Latin-1 or Windows-1252; save it as UTF-8"),
        ("cp1252", "in line 2; it looks like Latin-1 or Windows-1252; save it as UTF-8"),
    ],
)
def test_another_encoding_is_called_by_its_name(encoding, said, tmp_path):
    (tmp_path / "s.toml").write_bytes(
        "schema = 1\ntitle = 'Campaña en el Marañón'\n".encode(encoding)
    )
    with pytest.raises(ScenarioError) as caught:
        load_scenario(tmp_path / "s.toml")
    assert said in str(caught.value)


MISPLACED = r"""
[forces.vraem]\ntitle = "a"
    forces.vraem.title: unknown key. title belongs above the first [table] of the file.
[secrecy]\nextends = "base.toml"
    secrecy.extends: unknown key. extends belongs above the first [table]
[strategy]\nname = "static"\nablate = ["leak"]
    ablate belongs above the first [table]
[parameters]\ndescription = "a"
    no such parameter
[sweep]\ntitle = "a"
    title belongs above the first [table] of the file.
[time]\nreplications.count = 3
    time.replications: unknown key. replications is a table of its own
horizon_days = 9
    horizon_days: unknown key. It is a key of [time].
[replications]\nhorizon_days = 9
    replications.horizon_days: unknown key. It is a key of [time].
[strategy]\nname = 'static'\ncoordination = 0.8
    It is a key of [partner].
"""


@pytest.mark.parametrize("text, expected", pairs(MISPLACED))
def test_a_key_in_a_wrong_table_is_told_its_right_table(text, expected, write):
    with pytest.raises(ScenarioError) as caught:
        load_scenario(write(text))
    assert expected in str(caught.value)


def test_no_message_repeats_a_long_input_in_full(write):
    long = "[" + ", ".join(["{a = 1, b = [2, 3]}"] * 500) + "]"
    for text in (
        f'[parameters]\n"secrecy.leak_base" = {long}',
        f"[secrecy]\nlevel = {long}",
        f"[strategy]\nmoved = {long}",
        f"ablate = {long}",
        f"[sweep]\nablate = {long}",
        f"[futures]\nsamples = 2\nparameters = {long}",
        f'[[events]]\nday = 3\nset = {{"secrecy.level" = {long}}}',
        f'[strategy]\nname = "{"x" * 5_000}"',
        f"{'y' * 5_000} = 1",
        f'[time]\n"{"z" * 5_000}" = 1',
        f"[strategy]\nname = 'phased'\n{'w' * 5_000} = 1",
        f"[strategy]\nname = 'phased'\nsteps = {long}",
        f'[sweep]\n"{"v" * 5_000}" = [1]',
        f'extends = "{"u" * 5_000}"',
    ):
        with pytest.raises(ScenarioError) as caught:
            load_scenario(write(text))
        assert all(len(line) < 700 for line in str(caught.value).splitlines()), str(caught.value)[
            :3_000
        ]
        assert str(caught.value).count("{") < 4


@pytest.mark.parametrize("written", ["28.0", "28", "2.8e1"])
def test_whole_numbers_may_be_written_as_floats(written, write):
    text = f"""schema = 1.0
time = {{horizon_days = {written}}}
map = {{resolution_km = 10.0}}
strategy = {{name = 'phased', steps = {written}}}
[[events]]
day = 3.0
set.civilian_harm = {{theatre = 'vraem', side = 'state', people = {written}}}
"""
    scenario = load_scenario(write(text))
    assert (
        scenario.hash
        == load_scenario(write(text.replace(written, "28").replace("10.0", "10"))).hash
    )
    values = (
        scenario.time.horizon_days,
        scenario.map.resolution_km,
        scenario.strategy.settings["steps"],
        scenario.events[0].day,
        scenario.events[0].set["civilian_harm"]["people"],
    )
    assert [type(value) for value in values] == [int] * 5
    assert (
        load_scenario(
            write(""), dict([parse_setting(f"time.horizon_days={written}")])
        ).time.horizon_days
        == 28
    )
    for wrong in ("28.5", "1e300", "inf"):
        with pytest.raises(ScenarioError, match=r"horizon_days: expected a whole number from 7"):
            load_scenario(write(f"[time]\nhorizon_days = {wrong}"))


def test_a_seed_may_be_as_large_as_a_key_of_chance(write):
    largest = 2**64 - 1
    file = write(
        f"replications = {{base_seed = {largest}}}\n"
        f"[futures]\nsamples = 2\nparameters = ['secrecy.leak_base']\nseed = {largest}"
    )
    scenario = load_scenario(file)
    assert scenario.replications.base_seed == scenario.futures.seed == largest
    assert type(scenario).model_validate_json(scenario.to_json()) == scenario
    assert (
        scenario.hash
        == load_scenario(write(""), options={"--seed": {"replications.base_seed": largest}}).hash
    )
    assert scenario.hash != load_scenario(write(f"[replications]\nbase_seed = {largest - 1}")).hash
    with pytest.raises(
        ScenarioError, match="base_seed: expected a whole number from 0 to 18446744073709551615"
    ):
        load_scenario(write(f"[replications]\nbase_seed = {largest + 1}"))
