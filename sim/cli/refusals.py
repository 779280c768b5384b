"""Messages for a command line that the parser refuses.

Each says what was given, what was expected, a near name, and where to look.
"""

import difflib
from collections.abc import Sequence
from typing import Any, get_args, get_origin

from cyclopts import CycloptsError
from cyclopts.exceptions import (
    CoercionError,
    ConsumeMultipleError,
    MissingArgumentError,
    RepeatArgumentError,
    UnknownCommandError,
    UnknownOptionError,
    UnusedCliTokensError,
)

KINDS = {int: "a whole number", float: "a number", bool: "true or false"}
WANTED = {  # what each positional argument is
    "file": "the name of a file to write",
    "files": "one scenario file or more",
    "scenario": "a scenario file",
    "scenarios": "one scenario file or more",
    "directory": "a results folder",
    "directories": "one results folder or more",
    "what": "the name of a registry",
    "a": "two runs, each a scenario file, a stored run FOLDER@POINT or a checkout",
    "b": "a second run: a scenario file, a stored run FOLDER@POINT or a checkout",
}


def refusal(error: CycloptsError) -> str:
    """Explain what the parser refused; errors that no command of ours can cause keep its text."""
    command = " ".join(error.command_chain or ())
    look = (
        f"`redeploy {command} --help` lists what it takes."
        if command
        else "`redeploy --help` lists the commands."
    )
    match error:
        case UnknownCommandError():
            given = str((error.unused_tokens or ["?"])[0])
            if given.startswith("-"):  # an option where a command is expected
                return f'expected a command first, and found the option "{given}". {look}'
            return f'there is no command "{given}".{near(given, commands(error.app))} {look}'
        case UnknownOptionError():
            given = (error.token.keyword or error.token.value).partition("=")[0]
            options = [
                name
                for argument in error.argument_collection
                if argument.parse
                for name in argument.names
            ]
            hint = near(given, options, quoted=False)
            return f"{command or 'redeploy'} has no option {given}.{hint} {look}"
        case UnusedCliTokensError():
            unused = [str(token) for token in error.unused_tokens or ()]
            are = "are more arguments" if len(unused) > 1 else "is one argument more"
            return f"{listed(unused)} {are} than {command or 'redeploy'} takes. {look}"
        case ConsumeMultipleError():
            return str(error)
        case MissingArgumentError() if error.argument is not None:
            name, tokens = error.argument.name, error.argument.tokens
            given = error.keyword or next((token.keyword for token in tokens if token.keyword), "")
            if given:
                return f"{given} expects a value after it, and none was given. {look}"
            wanted = (
                f"the option {name}"
                if name.startswith("-")
                else WANTED.get(name.lower(), name.lower())
            )
            return f"{command} expects {wanted}, and none was given. {look}"
        case RepeatArgumentError():
            return f"{error.token.keyword} was given more than once; it takes one value. {look}"
        case CoercionError() if error.token is not None and error.msg is None:
            given = str(error.token.value)
            name = error.token.keyword or command
            choices = (
                [str(each) for each in get_args(error.target_type)]
                if get_origin(error.target_type) is not None
                else []
            )
            wanted = (
                f"one of {', '.join(choices)}"
                if choices
                else KINDS.get(error.target_type or str, "another kind of value")
            )
            return f'{name}: expected {wanted} (got "{given}").{near(given, choices)}'
        case CoercionError() if error.msg is not None:
            option = error.token.keyword if error.token else None
            return f"{option}: {error.msg}" if option else str(error.msg)
    return str(error)


def commands(app: Any) -> list[str]:
    """List the commands of the application."""
    return [name for name in app if not name.startswith("-")] if app else []


def near(given: str, known: Sequence[str], quoted: bool = True) -> str:
    """Return ` Did you mean "check"?`, or "" if no known name is close."""
    close = (
        difflib.get_close_matches(given, known, 1, 0.6)
        or [each for each in known if given.strip("-") and each.startswith(given)][:1]
    )
    return (
        (f' Did you mean "{close[0]}"?' if quoted else f" Did you mean {close[0]}?")
        if close
        else ""
    )


def listed(given: Sequence[str]) -> str:
    """Join arguments into `"a" and "b"`; a long list is cut."""
    shown = [f'"{each}"' for each in given[:4]] + (["others"] if len(given) > 4 else [])
    return (
        f"{', '.join(shown[:-1])} and {shown[-1]}"
        if len(shown) > 1
        else shown[0]
        if shown
        else "that"
    )
