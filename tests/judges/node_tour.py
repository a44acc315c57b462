"""A tour of the whole API with Twilio's official Node package: `tests/node/tour.js`, run."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

from tests.sandbox.town import Town

HERE = Path(__file__).resolve().parent.parent / "node"
PATIENCE = 90  # seconds


def missing() -> str:
    """Why there is no tour on this machine, "" if there may be one."""
    if shutil.which("node") is None:
        return "there is no node here"
    if not (HERE / "node_modules" / "twilio").is_dir():
        return "Twilio's Node package is not here: cd tests/node && npm ci"
    return ""


def go_round(town: Town) -> tuple[list[str], dict[str, str]]:
    """Do every part; returns their names, and what went wrong in which."""
    done = subprocess.run(
        [shutil.which("node") or "node", "tour.js"],
        cwd=HERE,
        env={
            **{name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ},
            "SANDBOX": town.sandbox.url,
            "SITE": town.url,
            "ACCOUNT": town.auth[0],
            "TOKEN": town.auth[1],
        },
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=PATIENCE,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    return told["parts"], told["wrong"]
