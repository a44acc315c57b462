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


def alone(code: str) -> str:
    """What a fresh interpreter prints."""
    command = [sys.executable, "-c", code]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def test_client_and_builder_load_nothing_that_they_do_not_need_yet():
    loaded = alone(
        "from helpers import Client, VoiceResponse\n"
        "import sys; print(*[m for m in sys.modules if m.startswith('helpers')])"
    ).split()
    assert {"helpers.client", "helpers.twiml.responses"} <= set(loaded)
    late = ("resources", "places", "sandbox", "session", "widgets", "config", "serving", "phone")
    late = (*late, "twiml.verbs", "twiml.steps", "twiml.everything")
    assert [m for m in loaded if m.removeprefix("helpers.").startswith(late)] == []


@pytest.mark.parametrize(
    ("ask", "told"),
    [
        ("r = VoiceResponse(); r.say('Hi'); print(r)", "<Response><Say>Hi</Say></Response>"),
        ("print('gather' in dir(VoiceResponse), 'gather' in dir(VoiceResponse()))", "True True"),
        ("print(VoiceResponse.pause.__qualname__)", "VoiceResponse.pause"),
        (
            "import inspect; print(*list(inspect.signature(VoiceResponse().hangup).parameters))",
            "attr",
        ),
        ("import copy; print(copy.deepcopy(VoiceResponse()))", "<Response />"),
        ("print(hasattr(VoiceResponse, 'sing'), hasattr(VoiceResponse(), 'sing'))", "False False"),
        (
            "class Loud(VoiceResponse): pass\nprint('say' in dir(Loud), Loud().name)",
            "True Response",
        ),
        (
            "from helpers.twiml import steps; print(steps('<Response><Hangup/></Response>'))",
            "angup",
        ),
        ("from helpers.twiml import problems; print(problems('<Response/>'))", "[]"),
        ("from helpers.twiml.document import parse; print(parse('<Response/>'))", "Response"),
        ("from helpers.twiml.interpreter import conversation; print(conversation)", "function"),
    ],
)
def test_the_builder_is_whole_when_it_is_used(ask, told):
    """Each in an interpreter that has loaded nothing else."""
    assert told in alone(f"from helpers import VoiceResponse\n{ask}")
