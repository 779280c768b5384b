"""The shipped files of the folder `scenarios`, which can be named from anywhere.

Examples are `redeploy:baseline`, `redeploy:experiments/split` and `redeploy:history/fitted.csv`. In
a checkout the folder is beside `sim`; a wheel has a copy of it inside the package.
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
# `extends` and `table` as the shipped files write them; the named file is beside them.
NAMES_A_FILE = re.compile(r'^(extends|table)( *= *)"([^"]+)"', re.M)


def folder() -> Path:
    """Return the folder of the shipped files: inside a wheel's package, or beside `sim`."""
    packaged = SIM / "scenarios_shipped"
    return packaged if packaged.is_dir() else SIM.parent / "scenarios"


def is_shipped(name: str | Path) -> bool:
    """Whether a name begins with the prefix of shipped files."""
    return str(name).startswith(PREFIX)


def catalogue(kind: str = SCENARIO) -> dict[str, Path]:
    """Return the shipped files of a kind by their names without the prefix.

    Examples are `experiments/split` for a scenario and `history/fitted.csv` for a table.
    """
    root = folder()
    found = sorted(root.rglob(f"*{kind}"), key=lambda file: (len(file.parts), file))
    return {file.relative_to(root).as_posix().removesuffix(SCENARIO): file for file in found}


def located(name: str | Path, kind: str = SCENARIO) -> Path:
    """Return the file that a user names: the shipped one for `redeploy:NAME`, otherwise the path.

    ScenarioError, with a near name, if no such file is shipped.
    """
    try:
        return beside(Path(), str(name), kind) if is_shipped(name) else Path(name)
    except Unreadable as error:
        raise ScenarioError([Problem(str(name), "", str(error))]) from None


def beside(home: Path, name: str, kind: str = SCENARIO) -> Path:
    """Return the file that another file in the folder `home` names.

    Unreadable, with a near name, if no file of this name is shipped.
    """
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
    """Return the known name that is closest to the wanted one, as a whole or in its last part.

    The result is "" if no name is close.
    """
    if whole := difflib.get_close_matches(wanted.casefold(), known, 1):
        return whole[0]
    by_last = {each.rpartition("/")[2]: each for each in reversed(known)}
    last = difflib.get_close_matches(wanted.casefold().rpartition("/")[2], by_last, 1)
    return by_last[last[0]] if last else ""


def name_of(file: Path) -> str:
    """Return the name of a shipped file with its prefix."""
    return PREFIX + file.resolve().relative_to(folder().resolve()).as_posix().removesuffix(SCENARIO)


def text_to_copy(name: str) -> str:
    """Return the text of a shipped scenario for a copy in another folder.

    Files that the scenario names get the prefix `redeploy:`. ScenarioError, with a near name, if no
    such scenario is shipped.
    """
    file = located(name if is_shipped(name) else f"{PREFIX}{name}")

    def called(found: re.Match[str]) -> str:
        key, equals, other = found.groups()
        named = other if is_shipped(other) else name_of(file.parent / other)
        return f'{key}{equals}"{named}"'

    return NAMES_A_FILE.sub(called, file.read_text(encoding="utf-8"))


def write_copy(name: str, target: Path) -> None:
    """Write a shipped scenario to a new file.

    ScenarioError if the file exists or cannot be written, or if no such scenario is shipped.
    """
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
        # Mode "x" refuses an existing file or link, even one that has only just been made.
        with target.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        raise refusal("is there already and stays as it is; choose another name") from None
    except FileNotFoundError:
        raise refusal(f"cannot be written: there is no folder {target.parent}") from None
    except OSError as error:
        raise refusal(f"cannot be written: {error.strerror}") from None
