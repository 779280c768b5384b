"""Scenarios with several faults: each fault is reported with its file, briefly and soon."""

import time

import pytest
from case_tables import refused

from sim.cli.main import main
from sim.errors import SHOWN


def test_all_faults_of_a_file_are_told_at_once(write, capsys):
    text = """
        time = {horizon_days = 3, burn_in = 3}
        parameters = {"a.b" = 1, "secrecy.leak_base" = 7}
        strategy = {name = "static", x = 1, moved = "all"}
    """
    keys = [line.split(": ")[1] for line in refused(capsys, "check", write(text))]
    assert sorted(keys) == [
        "parameters.a.b",
        "parameters.secrecy.leak_base",
        "strategy.moved",
        "strategy.x",
        "time.burn_in",
        "time.horizon_days",
    ]


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


@pytest.mark.parametrize("command", ["check", "run"])
def test_a_run_refuses_what_a_check_of_the_whole_file_refuses(command, write, capsys):
    (line,) = refused(capsys, command, write('[sweep]\n"secrecy.levl" = [0.5]'))
    assert 'secrecy.levl: unknown key. Did you mean "level"?' in line
