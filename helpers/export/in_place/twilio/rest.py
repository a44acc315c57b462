"""In the place of Twilio's module of this name."""

from helpers.client import Client

__all__ = ["Client"]
