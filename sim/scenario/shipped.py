"""The files of the folder `scenarios`, named from anywhere: `redeploy:baseline`,
`redeploy:experiments/split`, `redeploy:history/fitted.csv`.

In a checkout the folder stands beside `sim`; a wheel has a copy of it inside the package.
"""

import difflib
import re
from pathlib import Path

from sim.errors import Problem, ScenarioError, got
from sim.scenario.reading import Unreadable

PREFIX = "redeploy:"
SCENARIO, TABLE = ".toml", ".csv"
NOUNS = {SCENARIO: "scenarios", TABLE: "tables"}
SIM = Path(__file__).parents[1]
# `extends` and `table` as the shipped files write them: what they name stands beside the file.
NAMES_A_FILE = re.compile(r'^(extends|table)( *= *)"([^"]+)"', re.M)


def folder() -> Path:
    """Where the shipped files are: in the package of a wheel, else beside `sim` in a checkout."""
    packaged = SIM / "scenarios_shipped"
    return packaged if packaged.is_dir() else SIM.parent / "scenarios"


def is_shipped(name: str | Path) -> bool:
    """Whether a name begins as those of shipped files do."""
    return str(name).startswith(PREFIX)


def catalogue(kind: str = SCENARIO) -> dict[str, Path]:
    """Every shipped file of a kind by its name without the prefix: `experiments/split` of a
    scenario, `history/fitted.csv` of a table."""
    root = folder()
    found = sorted(root.rglob(f"*{kind}"), key=lambda file: (len(file.parts), file))
    return {file.relative_to(root).as_posix().removesuffix(SCENARIO): file for file in found}


def located(name: str | Path, kind: str = SCENARIO) -> Path:
    """The file that a user names: of `redeploy:NAME` the shipped one, else the path as it is.

    ScenarioError, with a near name, where no such file is shipped."""
    try:
        return beside(Path(), str(name), kind) if is_shipped(name) else Path(name)
    except Unreadable as error:
        raise ScenarioError([Problem(str(name), "", str(error))]) from None


def beside(home: Path, name: str, kind: str = SCENARIO) -> Path:
    """The file that another one in `home` names. Unreadable, with a near name, where none of this
    name is shipped."""
    if not is_shipped(name):
        return home / name
    known = catalogue(kind)
    wanted = name.removeprefix(PREFIX).removesuffix(SCENARIO)
    if wanted in known:
        return known[wanted]
    if not known:
        raise Unreadable(f"cannot be found: the folder {folder()} is not there or is empty")
    if near := near_name(wanted, list(known)):
        hint = f'did you mean "{PREFIX}{near}"?'
    elif kind == SCENARIO:
        hint = "`redeploy describe scenarios` lists them"
    else:
        hint = f"expected one of {', '.join(known)}"
    raise Unreadable(f"is not among the {NOUNS[kind]} that come with redeploy; {hint}")


def near_name(wanted: str, known: list[str]) -> str:
    """The known name that is like the wanted one, or whose last part is like its last part; ""
    where none is."""
    if whole := difflib.get_close_matches(wanted.casefold(), known, 1):
        return whole[0]
    by_last = {each.rpartition("/")[2]: each for each in reversed(known)}
    last = difflib.get_close_matches(wanted.casefold().rpartition("/")[2], by_last, 1)
    return by_last[last[0]] if last else ""


def name_of(file: Path) -> str:
    """The name by which a shipped file is called from anywhere."""
    return PREFIX + file.resolve().relative_to(folder().resolve()).as_posix().removesuffix(SCENARIO)


def text_to_copy(name: str) -> str:
    """The text of a shipped scenario for a file anywhere else: it names what stood beside it by
    `redeploy:`. ScenarioError, with a near name, where there is none."""
    file = located(name if is_shipped(name) else f"{PREFIX}{name}")

    def called(found: re.Match[str]) -> str:
        key, equals, other = found.groups()
        named = other if is_shipped(other) else name_of(file.parent / other)
        return f'{key}{equals}"{named}"'

    return NAMES_A_FILE.sub(called, file.read_text(encoding="utf-8"))


def write_copy(name: str, target: Path) -> None:
    """Write a shipped scenario into a new file. ScenarioError where that file is there already or
    cannot be written, and where no scenario of this name is shipped."""
    text = text_to_copy(name)

    def refusal(what: str) -> ScenarioError:
        return ScenarioError([Problem(str(target), "", what)])

    if is_shipped(target):
        raise refusal("names a scenario that comes with redeploy; expected a file of your own")
    if target.suffix != SCENARIO:
        wanted = f"{target.name}{SCENARIO}"
        hint = f'did you mean "{wanted}"? {got(str(target))}'
        raise refusal(f"expected a name that ends in .toml; {hint}")
    try:
        # "x" refuses whatever stands there, a link too, between a look and the writing as well.
        with target.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        raise refusal("is there already and stays as it is; choose another name") from None
    except FileNotFoundError:
        raise refusal(f"cannot be written: there is no folder {target.parent}") from None
    except OSError as error:
        raise refusal(f"cannot be written: {error.strerror}") from None
