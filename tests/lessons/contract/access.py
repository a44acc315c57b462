"""Access: who hears the lesson, or sees no colours, gets all of it.

With the headings in `shape` these are the rules that checkers of notebooks have: words for pictures
(image-missing-alt), heads of tables (table-missing-header), texts of links (link-discernible-text),
one title, headings in order, none empty or twice (heading-...). Contrast, and what else takes a
browser, is judged by axe-core in `tests/browser/test_lessons.py`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

import lxml.html

from tests.lessons.contract.book import Book, Faults, links, paragraphs, plain, rule, shown

#: Link texts that say nothing out of their sentence.
NOTHING_SAID = {
    *("click here", "here", "this", "that", "link", "this link", "more", "read more", "page"),
    *("this page", "see here", "docs", "documentation", "website", "site", "it", "source"),
}
SHORTEST_ALT = 10

_COLOUR = r"(?:red|green|blue|yellow|orange|purple|grey|gray)"
_BY_COLOUR = re.compile(
    rf"\b(?:in|the|turns?|is|are|becomes?|marked|shown|painted)\s+{_COLOUR}\b|<font\b|\bcolor\s*[:=]",
    re.IGNORECASE,
)
_FILE_NAME = re.compile(
    r"(?i)^[\w-]+\.(?:png|jpe?g|gif|svg|webp)$|^(?:image|picture|img|photo)\b\W*$"
)


@rule
def pictures_have_words(book: Book) -> Faults:
    """A picture's words tell what it shows."""
    for cell in book.texts:
        found = re.findall(r"!\[([^\]]*)\]\(", cell.source)
        for tag in re.findall(r"<img\b[^>]*>", cell.source):
            alt = re.search(r'\balt="([^"]*)"', tag)
            found.append(alt[1] if alt else "")
        for words in found:
            if len(words.strip()) < SHORTEST_ALT or _FILE_NAME.match(words.strip()):
                yield cell.id, f"a picture's words are {words!r}; tell what one would see"


@rule
def links_say_where_they_lead(book: Book) -> Faults:
    """A link's text makes sense alone; no address stands bare."""
    for cell in book.texts:
        for text, _ in links(cell.source):
            said = re.sub(r"[`*]", "", text).strip()
            bare = re.match(r"https?://", said)
            if bare or len(said) < 4 or said.lower().rstrip(".") in NOTHING_SAID:
                yield cell.id, f"the link {text!r} does not say where it leads; name the page"
        prose = re.sub(r"`[^`\n]*`|\]\([^)]*\)|<[^>]*>", "", plain(cell.source))
        if re.search(r"https?://", prose):
            yield cell.id, "an address stands bare in the text; make it a link with words"


@rule
def like_links_lead_to_one_place(book: Book) -> Faults:
    """Two links with one text lead to one place."""
    targets: dict[str, set[str]] = defaultdict(set)
    for cell in book.texts:
        for text, target in links(cell.source):
            targets[text.lower()].add(target)
            if len(targets[text.lower()]) == 2:
                yield cell.id, f"the link {text!r} leads elsewhere in another place; reword one"


def _tables(markdown: str) -> Iterator[list[list[str]]]:
    """The tables in it, as rows of cells."""
    table: list[list[str]] = []
    for line in [*markdown.splitlines(), ""]:
        if line.startswith("|"):
            row = re.sub(r"`[^`]*`", lambda code: code[0].replace("|", "/"), line.strip())
            row = row.replace(r"\|", "/")
            table.append([one.strip() for one in row.strip("|").split("|")])
        elif table:
            yield table
            table = []


@rule
def tables_have_heads(book: Book) -> Faults:
    """A row of heads, and as many cells in every row. The corner may be empty."""
    for cell in book.texts:
        for table in _tables(cell.source):
            ruled = len(table) > 2 and all(re.fullmatch(r":?-+:?", one) for one in table[1])
            if not ruled or not all(table[0]) or len(table[0]) < 2:
                yield cell.id, "a table has no row of heads; give each column one"
            elif {len(row) for row in table} != {len(table[0])}:
                yield cell.id, "a table's rows have not as many cells as its heads; fill them up"


@rule
def nothing_is_said_by_colour(book: Book) -> Faults:
    """What a colour says, a word or a sign says, too."""
    for cell in book.texts:
        found = _BY_COLOUR.search(paragraphs(cell.source))
        if found:
            yield cell.id, f"{found[0]!r}: say it without the colour, some readers see none"


@rule
def what_is_shown_has_names(book: Book) -> Faults:
    """Drawn outputs: pictures have words, fields and buttons have names, tables have heads."""
    for cell in book.code:
        for output in cell.outputs:
            for kind, text in shown(output).items():
                if kind in ("text/html", "image/svg+xml") and text.strip():
                    for fault in _nameless(lxml.html.fromstring(f"<div>{text}</div>")):
                        yield cell.id, fault
            kinds = set(shown(output))
            if (
                kinds & {"text/html", "image/svg+xml", "text/vnd.mermaid"}
                and "text/plain" not in kinds
            ):
                yield cell.id, "its picture has no text form; give the class a __repr__"


def _nameless(page: lxml.html.HtmlElement) -> Iterator[str]:
    """What in a page has no name or no words."""
    labelled = set(page.xpath(".//label/@for"))
    for node in page.iter("img", "svg", "input", "select", "textarea", "button", "table"):
        named = bool((node.get("aria-label") or node.get("title") or "").strip())
        named = named or bool(node.get("aria-labelledby")) or node.get("aria-hidden") == "true"
        if node.tag == "img" and not (node.get("alt") or "").strip():
            yield "a picture in its output has no alt text; give it one"
        elif node.tag == "svg" and not named and not node.xpath("./*[local-name()='title']"):
            yield "a drawing in its output has no title; give it one"
        elif node.tag in ("input", "select", "textarea"):
            inside = any(parent.tag == "label" for parent in node.iterancestors())
            if not named and not inside and node.get("id") not in labelled:
                yield f"a field ({node.tag}) in its output has no label; give it one"
        elif node.tag == "button" and not named and not node.text_content().strip():
            yield "a button in its output has no name; give it one"
        elif node.tag == "table" and node.get("role") != "presentation" and not node.xpath(".//th"):
            yield "a table in its output has no heads (th); give each column one"
