"""Shape: a lesson opens with a promise, keeps it, and leads on."""

from __future__ import annotations

import re
from collections import Counter

from helpers.lessons import Lesson
from tests.lessons.contract.book import Book, Faults, headings, links, rule

CELLS = (25, 60)
NAMED = ("title", "before", "set-up", "quiz", "go-live", "learned", "next")
STUCK = "../docs/troubleshooting.md"
#: What titles begin with. One that is missing may be added, if it is a verb that one can do.
VERBS = {
    *("Answer", "Build", "Buy", "Call", "Check", "Count", "Create", "Deploy", "Follow", "Get"),
    *("Go", "Hear", "Hold", "Keep", "Lead", "Make", "Meet", "Open", "Prove", "Put", "Read"),
    *("Receive", "Reply", "Ring", "Send", "Serve", "Set", "Sign", "Speak", "Start", "Stay"),
    *("Take", "Talk", "Text", "Try", "Use", "Verify", "Watch", "Write"),
}
#: What nobody can watch a learner do.
VAGUE = {"appreciate", "be", "believe", "feel", "grasp", "know", "learn", "realise", "understand"}
NOTES = ("Timing", "Questions to ask", "Checkpoints", "What goes wrong")

_SLUG = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")


@rule
def format_is_current(book: Book) -> Faults:
    """nbformat 4.5, the plain kernel, nothing of one machine's Python."""
    raw = book.raw
    if (raw["nbformat"], raw["nbformat_minor"]) < (4, 5):
        yield "", "the format is older than 4.5, which gives cells their ids; save it anew"
    if raw["metadata"].get("kernelspec", {}).get("name") != "python3":
        yield "", "its kernel is not python3; store it with `make notebooks`"
    if "version" in raw["metadata"].get("language_info", {}) or "widgets" in raw["metadata"]:
        yield (
            "",
            "it keeps a version of Python or states of widgets; store it with `make notebooks`",
        )


@rule
def ids_are_slugs(book: Book) -> Faults:
    """An id is words with hyphens, so that a failing test names its cell."""
    for cell in book.lesson.cells:
        machine_made = re.fullmatch(r"[0-9a-f-]{8,}", cell.id) and re.search(r"\d", cell.id)
        if not _SLUG.fullmatch(cell.id) or len(cell.id) > 40 or machine_made:
            yield cell.id, "the id is no word; give it one or more lower-case words with hyphens"


@rule
def ids_are_unique(book: Book) -> Faults:
    """No two cells have one id."""
    for id, times in Counter(cell.id for cell in book.lesson.cells).items():
        if times > 1:
            yield id, f"{times} cells have this id; rename all but one"


@rule
def named_cells_stand_in_order(book: Book) -> Faults:
    """What every lesson has is there, and stands where readers know to find it."""
    ids = [cell.id for cell in book.lesson.cells]
    there = [id for id in ids if id in NAMED]
    for id in NAMED:
        if id not in there:
            yield id, "there is no cell with this id; every lesson has one"
    wanted = [id for id in NAMED if id in there]
    if list(dict.fromkeys(there)) != wanted:
        yield there[0], f"the cells stand as {', '.join(there)}; they go {', '.join(wanted)}"
    if ids[0] != "title" or ids[-1] != "next":
        yield ids[0], "a lesson begins with the cell title and ends with the cell next"


@rule
def cells_are_neither_few_nor_many(book: Book) -> Faults:
    """25 to 60 cells."""
    number = len(book.lesson.cells)
    if not CELLS[0] <= number <= CELLS[1]:
        yield "", f"it has {number} cells; 25 to 60 make a lesson that one can do in one go"


@rule
def the_first_heading_is_the_only_one(book: Book) -> Faults:
    """One heading of the first level, in the first line."""
    if not book.lesson.cells[0].source.startswith("# "):
        yield book.lesson.cells[0].id, "the lesson's title, `# ...`, is to be its first line"
    top = [(cell.id, text) for cell in book.texts for n, text in headings(cell.source) if n == 1]
    for id, text in top[1:]:
        yield id, f"a second heading of the first level, {text!r}; write it with ##"


