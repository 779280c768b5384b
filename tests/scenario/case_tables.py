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


def pairs(table: str) -> Iterator[tuple[str, str]]:
    r"""Yield a text and a phrase of a message for every two lines of a table.

    The first line is the text, with \n and \t for a new line and a tabulator; "(nothing)" is the
    empty text. The second line, which is indented, is the phrase.
    """
    lines = table.strip("\n").splitlines()
    for text, phrase in zip(lines[::2], lines[1::2], strict=True):
        assert phrase.startswith("    ") and not text.startswith("    "), text
        text = "" if text == "(nothing)" else text.replace(r"\n", "\n").replace(r"\t", "\t")
        yield text, phrase.strip()


def refused(capsys: pytest.CaptureFixture[str], *arguments: object) -> list[str]:
    """Return the lines on stderr of a command that must end with status 2 and print no output."""
    assert main([str(argument) for argument in arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "Traceback" not in err
    return err.splitlines()
