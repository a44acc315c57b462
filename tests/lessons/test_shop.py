"""What lesson 08 builds is an app that can leave the notebook, as lesson 11 does it."""

from __future__ import annotations

from helpers.export import export
from helpers.lessons import lesson
from tests.lessons.cells import opened


def test_the_shop_of_lesson_08_can_be_exported(tmp_path):
    with opened(lesson("08")) as notebook:
        for cell in notebook.lesson.cells:
            if cell.kind == "code":
                notebook.run(cell)
        pages = notebook.names["pages"]
        export(pages, tmp_path / "shop")
    written = (tmp_path / "shop" / "pages.py").read_text(encoding="utf-8")
    compile(written, "pages.py", "exec")
    assert len(pages) == 11
    for path, page in pages.items():
        assert f'"{path}": {page.__name__},' in written
    assert "helpers" not in written