@rule
def headings_skip_no_level(book: Book) -> Faults:
    """Who hears the page can follow its headings: no level is left out, none is empty."""
    last = 0
    for cell in book.texts:
        for level, text in headings(cell.source):
            if level > last + 1:
                yield cell.id, f"{text!r} is of level {level} after {last}; use {'#' * (last + 1)}"
            if not text:
                yield cell.id, "a heading has no words; give it some or take it out"
            last = level


@rule
def headings_are_unique(book: Book) -> Faults:
    """No two headings are alike, so that each can be linked to."""
    seen: set[str] = set()
    for cell in book.texts:
        for _, text in headings(cell.source):
            if text.lower() in seen:
                yield cell.id, f"the heading {text!r} stands twice; say what is new here"
            seen.add(text.lower())


@rule
def the_title_has_a_verb(book: Book) -> Faults:
    """The title begins with what the reader will do."""
    first = book.lesson.title.split()[0].strip(":,")
    if first not in VERBS:
        yield (
            "title",
            f"the title begins with {first!r}; begin with a verb (VERBS in contract/shape.py has "
            "those known, and may grow)",
        )


@rule
def the_promise_is_visible(book: Book) -> Faults:
    """One sentence, "You will ...", right under the title."""
    if not book.lesson.promise.startswith("You will ") or "\n#" in book.lesson.promise:
        yield "title", 'under the title goes a sentence that begins with "You will "'


@rule
def facts_are_told(book: Book) -> Faults:
    """Minutes, needs, whether it runs offline, what it costs."""
    line = re.search(r"^\*\d+ minutes · needs .+? · (.+?) · (.+?)\*$", book.source("title"), re.M)
    if line is None or line[1] != "runs offline" or not line[2].startswith("costs "):
        yield (
            "title",
            "the line of facts reads *30 minutes · needs 00 · runs offline · costs nothing*",
        )


@rule
def questions_are_asked(book: Book) -> Faults:
    """Two questions or more, answered in the lesson."""
    asked = book.lesson.questions
    if len(asked) < 2 or not all(question.endswith("?") for question in asked):
        yield (
            "title",
            "under **Questions answered here** go two questions or more, each with a ? at its end",
        )


@rule
def objectives_can_be_watched(book: Book) -> Faults:
    """Three to seven things that one can watch somebody do."""
    told = book.lesson.objectives
    if not 3 <= len(told) <= 7:
        yield "title", f"there are {len(told)} objectives (- [ ] ...); three to seven can be kept"
    for objective in told:
        first = objective.split()[0].lower().rstrip(",")
        if first in VAGUE or not first.isalpha():
            yield "title", f"nobody can watch {objective!r} being done; begin with such a verb"


@rule
def objectives_are_practised(book: Book) -> Faults:
    """PRACTISED says for each objective which exercise or question of the quiz asks it."""
    told, practised = book.lesson.objectives, book.practised
    if len(practised) != len(told):
        yield (
            "title",
            f"{len(told)} objectives, and PRACTISED in helpers/checks/nb_{book.lesson.number}.py "
            f'names a place ("ex1", "quiz 2") for {len(practised)}; name one for each, in order',
        )
    known = {one.cell for one in book.lesson.exercises}
    known |= {f"quiz {number}" for number in range(1, book.questions + 1)}
    for place in practised:
        if place not in known:
            yield "title", f"PRACTISED names {place!r}; there are {', '.join(sorted(known))}"


@rule
def what_was_learned_is_what_was_promised(book: Book) -> Faults:
    """The objectives again, done."""
    found = re.findall(r"^- \[x\] (.+(?:\n  .+)*)$", book.source("learned"), re.MULTILINE)
    done = [" ".join(each.split()).rstrip(",.;") for each in found]
    for objective in book.lesson.objectives:
        if objective not in done:
            yield "learned", f"- [x] {objective!r} is missing; repeat the objectives word for word"
    for each in done:
        if each not in book.lesson.objectives:
            yield "learned", f"{each!r} was no objective; repeat those, word for word"


