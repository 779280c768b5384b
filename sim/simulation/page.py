"""The page of the day, `day.one_day`: its loops, and copies of it with statements added.

A copy has one more statement after each call of a loop. `sim.simulation.profile` puts a tick of a
clock there and compiles the page once more. A traced run puts a call there and leaves the page as
plain Python, which calls the loops as they are already compiled. `sim.model.day` itself does not
change.
"""

import ast
import inspect
from collections.abc import Callable, Sequence
from typing import Any

import sim.model.day
from sim.model import observe, prologue


def plain(function: Callable) -> Callable:
    """Return the Python function under a compiled one, or the function itself if it is plain."""
    return getattr(function, "py_func", function)


def loop_called(node: ast.AST) -> str | None:
    """Return the name of the loop that a node of the page calls, such as `presence.spread`."""
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
    ):
        module = getattr(sim.model.day, node.func.value.id, None)
        if inspect.ismodule(module) and (
            module in (observe, prologue) or module.__name__.startswith("sim.model.mechanisms.")
        ):
            return f"{node.func.value.id}.{node.func.attr}"
    return None


def loops_of_the_day() -> dict[str, Callable]:
    """Return every loop that `one_day` calls, by its name there, in the order of the page."""
    calls = [
        node
        for node in ast.walk(ast.parse(inspect.getsource(plain(sim.model.day.one_day))))
        if loop_called(node)
    ]
    in_order = sorted(calls, key=lambda call: call.lineno)  # type: ignore[attr-defined]
    names = [str(loop_called(node)) for node in in_order]
    return {
        name: getattr(getattr(sim.model.day, name.split(".")[0]), name.split(".")[1])
        for name in names
    }


class _Page(ast.NodeTransformer):
    """Pass one more argument from `advance` to `one_day`, and add a statement after each loop."""

    def __init__(self, argument: str, after: Callable[[str], str], first: Sequence[str]) -> None:
        self.argument, self.after, self.first = argument, after, first

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        self.generic_visit(node)
        node.decorator_list = []
        node.args.args.append(ast.arg(self.argument))
        if node.name == "one_day":
            node.body[1:1] = [_statement(line) for line in self.first]  # after the docstring
        return node

    def visit_Expr(self, node: ast.Expr) -> Any:
        return self._followed(node)

    def visit_Assign(self, node: ast.Assign) -> Any:
        return self._followed(node)

    def _followed(self, node: Any) -> Any:
        if isinstance(node.value, ast.Call) and getattr(node.value.func, "id", "") == "one_day":
            node.value.args.append(ast.Name(self.argument, ast.Load()))
        name = loop_called(node.value)
        return [node, _statement(self.after(name))] if name else node


def _statement(line: str) -> ast.stmt:
    """Return a line of Python as a statement."""
    return ast.parse(line).body[0]


def page_with(
    argument: str, after: Callable[[str], str], first: Sequence[str] = (), **more: Any
) -> dict[str, Any]:
    """Return the names of `sim.model.day` with `one_day` and `advance` made anew as plain Python.

    Each of the two has `argument` as its last argument. `after(loop)` is the statement that follows
    each call of a loop, `first` are the statements with which a day begins. They may use the
    argument and the names given as `more`. Whoever compiles the two functions puts them back into
    these names, `one_day` first.
    """
    source = "\n".join(
        inspect.getsource(plain(function))
        for function in (sim.model.day.one_day, sim.model.day.advance)
    )
    page = ast.fix_missing_locations(_Page(argument, after, first).visit(ast.parse(source)))
    names = vars(sim.model.day) | more
    exec(compile(page, f"<the day with {argument}>", "exec"), names)
    return names
