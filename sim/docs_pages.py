"""The generated parts of docs/, made from the registries, the day, the mechanisms and long runs.

`make odd` writes them. Given folders of finished batches (`make answers`), it first keeps what they
say of the headline outcomes.

A generated part stands between `<!-- made: NAME -->` and `<!-- end -->`, and is what the function
NAME of this module returns; a test checks that the pages are up to date. The text around the
markers is written by hand. Source files are read as text, so no page needs the compiled model.
"""

import ast
import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from sim.analysis import answers
from sim.analysis.markdown import outdated, table
from sim.calibration import tables as calibration
from sim.cli import description
from sim.names import HORIZONS, REGION_LABELS, REGIONS

HERE = Path(__file__).parent
DOCS = HERE.parent / "docs"
RESULTS = HERE.parent / "results"
MADE = re.compile(r"(<!-- made: (\w+) -->\n).*?(<!-- end -->)", re.S)
SHARED = ("model/rules/search.py",)  # equations that several mechanisms use
REGION = re.compile(rf"_({'|'.join(REGIONS)})(?=_|$)")


def filled(text: str) -> str:
    """Return a page with its generated parts up to date. Raises KeyError for an unknown part."""
    parts = {part.__name__: part for part in PARTS}
    return MADE.sub(lambda found: f"{found[1]}{parts[found[2]]()}\n{found[3]}", text)


def patterns() -> str:
    """Return every published fact that `redeploy validate` tests, with its experiment."""
    from sim.validation.facts import FACTS

    rows = [
        [each.id, each.says, each.source, each.origin, each.experiment] for each in FACTS.values()
    ]
    return table(("", "published fact", "source", "in the model", "experiment"), rows)


def day() -> str:
    """Return the steps of `one_day` in their order: when, by which mechanism, what."""
    steps = [["orders", "at reviews, every 14 days", purpose("simulation/orders.py")]]
    found = list(calls(function("model/day.py", "one_day").body))
    for i, (module, name, conditions) in enumerate(found):
        if i and found[i - 1][:2] == (module, name):
            continue
        file = file_of(module)
        alone = name == module or sum(call[0] == module for call in found) == 1
        what = purpose(file) if alone else sentence(ast.get_docstring(function(file, name)) or "")
        when = ", ".join(map(in_words, conditions)) or "daily"
        steps.append([f"{module}.{name}", when, what])
    return table(
        ("", "step", "when", "what it does"),
        [[str(number), f"`{step[0]}`", *step[1:]] for number, step in enumerate(steps)],
    )


def in_words(condition: ast.expr) -> str:
    """Return when a condition of the day holds. Raises ValueError for an unknown one."""
    match condition:
        case ast.BoolOp(op=ast.Or(), values=alternatives):
            return ", and ".join(map(in_words, alternatives))
        case ast.Attribute(attr="weekly"):
            return "weekly"
        case ast.Call(func=ast.Name(id="is_monthly")):
            return "every 28 days"
        case ast.Compare(left=ast.Attribute(attr="held"), comparators=[ast.Constant(value=held)]):
            return "in the burn-in only" if held else "not in the burn-in"
        case ast.Compare(left=ast.Attribute(attr="opening"), comparators=[ast.Constant(value=0)]):
            return "after day 0"
        case ast.Compare(left=ast.Name(id="t"), comparators=[ast.Constant(value=0)]):
            return "on the first day of the burn-in"
        case ast.Compare(left=ast.Name(id="t"), comparators=[ast.Attribute(attr="burn_in")]):
            return "on day 0"
        case ast.Compare(left=ast.Attribute(attr="change"), comparators=[ast.Constant(value=0.0)]):
            return "unless `crops.change` is 0"
        case ast.Compare(left=ast.Name(id="heard"), comparators=[ast.Constant(value=1)]):
            return "when a plan leaks"
    raise ValueError(f"model/day.py: say in words when {ast.unparse(condition)} holds")


def calls(
    body: Sequence[ast.stmt], conditions: tuple[ast.expr, ...] = ()
) -> Iterator[tuple[str, str, tuple[ast.expr, ...]]]:
    """Yield (module, loop, conditions) of each call of a mechanism, in the order of the code."""
    for statement in body:
        if isinstance(statement, ast.If):
            yield from calls(statement.body, (*conditions, statement.test))
            continue
        match statement:
            case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id=module), attr=name))):
                yield module, name, conditions
            case ast.Assign(
                value=ast.Call(func=ast.Attribute(value=ast.Name(id=module), attr=name))
            ):
                yield module, name, conditions


def entities() -> str:
    """Return every record type that a run has a table of: what it stands for, its variables."""
    kinds = [node for node in tree("model/state/agents.py").body if isinstance(node, ast.ClassDef)]
    rows = []
    for kind in kinds:
        names = [
            f"`{node.target.id}`"
            for node in kind.body
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
        ]
        rows.append(
            [f"`{kind.name}`", " ".join((ast.get_docstring(kind) or "").split()), ", ".join(names)]
        )
    return table(("entity", "stands for", "state variables"), rows)


