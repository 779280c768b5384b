"""Read TOML: refuse what would take too much memory or time, and suggest how to correct a fault.

The memory of the standard library's parser grows with the square of the number of parts of a dotted
key, and each level of nesting takes a level of Python's stack. Both are therefore counted before
the text is parsed, outside of strings and comments.

The count refuses no valid file with shorter keys. In valid TOML, a `"` or `'` outside of a string
begins one, and a `#` begins a comment. Between two of `= , { } [ ]` and line ends there is one key
or one value, and a value has at most one dot.
"""

import re
import tomllib
from collections.abc import Iterator
from typing import Any

MAX_PARTS = 32  # parts of a dotted key; the longest of a scenario has five
MAX_DEPTH = 64  # levels of nested lists and tables
MAX_DIGITS = 1_000  # digits of a whole number; no key of a scenario takes more than 20

# An unclosed string extends to the end of its line, or of the file if it began with three quotes.
TEXT_OR_COMMENT = re.compile(
    r'''"""(?:[^"\\]++|\\[\s\S]|"(?!""))*+(?:"{3,5}|\Z)'''
    r"""|'''(?:[^']++|'(?!''))*+(?:'{3,5}|\Z)"""
    r"""|"(?:[^"\\\n]++|\\.)*+(?:"|(?=\n)|\\?\Z)"""
    r"""|'[^'\n]*+(?:'|(?=\n)|\Z)"""
    r"""|\#[^\n]*+"""
)
MANY = f"{{{MAX_DIGITS},}}+"
LONG_KEY = re.compile(r"(?:\A|[=,{}\[\]\n])(?:[^=,{}\[\]\n.]*+\.)" + f"{{{MAX_PARTS}}}")
LONG_NUMBER = re.compile(
    rf"(?<![\w.+-])[+-]?(?:0[xob][0-9A-Fa-f_]{MANY}|[0-9][0-9_]{MANY})(?![\w.])"
)
MAX_HINTED = 500  # the longest line, in characters, that is searched for a hint


class NotTOML(Exception):
    """A text that is not TOML or exceeds a limit.

    The arguments are the position, such as `line 3, column 5`, and what is wrong.
    """


def parse(text: str) -> dict[str, Any]:
    """Parse the tables of a TOML text.

    NotTOML for a fault, a key of more than 32 parts, nesting deeper than 64 levels, or a number of
    1,000 digits.
    """
    if "\n" not in text:
        text = text.replace("\r", "\n")  # line ends of old word processors
    bare = TEXT_OR_COMMENT.sub(_left_out, text)
    for offset, what in _excesses(bare):
        raise NotTOML(f"line {bare.count(chr(10), 0, offset) + 1}", what)
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        number, column, message = _position(str(error), text)
        raise NotTOML(
            f"line {number}" + (f", column {column}" if column else " (end of file)"),
            _told(message, number, text),
        ) from None
    except ValueError as error:  # a date that Python cannot hold
        raise NotTOML("", f"not TOML: {error}") from None


def _left_out(text: re.Match[str]) -> str:
    return "''" + "\n" * text.group().count("\n") if text.group()[0] != "#" else ""


def _excesses(bare: str) -> Iterator[tuple[int, str]]:
    """Yield the offset and description of each excess in a text without strings and comments."""
    if found := LONG_KEY.search(bare):
        yield (
            found.end(),
            f"a dotted key of more than {MAX_PARTS} parts; no key of this file has so many",
        )
    if found := LONG_NUMBER.search(bare):
        digits = sum(letter.isalnum() for letter in found.group())
        yield found.start(), f"a whole number of {digits:,} digits; expected at most 20"
    depth = 0
    for bracket in re.finditer(r"[\[\]{}]", bare):
        depth = max(depth + (1 if bracket.group() in "[{" else -1), 0)
        if depth > MAX_DEPTH:
            expected = f"expected at most {MAX_DEPTH} within one another"
            yield bracket.start(), f"tables or lists are nested too deeply; {expected}"


def _position(message: str, text: str) -> tuple[int, int, str]:
    """Return the line and column (0: end of file) of a fault, and the message without them."""
    found = re.search(r" \(at (?:line (\d+), column (\d+)|end of document)\)$", message)
    whole = message[: found.start()] if found else message
    if found and found[1]:
        return int(found[1]), int(found[2]), whole
    return text.rstrip().count("\n") + 1, 0, whole


