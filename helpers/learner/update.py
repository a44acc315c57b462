"""A newer version of the course, with what the reader wrote in the lessons kept.

    python -m helpers.learner.update                 get it by git, in this folder
    python -m helpers.learner.update --from FOLDER   bring what was written in FOLDER into this one

The second is for who downloads the course anew. Either way an edited lesson in this folder is first
copied to the folder `yours`.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from pathlib import Path

from helpers.errors import HelperError
from helpers.learner.merge import edited, merged
from helpers.learner.record import HOME
from helpers.learner.shipped import ASIDE, ROOT, git, keep, load, put_aside, shipped


def by_git(root: Path = ROOT, aside: Path = ASIDE) -> list[str]:
    """Fetch and take over what is new upstream; the sentences that say what was done.

    HelperError where that cannot be done, with everything as it was.
    """
    if git(root, "rev-parse", "--abbrev-ref", "@{upstream}") is None:
        raise HelperError(
            "This folder does not know where its updates come from.",
            next_step="Download the new version, and there run"
            f" python -m helpers.learner.update --from {root}",
        )
    if git(root, "fetch") is None:
        raise HelperError("Nothing could be fetched.", next_step="Look at git fetch, then repeat.")
    if git(root, "diff", "--name-only", "HEAD", "@{upstream}") == "":
        return ["You have the newest version."]
    named = git(root, "diff", "--name-only", "--relative", "HEAD", "--", "notebooks") or ""
    names = named.split("\n")
    changed = [root / name for name in names if name.endswith(".ipynb") and (root / name).is_file()]
    mine = {path: path.read_text(encoding="utf-8") for path in changed}
    base = {path: shipped(path, aside) or "" for path in changed}
    yours = [path for path in changed if _edited(path, base[path], mine[path])]
    said = [f"{path.name}: what you wrote is in yours/{keep(path).name}" for path in yours]
    if changed:
        git(root, "checkout", "HEAD", "--", *[str(path.relative_to(root)) for path in changed])
    if git(root, "merge", "--ff-only", "@{upstream}") is None:
        for path, text in mine.items():
            path.write_text(text, encoding="utf-8", newline="\n")
        raise HelperError(
            "The new version does not go with other changes in this folder; nothing was updated.",
            next_step="Look at git status. What you changed beside the lessons must go first.",
        )
    for path in yours:
        if path.is_file():
            said += _bring(path, base[path], mine[path])
        else:
            said.append(f"{path.name}: the new version has no lesson of this name")
    _renew(root / "notebooks", aside)
    return [*said, "Updated. Start JupyterLab anew: make lab"]


def from_folder(old: Path, root: Path = ROOT) -> list[str]:
    """Bring what was written in the lessons of *old*, and its record, into this folder.

    Returns the sentences that say what was done; HelperError if *old* has no lessons, or is this
    folder.
    """
    books = sorted((old / "notebooks").glob("[0-9][0-9]-*.ipynb"))
    if not books or old.resolve() == root.resolve():
        raise HelperError(
            f"{old} has no lessons of an older version.",
            next_step="Name the folder that has the older course in it.",
        )
    said: list[str] = []
    for path in books:
        mine, base = path.read_text(encoding="utf-8"), shipped(path, old / ASIDE.name)
        here = root / "notebooks" / path.name
        if base is None:
            said.append(f"{path.name}: how it was shipped is not known, so it was left alone")
        elif _edited(path, base, mine) and here.is_file():
            if _would_lose(here, base, mine, root / ASIDE.name):
                said.append(f"{path.name}: what stood here is in yours/{keep(here).name}")
            said += _bring(here, base, mine)
        elif _edited(path, base, mine):
            said.append(f"{path.name}: the new version has no lesson of this name; it stays there")
    kept = old / HOME.name
    if kept.is_file() and not (root / HOME.name).exists():
        shutil.copyfile(kept, root / HOME.name)
        said.append("Your progress came along.")
    return said or ["Nothing was written there."]


def _edited(path: Path, base: str, mine: str) -> bool:
    return edited(load(base, path.name), load(mine, path.name))


def _would_lose(here: Path, base: str, mine: str, aside: Path) -> bool:
    """Whether something was written in the lesson *here*, too, which a merge would change."""
    now, fresh = here.read_text(encoding="utf-8"), shipped(here, aside)
    written = fresh is None or _edited(here, fresh, now)
    return written and _merged(here, base, mine) != now


def _merged(path: Path, base: str, mine: str) -> str:
    new = load(path.read_text(encoding="utf-8"), path.name)
    book = merged(load(base, path.name), load(mine, path.name), new)
    return json.dumps(book, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def _bring(path: Path, base: str, mine: str) -> list[str]:
    path.write_text(_merged(path, base, mine), encoding="utf-8", newline="\n")
    return [f"{path.name}: brought what you wrote into the new version"]


def _renew(notebooks: Path, aside: Path) -> None:
    if aside.is_dir():
        shutil.rmtree(aside)
        put_aside(notebooks, aside)


def main(arguments: list[str] | None = None) -> int:
    """Read the command line, update, say what was done; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m helpers.learner.update", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--from", dest="old", type=Path, help="a folder with an older version")
    options = parser.parse_args(arguments)
    try:
        said = from_folder(options.old) if options.old else by_git()
    except HelperError as problem:
        print(problem, file=sys.stderr)
        return 1
    print("\n".join(said))
    return 0


if __name__ == "__main__":
    sys.exit(main())
