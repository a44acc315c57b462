"""The source of a function, with everything of its notebook that it uses.

A page in a notebook leans on other cells: imports, constants, further functions. `harvest` follows
these names, and writes all of it as one module. What is alive (a session, a site, a phone) cannot
be written; a sentence says so, and what to do. Names of this package become those of Twilio's.
"""

from __future__ import annotations

import ast
import builtins
import inspect
import json
import symtable
import sys
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from importlib.metadata import packages_distributions
from types import FunctionType, ModuleType
from typing import Any

#: Names of this package -> where Twilio's package has the same.
OFFICIAL = {
    "Client": ("twilio.rest", "Client"),
    "RequestValidator": ("twilio.request_validator", "RequestValidator"),
    "TwilioError": ("twilio.base.exceptions", "TwilioRestException"),
}
_MESSAGING = ("MessagingResponse", "Message", "Body", "Media")
_CHECKS = "requires_signature"  # app.py does it for every page
_FUNCTION = ast.FunctionDef | ast.AsyncFunctionDef
_PLAIN = (str, bytes, int, float, complex, bool, type(None))
_GIVEN = {"starlette", "twilio", "uvicorn"}  # in every project's requirements
#: What to write in the place of things that pages of the lessons use.
_INSTEAD = {
    "Session": 'The request knows its number: request["To"]. Secrets: os.environ["..."].',
    "RequestValidator": "Leave the check out: app.py does it for every page.",
    "Site": "A page reaches another by its path alone, such as /menu.",
}
#: What a lesson's request knows and web.py's does not, and what to write in its place.
_ONLY_HERE = {
    "is_signed_by": _INSTEAD["RequestValidator"],
    "signed": _INSTEAD["RequestValidator"],
    "url": 'The address that was asked for is os.environ["PUBLIC_URL"] + request.target.',
}
_CHANGES = {
    *("add", "append", "appendleft", "clear", "discard", "extend", "insert", "pop", "popitem"),
    *("remove", "setdefault", "sort", "update"),
}
_CLIENT = {"TWILIO_ACCOUNT_SID": "the account's SID; the pages ask Twilio for something themselves"}


class Unfit(Exception):
    """Something cannot be written into a file: *what* says so, *next_step* what to do."""

    def __init__(self, what: str, next_step: str) -> None:
        super().__init__(what)
        self.what = what
        self.next_step = next_step


@dataclass
class Harvest:
    """A module's *text*, in which ``app`` is the web app.

    *paths* are those of its pages, as far as they are known; with *everywhere* one page answers
    all. *plain* says that it is made of plain functions, by web.py. *packages* is what must be
    installed beside the usual, *settings* what the environment must hold, *notes* what to look at.
    """

    text: str = ""
    paths: tuple[str, ...] = ()
    everywhere: bool = False
    plain: bool = False
    packages: set[str] = field(default_factory=set)
    settings: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def harvest(app: Any) -> Harvest:
    """The module of a function, of a mapping of paths to functions, or of a Starlette app.

    Unfit if something in it cannot be written.
    """
    found = Harvest()
    module = _Module(found)
    if isinstance(app, Mapping):
        pages = {str(path): module.plain(page) for path, page in app.items()}
        found.paths, found.plain = tuple(pages), True
    elif _is_starlette(app):
        routes = module.routes(app)
        found.paths = tuple(path for path, _, _ in routes)
    elif callable(app) and not inspect.isclass(app):
        pages = {"*": module.plain(app)}
        found.everywhere = found.plain = True
    else:
        raise Unfit(
            f"A {type(app).__name__} is no web app that can be written into a file.",
            "Give a function of a request, several by their paths, or the path of a file with an"
            " app in it.",
        )
    if found.plain:
        module.use("import web")
        listed = "".join(f"    {_quoted(path)}: {name},\n" for path, name in pages.items())
        end = f"app = web.site(\n    {{\n{textwrap.indent(listed, '    ')}    }}\n)"
    else:
        module.use("import starlette.applications")
        module.use("import starlette.routing")
        listed = "".join(
            f"    starlette.routing.Route({_quoted(path)}, {name}, methods={methods}),\n"
            for path, name, methods in routes
        )
        end = f"routes = [\n{listed}]\n\napp = starlette.applications.Starlette(routes=routes)"
    found.text = module.written(end)
    return found


