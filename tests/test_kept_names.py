"""The names that vulture is told to leave alone: each stands in the code and has a reason."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
KEPT = tomllib.loads(TEXT)["tool"]["vulture"]["ignore_names"]
CODE = "\n".join(file.read_text(encoding="utf-8") for file in (ROOT / "sim").rglob("*.py"))


@pytest.mark.parametrize("name", KEPT)
def test_a_kept_name_stands_in_the_code(name):
    pattern = re.escape(name).replace(r"\*", r"\w*")
    assert re.search(rf"\b{pattern}\b", CODE), f"{name} is gone: take it out of ignore_names"


def test_every_line_of_kept_names_gives_a_reason():
    block = TEXT[TEXT.index("ignore_names = [") :].split("\n]")[0].splitlines()[1:]
    assert [line for line in block if "  # " not in line] == []
