"""Run the code that a form shows as a notebook would: with `await`, and the last line's value."""

from __future__ import annotations

import ast
import asyncio
import inspect
from typing import Any


def run_cell(code: str, **names: Any) -> Any:
    """Run *code* as a cell in which *names* are known; gives the value of its last line."""
    tree = ast.parse(code)
    last = tree.body[-1]
    if isinstance(last, ast.Expr):
        value = ast.Assign([ast.Name("_", ast.Store())], last.value)
        tree.body[-1] = ast.fix_missing_locations(ast.copy_location(value, last))
    compiled = compile(tree, "cell", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    space: dict[str, Any] = dict(names)
    waiting = eval(compiled, space)
    if inspect.iscoroutine(waiting):
        asyncio.run(waiting)
    return space.get("_")
