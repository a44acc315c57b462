"""Bring what a reader wrote in a lesson into a newer version of it, cell by cell.

Cells are told apart by their ids. What the reader changed is kept where the lesson did not change
there, and in every exercise; where both changed a cell, both stand one after the other.
"""

from __future__ import annotations

import copy
from collections.abc import Set
from typing import Any

Notebook = dict[str, Any]
Cell = dict[str, Any]

YOURS = "-yours"


def edited(base: Notebook, mine: Notebook) -> bool:
    """Whether *mine* differs from *base* in more than what cells have printed."""
    before, now = _sources(base), _sources(mine)
    return any(before.get(id) != source for id, source in now.items())


def merged(base: Notebook, mine: Notebook, new: Notebook) -> Notebook:
    """*new* with what the reader wrote: *base* is what they began with, *mine* what it is now.

    A cell that the reader deleted comes back; one that the lesson gave up stays if it was changed.
    """
    before, now = _sources(base), _sources(mine)
    changed = {id for id, source in now.items() if before.get(id) != source}
    theirs = {cell.get("id", ""): cell for cell in mine["cells"]}
    coming = _sources(new)
    taken = coming.keys() | now.keys()
    result: list[Cell] = []
    for cell in new["cells"]:
        id = cell.get("id", "")
        if id not in changed:
            result.append(cell)
        elif id.endswith("-try") or coming[id] == before.get(id):
            result.append(theirs[id])
        else:
            result += [cell, {**theirs[id], "id": _free(id + YOURS, taken)}]
    _put_in(result, mine["cells"], changed - set(coming))
    return copy.deepcopy({**new, "cells": result})


def _put_in(result: list[Cell], mine: list[Cell], own: set[str]) -> None:
    """Put the reader's own cells behind the ones they stand behind in *mine*."""
    behind = ""
    for cell in mine:
        id = cell.get("id", "")
        if id in own:
            result.insert(_place(result, behind), cell)
        if any(each.get("id") == id for each in result):
            behind = id


def _place(result: list[Cell], behind: str) -> int:
    for index, cell in enumerate(result):
        if behind and cell.get("id") == behind:
            follower = result[index + 1].get("id", "") if index + 1 < len(result) else ""
            return index + (2 if follower.startswith(behind + YOURS) else 1)
    return 0


def _free(id: str, taken: Set[str]) -> str:
    while id in taken:
        id += "-2"
    return id


def _sources(notebook: Notebook) -> dict[str, str]:
    return {
        cell.get("id", ""): source if isinstance(source := cell["source"], str) else "".join(source)
        for cell in notebook["cells"]
    }
