"""Taking payments: Pay and the prompts for its steps. Both are built and checked, not carried out.

Sources: the TwiML reference on Pay and Prompt.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

from helpers.twiml.attributes import Choice, Flag, Method, Text, Url, Whole, declare
from helpers.twiml.element import TwiML
from helpers.twiml.steps import Fetch, Step

if TYPE_CHECKING:
    from helpers.twiml.interpreter import Scene

__all__ = ["Pay", "Prompt"]

CARDS = "visa mastercard amex maestro discover optima jcb diners-club enroute"


class Pay(TwiML):
    """Ask the caller for a card or bank account, without the numbers passing through your site."""

    inside = ("VoiceResponse",)
    idle = "<Pay> takes no payment in this sandbox: it is passed over with all that is in it."
    attributes = declare(
        input=Choice("dtmf"),
        action=Url(),
        bank_account_type=Choice(
            "consumer-checking consumer-savings commercial-checking commercial-savings"
        ),
        status_callback=Url(),
        status_callback_method=Method(),
        timeout=Whole(),
        max_attempts=Whole(),
        security_code=Flag(),
        postal_code=Text(),
        min_postal_code_length=Whole(),
        payment_connector=Text(),
        payment_method=Choice("ach-debit credit-card"),
        token_type=Choice("one-time reusable payment-method"),
        charge_amount=Text(),
        currency=Text(),
        description=Text(),
        valid_card_types=Choice(CARDS, several=True),
        language=Choice(
            "de-DE en-AU en-CA en-GB en-IN en-IE en-NZ en-PH en-ZA en-US es-ES "
            "es-US fr-CA fr-FR it-IT"
        ),
    )

    def run(self, scene: Scene) -> Generator[Step, Any, Fetch | None]:
        """Nothing: there is no payment gateway, and card numbers have no place in a sandbox."""
        yield scene.alert(self, 12200, self.idle)
        return None


class Prompt(TwiML):
    """What callers hear at one step of a Pay."""

    inside = ("Pay",)
    idle = "Nobody hears a <Prompt> here, for <Pay> takes no payment in this sandbox."
    built_in = ("VoiceResponse", "Pay")
    attributes = declare(
        for_=Choice(
            "payment-card-number expiration-date security-code postal-code "
            "payment-processing bank-account-number bank-routing-number"
        ),
        error_type=Choice(
            "timeout invalid-card-number invalid-card-type invalid-date "
            "invalid-security-code invalid-postal-code invalid-bank-account-number "
            "invalid-bank-routing-number internal-error input-matching-failed",
            several=True,
        ),
        card_type=Choice(CARDS, several=True),
        attempt=Whole(several=True),
        require_matching_inputs=Flag(),
    )
