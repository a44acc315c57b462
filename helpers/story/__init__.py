"""What happened, told from the event log: pictures that a notebook draws, and the same as text."""

from helpers.story.documents import Documents
from helpers.story.log import Log, sid_of
from helpers.story.sequence import NOTEBOOK, PHONE, SITE, TWILIO, Step, Story
from helpers.story.states import States
from helpers.story.stepping import Moment
from helpers.story.traffic import Exchange, Traffic

__all__ = [
    "NOTEBOOK",
    "PHONE",
    "SITE",
    "TWILIO",
    "Documents",
    "Exchange",
    "Log",
    "Moment",
    "States",
    "Step",
    "Story",
    "Traffic",
    "sid_of",
]
