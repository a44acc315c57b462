"""What a notebook shows beside text: the phone, and forms.

PhoneWidget       a handset that rings on the page
side_by_side      several of them in one row
sign_up_form      a rehearsal of opening an account
credentials_form  looks at real credentials and, if told to, writes .env
verify_form       has a number called, and shows the code to key in
make_call_form    makes a call
send_text_form    sends a text, and says what it weighs
estimator         what calls and texts cost
twiml_editor      underlines what is wrong with TwiML, and runs it

What each form does is a plain function, too: `sign_up`, `write_credentials`, `verify_number`,
`make_call`, `weigh` and `send_text`, `estimate`. Most are loaded when first asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

# At once, for this function has its module's name: whoever imported the module first would
# otherwise find that in its place.
from helpers.widgets.estimator import Estimate, estimate, estimator

if TYPE_CHECKING:
    from helpers.widgets.calling import make_call, make_call_form, verify_form, verify_number
    from helpers.widgets.credentials import Written, credentials_form, write_credentials
    from helpers.widgets.editor import twiml_editor
    from helpers.widgets.phone import PhoneWidget, side_by_side
    from helpers.widgets.signup import SignUp, sign_up, sign_up_form
    from helpers.widgets.texting import Weight, send_text, send_text_form, weigh

__all__ = [
    "Estimate",
    "PhoneWidget",
    "SignUp",
    "Weight",
    "Written",
    "credentials_form",
    "estimate",
    "estimator",
    "make_call",
    "make_call_form",
    "send_text",
    "send_text_form",
    "side_by_side",
    "sign_up",
    "sign_up_form",
    "twiml_editor",
    "verify_form",
    "verify_number",
    "weigh",
    "write_credentials",
]

_HOMES = {
    "calling": ("make_call", "make_call_form", "verify_form", "verify_number"),
    "credentials": ("Written", "credentials_form", "write_credentials"),
    "editor": ("twiml_editor",),
    "phone": ("PhoneWidget", "side_by_side"),
    "signup": ("SignUp", "sign_up", "sign_up_form"),
    "texting": ("Weight", "send_text", "send_text_form", "weigh"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(f"helpers.widgets.{_HOME_OF[name]}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted(__all__)
