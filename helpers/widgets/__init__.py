"""What a notebook shows beside text: the phone, and two small forms.

PhoneWidget   a handset that rings on the page
estimator     what calls and texts cost
sign_up_form  a rehearsal of opening an account
"""

from helpers.widgets.estimator import Estimate, estimate, estimator
from helpers.widgets.phone import PhoneWidget
from helpers.widgets.signup import SignUp, sign_up, sign_up_form

__all__ = [
    "Estimate",
    "PhoneWidget",
    "SignUp",
    "estimate",
    "estimator",
    "sign_up",
    "sign_up_form",
]
