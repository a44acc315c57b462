"""The site: made of the lessons, with no warning, and nothing in it comes from elsewhere."""

import re
import subprocess
import sys

import pytest

from helpers.lessons import lessons
from scripts import site

LESSONS = lessons()


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The site as Sphinx makes it, warnings being errors."""
    folder = tmp_path_factory.mktemp("site")
    site.put_together(folder / "source")
    command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-b", "html"]
    done = subprocess.run(
        [*command, str(folder / "source"), str(folder / "html")], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return folder / "html"


def test_every_lesson_is_a_page_with_what_its_cells_printed(built):
    for each in LESSONS:
        page = (built / "notebooks" / f"{each.path.stem}.html").read_text(encoding="utf-8")
        outputs = sum(cell.kind == "code" for cell in each.cells)
        assert page.count('class="cell_output') >= outputs / 2
        assert page.count("<details>") >= 2 * len(each.exercises)
    assert "Your phone" in (built / "notebooks" / "04-send-an-sms.html").read_text(encoding="utf-8")


def test_nothing_is_loaded_from_elsewhere(built):
    loaded = re.compile(r'<(?:script|link|img|iframe)\b[^>]*\b(?:src|href)="(https?:)?//[^"]*"')
    for page in built.rglob("*.html"):
        found = loaded.search(page.read_text(encoding="utf-8"))
        assert not found, f"{page.name}: {found and found[0]}"


def test_the_first_page_leads_to_every_lesson(built):
    page = (built / "index.html").read_text(encoding="utf-8")
    for each in LESSONS:
        assert f'href="notebooks/{each.path.stem}.html"' in page


def test_every_word_of_the_lessons_is_in_the_glossary(built):
    page = site.glossary(LESSONS)
    for each in LESSONS:
        for word, meaning in each.words:
            assert f"\n{word}\n: {meaning[:1].upper()}{meaning[1:]}" in page


def test_a_code_leads_to_its_lesson(built):
    page = (built / "errors.html").read_text(encoding="utf-8")
    row = page.partition("errors/21608")[2].partition("</tr>")[0]
    assert 'href="notebooks/04-send-an-sms.html"' in row