def _told(message: str, number: int, text: str) -> str:
    """Say what is wrong and, if the line shows it, how to correct it."""
    lines = text.split("\n")
    line = lines[min(number, len(lines)) - 1].rstrip("\r")
    if twice := re.search(
        r"Cannot (?:declare|mutate immutable namespace|overwrite) \((.*?),?\)", message
    ):
        name = ".".join(re.findall(r"'([^']*)'", twice[1]))[:80]
        return f"not TOML: [{name}] stands twice; put all its keys under one [{name}]"
    if line.lstrip().startswith("[[") and "overwrite" in message:
        forms = "as [name] above and as [[name]] here"
        return f"not TOML: this name stands {forms}; keep one of the two forms"
    if "overwrite a value" in message or "Duplicate inline table key" in message:
        return "not TOML: this key is written a second time; keep one"
    hint = hint_for(line)
    return f"not TOML: {message}" + (f". {hint}" if hint else "")


VALUE = r"[=,\[{]\s*"  # before a value
END = r"\s*(?:[,\]}#]|$)"  # after it
NUMBER = r"[+-]?\d[\d_]*(?:\.\d+)?"
HINTS = (
    (r"[“”„«»‟″]|[‘’‚‛′]", 'The quotes {0} are typographic; TOML wants " before and after a text'),
    (
        "[\u00a0\u2007\u202f\u200b\ufeff]",
        "An invisible character (a no-break space, say) stands here; type an ordinary space",
    ),
    (r"[−–—]", "The sign {0} is no minus; write -"),
    (r"^\s*(?://|;|/\*|--)", "A comment begins with #"),
    (VALUE + r"([+-]?\d{1,3}(?:,\d{3}){2,})" + END, "A number is written without commas: {plain}"),
    (
        VALUE + r"([+-]?[1-9]\d{0,2},\d{3})" + END,
        "A number is written without a comma: {plain}, or {point} if a decimal is meant",
    ),
    (VALUE + r"([+-]?\d+,\d+)" + END, "A decimal is written with a point: {point}"),
    (
        VALUE + r"([+-]?\d{1,3}(?:[ '.]\d{3})+)" + END,
        "A number is written without separators: {plain}",
    ),
    (VALUE + rf"({NUMBER})\s*%", "A share is written as a number from 0 to 1, without %: {share}"),
    (VALUE + rf"(?!0[xob])({NUMBER})\s*[^\W\d_]", "A number stands alone, without its unit: {0}"),
    (VALUE + r"[$€£]\s*" + rf"({NUMBER})", "A number stands alone, without its unit: {0}"),
    (VALUE + r"(?i:(true|false))\b", "Write {lower}, without capitals"),
    (VALUE + r"(?i:(yes|no|on|off))" + END, "Write true or false (or put a text in quotes)"),
    (VALUE + r"(?i:(?:verdadero|falso|cierto|sí|si))" + END, "Write true or false"),
    (VALUE + r"([+-]?\.\d+)" + END, "A number has a digit before its point: 0{0}"),
    (VALUE + r"[+-]?(0\d+)" + END, "A whole number does not begin with 0"),
    (r";\s*$", "A line ends without ;"),
    (r"=\s*$", "A value is missing; leave the whole line out where there is none"),
    (VALUE + r"(?i:null|none|nil)" + END, "There is no empty value in TOML; leave the key out"),
    (VALUE + r"(\d{1,2}[/.]\d{1,2}[/.]\d{2,4})", "A date is written as year-month-day: 2022-01-31"),
    (
        r'^[^#"]*"[^"]*\\',
        'Between " and " a backslash begins an escape; write / in a path, '
        "or put the text between ' and '",
    ),
    (r"^\s*[\w.\"-]+\s*:\s*\S", "Write = in place of :"),
    (r"^\s*[\w.\"-]+\s*(?:==|:=|=>|<-)", "Write a single ="),
    (r"^\s*\[+[^\]]*$", "A table's name stands between [ and ]"),
    (r"^\s*[\w.\"-]+\s+[^=\s]", "A key and its value are joined by ="),
)


def hint_for(line: str, is_toml: bool = False) -> str:
    """Suggest how to correct a line that is not TOML; "" if the line shows no cause.

    With `is_toml`, the line is valid, but has a text where a number is expected.
    """
    if len(line) > MAX_HINTED:
        return ""
    bare = TEXT_OR_COMMENT.sub(_left_out, line)
    for pattern, hint in HINTS:
        if found := re.search(pattern, line if "backslash" in hint else bare):
            return _filled(hint, found.group(1) if found.re.groups else found.group())
    if is_toml:
        return ""
    for quote in ('"', "'"):
        if re.sub(r"\\.", "", line).count(quote) % 2:
            return f"The text in this line has only one {quote}; it begins and ends with one"
    if found := re.search(r"=\s*([^\W\d][\w .-]*?)\s*$", bare):
        return f'A text stands in quotes: "{found[1][:60]}"'
    return ""


def _filled(hint: str, what: str) -> str:
    digits = re.sub(r"[ ',.]", "", what)
    share = f"{float(what.replace('_', '')) / 100:g}" if "{share}" in hint else ""
    return hint.format(
        what, plain=digits, point=what.replace(",", "."), share=share, lower=what.lower()
    )
