"""Every lesson live, with a sandbox in the place of Twilio: no cell fails, costs are said."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.notebooks.fake_live import TOKEN

ROOT = Path(__file__).resolve().parent.parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))

#: What a cell that makes something of these says before.
CREATES = ("calls.create(", "messages.create(", "validation_requests.create(", "await ring(")
CREATES += ("incoming_phone_numbers.create(", 'session.url("Calls")', 'session.url("Messages")')


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=[path.stem for path in NOTEBOOKS])
def test_the_cells_of_a_lesson_run_live(notebook):
    command = [sys.executable, "-m", "tests.notebooks.fake_live", str(notebook)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    run: dict[str, Any] = json.loads(done.stdout)
    assert run["cells"]
    assert "costs money" in run["cells"][0]["said"]
    for cell in run["cells"]:
        assert not cell["problem"] or cell["may_raise"], cell
        assert "Traceback" not in cell["said"], cell
        assert TOKEN not in cell["said"]
        only_if_needed = cell["source"].startswith("if ") or "async def" in cell["source"]
        if any(words in cell["source"] for words in CREATES) and not only_if_needed:
            assert "live: " in cell["said"], cell
            assert "cost" in cell["said"], cell
    # Everything that Twilio was asked is Twilio's, and there was something.
    assert run["asked"]
    assert all(url.startswith("https://api.twilio.com/2010-04-01/") for _, url in run["asked"])