def of_source(text: str, name: str) -> Harvest:
    """The module of *text*, which holds an ASGI app; *name* is what to call it in a refusal."""
    try:
        tree = ast.parse(text)
    except SyntaxError as wrong:
        raise Unfit(
            f"{name} is no Python: line {wrong.lineno}, {wrong.msg}.", "Correct it first."
        ) from None
    named = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and _is_set(n)}
    named |= {n.name for n in tree.body if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)}
    if "app" not in named:
        raise Unfit(
            f"Nothing in {name} has the name app.", "Give the web app that name: app = Starlette()."
        )
    found = Harvest(text=text.rstrip() + "\n")
    for top in sorted(_imported(tree)):
        if top == "helpers":
            raise Unfit(
                f"{name} imports helpers, which no host has.",
                "Import the same names from twilio: from twilio.rest import Client, ...",
            )
        if top == "flask":
            raise Unfit(
                "A Flask app has its own kind of server.",
                "docs/deploy.md has the command for it (gunicorn); put requires_signature on its"
                " pages.",
            )
        found.packages |= _distribution(top)
    return found


def _is_set(node: ast.Name) -> bool:
    return isinstance(node.ctx, ast.Store)


def _imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (one.name.partition(".")[0] for one in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def _distribution(top: str) -> set[str]:
    """What to install for a module, by its first name; nothing for Python's own."""
    if top in sys.stdlib_module_names or top in _GIVEN:
        return set()
    return set(packages_distributions().get(top, [top])[:1])


def _is_starlette(app: Any) -> bool:
    module = sys.modules.get("starlette.applications")
    return module is not None and isinstance(app, module.Starlette)


class _Module:
    """A module that is being put together: imports, then values, then functions."""

    def __init__(self, found: Harvest) -> None:
        self.found = found
        self.imports: set[str] = set()
        self.values: dict[str, str] = {}
        self.code: dict[str, str] = {}
        self._seen: dict[str, Any] = {}  # what each name means in the module
        self._kept: dict[str, int] = {}  # lists and the like, and how much is in them

    def use(self, line: str) -> None:
        """Have the module import something for its last lines; Unfit if its name is taken."""
        name = line.split()[1].partition(".")[0]
        if not isinstance(self._seen.get(name, sys), ModuleType):
            raise Unfit(f"The name {name} is needed for something else.", "Rename yours.")
        self.imports.add(line)

    def written(self, end: str) -> str:
        """The module's text, *end* last."""
        for name in sorted(self._kept.keys() & _changed("\n".join(self.code.values()))):
            self.found.notes.append(
                f"`{name}` is kept in memory, and begins as it was here ({self._kept[name]} in it;"
                " empty it first if that is not meant): each process has its own, and forgets it."
                " What must last belongs in a database."
            )
        parts = ['"""The pages, as they were in the notebook."""', "\n".join(self._sorted())]
        if self.values:
            parts.append("\n".join(f"{name} = {text}" for name, text in self.values.items()))
        text = "\n\n".join(part for part in parts if part)
        return "\n\n\n".join([text, *self.code.values(), end]) + "\n"

    def _sorted(self) -> list[str]:
        """Imports in the usual order: Python's own, those of packages, those of the project."""
        groups: tuple[list[str], list[str], list[str]] = ([], [], [])
        for line in _joined(self.imports):
            top = line.split()[1].partition(".")[0]
            mine = 2 if top == "web" else 0 if top in sys.stdlib_module_names else 1
            groups[mine].append(line)
        texts = ["\n".join(sorted(group, key=_import_key)) for group in groups if group]
        return "\n\n".join(texts).splitlines()

    # -- what is followed ------------------------------------------------------------------------

    def function(self, page: Any) -> str:
        """Take in a page with all that it uses; its name."""
        if inspect.ismethod(page) or not callable(page):
            raise Unfit(
                f"A {type(page).__name__} is no plain function, which a page is.",
                "Write it as def page(request): ...",
            )
        page = inspect.unwrap(page)
        if not isinstance(page, FunctionType):
            raise Unfit(
                f"A {type(page).__name__} is no plain function, which a page is.",
                "Write it as def page(request): ...",
            )
        self._take(page.__name__, page, page.__name__)
        return page.__name__

    def plain(self, page: Any) -> str:
        """Take in a page that web.py is to ask; its name. Unfit if it wants more of a request."""
        name = self.function(page)
        for asked in sorted(_asked_of_request(self.code[name]) & _ONLY_HERE.keys()):
            raise Unfit(f"{name} uses request.{asked}, which no host has.", _ONLY_HERE[asked])
        return name

    def routes(self, app: Any) -> list[tuple[str, str, list[str]]]:
        """Path, function and methods of each route; Unfit for what is more than that."""
        from starlette.routing import Route

        found: list[tuple[str, str, list[str]]] = []
        for route in app.routes:
            if not isinstance(route, Route) or inspect.isclass(route.endpoint):
                found = []
                break
            methods = sorted(set(route.methods or ["GET"]) - {"HEAD"})
            found.append((route.path, self.function(route.endpoint), methods))
        if not found or app.user_middleware:
            raise Unfit(
                "The Starlette app has more in it than routes to functions, or nothing.",
                "Write it into a file of its own, and export that: export(Path('shop.py'), ...).",
            )
        return found

    def _take(self, name: str, thing: Any, user: str) -> None:
        """Take in what *name* means to the function *user*."""
        thing = inspect.unwrap(thing) if callable(thing) else thing
        if name in self._seen:
            if self._seen[name] is not thing:
                raise Unfit(
                    f"Two different things have the name {name}.", "Give one of them another name."
                )
            return
        self._seen[name] = thing
        module = getattr(thing, "__module__", "") or ""
        if isinstance(thing, ModuleType):
            self._module(name, thing, user)
        elif isinstance(thing, FunctionType | type) and _is_readers(thing):
            self._source(name, thing)
        elif isinstance(thing, FunctionType | type) or inspect.isbuiltin(thing):
            self._import(name, thing, module, user)
        elif type(thing).__name__ == "Client" and type(thing).__module__ in (
            "helpers.client",
            "twilio.rest",
        ):
            self._client(name)
        else:
            self._value(name, thing, user)

    def _source(self, name: str, thing: Any) -> None:
        if isinstance(thing, FunctionType):
            if thing.__name__ == "<lambda>":
                if not name.isidentifier():  # a page that has no other name
                    raise Unfit("A page is a lambda.", "Give it a name: def sms(request): ...")
                raise Unfit(f"{name} is a lambda.", f"Write it as def {name}(...): ...")
            if thing.__closure__ and thing.__code__.co_freevars != ("__class__",):
                inner = ", ".join(thing.__code__.co_freevars)
                raise Unfit(
                    f"{name} uses {inner} of the function that it was made in.",
                    "Write it at the left margin of a cell, and what it uses as well.",
                )
        text = _without_check(_source_of(name, thing))
        names = thing.__globals__ if isinstance(thing, FunctionType) else _globals_of(thing)
        for used in sorted(_free(text)):
            if used == thing.__name__ or used == _CHECKS:
                continue
            if used in names:
                self._take(used, names[used], name)
            elif not hasattr(builtins, used):
                raise Unfit(
                    f"{name} uses {used}, which is nowhere defined.",
                    "Run the cell that defines it, or correct the name.",
                )
        self.code[thing.__name__] = text
        if name != thing.__name__:
            self.code[name] = f"{name} = {thing.__name__}"

    def _module(self, name: str, module: ModuleType, user: str) -> None:
        full = module.__name__
        if full.partition(".")[0] == "helpers":
            raise Unfit(
                f"{user} uses {full}, which no host has.",
                "Use Twilio's package in its place, or write what you need into the page.",
            )
        if full == name:
            self.imports.add(f"import {full}")
        elif "." in full:
            parent, _, last = full.rpartition(".")
            alias = "" if last == name else f" as {name}"
            self.imports.add(f"from {parent} import {last}{alias}")
        else:
            self.imports.add(f"import {full} as {name}")
        self.found.packages |= _distribution(full.partition(".")[0])

    def _import(self, name: str, thing: Any, module: str, user: str) -> None:
        own = thing.__name__
        if module.partition(".")[0] == "helpers":
            module, own = _official(own, module, user)
        else:
            module = _public(module, own, thing, user)
        alias = "" if own == name else f" as {name}"
        self.imports.add(f"from {module} import {own}{alias}")
        self.found.packages |= _distribution(module.partition(".")[0])

    def _client(self, name: str) -> None:
        self.imports |= {"import os", "from twilio.rest import Client"}
        self.values[name] = (
            'Client(os.environ["TWILIO_ACCOUNT_SID"], os.environ["TWILIO_AUTH_TOKEN"])'
        )
        self.found.settings |= _CLIENT

    def _value(self, name: str, value: Any, user: str) -> None:
        if not _is_plain(value):
            kind = type(value).__name__
            todo = _INSTEAD.get(
                kind, "Make it inside the function, or take what you need from the request."
            )
            raise Unfit(
                f"{user} uses {name}, a {kind}: what is alive cannot be written into a file.", todo
            )
        if isinstance(value, str) and "\n" in value:
            self.values[name] = "(\n" + textwrap.indent(_lines_of(value), "    ") + "\n)"
        else:
            self.values[name] = repr(value)
        if isinstance(value, list | dict | set):
            self._kept[name] = len(value)


def _joined(lines: set[str]) -> Iterator[str]:
    """The lines, with what comes from one module in one of them."""
    named: dict[str, list[str]] = {}
    for line in sorted(lines):
        start, found, name = line.partition(" import ")
        if found:
            named.setdefault(start, []).append(name)
        else:
            yield line
    yield from (f"{start} import {', '.join(names)}" for start, names in named.items())


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _import_key(line: str) -> tuple[bool, str]:
    return line.startswith("from"), line


def _lines_of(text: str) -> str:
    """A long text as strings that stand under one another."""
    return "\n".join(repr(line) for line in text.splitlines(keepends=True))


def _is_plain(value: Any) -> bool:
    if isinstance(value, dict):
        return all(_is_plain(k) and _is_plain(v) for k, v in value.items())
    if isinstance(value, list | tuple | set | frozenset):
        return all(map(_is_plain, value))
    return type(value) in _PLAIN


def _is_readers(thing: Any) -> bool:
    """Whether it was written in a notebook, or in a file beside it: not in a package."""
    module = sys.modules.get(thing.__module__)
    if thing.__module__ == "__main__" or module is None:
        return True
    path = getattr(module, "__file__", None) or ""
    top = thing.__module__.partition(".")[0]
    if top in sys.stdlib_module_names or top == "helpers" or "site-packages" in path:
        return False
    return bool(path) and top not in packages_distributions()


def _globals_of(kind: type) -> Mapping[str, Any]:
    """The names that a class of the reader's sees."""
    for one in vars(kind).values():
        if isinstance(one, FunctionType):
            return one.__globals__
    return vars(sys.modules.get(kind.__module__, builtins))


def _source_of(name: str, thing: Any) -> str:
    try:
        if isinstance(thing, type):
            return _class_source(thing)
        return textwrap.dedent(inspect.getsource(thing)).rstrip()
    except (OSError, TypeError):
        raise Unfit(
            f"The source of {name} is not to be found.",
            "Run the cell that defines it once more, or export a file: export(Path('shop.py'),"
            " ...).",
        ) from None


def _class_source(kind: type) -> str:
    """The source of a class; a notebook's is found by one of its methods, as it has no file."""
    for one in vars(kind).values():
        if isinstance(one, FunctionType) and not one.__code__.co_filename.startswith("<"):
            lines, _ = inspect.findsource(one)
            for node in ast.walk(ast.parse("".join(lines))):
                if isinstance(node, ast.ClassDef) and node.name == kind.__name__:
                    first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
                    return textwrap.dedent("".join(lines[first - 1 : node.end_lineno])).rstrip()
    return textwrap.dedent(inspect.getsource(kind)).rstrip()


def _without_check(text: str) -> str:
    """*text* without the decorator that checks signatures: app.py does it for every page."""
    [node] = ast.parse(text).body
    lines = text.splitlines()
    for mark in getattr(node, "decorator_list", []):
        called = mark.func if isinstance(mark, ast.Call) else mark
        if getattr(called, "id", getattr(called, "attr", "")) == _CHECKS:
            lines[mark.lineno - 1 : mark.end_lineno] = [""] * (mark.end_lineno - mark.lineno + 1)
    kept = [line for at, line in enumerate(lines) if line.strip() or at >= node.lineno - 1]
    return "\n".join(kept)


def _asked_of_request(text: str) -> set[str]:
    """The attributes of its first argument that a function uses."""
    [node] = ast.parse(text).body
    given = [*node.args.posonlyargs, *node.args.args] if isinstance(node, _FUNCTION) else []
    return {
        part.attr
        for part in ast.walk(node)
        if isinstance(part, ast.Attribute)
        and isinstance(part.value, ast.Name)
        and part.value.id in [each.arg for each in given[:1]]
    }


def _free(text: str) -> set[str]:
    """The names that a function or class takes from outside."""
    found: set[str] = set()

    def look(table: symtable.SymbolTable, top: bool) -> None:
        for symbol in table.get_symbols():
            outside = (
                symbol.is_referenced() and not symbol.is_assigned()
                if top
                else (symbol.is_global() and (symbol.is_referenced() or symbol.is_assigned()))
            )
            if outside:
                found.add(symbol.get_name())
        for child in table.get_children():
            look(child, False)

    look(symtable.symtable(text, "page", "exec"), True)
    return found


def _changed(text: str) -> set[str]:
    """The names whose lists, dicts and sets some code changes, as far as one can see."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(text)):
        holder: ast.expr | None = None
        if isinstance(node, ast.Subscript) and not isinstance(node.ctx, ast.Load):
            holder = node.value
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            holder = node.func.value if node.func.attr in _CHANGES else None
        elif isinstance(node, ast.Global):
            found |= set(node.names)
        elif isinstance(node, ast.AugAssign):
            holder = node.target
        while isinstance(holder, ast.Subscript):
            holder = holder.value
        if isinstance(holder, ast.Name):
            found.add(holder.id)
    return found


def _official(name: str, module: str, user: str) -> tuple[str, str]:
    """Where Twilio's package has what is *name* in ours."""
    if name in OFFICIAL and module in ("helpers.client", "helpers.signing", "helpers.errors"):
        return OFFICIAL[name]
    if module.startswith("helpers.twiml"):
        kind = "messaging_response" if name in _MESSAGING else "voice_response"
        return f"twilio.twiml.{kind}", name
    raise Unfit(
        f"{user} uses {name} of this course, which no host has.",
        "Use Twilio's package in its place, or write what you need into the page.",
    )


def _public(module: str, own: str, thing: Any, user: str) -> str:
    """The module to import *thing* from."""
    try:
        if module and getattr(import_module(module), own, None) is thing:
            return module
    except ImportError:
        pass  # told below, as for what is not there
    raise Unfit(
        f"{user} uses {own}, and no module to import it from is known.",
        "Import it inside the function.",
    )
