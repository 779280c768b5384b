"""The documents work: every link resolves, every code block runs, and every name stands where a
page says that it stands.

The blocks of a page run one after another in a folder of their own, which holds the shipped
scenarios on the coarse map with a short horizon. A comment on the line before a block says what the
test does with it; CONTRIBUTING.md lists these comments."""

import json
import os
import re
import shlex
import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

import pytest
import yaml

import sim
from sim.batches.plan import make_plan
from sim.cli.main import app, main
from sim.scenario import load_scenario

ROOT = Path(__file__).parents[1]
PAGES = {
    str(file.relative_to(ROOT).as_posix()): file.read_text(encoding="utf-8")
    for file in (
        ROOT / "README.md",
        ROOT / "CONTRIBUTING.md",
        ROOT / "sim" / "README.md",
        ROOT / "results" / "README.md",
        *sorted((ROOT / "docs").rglob("*.md")),
    )
}
FENCE = re.compile(r"^```(\S*)\n(.*?)^```$", re.M | re.S)
COMMENT = re.compile(r"<!-- (not run|tested with|file): ([^\n]+) -->\n\Z")
LANGUAGES = ("bash", "python", "toml", "text")
SHORT = {
    "horizon_days = 1095": "horizon_days = 84",
    "burn_in_days = 365": "burn_in_days = 7\n\n[map]\nresolution_km = 10",
}


class Block(NamedTuple):
    """A code block: its language, its text, and what the comment before it asks of the test."""

    language: str
    text: str
    asked: str
    value: str


def blocks(page: str) -> Iterator[Block]:
    for fence in FENCE.finditer(page):
        comment = COMMENT.search(page[: fence.start()])
        asked, value = comment.groups() if comment else ("", "")
        yield Block(fence[1], fence[2], asked, value)


WITH_CODE = [
    name
    for name, page in PAGES.items()
    if any(block.language != "text" and block.asked != "not run" for block in blocks(page))
]


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """Make the working folder of a reader, with scenarios that take a moment."""
    shutil.copytree(ROOT / "scenarios", tmp_path / "scenarios")
    for file in (tmp_path / "scenarios").rglob("*.toml"):
        text = re.sub(r"^count = \d+", "count = 2", file.read_text("utf-8"), flags=re.M)
        if file.name == "baseline.toml":
            for usual, short in SHORT.items():
                assert usual in text
                text = text.replace(usual, short)
        file.write_text(text, "utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path


@pytest.mark.parametrize("name", WITH_CODE)
def test_code_blocks_run(name, desk, capfd):
    names: dict[str, object] = {}
    for block in blocks(PAGES[name]):
        if block.asked == "not run" or block.language == "text":
            continue
        options = shlex.split(block.value) if block.asked == "tested with" else []
        if block.language == "toml":
            toml(block, desk)
        elif block.language == "bash":
            for line in block.text.replace("\\\n", " ").splitlines():
                bash(line, options, capfd)
        elif block.asked == "file":
            (desk / block.value).write_text(block.text, "utf-8")
        else:
            exec(compile(python(block.text, options), name, "exec"), names)


def toml(block: Block, desk: Path) -> None:
    """Keep a scenario under the name that the page gives it, and make its plan. A part of a file is
    put on top of the baseline."""
    whole = block.text.startswith("schema")
    text = block.text if whole else f'schema = 1\nextends = "scenarios/baseline.toml"\n{block.text}'
    file = desk / (block.value if block.asked == "file" else "part.toml")
    file.write_text(text, "utf-8")
    make_plan(load_scenario(file), source="")


def bash(line: str, options: list[str], capfd: pytest.CaptureFixture) -> None:
    """Run one command line of a block in this process. The options of the comment replace its
    own."""
    words = shlex.split(line, comments=True)
    if not words:
        return
    assert words[0] == "redeploy", f"a block that runs has commands of redeploy only: {line}"
    if words[1] in ("batch", "calibrate"):
        for option, value in zip(options[::2], options[1::2]):
            if option in words and option != "--set":
                words[words.index(option) + 1] = value
            else:
                words += [option, value]
    status = main(words[1:])
    told = capfd.readouterr()
    assert status == 0, f"{line}\n{told.out}\n{told.err}"


def python(text: str, options: list[str]) -> str:
    """Return a block with the values of the comment in place of its own: `--replications 2` for
    `replications=10`."""
    for option, value in zip(options[::2], options[1::2]):
        text, found = re.subn(rf"\b{option.lstrip('-')}=\w+", f"{option.lstrip('-')}={value}", text)
        assert found, option
    return text


@pytest.mark.parametrize("name", PAGES)
def test_every_block_says_what_it_is(name):
    found = list(blocks(PAGES[name]))
    assert 2 * len(found) == len(re.findall(r"^```", PAGES[name], re.M)), "a fence is not closed"
    assert {block.language for block in found} <= set(LANGUAGES)
    reasons = [block.value for block in found if block.asked == "not run"]
    assert all(len(reason) > 10 for reason in reasons)
    assert len(re.findall("<!-- (?:not run|tested with|file)", PAGES[name])) == sum(
        bool(block.asked) for block in found
    )


def prose(page: str) -> str:
    """Return a page without its code blocks."""
    return FENCE.sub("", page)


def anchors(page: str) -> set[str]:
    """Return the anchors of the headings, as GitHub makes them."""
    found: dict[str, int] = {}
    for heading in re.findall(r"^#+ +(.+?) *$", prose(page), re.M):
        text = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading)
        anchor = re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-")
        found[anchor] = found.get(anchor, -1) + 1
        if found[anchor]:
            found[f"{anchor}-{found[anchor]}"] = 0
    return set(found)


