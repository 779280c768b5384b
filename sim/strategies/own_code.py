"""A user's own strategy, `module:Class`: found and read without running a line of it, and imported only for a run.

A scenario may come from anyone, so reading, checking and describing one must not run the code that it names. Code that stands in the
scenario's folder runs with `redeploy run` and `redeploy batch`; code elsewhere (an absolute path, `../x`, a module on the import path)
runs only where the user allows it.
"""

import ast
import hashlib
import importlib
import importlib.util
import sys
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from typing import Any, NamedTuple

from sim.errors import got, near
from sim.strategies.protocol import Strategy

MAX_READ_BYTES = (
    200_000  # a larger file is not parsed: a syntax tree takes some hundred times its text
)


@dataclass(frozen=True)
class Home:
    """Where a scenario comes from, and what is done with the code that it names."""

    path: Path | None = None
    allow_code: bool = False  # code outside the scenario's folder may run
    reads_code: bool = (
        False  # own strategies are imported, and their settings checked and filled in
    )

    @property
    def folder(self) -> Path | None:
        """Where `module:Class` is looked up first."""
        return self.path.parent if self.path else None


def _shown(name: str) -> str:
    return got(name)[5:-1]


class Found(NamedTuple):
    """The file of a module (None: one without a source file), the name by which it is imported ("": as that very file), and whether it
    is outside the scenario's folder."""

    file: Path | None
    module: str
    outside: bool


def is_own(name: object) -> bool:
    """Whether a name of a strategy is `module:Class`."""
    return isinstance(name, str) and ":" in name


def found(name: str, folder: Path | None) -> Found:
    """Where the module of `module:Class` is; ValueError says what was expected. Nothing is imported.

    `mine` and `strategies.mine` are files in `folder`, else modules on the import path; a name with a slash, such as `../mine`, is a path
    that starts from `folder`.
    """
    module, _, class_name = name.partition(":")
    if module.endswith(".py"):
        raise ValueError(
            f'expected the module without .py: did you mean "{module.removesuffix(".py")}:{class_name}"? {got(name)}'
        )
    if not module or not class_name.isidentifier():
        raise ValueError(
            f"expected module:Class, such as mine:Mine for the class Mine in mine.py {got(name)}"
        )
    is_path = "/" in module
    file = (folder or Path()) / f"{module if is_path else module.replace('.', '/')}.py"
    try:
        if file.is_file() and (is_path or folder):
            return Found(
                file, "", folder is None or not file.resolve().is_relative_to(folder.resolve())
            )
    except OSError as error:
        raise ValueError(f"{_shown(name)}: {error.strerror}") from None
    spec = None if is_path else _spec(module)
    if spec is None:
        beside = (
            f'no file "{file.name}" beside the scenario'
            if folder
            else "no scenario file beside which to look"
        )
        raise ValueError(
            f"{_shown(name)}: {f'no file {file}' if is_path else f'{beside} and no module named {module!r}'}"
        )
    return Found(
        Path(spec.origin) if spec.origin and spec.origin.endswith(".py") else None, module, True
    )


def _spec(module: str) -> ModuleSpec | None:
    """What the import path has under a name. `importlib.util.find_spec` would import the packages around it."""
    top, *below = module.split(".")
    try:
        spec = importlib.util.find_spec(top)
        for depth in range(len(below)):
            if spec is None or spec.submodule_search_locations is None:
                return None
            spec = PathFinder.find_spec(
                ".".join([top, *below[: depth + 1]]), spec.submodule_search_locations
            )
    except (ImportError, ValueError, OSError):
        return None
    return spec


def read(name: str, folder: Path | None) -> None:
    """ValueError if the file of `module:Class` is not there, is no Python, or plainly has no such class. Nothing is run."""
    file, class_name = found(name, folder).file, name.partition(":")[2]
    if file is None or file.stat().st_size > MAX_READ_BYTES:
        return
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(file.read_bytes())
    except OSError as error:
        raise ValueError(f"{_shown(name)}: {file.name} cannot be read: {error.strerror}") from None
    except SyntaxError as error:
        place = f"{file.name}, line {error.lineno}" if error.lineno else file.name
        raise ValueError(
            f"{_shown(name)} cannot be imported: SyntaxError: {error.msg} ({place})"
        ) from None
    except (ValueError, RecursionError, MemoryError) as error:
        raise ValueError(
            f"{_shown(name)} cannot be imported: {file.name} is no Python file: {error}"
        ) from None
    classes = {
        node.name: bool(node.bases or node.decorator_list)
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    }
    if class_name in classes:
        fits = classes[class_name]
    else:  # made by an import or a call perhaps: only a run can tell
        fits = any(bound in (class_name, "*", "__getattr__") for bound in _bound(tree))
    if not fits:
        raise ValueError(_no_class(name, [other for other, derived in classes.items() if derived]))


def _bound(tree: ast.AST) -> Iterator[str]:
    """Names that a file binds anywhere by imports, assignments and definitions of functions."""
    for node in ast.walk(tree):
        match node:
            case ast.Import() | ast.ImportFrom():
                yield from (alias.asname or alias.name for alias in node.names)
            case ast.Name(id=name, ctx=ast.Store()):
                yield name
            case ast.FunctionDef(name=name):
                yield name


def _no_class(name: str, classes: list[str]) -> str:
    class_name = name.partition(":")[2]
    return f'{_shown(name)}: expected a class "{class_name}" derived from sim.Strategy.{near(class_name, classes)}'


def imported(name: str, folder: Path | None, allow_code: bool) -> type:
    """The class of `module:Class`: this runs the module. ValueError says why it cannot be had, or may not."""
    file, module_name, outside = found(name, folder)
    if outside and not allow_code:
        raise ValueError(
            f"{_shown(name)} is code outside the scenario's folder ({file or module_name}); if you trust it, run it with --allow-code, "
            "or with allow_code=True in Python"
        )
    try:
        module = importlib.import_module(module_name) if module_name else _module_from(file)
    except ModuleNotFoundError as error:
        raise ValueError(f"{_shown(name)}: {str(error)[0].lower()}{str(error)[1:]}") from error
    except (Exception, SystemExit) as error:  # a user's module may fail in any way at all
        raise ValueError(
            f"{_shown(name)} cannot be imported: {type(error).__name__}: {error}"
        ) from error
    kind = getattr(module, name.partition(":")[2], None)
    if not (isinstance(kind, type) and issubclass(kind, Strategy)):
        classes = [
            other
            for other, each in vars(module).items()
            if isinstance(each, type) and issubclass(each, Strategy)
        ]
        raise ValueError(_no_class(name, classes))
    return kind


def _module_from(file: Path | None) -> Any:
    # Named by path and content: an edited file is read anew, two files of one name stay apart, and a class keeps its identity.
    # Compiled from that very content: Python's own loader may take older code from `__pycache__`, and the run's hash is of the file.
    assert file
    content = file.read_bytes()
    name = f"strategy_{file.stem}_{hashlib.sha256(str(file.resolve()).encode() + content).hexdigest()[:16]}"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, file)
        assert spec
        module = sys.modules[name] = importlib.util.module_from_spec(spec)
        try:
            exec(compile(content, file, "exec"), vars(module))
        except BaseException:
            del sys.modules[name]
            raise
    return sys.modules[name]


def file_hash(name: str, folder: Path | None) -> str:
    """SHA-256 of the file of `module:Class`, "" where it has none. Nothing is imported."""
    file = found(name, folder).file
    return hashlib.sha256(file.read_bytes()).hexdigest() if file else ""
