"""Files that are not scenarios, extend none, or have broken TOML: one line names the file."""

import os
from pathlib import Path

import pytest
from case_tables import cases, refused

FILES = """
# TOML with a bracket missing
[time
horizon_days = 7
-> s.toml: line 2, column 6: not TOML

# TOML that ends within a text
title = "no end
-> s.toml: line 2

# a key twice
[time]
horizon_days = 7
horizon_days = 8
-> s.toml: line 4

# true for the schema
schema = true
-> schema: expected 1 (got true)

# a fraction for the schema
schema = 1.5
-> schema: expected 1 (got 1.5)

# an unknown schema
schema = 2
-> schema: expected 1 (got 2)

# a file without a schema
title = 'schema'
-> schema: missing; expected 1

# a file that extends itself
extends = "s.toml"
-> s.toml: extends: files extend one another in a cycle: s.toml -> s.toml

# a file that extends a missing file
extends = "bse.toml"
-> s.toml: extends: "bse.toml" does not exist
-> Did you mean "base.toml"?

# a number for the file to extend
extends = 3
-> s.toml: extends: expected the name of a scenario file (got 3)
"""


@pytest.mark.parametrize(("text", "phrases"), cases(FILES))
def test_a_broken_file_is_told_in_one_line(text, phrases, write, capsys):
    write("schema = 1", "base.toml")
    (line,) = refused(capsys, "check", write(text))
    for phrase in phrases:
        assert phrase in line


def test_brackets_nested_too_deeply_are_told_in_one_line(write, capsys):
    (line,) = refused(capsys, "check", write("title = " + "[" * 5_000))
    assert "nested too deeply" in line


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


def test_a_path_that_is_not_a_scenario_file_is_refused(write, tmp_path: Path, capsys):
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


def test_an_endless_device_is_no_scenario(write, capsys):
    (line,) = refused(capsys, "check", write('extends = "/dev/zero"'))
    assert line.endswith('"/dev/zero" is a device or a pipe, not a scenario file')
