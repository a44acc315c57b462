"""In the place of Twilio's module of this name."""

from helpers.signing import RequestValidator

__all__ = ["RequestValidator"]
