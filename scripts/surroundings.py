"""The one environment in which notebooks are run by machines.

`make notebooks` stores outputs and `make test` compares them; both start kernels with what this
module returns, so that they can only differ when a notebook does. Nothing of the person at the
keyboard is left: no credentials, no proxy, no IPython profile, no time zone.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

GUARD = Path(__file__).with_name("offline.py")

# Names that would change what a notebook does, or dial: account settings, the sign that a person
# sits there, what pytest tells its children (ipykernel treats output differently when it sees
# PYTEST_CURRENT_TEST), and settings of Python and IPython.
DROPPED_PREFIXES = ("TWILIO_", "JPY_", "PYTEST_", "IPYTHON", "JUPYTER", "PYTHON", "LC_", "NO_COLOR")
DROPPED = {"MY_PHONE_NUMBER", "LANG", "LANGUAGE", "FORCE_COLOR", "CLICOLOR", "CLICOLOR_FORCE"}
# Where packages are found may be arranged by PYTHONPATH, so that one stays.
KEPT = {"PYTHONPATH"}

FIXED = {
    "TWILIO_WATCHED": "no",  # nobody is there: waits turn the clock
    "TWILIO_DOTENV": "none",  # no .env file is read
    "PYTHONHASHSEED": "0",  # sets print in one order
    "PYTHONUTF8": "1",
    "LC_ALL": "C.UTF-8",
    "TZ": "UTC",
    "COLUMNS": "80",
    "LINES": "24",
}


def quiet(environ: Mapping[str, str]) -> dict[str, str]:
    """Return *environ* without what differs from person to person, and with fixed settings."""
    kept = {
        name: value
        for name, value in environ.items()
        if name in KEPT
        or not (
            name.upper().startswith(DROPPED_PREFIXES)
            or name.upper() in DROPPED
            or name.lower().endswith("_proxy")
        )
    }
    return {**kept, **FIXED}


def for_kernels(environ: Mapping[str, str], scratch: Path) -> dict[str, str]:
    """Return the environment of a kernel, with an IPython profile of its own under *scratch*.

    The profile keeps its history out of the reader's, and puts up the guard that keeps the kernel
    on this machine before the first cell runs.
    """
    startup = scratch / "ipython" / "profile_default" / "startup"
    startup.mkdir(parents=True, exist_ok=True)
    # Run in a namespace of its own: the notebook must not find names it did not define.
    text = f'exec(open({str(GUARD)!r}, encoding="utf-8").read(), {{"__name__": "__main__"}})\n'
    (startup / "00-offline.py").write_text(text, encoding="utf-8")
    jupyter = {
        name: str(scratch / "jupyter") for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR")
    }
    return {**quiet(environ), **jupyter, "IPYTHONDIR": str(scratch / "ipython")}
