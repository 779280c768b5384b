"""Random CSV tables: points of [sweep], draws of [futures], observations of `calibrate`."""

import io
from csv import writer
from random import Random

from fuzzed_scenarios import DRAWS, POINTS, SHIPPED, Case
from oddities import RAW, TEXTS, damaged_text, encoded, misspelt, odd_name, odd_value, toml_value
from vocabulary import known_key, sound_value, varied_key, vocabulary

from sim.calibration.observed import COLUMNS, SERIES
from sim.scenario.tables import NOTES

OBSERVED = SHIPPED / "history" / "observed.csv"
NUMBERS = (
    "0",
    "1",
    "0.5",
    "364.0",
    "28.0",
    "1e3",
    ".5",
    "-1",
    "1,5",
    "1_000",
    "0x1",
    "٣",
    "1e400",
    "nan",
    "TRUE",
)
HEADS = (("secrecy", "partner"), ("parameters",), ("forces", "enemy"), ("strategy",))
NO_FILE = (
    "folder",
    "pipe",
    "link to none.csv",
    "link to points.csv",
    "link to /dev/zero",
    "nobody may read it",
)


def cell(pick: Random) -> str:
    text = pick.choice(
        (pick.choice(NUMBERS), pick.choice(TEXTS), pick.choice(RAW), toml_value(odd_value(pick)))
    )
    return text[:2_000]


def sound_cell(pick: Random, key: str) -> str:
    """A value that a key of [sweep] or a parameter takes, as a spreadsheet writes it."""
    if key in NOTES:
        return str(pick.randrange(1_000))
    value = sound_value(pick, key if key in vocabulary() else f"parameters.{key}")
    return (
        str(float(value))
        if isinstance(value, int) and abs(value) < 10**9 and pick.random() < 0.2
        else toml_value(value).strip('"')
    )


def rows_as_text(pick: Random, rows: list[list[str]]) -> str:
    text = io.StringIO(newline="")
    delimiter = pick.choice(";\t") if pick.random() < 0.05 else ","
    style = {
        "delimiter": delimiter,
        "lineterminator": pick.choice(("\n", "\n", "\n", "\n", "\r\n", "\r")),
    }
    writer(text, **style).writerows(rows)
    return text.getvalue()


def design_table(pick: Random, keys: list[str]) -> str:
    """A table of points or of draws: rows under dotted keys."""
    if pick.random() < 0.1:
        keys = [pick.choice((misspelt(pick, key), odd_name(pick), key.upper())) for key in keys]
    n = pick.choice((0, 1, 2, 2, 5, 5, 300))
    odd = {column for column in range(len(keys)) if pick.random() < 0.1}
    rows = [
        [cell(pick) if column in odd else sound_cell(pick, key) for column, key in enumerate(keys)]
        for _ in range(n)
    ]
    if rows and pick.random() < 0.1:
        rows[-1] = [*rows[-1][: pick.choice((0, 1))], cell(pick)]
    return rows_as_text(pick, [keys, *rows])


def observed_table(pick: Random) -> str:
    """The shipped table of observations after some changes, or one made of its own columns."""
    if pick.random() < 0.5:
        lines = OBSERVED.read_text().splitlines(keepends=True)
        return "".join([lines[0], *pick.sample(lines[1:], pick.choice((0, 1, 3, len(lines) - 1)))])
    rows = [list(pick.choice((COLUMNS, COLUMNS, (*COLUMNS, "note"), COLUMNS[:-1], COLUMNS[::-1])))]
    for _ in range(pick.choice((1, 2, 5))):
        name = pick.choice((*SERIES, "no_series"))
        unit = SERIES[name].unit if name in SERIES else "kg"
        when = pick.choice(
            (
                "2019",
                "2019-12",
                "2019-12-31",
                "2018/2020",
                "2020/2019",
                "0000",
                "9999",
                "2019-02-30",
                "99999",
            )
        )
        numbers = sorted(
            pick.choice((0.0, 0.1, 1.0, 5.0, 1e-9, 1e12, 1e13, -1.0)) for _ in range(3)
        )
        made = dict(
            zip(COLUMNS, [name, unit, when, numbers[1], numbers[0], numbers[2], "a source", "fit"])
        )
        if pick.random() < 0.3:
            made[pick.choice(COLUMNS)] = cell(pick)
        rows.append([str(made.get(header, cell(pick))) for header in rows[0]])
    return rows_as_text(pick, rows)


def table_case(pick: Random) -> Case:
    """A table of one of the three kinds, and the command that reads it."""
    files: dict[str, bytes | str] = {
        "baseline.toml": (SHIPPED / "baseline.toml").read_bytes(),
        "taken": b"in the way",
    }
    files |= {"points.csv": POINTS, "fitted.csv": DRAWS}
    kind = pick.choice(("sweep", "futures", "against"))
    if kind == "against":
        # The file `taken` stands in place of the results folder, so all is read and nothing run.
        files["s.toml"] = (
            (SHIPPED / "history" / "2018.toml").read_bytes().replace(b"../baseline", b"baseline")
        )
        text, command = (
            observed_table(pick),
            ("calibrate", "s.toml", "--against", "t.csv", "--out", "taken"),
        )
    else:
        more = (
            '\n[[strategies]]\nname = "static"\nshare_to_border = 0.1\n'
            if pick.random() < 0.3
            else ""
        )
        files["s.toml"] = (
            f'schema = 1\n[{kind}]\ndesign = "table"\ntable = "t.csv"\n{more}'.encode()
        )
        keys = [
            known_key(pick, *pick.choice(HEADS))
            if kind == "sweep"
            else known_key(pick, "parameters")
            for _ in range(pick.choice((1, 2, 4)))
        ]
        keys[0] = varied_key(pick) if kind == "sweep" and pick.random() < 0.2 else keys[0]
        if kind == "futures":
            keys = [*(key.removeprefix("parameters.") for key in keys), *pick.choice(((), NOTES))]
        text, command = design_table(pick, keys), ("check", "s.toml")
    if pick.random() < 0.2:
        text = damaged_text(pick, text)
    files["t.csv"] = pick.choice(NO_FILE) if pick.random() < 0.05 else encoded(pick, text)
    return Case(files, command)
