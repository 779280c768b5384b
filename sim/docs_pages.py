"""The generated parts of docs/: what registries, day, mechanisms and long runs say, between markers. `make odd` writes
them; given folders of finished batches (`make answers`), it first keeps what they say of the headline outcomes.

Hand-written text stands around `<!-- made: NAME -->` and `<!-- end -->`; a test holds what is between equal to what NAME says now. Sources
are read as text, so that nothing is compiled for a page of words.
"""

import ast
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from sim.analysis.printed import number as rounded
from sim.cli import description
from sim.names import REGION_LABELS, REGIONS

HERE = Path(__file__).parent
DOCS = HERE.parent / "docs"
MADE = re.compile(r"(<!-- made: (\w+) -->\n).*?(<!-- end -->)", re.S)
WHEN = {
    "today.weekly": "weekly",
    "today.weekly or heard == 1": "weekly, and when a plan leaks",
    "is_monthly(t, lever.burn_in)": "every 28 days",
    "today.held == 0": "not in the burn-in",
    "today.held == 1": "in the burn-in only",
}
CHANGES = (
    "vacuum opened",
    "averted at the border, t",
    "averted in all, t",
)  # of the headline, in tables of the answer
SHARED = ("model/rules/search.py",)  # laws that several mechanisms use
REGION = re.compile(rf"_({'|'.join(REGIONS)})(?=_|$)")


def filled(text: str) -> str:
    """A page with every generated part as its sources have it now; KeyError for a part that nothing here makes."""
    parts = {
        "day": day,
        "entities": entities,
        "mechanisms": mechanisms,
        "tasking": tasking,
        "withdrawal": withdrawal,
    }
    parts |= {
        "parameters": parameters,
        "figures": figures,
        "provenance": provenance,
        "patterns": patterns,
    }
    parts |= {
        "outcomes": outcomes,
        "couplings": couplings,
        "strategies": strategies,
        "scoreboard": scoreboard,
    }
    parts |= {"fitted": fitted, "fit": fit, "ends": ends, "links": links}
    return MADE.sub(lambda found: f"{found[1]}{parts[found[2]]()}\n{found[3]}", text)


def patterns() -> str:
    """Every published fact that `redeploy validate` tries: whether a rule states it, and by what experiment it is seen."""
    from sim.validation.facts import FACTS

    rows = [
        [each.id, each.says, each.source, each.origin, each.experiment] for each in FACTS.values()
    ]
    return table(("", "published fact", "source", "in the model", "experiment"), rows)


def day() -> str:
    """The steps of `one_day` in their order: when, by which mechanism, what."""
    steps = [["orders", "at reviews, every 14 days", purpose("simulation/orders.py")]]
    found = list(calls(function("model/day.py", "one_day").body))
    for place, (module, name, conditions) in enumerate(found):
        if place and found[place - 1][:2] == (module, name):
            continue
        file = file_of(module)
        alone = name == module or sum(call[0] == module for call in found) == 1
        what = purpose(file) if alone else sentence(ast.get_docstring(function(file, name)) or "")
        when = [WHEN[condition] for condition in conditions]
        steps.append([f"{module}.{name}", ", ".join(when or ["daily"]), what])
    return table(
        ("", "step", "when", "what it does"),
        [[str(place), f"`{step[0]}`", *step[1:]] for place, step in enumerate(steps)],
    )


def calls(
    body: Sequence[ast.stmt], conditions: tuple[str, ...] = ()
) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """(module, loop, conditions) of each call of a mechanism's loop, in the order of the code."""
    for statement in body:
        if isinstance(statement, ast.If):
            yield from calls(statement.body, (*conditions, ast.unparse(statement.test)))
            continue
        match statement:
            case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id=module), attr=name))):
                yield module, name, conditions
            case ast.Assign(
                value=ast.Call(func=ast.Attribute(value=ast.Name(id=module), attr=name))
            ):
                yield module, name, conditions


def entities() -> str:
    """Every record type of the glossary that a run holds a table of: what it stands for, its state variables."""
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
    """The page of every mechanism, in the order of the day, then the laws that several share."""
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
    """The file of a module of the day, from the folder of the package."""
    if module == "observe":
        return "model/observe.py"
    (found,) = HERE.glob(f"model/mechanisms/*/{module}.py")
    return str(found.relative_to(HERE))


def page(file: str) -> str:
    """The docstring of a file as a section: its title, what it reads and writes, its laws, what it leaves out."""
    title, _, body = (ast.get_docstring(tree(file)) or "").partition("\n\n")
    body = re.sub(r"\s*\b(Left|Leaves) out:", r"\n\n**Left out:**", body)
    return f"### {' '.join(title.split()).rstrip('.')}\n`sim/{file}`\n\n{body}".rstrip()


