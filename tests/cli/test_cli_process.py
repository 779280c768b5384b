"""The command under odd conditions: closed or full streams, a narrow encoding, an early Ctrl-C."""

import os
import signal
import subprocess
import sys
import time

import pytest

from sim.cli.terminal import answered

REDEPLOY = f"{sys.executable} -m sim"


def shell(command, **environment):
    """A bash command line with `redeploy` in it."""
    full = f'redeploy() {{ {REDEPLOY} "$@"; }}; {command}'
    env = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent"} | environment
    return subprocess.run(
        ["bash", "-o", "pipefail", "-c", full], capture_output=True, timeout=60, env=env
    )


@pytest.mark.parametrize("end", ["head -1", "true", "head -c 100 >&2"])
def test_a_closed_pipe_is_no_error(end):
    done = shell(f"redeploy describe parameters --json | {end}")
    assert done.returncode == 0 and b"Error" not in done.stderr and b"Traceback" not in done.stderr


def test_output_that_cannot_be_written_is_one_line_and_status_2():
    for where, what in ((">/dev/full", "cannot be written: No space left"), (">&-", "is closed")):
        done = shell(f"redeploy describe outcomes {where}")
        assert (
            done.returncode == 2
            and what in done.stderr.decode()
            and len(done.stderr.splitlines()) == 1
        ), done


@pytest.mark.parametrize("where", ["2>/dev/full", "2>&-"])
def test_a_closed_stderr_changes_neither_the_status_nor_stdout(where):
    done = shell(f"redeploy check nowhere.toml {where}")
    assert (done.returncode, done.stdout) == (2, b"")


@pytest.mark.parametrize(
    "locale", [{"LC_ALL": "C"}, {"LC_ALL": "C", "PYTHONUTF8": "0"}, {"PYTHONIOENCODING": "ascii"}]
)
def test_every_locale_works(tmp_path, locale):
    (tmp_path / "ñ.toml").write_text('schema = 1\ntitle = "Señal – 你好"\n', encoding="utf-8")
    done = shell(
        f"redeploy describe scenario {tmp_path}/*.toml && redeploy check {tmp_path}/*.toml",
        **locale,
    )
    assert done.returncode == 0 and b"fine" in done.stdout and done.stderr == b"", done


def test_a_current_directory_that_has_been_removed_is_told(tmp_path, monkeypatch, capsys):
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    assert answered(os.getcwd, set()) == 2
    assert (
        capsys.readouterr().err
        == "redeploy: the current directory has been removed; change to another\n"
    )


EARLY = """
import sys, sim.__main__, sim.machine.interrupts
begin = sim.machine.interrupts.as_a_command
def as_a_command():
    begin()
    print(flush=True)  # from here on a Ctrl-C is the command's to answer
sim.machine.interrupts.as_a_command = as_a_command
sys.exit(sim.__main__.main())
"""


def test_an_early_ctrl_c_is_quiet():
    for wait in (0, 0.02, 0.05, 0.1, 0.2):
        process = subprocess.Popen(
            [sys.executable, "-c", EARLY, "describe", "parameters"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        process.stdout.readline()  # the interpreter is up and the command begins
        time.sleep(wait)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
        assert process.returncode in (0, 130) and err in (b"", b"interrupted\n"), (wait, err)