def mechanisms() -> str:
    """Return the page of every mechanism in the order of the day, then the equations they share."""
    modules = dict.fromkeys(
        module
        for module, *_ in calls(function("model/day.py", "one_day").body)
        if module != "observe"
    )
    files = ["simulation/orders.py", *map(file_of, modules), file_of("observe"), *SHARED]
    missing = {
        str(file.relative_to(HERE))
        for file in HERE.glob("model/mechanisms/*/*.py")
        if file.stem != "__init__"
    } - set(files)
    assert not missing, f"the day does not call {missing}"
    return "\n\n".join(page(file) for file in files)


def file_of(module: str) -> str:
    """Return the file of a module of the day, relative to the package."""
    (found,) = [*HERE.glob(f"model/mechanisms/*/{module}.py"), *HERE.glob(f"model/{module}.py")]
    return str(found.relative_to(HERE))


def page(file: str) -> str:
    """Return the docstring of a file as a section under its title."""
    title, _, body = (ast.get_docstring(tree(file)) or "").partition("\n\n")
    body = re.sub(r"\s*\b(Left|Leaves) out:", r"\n\n**Left out:**", body)
    return f"### {' '.join(title.split()).rstrip('.')}\n`sim/{file}`\n\n{body}".rstrip()


def tasking() -> str:
    """Return the table of taskings."""
    return in_docstring("strategies/tasking.py")


def withdrawal() -> str:
    """Return the table of withdrawal rules."""
    return in_docstring("strategies/withdrawal.py")


def in_docstring(file: str) -> str:
    """Return the table in the docstring of a file."""
    return "\n".join(
        line for line in (ast.get_docstring(tree(file)) or "").splitlines() if line.startswith("|")
    )


def parameters() -> str:
    """Return every parameter, grouped by mechanism."""
    rows = description.parameters()
    parts = []
    for mechanism in dict.fromkeys(row["mechanism"] for row in rows):
        mine = [row for row in rows if row["mechanism"] == mechanism]
        cells = [
            [
                f"`{row['name']}`",
                f"{row['value']:g}",
                f"{row['low']:g} to {row['high']:g}"
                + ("" if row["off"] is None else f"; off {row['off']:g}"),
                row["unit"],
                f"{row['provenance']}, {row['confidence']}",
                row["source"],
                row["meaning"],
                row["direction"] or "",
            ]
            for row in mine
        ]
        head = (
            "parameter",
            "value",
            "range",
            "unit",
            "provenance, confidence",
            "source",
            "meaning",
            "a higher value",
        )
        parts.append(f"### {mechanism}: {len(mine)}\n{table(head, cells)}")
    return "\n\n".join(parts)


def figures() -> str:
    """Return every published figure that a parameter cites, with the parameters that cite it."""
    from sim.parameters import load_figures

    citing: dict[str, list[str]] = {}
    for row in description.parameters():
        for number in re.findall(r"\bF\d{4}\b", row["source"]):
            citing.setdefault(number, []).append(f"`{row['name']}`")
    cells = []
    for number in sorted(citing):
        told = load_figures()[number]
        what = f"{told['topic']}, {told['region']}, {told['year']}"
        cells.append([number, what, figure(told), told["source"], ", ".join(citing[number])])
    return table(("", "figure", "value", "published in", "used by"), cells)


def figure(row: Mapping[str, str]) -> str:
    """Return a published value with its range and unit."""
    ends = f" [{row['low']} to {row['high']}]" if row["low"] or row["high"] else ""
    return f"{row['value']}{ends} {row['unit']}".strip()


def provenance() -> str:
    """Return how many parameters of each mechanism are measured, estimated and assumed."""
    from sim.parameters.registry import PROVENANCES

    rows = description.parameters()
    count = Counter((row["mechanism"], row["provenance"]) for row in rows)
    names = list(dict.fromkeys(row["mechanism"] for row in rows))
    cells = [[f"`{name}`", *(str(count[name, kind]) for kind in PROVENANCES)] for name in names]
    cells.append(
        ["**all**", *(f"**{sum(count[name, kind] for name in names)}**" for kind in PROVENANCES)]
    )
    return table(("parameters of", *PROVENANCES), cells)


