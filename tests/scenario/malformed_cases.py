"""What the tests of malformed scenarios share: tables of cases, and a command that must fail."""

from collections.abc import Iterator

import pytest

from sim.cli.main import main


def cases(*tables: str) -> Iterator:
    """Yield the cases of tables as parameters: the text of a scenario file, and a list of phrases.

    A blank line separates cases. Each case starts with a line "# its name". The lines of the
    scenario file follow, and then one line "-> a phrase" for each phrase of the message.
    """
    for table in tables:
        for case in table.strip().split("\n\n"):
            name, *lines = case.splitlines()
            phrases = [line.removeprefix("-> ") for line in lines if line.startswith("-> ")]
            text = "\n".join(lines[: len(lines) - len(phrases)])
            assert name.startswith("# ") and text and phrases, case
            yield pytest.param(text, phrases, id=name.removeprefix("# "))


def refused(capsys: pytest.CaptureFixture[str], *arguments: object) -> list[str]:
    """Return the lines on stderr of a command that must end with status 2 and print nothing else."""
    assert main([str(argument) for argument in arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "Traceback" not in err
    return err.splitlines()
