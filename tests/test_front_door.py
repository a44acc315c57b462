"""`helpers`: a dozen names, each loaded only when it is asked for."""

import subprocess
import sys

import pytest

import helpers


def test_every_public_name_is_there():
    for name in helpers.__all__:
        assert getattr(helpers, name) is not None
    assert dir(helpers) == sorted(helpers.__all__)


def test_another_name_is_an_error_that_says_so():
    with pytest.raises(AttributeError, match="no attribute 'Cleint'"):
        helpers.Cleint  # noqa: B018


def test_importing_it_loads_nothing_heavy():
    code = (
        "import sys, helpers;"
        "print([m for m in ('lxml', 'requests', 'starlette', 'uvicorn', 'ipywidgets')"
        " if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_the_client_does_not_load_the_sandbox_or_widgets():
    code = (
        "import sys; from helpers import Client;"
        "print([m for m in ('starlette', 'aiohttp', 'ipywidgets') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
