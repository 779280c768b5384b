"""Read a short text that a user names: whatever else stands at that path is refused in words."""

import tomllib
from pathlib import Path

from sim.scenario.problems import near

MAX_BYTES = 1_000_000


class Unreadable(Exception):
    """The path holds no such text; the argument says what stands there."""


def read_text(path: Path, noun: str) -> str:
    """The text of a file of at most 1 MB in UTF-8; Unreadable for anything else. `noun` is what was expected: `scenario file`."""
    try:
        if path.is_symlink() and not path.exists():
            raise Unreadable(f'is a link to "{path.readlink()}", which does not exist')
        if path.is_dir():
            raise Unreadable(f"is a directory, not a {noun}")
        if not path.exists():
            beside = [other.name for other in path.parent.glob(f"*{path.suffix}")] if path.parent.is_dir() else []
            raise Unreadable(f"does not exist; expected a {noun}.{near(path.name, beside)}")
        if not path.is_file():
            raise Unreadable(f"is a device or a pipe, not a {noun}")
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise Unreadable(f"cannot be read: {error.strerror}") from None
    except ValueError as error:  # a path that no file system takes
        raise Unreadable(f"cannot be read: {error}") from None
    if len(content) > MAX_BYTES:
        raise Unreadable(f"is larger than {MAX_BYTES // 1_000_000} MB; a {noun} is a short text")
    if b"\0" in content:
        raise Unreadable("is a binary file, not text")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable(f"is not UTF-8 text (byte {error.start})") from None


def as_value(text: str) -> object:
    """A value as TOML would read it, else the text itself."""
    try:
        parsed = tomllib.loads(f"value = {text}")
    except (ValueError, RecursionError):
        parsed = {}
    return parsed["value"] if parsed.keys() == {"value"} else text
