"""A notebook with a phone that nobody's sandbox stands behind, for trying the phone itself."""

from __future__ import annotations

from pathlib import Path

import nbformat
from playwright.sync_api import Page

from tests.browser.jupyter import Lab, is_open, open_notebook, replace_cells, run_all

NOTEBOOK = "scratch.ipynb"

RING = """\
from helpers.widgets import PhoneWidget
from tests.widgets.fake import FakePhone, SHOP

fake = FakePhone(words=("Hello world.", "Thank you for trying the phone."))
phone = PhoneWidget(fake, contacts=[SHOP])
fake.receive("Sent from your Twilio trial account - Your table for two is booked.")
fake.ring()
phone"""

WAIT = """\
import asyncio

async with asyncio.timeout(30):
    while not any(call.status == "in-progress" for call in phone.calls):
        await asyncio.sleep(0.05)
[entry.text for entry in phone.transcript if entry.verb == "Say"]"""


def write(path: Path, *cells: str) -> Path:
    """Write a notebook of these code cells; gives its path."""
    notebook = nbformat.v4.new_notebook()
    # Without it JupyterLab asks which kernel to take, and waits.
    notebook.metadata.kernelspec = {
        "display_name": "Python 3",
        "language": "python",
        "name": "python3",
    }
    notebook.cells = [
        nbformat.v4.new_code_cell(source, id=f"cell-{number}")
        for number, source in enumerate(cells)
    ]
    nbformat.write(notebook, path)
    return path


def run(page: Page, lab: Lab, *cells: str) -> Path:
    """Begin to run these cells, and no others, in a notebook; gives its path.

    A notebook and a kernel take longer to open than most tests do. So those of the last time are
    taken again, if they still work; all widgets of then are closed.
    """
    path = lab.root / NOTEBOOK
    if is_open(page, lab, NOTEBOOK):
        replace_cells(page, *cells)
    else:
        write(path, *cells)
        open_notebook(page, lab, NOTEBOOK)
    run_all(page)
    return path