def outcomes() -> str:
    """Return every outcome; those that differ by region or by horizon alone share one row."""
    kinds: dict[tuple[str, str], list[dict[str, str]]] = {}
    endings: dict[str, list[str]] = {}
    rows = description.outcomes()
    names = {row["name"] for row in rows}
    for row in rows:
        name, ending = row["name"], row["name"][-3:]
        if ending in HORIZONS and name.removesuffix(ending) in names:
            endings.setdefault(name.removesuffix(ending), []).append(f"`{ending}`")
            continue
        shared = row["label"]
        if found := REGION.search(name):
            shared = shared.replace(REGION_LABELS[found[1]], "X")
        kinds.setdefault((REGION.sub("_X", name) if "X" in shared else name, shared), []).append(
            row
        )
    cells = []
    for (name, label), alike in kinds.items():
        regions = [
            found[1] for row in alike if "_X" in name and (found := REGION.search(row["name"]))
        ]
        first = alike[0]
        ends = ", ".join(endings.get(first["name"], ()))
        cells.append(
            [f"`{name}`", ", ".join(regions), ends, first["unit"], label, first["direction"]]
        )
    return table(("outcome", "X", "also at", "unit", "what it is", "direction"), cells)


def couplings() -> str:
    """Return every coupling that `ablate` can cut, with its parameters."""
    rows = []
    for row in description.couplings():
        values = (
            f"`{each['name']}` {each['value']:g}, {each['off']:g}" for each in row["parameters"]
        )
        rows.append([f"`{row['name']}`", row["meaning"], "; ".join(values)])
    return table(("coupling", "the link that `ablate` cuts", "parameters: value, off"), rows)


def strategies() -> str:
    """Return every shipped strategy with its own settings."""
    rows = []
    for row in description.strategies():
        settings = (f"`{own['name']}` {own['default']}" for own in row["settings"])
        rows.append([f"`{row['name']}`", row["meaning"], "; ".join(settings)])
    return table(("strategy", "what it does", "own settings: default"), rows)


def scoreboard() -> str:
    """Return the published facts as `make scoreboard` last measured them."""
    from sim.validation.scoreboard import as_markdown

    return measured("scoreboard.json", "make scoreboard", lambda kept: as_markdown(kept["facts"]))


def fitted() -> str:
    """Return what 2019 to 2021 say of each parameter, as `make history` last fitted it."""
    return measured("calibration.json", "make history", calibration.fitted)


def fit() -> str:
    """Return each observation beside the ensemble of fits, as `make history` last ran it."""
    return measured("calibration.json", "make history", calibration.fit)


def ends() -> str:
    """Return the answer with one assumption at a time at an end of its range."""
    return of_answers(lambda kept: answers.ends(kept["assumptions"]))


def links() -> str:
    """Return what is left of the answer with one link cut at a time."""
    return of_answers(lambda kept: answers.links(kept["decomposition"], kept["stale-beliefs"]))


def sign() -> str:
    """Return armed rule under two withdrawals, with one number at a time at an end of its range."""
    return of_answers(lambda kept: answers.sign(kept["sign"]))


def of_answers(shown: Callable[[Any], str]) -> str:
    """Return a part of what `make answers` left."""
    return measured("answers.json", "make answers", shown)


def measured(file: str, command: str, shown: Callable[[Any], str]) -> str:
    """Return what a long command left in results/, after a word where it is outdated."""
    kept = json.loads((RESULTS / file).read_text(encoding="utf-8"))
    return outdated(kept, command) + shown(kept)


@cache
def tree(file: str) -> ast.Module:
    """Return a source file of the package, parsed."""
    return ast.parse((HERE / file).read_text(encoding="utf-8"))


def function(file: str, name: str) -> ast.FunctionDef:
    """Return a function of a source file. Raises StopIteration if it has none of that name."""
    return next(
        node for node in tree(file).body if isinstance(node, ast.FunctionDef) and node.name == name
    )


def purpose(file: str) -> str:
    """Return the first line of the page of a file, without its number."""
    title = " ".join((ast.get_docstring(tree(file)) or "").partition("\n\n")[0].split())
    return sentence(re.sub(r"^[\d.]+ ", "", title))


def sentence(text: str) -> str:
    """Return the first sentence of a text, on one line."""
    return re.split(r"(?<=[.?]) ", " ".join(text.split()), maxsplit=1)[0]


PARTS = (
    day,
    entities,
    mechanisms,
    tasking,
    withdrawal,
    parameters,
    figures,
    provenance,
    patterns,
    outcomes,
    couplings,
    strategies,
    scoreboard,
    fitted,
    fit,
    ends,
    links,
    sign,
)


def pages() -> Iterator[tuple[Path, str, str]]:
    """Yield (file, its text, its text up to date) for every page with a generated part."""
    for file in (HERE.parent / "README.md", *sorted(DOCS.rglob("*.md"))):
        text = file.read_text(encoding="utf-8")
        if MADE.search(text):
            yield file, text, filled(text)


def main() -> None:
    """Write every page that is behind its sources; first keep the answers of the folders named."""
    if folders := sys.argv[1:]:
        answers.keep(folders, RESULTS / "answers.json")
    for file, old, new in pages():
        file.write_text(new, encoding="utf-8")
        print(f"{file.relative_to(HERE.parent)}: {'unchanged' if new == old else 'updated'}")


if __name__ == "__main__":
    main()
