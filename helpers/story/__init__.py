"""What happened, told from the event log: pictures that a notebook draws, and the same as text."""

from helpers.story.sequence import NOTEBOOK, PHONE, SITE, TWILIO, Step, Story

__all__ = ["NOTEBOOK", "PHONE", "SITE", "TWILIO", "Step", "Story"]
