"""Run a notebook's code cells in live mode, with a sandbox that plays Twilio; report as JSON.

    python -m tests.notebooks.fake_live notebooks/03-make-a-call.ipynb

Nothing leaves this machine: what is sent to https://*.twilio.com is handed to the sandbox instead,
and what is sent anywhere else but to this machine is an error. The person who has the phone in
their hand answers every call, presses what they are asked to press, and neither calls nor texts.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ACCOUNT, TOKEN = "AC" + "7" * 32, "8" * 32
OWN, MINE = "+15005550006", "+14155550100"
LIVE = {
    "TWILIO_MODE": "live",
    "TWILIO_ACCOUNT_SID": ACCOUNT,
    "TWILIO_AUTH_TOKEN": TOKEN,
    "TWILIO_FROM_NUMBER": OWN,
    "MY_PHONE_NUMBER": MINE,
    "TWILIO_DOTENV": "none",
    "TWILIO_WATCHED": "no",
}


def run(notebook: Path) -> dict[str, Any]:
    """Return what each code cell said and whether it failed, and what Twilio was asked."""
    os.environ.update(LIVE)
    import requests
    from IPython.core.interactiveshell import InteractiveShell
    from IPython.utils.capture import capture_output
    from requests.adapters import HTTPAdapter

    from helpers import session as sessions
    from helpers.live import LivePhone
    from helpers.phone import Phone
    from helpers.sandbox import Sandbox

    # Lessons 01 and 02 begin with an account that has nothing yet. What is pressed in a call of
    # 02 depends on a cell that runs after the call has begun: that takes real time.
    world = sessions.WORLDS.get(notebook.name[:2], {})
    numbers, verified = world.get("numbers", (OWN,)), world.get("verified", (MINE,))
    new = not numbers
    clock = "real" if new else "hurried"
    sessions.LIVE_POLL, sessions.LIVE_PATIENCE = 0.02, 30 if new else 1.5
    twilio = Sandbox(
        account_sid=ACCOUNT, auth_token=TOKEN, clock=clock, numbers=numbers, verified=verified
    ).start()
    real_plan = LivePhone.plan

    def plan(self: LivePhone, **what: Any) -> Any:
        if what.get("press"):
            Phone(MINE, twilio.url, (ACCOUNT, TOKEN)).press(what["press"])
        return real_plan(self, **what)

    LivePhone.plan = plan  # type: ignore[method-assign]
    asked: list[list[str]] = []
    real_send = HTTPAdapter.send

    def send(self: HTTPAdapter, request: Any, *args: Any, **more: Any) -> Any:
        parts = urlsplit(request.url)
        host = parts.hostname or ""
        if host.endswith(".twilio.com"):
            asked.append([request.method, f"https://{host}{parts.path}"])
            request.url = request.url.replace(f"https://{parts.netloc}", twilio.url, 1)
            more["proxies"] = {}
        elif host != "127.0.0.1":
            raise requests.ConnectionError(f"{host} was asked for")
        return real_send(self, request, *args, **more)

    HTTPAdapter.send = send  # type: ignore[method-assign]
    real_arrival = sessions.Session._live_arrival

    async def arrival(self: sessions.Session, *what: Any) -> Any:
        """Nobody calls or texts by hand here: it need not be waited for."""
        patience, sessions.LIVE_PATIENCE = sessions.LIVE_PATIENCE, 0.0
        try:
            return await real_arrival(self, *what)
        finally:
            sessions.LIVE_PATIENCE = patience

    sessions.Session._live_arrival = arrival  # type: ignore[method-assign]
    shell = InteractiveShell.instance()
    shell.autoawait = True
    cells = []
    for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] != "code":
            continue
        with capture_output() as caught:
            result = shell.run_cell("".join(cell["source"]), store_history=True)
        problem = result.error_in_exec or result.error_before_exec
        cells.append(
            {
                "source": "".join(cell["source"]),
                "may_raise": "raises-exception" in cell["metadata"].get("tags", []),
                "problem": f"{type(problem).__name__}: {problem}" if problem else "",
                "said": caught.stdout + caught.stderr,
            }
        )
    try:
        sessions.current().close()
        return {"cells": cells, "asked": asked}
    finally:
        twilio.stop()


if __name__ == "__main__":
    json.dump(run(Path(sys.argv[1])), sys.stdout)