@rule
def three_things_are_kept(book: Book) -> Faults:
    """What to keep, if nothing else."""
    if "**Three things to keep.**" not in book.source("learned"):
        yield "learned", "it lacks **Three things to keep.** and three short sentences"


def terms(lesson: Lesson) -> list[str]:
    """The words that a lesson introduces, each for itself, in lower case."""
    return [
        term.strip().lower()
        for words, _ in lesson.words
        for term in re.sub(r"[`*]", "", words).split(",")
    ]


@rule
def words_are_introduced_once(book: Book) -> Faults:
    """A table of new words, each of them new."""
    if not book.lesson.words:
        yield "learned", "it lacks its table | word | means |; name the terms that were new"
    for earlier in book.course:
        if earlier.number >= book.lesson.number:
            break
        for term in sorted(set(terms(earlier)) & set(terms(book.lesson))):
            yield "learned", f"{term!r} was introduced in lesson {earlier.number}; take it out here"
    for term, times in Counter(terms(book.lesson)).items():
        if times > 1:
            yield "learned", f"{term!r} stands twice in the table; keep one"


@rule
def what_is_needed_comes_before(book: Book) -> Faults:
    """`needs` names earlier lessons, so that it can form no cycle."""
    known = {lesson.number for lesson in book.course}
    for number in book.lesson.needs:
        if number not in known or number >= book.lesson.number:
            yield "title", f"it needs {number}, which is no earlier lesson; name one, or nothing"


@rule
def stuck_readers_find_help(book: Book) -> Faults:
    """`before` says what is needed, and where help is."""
    targets = [target.partition("#")[0] for _, target in links(book.source("before"))]
    if STUCK not in targets:
        yield "before", f"it does not say what to do when stuck; link to {STUCK}"


@rule
def the_next_link_leads_on(book: Book) -> Faults:
    """Under *Next* is one link to a lesson, the one that follows."""
    part = book.source("next").partition("## Next")[2].partition("\n## ")[0]
    targets = [target for _, target in links(part) if target.endswith(".ipynb")]
    later = [one.path.name for one in book.course if one.number > book.lesson.number]
    if later and targets != later[:1]:
        yield "next", f"under ## Next goes one link to a lesson, {later[0]}; it has {targets}"


@rule
def reading_is_annotated(book: Book) -> Faults:
    """Under *Read on* each link says why to follow it."""
    part = book.source("next").partition("## Read on")[2].partition("\n## ")[0]
    items = re.findall(r"^- (.+(?:\n  .+)*)$", part, re.MULTILINE)
    if not items:
        yield "next", "## Read on has no list of links; name one page or more, and why to read it"
    for item in items:
        rest = re.sub(r"\[[^\]]*\]\([^)]*\)", "", item)
        if len(links(item)) != 1 or len(re.findall(r"\w+", rest)) < 2:
            yield (
                "next",
                f"{' '.join(item.split())!r}: one link, then a few words on why to read it",
            )


@rule
def teachers_have_notes(book: Book) -> Faults:
    """notebooks/instructor/NN.md has its sections, and the cells that it names exist."""
    number, notes = book.lesson.number, book.notes
    file = f"notebooks/instructor/{number}.md"
    if not notes.startswith(f"# Lesson {number}: {book.lesson.title}\n"):
        yield "", f"{file} does not begin with `# Lesson {number}: {book.lesson.title}`"
    found = [text for level, text in headings(notes) if level == 2]
    if found != list(NOTES):
        yield "", f"the sections of {file} are {', '.join(NOTES)}, in this order"
    points = notes.partition("## Checkpoints")[2].partition("\n## ")[0]
    ids = {cell.id for cell in book.lesson.cells}
    named = [word for word in re.findall(r"`([^`\n]+)`", points) if _SLUG.fullmatch(word)]
    if not ids & set(named):
        yield "", f"under ## Checkpoints {file} names no cell (`its-id`)"
