"""The site: the lessons as a book that needs no kernel, with a glossary and a page of error codes.

    python -m scripts.site             into build/site; warnings are errors
    python -m scripts.site --source    only put the pages together, in build/site-source

Lessons and guides are copied as they are. The glossary is made of the words that lessons end with,
the page of codes of what `explain` says, the first page of the lessons' titles and promises.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from helpers.advice import more_info
from helpers.codes import Codes, explain
from helpers.lessons import NOTEBOOKS, Lesson, lessons

ROOT = NOTEBOOKS.parent
SOURCE, SITE = ROOT / "build" / "site-source", ROOT / "build" / "site"
#: What a browser does not draw; the text form beside it tells the same.
NOT_DRAWN = "text/vnd.mermaid"


def first_page(taught: Sequence[Lesson]) -> str:
    """The page that a visitor sees first."""
    rows = "".join(
        f"| [{each.number}](notebooks/{each.path.name}) | **{each.title}** {each.promise}"
        f" | {each.minutes} |\n"
        for each in taught
    )
    inside = "\n".join(
        f"{each.number} {each.title} <notebooks/{each.path.stem}>" for each in taught
    )
    return f"""\
# Learn Twilio Voice and SMS

Twelve short lessons in which telephones ring, texts arrive and web sites answer. Nobody needs an
account, a card or the internet: the lessons talk to a telephone company on your own machine, which
behaves as Twilio does. With credentials and one switch the same cells drive the real one.

What you see here is how the lessons look once they have run. To run them yourself, take the course,
and type `make lab` in its folder.

| number | lesson | minutes |
|---|---|---|
{rows}
```{{toctree}}
:caption: Lessons
:hidden:

{inside}
```

```{{toctree}}
:caption: To look things up
:hidden:

glossary
errors
docs/troubleshooting
```

```{{toctree}}
:caption: Beyond the lessons
:glob:
:hidden:

docs/[!t]*
docs/t[!r]*
changelog
```
""".replace("Twelve short", f"{_in_words(len(taught))} short")


def glossary(taught: Sequence[Lesson]) -> str:
    """Every word that a lesson introduces, in order, with the lesson."""
    entries = sorted(
        ((word, meaning, each) for each in taught for word, meaning in each.words),
        key=lambda entry: entry[0].strip("`*").casefold(),
    )
    text = "".join(
        f"{word}\n: {meaning[:1].upper()}{meaning[1:]}."
        f" ([lesson {each.number}](notebooks/{each.path.name}))\n\n"
        for word, meaning, each in entries
    )
    return (
        f"# Glossary\n\nThe words of the lessons, each with the one that introduces it.\n\n{text}"
    )


def errors() -> str:
    """Every code that the course knows: what it says, what to do, and the lessons with it."""
    known = explain()
    assert isinstance(known, Codes)
    titles = {each.number: each.path.name for each in lessons()}
    rows = "".join(
        f"| [{one.code}]({more_info(one.code)}) |"
        f" {', '.join(f'[{n}](notebooks/{titles[n]})' for n, _ in one.lessons)} |"
        f" {_cell(one.says)} | {_cell(one.todo)} |\n"
        for one in known
    )
    return (
        "# Error codes\n\nIn a notebook `explain(21608)` says the same. The number leads to"
        " Twilio's own page.\n\n| code | lesson | says | what to do |\n|---|---|---|---|\n" + rows
    )


def put_together(source: Path = SOURCE) -> None:
    """Write everything that Sphinx reads into *source*, anew."""
    shutil.rmtree(source, ignore_errors=True)
    taught = lessons()
    shutil.copytree(ROOT / "docs", source / "docs", ignore=shutil.ignore_patterns("*.py"))
    shutil.copy(ROOT / "docs" / "conf.py", source)
    shutil.copy(ROOT / "CHANGELOG.md", source / "changelog.md")
    (source / "notebooks").mkdir()
    for each in taught:
        book = json.loads(each.path.read_text(encoding="utf-8"))
        text = json.dumps(_drawable(book), ensure_ascii=False)
        (source / "notebooks" / each.path.name).write_text(text, encoding="utf-8")
    for name, page in (
        ("index.md", first_page(taught)),
        ("glossary.md", glossary(taught)),
        ("errors.md", errors()),
    ):
        (source / name).write_text(page, encoding="utf-8")


def build(source: Path = SOURCE, site: Path = SITE) -> int:
    """Have Sphinx make the site; its exit status, not 0 if there was a warning."""
    shutil.rmtree(site, ignore_errors=True)
    command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-b", "html"]
    return subprocess.run([*command, str(source), str(site)]).returncode


def _drawable(book: dict[str, Any]) -> dict[str, Any]:
    for cell in book["cells"]:
        for output in cell.get("outputs", ()):
            output.get("data", {}).pop(NOT_DRAWN, None)
    return book


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")


def _in_words(number: int) -> str:
    words = ["No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine"]
    words += ["Ten", "Eleven", "Twelve"]
    return words[number] if number < len(words) else str(number)


def main(arguments: list[str] | None = None) -> int:
    """Read the command line, make the site; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m scripts.site", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--source", action="store_true", help="only put the pages together")
    options = parser.parse_args(arguments)
    put_together()
    if options.source:
        return 0
    status = build()
    if status == 0:
        print("the site is in build/site: open build/site/index.html")
    return status


if __name__ == "__main__":
    sys.exit(main())
