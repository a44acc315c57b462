"""The coverage table: every element and attribute of TwiML, and the test that executes it.

    python -m tests.twiml.table

Built and checked are all of them, by `test_coverage`; what the sandbox does about each is shown by
tests that say so with an ``executes`` mark (see tests/executed.py), read here from the source.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from helpers.twiml.element import CLASSES
from tests.twiml.grammar import ATTRIBUTES, ELEMENTS

TESTS = Path(__file__).resolve().parent.parent

#: What must be named in a mark: 66 elements, 318 attributes.
WANTED = [*ELEMENTS, *(f"{name}.{attribute}" for name, attribute in ATTRIBUTES)]


def marks(folder: Path = TESTS) -> dict[str, list[str]]:
    """Which tests say that they execute what: name -> ["test_gather.test_defaults", ...]."""
    found: dict[str, list[str]] = {}
    for file in sorted(folder.rglob("test_*.py")):
        source = file.read_text(encoding="utf-8")
        if "executes(" not in source:
            continue
        for test, names in _marked(ast.parse(source), file):
            for name in names:
                found.setdefault(name, []).append(f"{file.stem}.{test}")
    return found


def _marked(tree: ast.Module, file: Path) -> Iterator[tuple[str, list[str]]]:
    constants = _constants(tree)
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef):
            continue
        for decorator in node.decorator_list:
            for call in ast.walk(decorator):  # a mark may be inside a pytest.param, too
                if isinstance(call, ast.Call) and ast.unparse(call.func).endswith("mark.executes"):
                    listed = ast.fix_missing_locations(
                        ast.Expression(ast.List(call.args, ast.Load()))
                    )
                    try:
                        yield node.name, eval(compile(listed, str(file), "eval"), dict(constants))
                    except NameError as problem:
                        raise ValueError(f"{file.name}:{call.lineno}: {problem}") from None


def _constants(tree: ast.Module) -> dict[str, object]:
    """The names that a file gives to plain values, for marks that use them."""
    found: dict[str, object] = {"__builtins__": {}}
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            with suppress(ValueError):
                found[node.targets[0].id] = ast.literal_eval(node.value)
    return found


def missing() -> list[str]:
    """The elements and attributes that no test executes."""
    known = marks()
    return [name for name in WANTED if name not in known]


def idle(name: str) -> bool:
    """Whether the sandbox only writes into its log that it does nothing about it."""
    element, _, attribute = name.partition(".")
    cls = CLASSES[element]
    return bool(cls.idle or (attribute and cls.declared[attribute].idle))


def table() -> str:
    """The table as Markdown: a row an element; attributes stand with the test that runs them."""
    known = marks()
    lines = ["| element | executed by | its attributes |", "|---|---|---|"]
    for name in ELEMENTS:
        groups: dict[str, list[str]] = {}
        for attribute in ELEMENTS[name]["attributes"]:
            full = f"{name}.{attribute}"
            test = _one(known.get(full, []))
            if idle(full):
                test = f"logged ({test})"
            groups.setdefault(test, []).append(attribute)
        told = "; ".join(f"{', '.join(names)}: {test}" for test, names in groups.items())
        test = _one(known.get(name, []))
        lines.append(f"| {name} | {f'logged ({test})' if idle(name) else test} | {told} |")
    return "\n".join(lines)


def _one(tests: list[str]) -> str:
    return tests[0] if tests else "MISSING"


if __name__ == "__main__":
    print(table())
