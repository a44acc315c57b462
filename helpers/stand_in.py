"""Who stands in for a person: the handset does what was planned, and not before it must.

Nobody there: keys and words are said beforehand, and calls meet the mode. A person who is there
has all the time they want, except where something ends without them: a call that rings for long,
and a Gather or a Record, which hang on to nobody for more than a few seconds. Just before they give
up, the planned keys are pressed, or what a person left out of them, and the planned words said.
"""

from __future__ import annotations

from typing import Any

from helpers.errors import HandsetError
from helpers.phone import Entry, Heard, PhoneCall, Plan

LAST_MOMENT = 1.0  # seconds before a Gather gives up
IDLE = 3600.0  # seconds until the next look, where an event brings all news
GLANCE = 0.5  # seconds between two looks: no event tells that a Gather begins to listen


class StandIn:
    """Follows the plan of one handset: keys and words are given once for each plan."""

    def __init__(self, phone: Any) -> None:
        self.phone = phone
        self._followed: Plan | None = None  # by follow()
        self._plan: Plan | None = None
        self._given: set[str] = set()  # what of that plan

    @property
    def followed(self) -> bool:
        """Whether :meth:`follow` followed the plan as it is now."""
        return self._followed is self.phone.planned

    def follow(self) -> None:
        """Say beforehand what is planned, and take calls or leave them: nobody is there."""
        left = self._left()
        if left != self.phone.planned:
            self.phone.plan(left.answer, left.press, left.speak)
            self._left()
        self.phone.follow_plan()
        self._followed = self.phone.planned
        self._given = {"press", "speak"}

    def take_over(self, patience: float) -> str:
        """A person had *patience* seconds for a call: take it, or leave it, as planned.

        So do calls that ring later. Gives a sentence that says so; "" in the midst of a call,
        where :meth:`continue_` does what there is to do.
        """
        answers = self.phone.planned.answer
        call = self.phone.call_now
        if call is not None and call.status == "in-progress":
            return ""
        self.phone.set_mode("auto" if answers else "no-answer")
        if call is None:
            return f"Nobody did anything for {patience:g} seconds, so the handset follows its plan."
        if answers and call.status == "ringing" and call.to == self.phone.number:
            try:
                self.phone.answer()
            except HandsetError:
                return ""  # the person was quicker
        return f"Nobody answered for {patience:g} seconds, so the handset follows its plan."

    def continue_(self, overdue: bool) -> tuple[str, float]:
        """Press or say what is planned if somebody is about to give up waiting for it.

        With *overdue* at once. Gives a sentence that says what was done, "" for nothing, and the
        seconds after which to look again.
        """
        left = self._left()
        if not (left.press or left.speak):
            return "", IDLE
        call = self.phone.call_now
        if call is None or call.status != "in-progress":
            return "", IDLE
        heard = self.phone.hearing
        if heard is None or heard.left is None:
            return "", GLANCE
        if not overdue and heard.left > LAST_MOMENT:
            return "", heard.left - LAST_MOMENT
        return self._say(left, call, heard), GLANCE

    def _say(self, left: Plan, call: PhoneCall, heard: Heard) -> str:
        keys = _missing(left.press, call.transcript) if left.press and heard.keys else None
        if keys is not None:
            self._given.add("press")
        if keys:
            self.phone.press(keys)
            return f"No key was pressed, so the handset follows its plan and presses {keys}."
        spoke = any(entry.verb == "speak" for entry in _since_asked(call.transcript))
        if left.speak and (heard.speech or heard.kind == "record") and not spoke:
            self._given.add("speak")
            self.phone.speak(left.speak)
            return f"Nothing was said, so the handset follows its plan and says {left.speak!r}."
        return ""

    def _left(self) -> Plan:
        """What of the plan was not given yet."""
        planned: Plan = self.phone.planned
        if self._plan is not planned:
            self._plan, self._given = planned, set()
        press = None if "press" in self._given else planned.press
        speak = None if "speak" in self._given else planned.speak
        return Plan(planned.answer, press, speak)


def _missing(planned: str, transcript: list[Entry]) -> str | None:
    """The planned keys that a person has not pressed; None if what they pressed forbids it.

    Who pressed a wrong key is asked again: then all of them are missing.
    """
    pressed = _keys(transcript)
    if planned.startswith(pressed):
        return planned.removeprefix(pressed)
    if pressed.endswith(planned):
        return ""
    return None if _keys(_since_asked(transcript)) else planned


def _since_asked(transcript: list[Entry]) -> list[Entry]:
    """The entries since somebody began to listen, or to record."""
    asks = ("Gather", "Record")
    began = max((i for i, entry in enumerate(transcript) if entry.verb in asks), default=0)
    return transcript[began:]


def _keys(transcript: list[Entry]) -> str:
    return "".join(entry.text for entry in transcript if entry.verb == "press")