def resolves(link: str, name: str) -> bool:
    """Tell whether a link of a page leads to a file of the repository, and to one of its
    headings."""
    path, _, anchor = unquote(link).partition("#")
    file = ((ROOT / name).parent / path if path else ROOT / name).resolve()
    if not file.is_relative_to(ROOT) or not file.exists():
        return False
    return not anchor or (file.suffix == ".md" and anchor in anchors(file.read_text("utf-8")))


@pytest.mark.parametrize("name", PAGES)
def test_every_link_resolves(name):
    links = re.findall(r"\]\(([^)\s]+)\)", prose(PAGES[name]))
    inside = [link for link in links if not link.startswith(("https://", "http://", "mailto:"))]
    assert [link for link in inside if not resolves(link, name)] == []


def test_a_heading_that_occurs_twice_has_two_anchors():
    page = "# A `b` and [c](d.md)\n## Twice\n## Twice\n```text\n# not a heading\n```\n"
    assert anchors(page) == {"a-b-and-c", "twice", "twice-1"}


def test_every_page_is_reached_from_the_readme():
    reached, waiting = set(), ["README.md"]
    while waiting:
        name = waiting.pop()
        if name in reached:
            continue
        reached.add(name)
        for link in re.findall(r"\]\(([^)\s#]+)[^)]*\)", prose(PAGES[name])):
            there = os.path.normpath((Path(name).parent / link).as_posix()).replace(os.sep, "/")
            waiting += [there] if there in PAGES else []
    assert {name for name in PAGES if name.startswith("docs/")} <= reached


@pytest.mark.parametrize("name", PAGES)
def test_lines_are_at_most_100_columns_wide(name):
    from sim import docs_pages

    lines = docs_pages.MADE.sub("", PAGES[name]).splitlines()
    whole = re.compile(r"^\||^ *`redeploy .*`$")  # tables and commands stay in one line
    assert [line for line in lines if len(line) > 100 and not whole.search(line)] == []


@pytest.mark.parametrize("name", PAGES)
def test_a_name_stands_in_the_file_that_is_said_to_hold_it(name):
    """`name` in `sim/file.py`."""
    page = " ".join(PAGES[name].split())
    for word, file in re.findall(r"`([\w.]+)` in `((?:sim|tests)/[\w./]+)`", page):
        text = (ROOT / file).read_text("utf-8")
        assert re.search(rf"\b{re.escape(word.rpartition('.')[2])}\b", text), f"{word} in {file}"


def test_the_command_line_page_has_every_command():
    commands = {name for name in app if not name.startswith("-")}
    assert commands == set(
        re.findall(r"^\| \[`(\w+)`\]", PAGES["docs/guide/command-line.md"], re.M)
    )


def test_the_citation_and_the_metadata_have_the_version_of_the_package():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    metadata = json.loads((ROOT / "codemeta.json").read_text("utf-8"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert citation["version"] == metadata["version"] == sim.__version__
    assert {"cff-version", "message", "title", "authors"} <= citation.keys()
    assert citation["license"] == project["license"]
    assert metadata["license"].endswith(project["license"])
    assert metadata["@context"]
    assert metadata["@type"] == "SoftwareSourceCode"
    assert metadata["runtimePlatform"] == f"Python {project['requires-python']}"
    assert len(citation["authors"]) == len(metadata["author"]) == 1
