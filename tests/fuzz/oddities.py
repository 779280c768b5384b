"""What a careless or unlucky user may write: odd values, odd names, and nearly valid TOML.

Every function takes a `random.Random`, so that a seed repeats a case. Hypothesis passes one of its
own in the slice that runs with the tests.
"""

import datetime
import json
import math
from collections.abc import Callable, Mapping
from random import Random
from typing import Any


class Raw(str):
    """Text that stands in the file as it is, without quotes."""


WHOLE = (0, 1, -1, 2, 7, 28, 364, 7_301, 10**6, 10**6 + 1, 2**31, 2**53, 2**53 + 1, 2**63 - 1)
WHOLE += (2**63, 2**64 - 1, 2**64, -(2**63) - 1, 10**18, 10**400)
REAL = (0.0, -0.0, 0.5, 1.0, 1 + 2**-52, -5e-324, 5e-324, 1e-300, 1e16, 1e300, 1.7e308, 28.0, 364.0)
REAL += (math.nan, math.inf, -math.inf, 0.1 + 0.2, 1e22)
TEXTS = (
    "",
    " ",
    "0.5",
    "true",
    "nan",
    "1e3",
    "static",
    "hold",
    "Hold",
    "phased",
    "sí",
    "ñandú",
    "😀",
)
TEXTS += ("\u202eabc", "a\u0301", "\x1b[2J", "a\nb", "a\tb", "\x7f", "\ufeff", "\u2028", "ﬁ", "İ")
TEXTS += (
    "{}",
    "%s",
    "{0.__class__}",
    "[red]x[/red]",
    "<b>",
    "'",
    '"',
    "\\",
    "../x",
    "/dev/zero",
    "~",
)
TEXTS += (
    "mine:Mine",
    "mine:",
    ":Mine",
    "mine.py:Mine",
    "a.b:C",
    "mine:Mine:Mine",
    "os:path",
    "..:x",
)
TEXTS += ("-1", "--set", "=", "a=b", "a.b", ".", "..", "low", "assumed", "lhs", "2022-01-01")
RAW = ("0x10", "0o7", "0b1", "1_000", "1__0", "+1", "01", ".5", "1.", "1e5", "1,5", "1.5.2", "tru")
RAW += (
    "True",
    "null",
    "None",
    "-",
    "",
    "“static”",
    "‘a’",
    "'literal'",
    "«x»",
    '"unclosed',
    "[1, 2",
)
RAW += (
    "{a = 1",
    '"""many\nlines"""',
    "'''x'''",
    '"\\u00f1"',
    '"\\ud800"',
    '"\\x41"',
    "nan",
    "+inf",
)
RAW += ("2022-02-30", "0000-01-01", "9999-12-31", "2022-01-01T00:00:00Z", "07:32:00", "24:00:00")
RAW += ("1 # a note", "1 2", "a", "[1, 2,]", "{a = 1,}", "{a.b = 1, a.c = 2}", "[,]", "[[1], [2]]")
NAMES = ("", " ", "a", "name", "título", "😀", "a b", "a.b", "..", '"', "'", "\x1b[2J", "__class__")
NAMES += (
    "schema",
    "settings",
    "path",
    "model_fields",
    "x" * 300,
    "-",
    "0",
    "1.5",
    "low",
    "label",
    "on",
)


def odd_value(pick: Random, depth: int = 0) -> Any:
    """A value of any kind that TOML has, often at the end of what a computer can hold."""
    kinds: list[Callable[[], Any]] = [
        lambda: pick.choice(WHOLE),
        lambda: pick.choice(REAL),
        lambda: pick.choice((True, False)),
        lambda: pick.choice(TEXTS),
        lambda: Raw(pick.choice(RAW)),
        lambda: pick.choice(
            (datetime.date(2022, 1, 1), datetime.date(1, 1, 1), datetime.time(7, 32))
        ),
        lambda: Raw("9" * pick.choice((19, 4_299, 4_300, 4_301, 20_000))),
        lambda: "x" * pick.choice((60, 61, 300, 301, 20_001, 100_000)),
        lambda: range_of(pick),
    ]
    if depth < 3:
        kinds += [
            lambda: [odd_value(pick, depth + 1) for _ in range(pick.choice((0, 1, 1, 2, 3, 9)))],
            lambda: {
                odd_name(pick): odd_value(pick, depth + 1) for _ in range(pick.choice((0, 1, 2)))
            },
            lambda: [pick.choice(WHOLE)] * pick.choice((2, 500)),
        ]
    return pick.choice(kinds)()


def range_of(pick: Random) -> dict[str, Any]:
    """A range such as {low = 0, high = 1}, sometimes sound."""
    ends = {
        "low": pick.choice((0, 0.1, *WHOLE, *REAL)),
        "high": pick.choice((1, 0.3, *WHOLE, *REAL)),
    }
    if pick.random() < 0.3:
        ends["scale"] = pick.choice(("linear", "log", "logarithmic", 1))
    if pick.random() < 0.1:
        ends.pop(pick.choice(("low", "high")))
    return ends


def odd_name(pick: Random) -> str:
    return pick.choice(NAMES)


def misspelt(pick: Random, name: str) -> str:
    """Return a name with a typing error."""
    at = pick.randrange(len(name) + 1)
    other = pick.choice(("", "x", "_", ".", "é", name[at : at + 1] * 2, name[at : at + 1].upper()))
    return name[:at] + other + name[at + 1 :]


