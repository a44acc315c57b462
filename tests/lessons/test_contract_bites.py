"""Every rule of the lesson contract bites: a good lesson, broken, is found by that rule."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.lessons.contract import RULES, Book, findings
from tests.lessons.contract.book import READABLE
from tests.lessons.contract.counts import FLOORS, counts, too_few
from tests.lessons.contract.credentials import SHAPES
from tests.lessons.contract.outputs import OF_A_MACHINE
from tests.lessons.good import Draft, code, exercise, text

Break = Callable[[Draft], object]


def _longer(words: str) -> Break:
    return lambda draft: draft.add("part-a-words", words)


def _shown(words: str) -> Break:
    return lambda draft: draft.show("part-a", words)


def _remove(id: str) -> Break:
    return lambda draft: draft.raw["cells"].remove(draft.cell(id))


def _insert(before: str, *cells: dict) -> Break:
    def change(draft: Draft) -> None:
        place = draft.place(before)
        draft.raw["cells"][place:place] = list(cells)

    return change


def _move(id: str, before: str) -> Break:
    def change(draft: Draft) -> None:
        cell = draft.cell(id)
        draft.raw["cells"].remove(cell)
        draft.raw["cells"].insert(draft.place(before), cell)

    return change


def _rename(id: str, to: str) -> Break:
    return lambda draft: draft.cell(id).update(id=to)


def _source(id: str, source: str) -> Break:
    return lambda draft: draft.cell(id).update(source=source)


def _swap(id: str, old: str, new: str) -> Break:
    return lambda draft: draft.swap(id, old, new)


def _set(name: str, value: object) -> Break:
    return lambda draft: setattr(draft, name, value)


def _key(pieces: str) -> str:
    """A planted fake; spelled in pieces, so that other scanners do not find it here."""
    return pieces.replace(" ", "")


#: What machines put into outputs, by what the rule calls it.
MACHINES = {
    "an address of this machine": "at http://127.0.0.1:80/voice",
    "an address of a network": "from 10.20.30.40",
    "a port": "http://example.com:49152/",
    "an address in memory": "<Thing at 0x7f3a9c0b1d60>",
    "a path": "/" + "home/someone/notes.txt",
    "a version": "twilio 9.13.0",
    "a time that it took": "in 183 ms",
    "a date that is not the sandbox's": "2027-03-04",
    "a time of day that is not the sandbox's": "at 17:42:10",
    "a day that is not the sandbox's": "Thu, 04 Mar 2027",
}

#: Planted fakes, by what the scanner calls them.
FAKES = {
    "an auth token": _key("3f9a 17c2 55d0 4be1 8890 ab76 12ce 4d3f"),
    "an API key with its secret": _key("SK 3f9a17c255d04be18890ab7612ce4d3f")
    + " "
    + _key("Zq8r T2mV 7bN4 xK1p L9sD 3wF6 gH5j Y0cA"),
    "a private key": _key("-----BEGIN") + " PRIVATE KEY-----",
    "a basic authorization": "Basic " + _key("QUMxMjM0NTY3 ODkwOnNlY3JldA=="),
    "a bearer token": "Bearer " + _key("a8Fh29d kQ1z0Lm4Xp7"),
    "a JSON web token": _key("eyJhbGciOiJIUzI1 .eyJzdWIiOiIxMjM0 .SflKxwRJSMeKKF2Q"),
    "a password in an address": "https://ada:" + _key("s3cr 3t") + "@example.com/",
    "a key of Amazon's": _key("AKIA 4T7QZ2X9WB3L5M6N"),
    "a key of Google's": _key("AIza SyB4k9Q2mX7vT1zR8wL3nP6dF0hJ5gC2aEu"),
    "a key of GitHub's": _key("ghp_ 4kQ9zX2mV7bN1tR8wL3pD6fH0jG5cA2eYuSi"),
    "a key of Slack's": _key("xoxb- 4829104857-kQ9zX2mV7bN1"),
    "a key of a storage account": "AccountKey=" + _key("kQ9zX2mV7bN1tR8wL3pD " * 3),
    "a secret that was given a name": 'auth_token = "' + _key("kQ9zX2mV 7bN1tR8wL3pD") + '"',
}

SVG = '<svg width="9" height="9"><rect width="9" height="9"/></svg>'

#: For every rule what breaks it, once or in several ways.
BREAKS: dict[str, list[Break]] = {
    # shape
    "format_is_current": [
        lambda draft: draft.raw.update(nbformat_minor=4),
        lambda draft: draft.raw["metadata"]["kernelspec"].update(name="mine"),
        lambda draft: draft.raw["metadata"]["language_info"].update(version="3.12"),
        lambda draft: draft.raw["metadata"].update(widgets={}),
    ],
    "ids_are_slugs": [_rename("part-a", "3f9a17c2"), _rename("part-a", "Part A")],
    "ids_are_unique": [_rename("part-a", "part-b")],
    "named_cells_stand_in_order": [
        _remove("go-live"),
        _move("learned", "go-live"),
        _move("before", "title"),
    ],
    "cells_are_neither_few_nor_many": [
        lambda draft: draft.raw.update(cells=draft.raw["cells"][:12] + draft.raw["cells"][-1:]),
        _insert("go-live", *(text(f"more-{'x' * n}", "More.") for n in range(1, 40))),
    ],
    "the_first_heading_is_the_only_one": [
        _longer("\n\n# Again"),
        _swap("title", "# Send", "\n# Send"),
    ],
    "headings_skip_no_level": [_longer("\n\n#### Deep down"), _longer("\n\n## ")],
    "headings_are_unique": [_longer("\n\n### Set up")],
    "the_title_has_a_verb": [_swap("title", "# Send text", "# Messages,")],
    "the_promise_is_visible": [_swap("title", "You will send", "We send")],
    "facts_are_told": [
        _swap("title", "runs offline", "needs a network"),
        _swap("title", "costs nothing", "cheap"),
    ],
    "questions_are_asked": [
        _swap("title", "\n- What does it cost?", ""),
        _swap("title", "cost?", "cost"),
    ],
    "objectives_can_be_watched": [
        _swap("title", "read an error", "understand errors"),
        _swap("title", "- [ ] follow it to its end,\n", ""),
    ],
    "objectives_are_practised": [
        _set("practised", ["ex1", "ex2"]),
        _set("practised", ["ex1", "ex2", "quiz 3"]),
    ],
    "what_was_learned_is_what_was_promised": [
        _swap("learned", "- [x] read an error.", ""),
        _swap("learned", "- [x] read an error.", "- [x] read an error.\n- [x] sing"),
    ],
    "three_things_are_kept": [_swap("learned", "**Three things to keep.**", "Well.")],
    "words_are_introduced_once": [
        _swap("learned", "| segment |", "| part, session |"),
        _swap("learned", "| segment |", "| segment, segment |"),
        _swap("learned", "| segment | something new |", ""),
    ],
    "what_is_needed_comes_before": [
        _swap("title", "needs 00", "needs 02"),
        _swap("title", "needs 00", "needs 01"),
    ],
    "stuck_readers_find_help": [_swap("before", "../docs/troubleshooting.md", "00-start.ipynb")],
    "the_next_link_leads_on": [
        _swap("next", "02-serve-a-page", "00-start"),
        _swap("next", "## Next\n\n", "## Next\n\n[The one before](00-start.ipynb)\n\n"),
    ],
    "reading_is_annotated": [
        _swap("next", ": every field of a text.", ""),
        lambda draft: draft.cell("next").update(
            source=draft.cell("next")["source"].partition("## Read on")[0]
        ),
    ],
    "teachers_have_notes": [
        _set("notes", ""),
        lambda draft: setattr(draft, "notes", draft.notes.replace("## Timing", "## Times")),
        lambda draft: setattr(draft, "notes", draft.notes.replace("`part-a`", "`part-z`")),
        lambda draft: setattr(draft, "notes", draft.notes.replace("number 01", "number 1")),
    ],
    # cells
    "no_cell_is_empty": [_source("part-a-seen", " \n"), _source("part-a", "")],
    "code_is_python": [
        _source("part-a", "!ls"),
        _source("part-a", "%time session"),
        _source("part-a", "session.number ="),
        _source("part-a", "session.number;"),
        _source("part-a", 'print("pip install twilio")'),
    ],
    "calls_are_welcome": [
        _source("part-a", "session.sleep(3)"),
        _source("part-a", "display(session)"),
        _source("part-a", 'input("Who?")'),
    ],
    "prose_comes_before_code": [
        _remove("part-a-seen"),
        _insert("ex1-check", code("between", "session")),
    ],
    "code_is_short": [_source("part-a", "\n".join(["session.number"] * 16))],
    "code_is_mostly_short": [
        lambda draft: [
            cell.update(source="\n".join(["session.number"] * 4))
            for cell in draft.raw["cells"]
            if cell["id"].startswith("part-") and cell["cell_type"] == "code"
        ]
    ],
    "lines_fit": [_source("part-a", f'"{"x" * 87}"')],
    "prose_is_short": [_longer(" And so on." * 30)],
    "prose_and_code_take_turns": [
        lambda draft: [
            cell.update(source="Look.")
            for cell in draft.raw["cells"]
            if cell["id"].startswith("part-") and cell["cell_type"] == "markdown"
        ],
        _insert("go-live", *(text(f"more-{'x' * n}", "So on. " * 50) for n in range(1, 12))),
    ],
    "imports_stand_in_the_set_up": [
        _source("part-a", "import json\n\njson.dumps(session.number)"),
        _source("part-a", "def ask():\n    import json\n\n    return json"),
        _swap("set-up", "import check", "import *  # check"),
    ],
    "names_are_defined_before_use": [
        _source("part-a", "call.sid"),
        lambda draft: (
            draft.cell("part-a").update(source="later"),
            draft.cell("part-b").update(source="later = 1\nlater"),
        ),
    ],
    "imports_are_used": [_swap("set-up", "import check", "import Phone, check")],
    # exercises
    "exercises_are_two_to_four": [
        lambda draft: [_remove(f"ex2-{part}")(draft) for part in ("task", "try", "check", "more")],
        _insert(
            "quiz-words",
            *(cell for n in (3, 4, 5) for cell in exercise("01", n, f"number {n}")),
        ),
    ],
    "quartets_are_complete": [
        _remove("ex1-more"),
        _move("ex1-more", "ex1-try"),
        _insert("ex1-try", text("between", "By the way.")),
        _insert("ex1-more", text("ex1-extra", "By the way.")),
        lambda draft: draft.cell("ex1-more").update(
            cell_type="code", outputs=[], execution_count=99
        ),
    ],
    "exercises_are_numbered": [
        _swap("ex2-task", "Exercise 01.2", "Exercise 01.3"),
        _swap("ex1-task", "### Exercise 01.1: ", "### Exercise: "),
        lambda draft: [
            _rename(f"ex2-{part}", f"ex3-{part}")(draft)
            for part in ("task", "try", "check", "more")
        ],
    ],
    "tasks_name_the_only_change": [_swap("ex1-task", "Change only `answer1`", "Change it")],
    "checks_are_called": [
        _swap("ex1-check", "01.1", "01.2"),
        _swap("ex1-check", "check(", "print(check("),
    ],
    "solutions_are_the_tested_ones": [
        _swap("ex1-more", "running late", "running very late"),
        lambda draft: draft.answers.pop(0),
        _swap("ex1-more", "<details><summary>Solution", "<details><summary>Answer"),
    ],
    "hints_help_step_by_step": [
        _swap(
            "ex1-more", "<details><summary>Hint 2</summary>Are there more than 160?</details>", ""
        ),
        _swap("ex1-more", "Are there more than 160?", "Count the letters."),
        _swap("ex1-more", "Count the letters.", ""),
        _swap("ex1-more", "Hint 2", "Hint"),
    ],
    "hints_hold_no_solution": [
        _swap("ex1-more", "Count the letters.", '<code>answer1 = "I am running late"</code>'),
        _swap("ex1-more", "Count the letters.", "Write `answer1 = 'I am running late'`."),
    ],
    "the_quiz_is_asked": [
        _set("questions", 1),
        _set("questions", 4),
        _source("quiz", 'quiz("02")'),
        _rename("quiz-words", "some-words"),
    ],
    # outputs
    "cells_were_run": [
        lambda draft: draft.cell("part-a").update(execution_count=None),
        lambda draft: draft.cell("part-a").update(execution_count=7),
        lambda draft: [
            cell.update(execution_count=None)
            for cell in draft.raw["cells"]
            if cell["cell_type"] == "code"
        ],
    ],
    "outputs_are_of_no_machine": [_shown(words) for words in MACHINES.values()],
    "numbers_are_examples": [
        _longer(" Call +12125551234."),
        _longer(" Call +1 (212) 555-1234."),
        _longer(" Call (212) 555-1234."),
        _shown("+49 30 123456-78"),
    ],
    "ids_are_the_sandbox_s": [
        _shown("SM3f9a17c255d04be18890ab7612ce4d3f"),
        _longer(" See `CA3f9a17c255d04be18890ab7612ce4d3f`."),
    ],
    "nothing_warns": [
        lambda draft: draft.cell("part-a")["outputs"].append(
            {"output_type": "stream", "name": "stderr", "text": "careful"}
        )
    ],
    "errors_are_meant": [
        lambda draft: draft.cell("wrong").update(metadata={}),
        lambda draft: draft.cell("part-a").update(metadata={"tags": ["raises-exception"]}),
    ],
    "nothing_is_fetched": [
        _longer("\n\n![Ada's phone, ringing](https://example.com/phone.png)"),
        lambda draft: draft.show("part-a", "<script>1</script>", "text/html"),
        lambda draft: draft.show("part-a", '<img alt="a phone" src="a.png">', "text/html"),
        lambda draft: draft.show("part-a", "<style>@import 'a.css'</style>", "text/html"),
    ],
    "outputs_are_small": [_shown("x" * 4096)],
    "an_error_is_met": [
        lambda draft: draft.cell("wrong")["outputs"][0].update(evalue="not found"),
        _source("wrong", "explain(20404)"),
    ],
    "errors_are_read_aloud": [_source("wrong-after", "That was that.")],
    # credentials
    "nothing_looks_like_a_credential": [
        *(_shown(fake) for fake in FAKES.values()),
        *(_longer(f" {fake}") for fake in FAKES.values()),
        lambda draft: draft.cell("part-a").update(metadata={"note": FAKES["an auth token"]}),
        lambda draft: draft.cell("part-a-words").update(
            attachments={"a.txt": {"text/plain": FAKES["an auth token"]}}
        ),
        lambda draft: draft.raw["metadata"].update(note=FAKES["an auth token"]),
    ],
    "no_credential_is_shown": [
        _source("part-a", "session.auth"),
        _source("part-a", "session.auth[1]"),
        _source("part-a", "print(session.auth_token)"),
        _source("part-a", 'f"{session.auth_token}"'),
        _source("part-a", "session.number, session.auth"),
        _shown(_key("0123456789abcdef 0123456789abcdef")),
    ],
    # access
    "pictures_have_words": [
        _longer("\n\n![](phone.png)"),
        _longer("\n\n![phone-view.png](phone.png)"),
        _longer('\n\n<img src="phone.png">'),
    ],
    "links_say_where_they_lead": [
        _longer(" See [here](00-start.ipynb)."),
        _longer(" See [https://www.twilio.com](https://www.twilio.com)."),
        _longer(" See https://www.twilio.com for more."),
    ],
    "like_links_lead_to_one_place": [
        _longer(" [The lesson after this](00-start.ipynb)."),
    ],
    "tables_have_heads": [
        _longer("\n\n| | |\n|---|---|\n| one | two |"),
        _longer("\n\n| one | two |\n| three | four |"),
        _longer("\n\n| one | two |\n|---|---|\n| three |"),
    ],
    "nothing_is_said_by_colour": [
        _longer(" What is in red is wrong."),
        _longer(' <font color="red">Wrong</font>'),
    ],
    "what_is_shown_has_names": [
        lambda draft: draft.show("part-a", SVG, "text/html"),
        lambda draft: draft.show("part-a", '<img src="a.png">', "text/html"),
        lambda draft: draft.show("part-a", '<input id="a">', "text/html"),
        lambda draft: draft.show("part-a", "<button></button>", "text/html"),
        lambda draft: draft.show("part-a", "<table><tr><td>1</td></tr></table>", "text/html"),
        lambda draft: draft.show("part-a", "graph TD", "text/vnd.mermaid"),
    ],
    # links
    "links_inside_resolve": [
        _longer(" See [the lesson on pages](03-pages.ipynb)."),
        _longer(" See [the help](../docs/troubleshooting.md#no-phone)."),
        _longer(" See [above](#Nothing-there)."),
    ],
    "links_outside_are_https": [_longer(" See [Twilio's site](http://www.twilio.com).")],
    # minutes
    "minutes_are_true": [_swap("title", "20 minutes", "30 minutes")],
    "a_lesson_fits_a_sitting": [
        _insert("go-live", *(code(f"more-{'x' * n}", "session") for n in range(1, 50))),
        lambda draft: [
            _remove(f"ex{n}-{part}")(draft)
            for n in (1, 2)
            for part in ("task", "try", "check", "more")
        ],
    ],
}


@pytest.fixture
def draft(tmp_path):
    return Draft(tmp_path)


def test_the_good_lesson_keeps_every_rule(draft):
    book = draft.book()
    assert isinstance(book, Book), book
    assert [str(one) for one in findings(book)] == []


def test_every_rule_has_something_that_breaks_it():
    assert set(BREAKS) == set(RULES)
    assert all(BREAKS.values())
    assert set(MACHINES) == set(OF_A_MACHINE)
    assert set(FAKES) == set(SHAPES)


@pytest.mark.parametrize(
    ("rule", "number"), [(rule, n) for rule, ways in BREAKS.items() for n in range(len(ways))]
)
def test_the_rule_finds_it(rule, number, draft):
    BREAKS[rule][number](draft)
    book = draft.book()
    assert isinstance(book, Book), book
    found = findings(book, [rule])
    assert found, f"{rule} does not find it"
    for one in found:
        assert one.lesson == "01"
        assert len(one.fault) > 20, one
        assert "\n" not in str(one)


@pytest.mark.parametrize("what", SHAPES)
def test_each_fake_is_found_as_what_it_is(what, draft):
    _shown(FAKES[what])(draft)
    faults = [one.fault for one in findings(draft.book(), ["nothing_looks_like_a_credential"])]
    assert any(what in fault for fault in faults), faults
    assert not any(FAKES[what] in fault for fault in faults), "a report is no place for it either"


@pytest.mark.parametrize("what", OF_A_MACHINE)
def test_each_trace_of_a_machine_is_found_as_what_it_is(what, draft):
    _shown(MACHINES[what])(draft)
    faults = [one.fault for one in findings(draft.book(), ["outputs_are_of_no_machine"])]
    assert any(what in fault for fault in faults), faults


@pytest.mark.parametrize("broken", ["*20 minutes", "# Send"])
def test_what_is_no_lesson_is_found_too(broken, draft):
    draft.swap("title", broken, "Well, ")
    found = draft.book()
    assert not isinstance(found, Book)
    assert found.rule == READABLE


def test_counts_have_floors_that_bite(draft):
    found = counts([draft.book()])
    assert found["exercises"] == 2
    assert found["wrong answers on file"] == 2
    assert found["errors of Twilio's met"] == 1
    assert len(too_few(found)) == len(FLOORS)
    assert too_few(dict(FLOORS)) == []
    for name in FLOORS:
        [sentence] = too_few(FLOORS | {name: FLOORS[name] - 1})
        assert name in sentence
