"""Notebooks with a form in them, for trying the forms in a browser; a real sandbox behind them."""

from __future__ import annotations

CONNECT = "from helpers import connect\n\nsession = connect(lesson='03')"

SIGN_UP = "from helpers.widgets import sign_up_form\n\nform = sign_up_form()\nform"
CREDENTIALS = "from helpers.widgets import credentials_form\n\nform = credentials_form()\nform"
VERIFY = (
    f"{CONNECT}\nfrom helpers.widgets import verify_form\n\nform = verify_form(session)\n"
    "form.fill(number='+14155550123')\nform"
)
CALL = (
    f"{CONNECT}\nfrom helpers.widgets import make_call_form\n\nform = make_call_form(session)\nform"
)
TEXT = (
    f"{CONNECT}\nfrom helpers.widgets import send_text_form\n\nform = send_text_form(session)\nform"
)
PRICES = "from helpers.widgets import estimator\n\nform = estimator()\nform"
EDITOR = (
    f"{CONNECT}\nfrom helpers.widgets import twiml_editor\n\nform = twiml_editor(session)\nform"
)
EXPLAIN = "from helpers.widgets import twiml_editor\n\nform = twiml_editor()\nform"