def tasking() -> str:
    return in_docstring("strategies/tasking.py")


def withdrawal() -> str:
    return in_docstring("strategies/withdrawal.py")


def in_docstring(file: str) -> str:
    """The table that the docstring of a file holds."""
    return "\n".join(
        line for line in (ast.get_docstring(tree(file)) or "").splitlines() if line.startswith("|")
    )


def parameters() -> str:
    """Every parameter, grouped by mechanism."""
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
    """Every published figure that a parameter cites, with what cites it."""
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
    """A published value with its range and unit."""
    ends = f" [{row['low']} to {row['high']}]" if row["low"] or row["high"] else ""
    return f"{row['value']}{ends} {row['unit']}".strip()


def provenance() -> str:
    """How many parameters of each mechanism are measured, estimated and assumed."""
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
    """Every outcome, those of several theatres in one row."""

    kinds: dict[str, list[dict[str, str]]] = {}
    for row in description.outcomes():
        kinds.setdefault(REGION.sub("_X", row["name"]), []).append(row)
    cells = []
    for name, rows in kinds.items():
        told = [found[1] for row in rows if (found := REGION.search(row["name"]))]
        label = (
            rows[0]["label"].replace(REGION_LABELS[told[0]], "X")
            if "_X" in name
            else rows[0]["label"]
        )
        cells.append(
            [
                f"`{name}`",
                ", ".join(told) if "_X" in name else "",
                rows[0]["unit"],
                label,
                rows[0]["direction"],
            ]
        )
    return table(("outcome", "X", "unit", "what it is", "direction"), cells)


def couplings() -> str:
    return table(
        ("coupling", "the link that `ablate` cuts", "parameters: value, off"),
        [
            [
                f"`{row['name']}`",
                row["meaning"],
                "; ".join(
                    f"`{each['name']}` {each['value']:g}, {each['off']:g}"
                    for each in row["parameters"]
                ),
            ]
            for row in description.couplings()
        ],
    )


def strategies() -> str:
    return table(
        ("strategy", "what it does", "own settings: default"),
        [
            [
                f"`{row['name']}`",
                row["meaning"],
                "; ".join(f"`{own['name']}` {own['default']}" for own in row["settings"]),
            ]
            for row in description.strategies()
        ],
    )


def scoreboard() -> str:
    """The published facts as `make scoreboard` last measured them."""
    from sim.validation.scoreboard import as_markdown

    return as_markdown(measured("scoreboard.json")["facts"])


def fitted() -> str:
    """What the years 2019 to 2021 say of each parameter, as `make history` last fitted it."""
    found = measured("calibration.json")
    rows = []
    for each in found["parameters"]:
        scale = (each["prior_high"] - each["prior_low"]) / 20
        shown = {
            name: rounded(each[name], scale)
            for name in ("default", "prior_low", "prior_high", "median", "low", "high")
        }
        rows.append(
            [
                f"`{each['parameter']}`",
                shown["default"],
                f"{shown['prior_low']} to {shown['prior_high']}",
                shown["median"],
                f"{shown['low']} to {shown['high']}",
                "narrowed" if each["narrowed"] else "not narrowed",
                each["unit"],
            ]
        )
    return table(
        ("parameter", "default", "prior, 5-95 %", "fitted, median", "fitted, 5-95 %", "", "unit"),
        rows,
    )


def fit() -> str:
    """Each observation beside the ensemble of fits, as `make history` last ran it."""
    rows = []
    for each in measured("calibration.json")["fit"]:
        scale = (each["observed_high"] - each["observed_low"]) / 10
        names = ("observed", "observed_low", "observed_high", "low", "median", "high", "default")
        shown = {name: rounded(each[name], scale) for name in names}
        rows.append(
            [
                f"`{each['series']}`, {each['unit']}",
                each["when"],
                f"{shown['observed']} [{shown['observed_low']} to {shown['observed_high']}]",
                f"{shown['median']} [{shown['low']} to {shown['high']}]",
                f"{each['errors']:+.1f}",
                shown["default"],
                "fitted" if each["use"] == "fit" else "held out",
            ]
        )
    return table(
        ("series", "when", "observed [range]", "ensemble [5-95 %]", "errors off", "defaults", ""),
        rows,
    )


