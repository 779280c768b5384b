"""Tables of test cases as text, for tests of scenario files, and a command that must fail."""

from collections.abc import Iterator

import pytest

from sim.cli.main import main

ARROW = "-> "


def blocks(*tables: str) -> Iterator[tuple[str, str, list[str]]]:
    """Yield the name, the text and the phrases of each case of some tables.

    A blank line separates cases. Each case starts with a line "# its name". The lines of the
    scenario file follow, and then one line "-> a phrase" for each phrase that a message must have.
    """
    for table in tables:
        for case in table.strip().split("\n\n"):
            name, *lines = case.splitlines()
            phrases = [line.removeprefix(ARROW) for line in lines if line.startswith(ARROW)]
            text = "\n".join(line for line in lines if not line.startswith(ARROW))
            assert name.startswith("# ") and text, case
            yield name.removeprefix("# "), text, phrases


def cases(*tables: str) -> Iterator:
    """Yield the cases of tables that name phrases as parameters: a text and its phrases."""
    for name, text, phrases in blocks(*tables):
        assert phrases, f"{name}: no line begins with {ARROW}"
        yield pytest.param(text, phrases, id=name)


def refused(capsys: pytest.CaptureFixture[str], *arguments: object) -> list[str]:
    """Return the lines on stderr of a command that must end with status 2 and print no output."""
    assert main([str(argument) for argument in arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "Traceback" not in err
    return err.splitlines()
