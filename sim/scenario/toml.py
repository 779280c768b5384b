"""Read TOML: what could take memory or time without end is refused before it is parsed, and a fault gets a hint that names its mend.

The parser of the standard library takes memory that grows with the square of the parts of a dotted key, and a level of Python's stack
for each level of nesting; both are counted here first, outside of texts and comments. No file in valid TOML with shorter keys is refused:
there, a `"` or `'` outside of a text begins one, a `#` a comment, and between two of `= , { } [ ]` and the ends of lines stands one key or
one value, which holds at most one dot.
"""

import re
import tomllib
from collections.abc import Iterator
from typing import Any

MAX_PARTS = 32  # of a dotted key; the longest of a scenario has five
MAX_DEPTH = 64  # of lists and tables within one another
MAX_DIGITS = 1_000  # of a whole number; no key of a scenario takes more than 20

# A text that is not closed goes to the end of its line, or of the file where it began with three quotes.
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
MAX_HINTED = 500  # letters of a line that is searched for a hint


class NotTOML(Exception):
    """A text is no TOML, or more than is parsed; the arguments are where, such as `line 3, column 5`, and what is wrong."""


def parse(text: str) -> dict[str, Any]:
    """The tables of a TOML text; NotTOML for a fault, a key of more than 32 parts, nesting deeper than 64, a number of 1,000 digits."""
    if "\n" not in text:
        text = text.replace("\r", "\n")  # of old word processors
    bare = TEXT_OR_COMMENT.sub(_left_out, text)
    for place, what in _excesses(bare):
        raise NotTOML(f"line {bare.count(chr(10), 0, place) + 1}", what)
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        number, column, message = _place(str(error), text)
        raise NotTOML(
            f"line {number}" + (f", column {column}" if column else " (end of file)"),
            _told(message, number, text),
        ) from None
    except ValueError as error:  # a date that Python cannot hold
        raise NotTOML("", f"not TOML: {error}") from None


def _left_out(text: re.Match[str]) -> str:
    return "''" + "\n" * text.group().count("\n") if text.group()[0] != "#" else ""


def _excesses(bare: str) -> Iterator[tuple[int, str]]:
    """Where a text without its texts and comments has more than is parsed, and of what."""
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
            yield (
                bracket.start(),
                f"tables or lists are nested too deeply; expected at most {MAX_DEPTH} within one another",
            )


def _place(message: str, text: str) -> tuple[int, int, str]:
    """Line and column (0: the end of the file) of a fault, and the parser's message without them."""
    found = re.search(r" \(at (?:line (\d+), column (\d+)|end of document)\)$", message)
    whole = message[: found.start()] if found else message
    if found and found[1]:
        return int(found[1]), int(found[2]), whole
    return text.rstrip().count("\n") + 1, 0, whole


def _told(message: str, number: int, text: str) -> str:
    """What is wrong, in words, and how to mend it as far as the line shows."""
    lines = text.split("\n")
    line = lines[min(number, len(lines)) - 1].rstrip("\r")
    if twice := re.search(
        r"Cannot (?:declare|mutate immutable namespace|overwrite) \((.*?),?\)", message
    ):
        name = ".".join(re.findall(r"'([^']*)'", twice[1]))[:80]
        return f"not TOML: [{name}] stands twice; put all its keys under one [{name}]"
    if line.lstrip().startswith("[[") and "overwrite" in message:
        return "not TOML: this name stands as [name] above and as [[name]] here; keep one of the two forms"
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
        "Between \" and \" a backslash begins an escape; write / in a path, or put the text between ' and '",
    ),
    (r"^\s*[\w.\"-]+\s*:\s*\S", "Write = in place of :"),
    (r"^\s*[\w.\"-]+\s*(?:==|:=|=>|<-)", "Write a single ="),
    (r"^\s*\[+[^\]]*$", "A table's name stands between [ and ]"),
    (r"^\s*[\w.\"-]+\s+[^=\s]", "A key and its value are joined by ="),
)


def hint_for(line: str, is_toml: bool = False) -> str:
    """How to mend a line of a file that is no TOML, or (`is_toml`) the text where a number should stand; "" where it shows nothing."""
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
