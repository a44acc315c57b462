"""In the place of Twilio's module of this name."""

from helpers.errors import TwilioError as TwilioRestException

__all__ = ["TwilioRestException"]