def ends() -> str:
    """The answer with one assumption at a time at an end of its range, as `make answers` last measured it."""
    points = answers("assumptions")
    cut = list(points.values())[1:]  # the first has the defaults
    opened, gained = (
        sum(point[name]["low"] > 0 for point in cut)
        for name in ("vacuum_vraem", "averted_kg_border")
    )
    unclear = sum(
        point["averted_kg_total"]["low"] <= 0 <= point["averted_kg_total"]["high"] for point in cut
    )
    return (
        table(
            ("at", *CHANGES),
            [
                [f"`{at}`" if at else "the defaults", *changes(point)]
                for at, point in points.items()
            ],
        )
        + f"\n\nOf {len(cut)} such points, the vacuum opened lies above 0 with its whole interval in {opened}, the gain at the border in "
        f"{gained}; the interval of what is averted in all holds 0 in {unclear}."
    )


def links() -> str:
    """What is left of the answer with one link cut at a time, as `make answers` last measured it."""
    points = {f"`{cut}`": point for cut, point in answers("decomposition").items()}
    (points["beliefs stale from day 0"],) = answers("stale-beliefs").values()
    rows = [
        [cut, f"{point['vacuum_vraem']['baseline_mean']:.3f}", *changes(point)]
        for cut, point in points.items()
    ]
    return table(("cut", "vacuum under `hold`", *CHANGES), rows)


def changes(point: Mapping[str, Mapping[str, float]]) -> list[str]:
    """Each of CHANGES with its interval."""
    vacuum, border, total = (
        point[name] for name in ("vacuum_vraem", "averted_kg_border", "averted_kg_total")
    )
    return [
        f"{vacuum['difference']:.3f} [{vacuum['low']:.3f}, {vacuum['high']:.3f}]",
        *(
            f"{row['difference'] / 1e3:.1f} [{row['low'] / 1e3:.1f}, {row['high'] / 1e3:.1f}]"
            for row in (border, total)
        ),
    ]


def answers(experiment: str) -> dict[str, dict[str, dict[str, float]]]:
    """What varies, in words -> outcome -> its row of a comparison. What all points share is not said."""
    found: dict[str, dict[str, dict[str, float]]] = {}
    for row in measured("answers.json")[experiment]:
        varied = re.sub(r"^static share_to_border=\S+ ?(parameters\.|ablate=)?", "", row["label"])
        found.setdefault(varied, {})[row["outcome"]] = row
    return found


def keep_answers(folders: Sequence[str]) -> None:
    """What finished batches say of the headline outcomes, into results/answers.json, by the name of the folder."""
    from sim.analysis.compare import compare
    from sim.results.results import Results

    found = {}
    for folder in folders:
        results = Results.open(Path(folder))
        table = compare(
            results, outcomes=("vacuum_vraem", "averted_kg_border", "averted_kg_total")
        ).table
        rows = table[["label", "outcome", "n", "baseline_mean", "difference", "low", "high"]]
        found[Path(folder).name] = json.loads(rows.to_json(orient="records", double_precision=6))
    lines = [
        f"{json.dumps(name)}: [\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]"
        for name, rows in found.items()
    ]
    (HERE.parent / "results" / "answers.json").write_text(
        "{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8"
    )


def measured(file: str) -> Any:
    """What a long command left in results/ for these pages."""
    return json.loads((HERE.parent / "results" / file).read_text(encoding="utf-8"))


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [
        head,
        ["---"] * len(head),
        *([cell.replace("|", "\\|") for cell in row] for row in rows),
    ]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


@cache
def tree(file: str) -> ast.Module:
    """A source file of the package, parsed."""
    return ast.parse((HERE / file).read_text(encoding="utf-8"))


def function(file: str, name: str) -> ast.FunctionDef:
    """A function of a source file; StopIteration if it has none of the name."""
    return next(
        node for node in tree(file).body if isinstance(node, ast.FunctionDef) and node.name == name
    )


def purpose(file: str) -> str:
    """The first line of a file's page, without its number."""
    title = " ".join((ast.get_docstring(tree(file)) or "").partition("\n\n")[0].split())
    return sentence(re.sub(r"^[\d.]+ ", "", title))


def sentence(text: str) -> str:
    """The first sentence of a text, on one line."""
    return re.split(r"(?<=[.?]) ", " ".join(text.split()), maxsplit=1)[0]


def pages() -> Iterator[tuple[Path, str, str]]:
    """(file, what it holds, what it should hold) for every page with a generated part."""
    for file in (HERE.parent / "README.md", *sorted(DOCS.rglob("*.md"))):
        text = file.read_text(encoding="utf-8")
        if MADE.search(text):
            yield file, text, filled(text)


def main() -> None:
    if folders := sys.argv[1:]:
        keep_answers(folders)
    for file, old, new in pages():
        file.write_text(new, encoding="utf-8")
        print(f"{file.relative_to(HERE.parent)}: {'as it was' if new == old else 'written anew'}")


if __name__ == "__main__":
    main()
