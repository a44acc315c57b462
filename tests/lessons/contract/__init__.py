"""The lesson contract: rules that every lesson keeps, with no list of exceptions.

    python -m tests.lessons.contract           what the rules find, and figures, of every lesson
    python -m tests.lessons.contract 04 05     of these
    python -m tests.lessons.contract --links   the addresses elsewhere that lessons link to

A rule is a small function in one of the files here (`shape`, `cells`, `exercises`, `outputs`,
`credentials`, `access`, `links`, `minutes`); it yields, for each fault, the id of a cell and one
sentence that says what is wrong and how to mend it. `tests/lessons/test_contract_bites.py` breaks a
good lesson once for every rule, and the rule must find it.

Which exercise or question practises an objective cannot be seen from outside. So each lesson says
it, in `helpers/checks/nb_NN.py`, one place for each objective, in their order::

    PRACTISED = ("ex1", "quiz 2", "ex2", "ex1")
"""

from tests.lessons.contract import (  # noqa: F401 - a rule is known once its file was read
    access,
    cells,
    credentials,
    exercises,
    links,
    minutes,
    outputs,
    shape,
)
from tests.lessons.contract.book import RULES, Book, Finding, all_books, findings, opened

__all__ = ["RULES", "Book", "Finding", "all_books", "findings", "opened"]