def written(tree: Mapping[str, Any], pick: Random, head: str = "") -> str:
    """Write a tree of tables as TOML: each under a header, inline or as dotted keys, at random."""
    lines, below = [], []
    for key, value in tree.items():
        name = toml_key(key)
        rows = isinstance(value, list) and value and all(isinstance(row, Mapping) for row in value)
        if isinstance(value, Mapping) and pick.random() < 0.8 and "\n" not in name:
            below.append(f"[{head}{name}]\n{written(value, pick, f'{head}{name}.')}")
        elif isinstance(value, Mapping) and value and pick.random() < 0.5:
            lines += [
                f"{name}.{toml_key(inner)} = {toml_value(item)}" for inner, item in value.items()
            ]
        elif rows and pick.random() < 0.9:
            below += [f"[[{head}{name}]]\n{written(row, pick, f'{head}{name}.')}" for row in value]
        else:
            lines.append(f"{name} = {toml_value(value)}")
    return "\n".join([*lines, *below, ""])


def toml_key(key: str) -> str:
    plain = key.replace("_", "").replace("-", "")
    return key if plain.isascii() and plain.isalnum() else toml_value(str(key))


def toml_value(value: Any) -> str:
    match value:
        case Raw():
            return str(value)
        case bool():
            return str(value).lower()
        case float():
            return repr(value)
        case int():
            return hex(value) if abs(value) > 10**4_000 else str(value)
        case Mapping():
            return (
                "{" + ", ".join(f"{toml_key(k)} = {toml_value(v)}" for k, v in value.items()) + "}"
            )
        case list() | tuple():
            return "[" + ", ".join(map(toml_value, value)) + "]"
        case datetime.date() | datetime.time():
            return value.isoformat()
        case None:
            return '""'
    text = json.dumps(value, ensure_ascii=False)
    return "".join(f"\\u{ord(c):04x}" if c < " " or c == "\x7f" else c for c in text)


def damaged_text(pick: Random, text: str) -> str:
    """Return a text with a piece lost, doubled, moved, cut off or inserted."""
    lines = text.split("\n")
    for _ in range(pick.choice((1, 1, 2, 5))):
        at, row = pick.randrange(len(text) + 1), pick.randrange(len(lines))
        match pick.randrange(9):
            case 0:
                text = text[:at] + text[at + pick.choice((1, 1, 3, 30)) :]
            case 1:
                text = (
                    text[:at]
                    + pick.choice(("\x00", "\x1b", "=", "]", '"', "'", "#", "\r", "é", "“"))
                    + text[at:]
                )
            case 2:
                text = text[:at]
            case 3:
                text = "\n".join([*lines[:row], *lines[row : row + 1] * 2, *lines[row + 1 :]])
            case 4:
                text = "\n".join(lines[:row] + lines[row + 1 :])
            case 5:
                text = text.replace(
                    *pick.choice((('"', "“"), ("=", ":"), (".", ","), ("\n", "\r\n"), ("[", "(")))
                )
            case 6:
                text = text.replace(
                    "\n", pick.choice(("\r", "\u2028", "\n\n", " ")), pick.choice((1, -1))
                )
            case 7:
                text = text[:at] + pick.choice(RAW) + text[at:]
            case 8:
                text = "\n".join(pick.sample(lines, len(lines)))
        lines = text.split("\n")
    return text


def encoded(pick: Random, text: str) -> bytes:
    """The bytes of a file, now and then in an encoding that another program writes."""
    text = text.encode("utf-8", "replace").decode("utf-8")
    if pick.random() < 0.95:
        return text.encode()
    name = pick.choice(("utf-16", "utf-16-be", "utf-32", "latin-1", "cp1252", "utf-8-sig", "utf-7"))
    return text.encode(name, "replace")


def very_large(pick: Random) -> str:
    """Return text that is hard to read: long keys, deep tables and lists, many lines."""
    n = pick.choice((100, 1_000, 5_000, 20_000, 40_000, 80_000, 200_000))
    return pick.choice(
        (
            lambda: ".".join("a" * n) + " = 1",
            lambda: "[" + ".".join("a" * n) + "]\nb = 1",
            lambda: "[[" + ".".join("a" * n) + "]]\nb = 1",
            lambda: '"' + "a" * n + '" = 1',
            lambda: "sweep." + ".".join("a" * n) + " = [1]",
            lambda: "a = " + "[" * n,
            lambda: "a = " + "[" * n + "]" * n,
            lambda: "a = " + "{b = " * n + "1" + "}" * n,
            lambda: "a = [" + "1, " * n + "]",
            lambda: (
                "[sweep]\n'secrecy.level' = [" + ", ".join(f"{i / n:.8f}" for i in range(n)) + "]"
            ),
            lambda: "\n".join(f"key_{i} = {i}" for i in range(n)),
            lambda: "\n".join(f"[t{i}]\na = 1" for i in range(min(n, 40_000))),
            lambda: (
                "[parameters]\n" + "\n".join(f"'detection.w{i}' = 1" for i in range(min(n, 40_000)))
            ),
            lambda: "\n".join(
                ["[[events]]\nday = 1\nset = {'secrecy.level' = 0.5}"] * min(n, 20_000)
            ),
            lambda: "\n".join("[[strategies]]\nname = 'static'" for i in range(min(n, 40_000))),
            lambda: "a = '" + "x" * 10 * n + "'",
            lambda: "a = " + "1" * n,
            lambda: "# " + "x" * 10 * n,
            lambda: "a = 0.1e" + "9" * n,
            lambda: '"' + "\\u00e9" * n + '" = 1',
        )
    )()
