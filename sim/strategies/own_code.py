"""A user's own strategy, `module:Class`: located and parsed without running it, imported for a run.

A scenario may come from anyone, so reading, checking or describing it must not run the code that it
names. `redeploy run` and `redeploy batch` run code in the scenario's folder. Code elsewhere (an
absolute path, `../x`, a module on the import path) runs only if the user allows it.
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

from sim.errors import got, near, shown
from sim.strategies.protocol import Strategy

# A larger file is not parsed: a syntax tree takes about a hundred times the memory of its text.
MAX_READ_BYTES = 200_000


@dataclass(frozen=True)
class Home:
    """Where a scenario comes from, and what happens with the code that it names.

    allow_code: code outside the scenario's folder may run.
    reads_code: own strategies are imported, and their settings are checked and filled in.
    """

    path: Path | None = None
    allow_code: bool = False
    reads_code: bool = False

    @property
    def folder(self) -> Path | None:
        """The folder in which `module:Class` is looked up first."""
        return self.path.parent if self.path else None


class Found(NamedTuple):
    """A module: its file, its import name, and whether it is outside the scenario's folder.

    file: None for a module without a source file; module: "" if it is imported from the file.
    """

    file: Path | None
    module: str
    outside: bool


def is_own(name: object) -> bool:
    """Whether the name of a strategy is of the form `module:Class`."""
    return isinstance(name, str) and ":" in name


def found(name: str, folder: Path | None) -> Found:
    """Locate the module of `module:Class` without importing it. ValueError says what was expected.

    `mine` and `strategies.mine` are files in `folder` or, failing that, modules on the import path.
    A name with a slash, such as `../mine`, is a path relative to `folder`.
    """
    module, _, class_name = name.partition(":")
    if module.endswith(".py"):
        meant = f"{module.removesuffix('.py')}:{class_name}"
        raise ValueError(f'expected the module without .py: did you mean "{meant}"? {got(name)}')
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
        raise ValueError(f"{shown(name)}: {error.strerror}") from None
    spec = None if is_path else _spec(module)
    if spec is None:
        beside = (
            f'no file "{file.name}" beside the scenario'
            if folder
            else "no scenario file beside which to look"
        )
        missing = f"no file {file}" if is_path else f"{beside} and no module named {module!r}"
        raise ValueError(f"{shown(name)}: {missing}")
    return Found(
        Path(spec.origin) if spec.origin and spec.origin.endswith(".py") else None, module, True
    )


def _spec(module: str) -> ModuleSpec | None:
    """Find a module on the import path. `importlib.util.find_spec` would import its packages."""
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
    """Check the file of `module:Class` without running it.

    ValueError if the file is missing, is not Python, or clearly has no such class.
    """
    file, class_name = found(name, folder).file, name.partition(":")[2]
    if file is None or file.stat().st_size > MAX_READ_BYTES:
        return
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(file.read_bytes())
    except OSError as error:
        raise ValueError(f"{shown(name)}: {file.name} cannot be read: {error.strerror}") from None
    except SyntaxError as error:
        where = f"{file.name}, line {error.lineno}" if error.lineno else file.name
        raise ValueError(
            f"{shown(name)} cannot be imported: SyntaxError: {error.msg} ({where})"
        ) from None
    except (ValueError, RecursionError, MemoryError) as error:
        raise ValueError(
            f"{shown(name)} cannot be imported: {file.name} is not a Python file: {error}"
        ) from None
    classes = {
        node.name: bool(node.bases or node.decorator_list)
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    }
    if class_name in classes:
        fits = classes[class_name]
    else:  # an import or a call may define it: only a run can tell
        fits = any(bound in (class_name, "*", "__getattr__") for bound in _bound(tree))
    if not fits:
        raise ValueError(_no_class(name, [other for other, derived in classes.items() if derived]))


def _bound(tree: ast.AST) -> Iterator[str]:
    """Yield the names that a file binds by imports, assignments and function definitions."""
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
    expected = f'expected a class "{class_name}" derived from sim.Strategy'
    return f"{shown(name)}: {expected}.{near(class_name, classes)}"


def imported(name: str, folder: Path | None, allow_code: bool) -> type:
    """Import the class of `module:Class`, which runs the module.

    ValueError if the class cannot be imported, or must not be.
    """
    file, module_name, outside = found(name, folder)
    if outside and not allow_code:
        raise ValueError(
            f"{shown(name)} is code outside the scenario's folder ({file or module_name}); "
            "if you trust it, run it with --allow-code, or with allow_code=True in Python"
        )
    try:
        module = importlib.import_module(module_name) if module_name else _module_from(file)
    except ModuleNotFoundError as error:
        raise ValueError(f"{shown(name)}: {str(error)[0].lower()}{str(error)[1:]}") from error
    except (Exception, SystemExit) as error:  # a user's module may fail in any way at all
        raise ValueError(
            f"{shown(name)} cannot be imported: {type(error).__name__}: {error}"
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
    # The module's name holds a hash of path and content, so that an edited file is read again, two
    # files of one name stay apart, and a class keeps its identity. The module is compiled from that
    # same content, which the run's hash covers; Python's own loader may use older code from
    # `__pycache__`.
    assert file
    content = file.read_bytes()
    digest = hashlib.sha256(str(file.resolve()).encode() + content).hexdigest()[:16]
    name = f"strategy_{file.stem}_{digest}"
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
    """Return the SHA-256 of the file of `module:Class`, "" if it has none. Nothing is imported."""
    file = found(name, folder).file
    return hashlib.sha256(file.read_bytes()).hexdigest() if file else ""
