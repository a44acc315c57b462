"""The log of an account, and every picture that is drawn from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from helpers.story.documents import Documents
from helpers.story.family import Ends, end_of_call, end_of_message, of_family
from helpers.story.sequence import NOTEBOOK, Story
from helpers.story.states import States
from helpers.story.stepping import Moment, cuts, moment
from helpers.story.traffic import Traffic
from helpers.story.words import Events


class Log:
    """Draws what happened. *read* gives the events, *names* the addresses with their names;
    *client* is asked who is at the far end of calls and texts.
    """

    def __init__(
        self,
        read: Callable[[], Events],
        names: Callable[[], Mapping[str, str]],
        client: Any,
    ) -> None:
        self._read = read
        self._names = names
        self._client = client
        self._told: dict[str, int] = {}  # by call: the moments that were told, step by step

    def story(self, thing: Any = None, *, by: str = NOTEBOOK) -> Story:
        """Who asked whom what, in the life of a call, message, conference or queue, or in all."""
        ends, events = self._ends(), self._read()
        mine = of_family(events, sid_of(thing), ends) if thing is not None else events
        return Story(mine, self._names(), by=by, ends=ends)

    def states(self, thing: Any) -> States:
        """The states of a call or a message, its path lit."""
        sid = sid_of(thing)
        end = self._ends().get(sid)
        first = "queued"
        events = self._read()
        if end is not None and end.began:
            first = "ringing" if sid.startswith("CA") else "receiving"
        elif (planned := _planned(events, sid)) is not None:
            first = planned
        return States(events, sid, first)

    def documents(self, thing: Any) -> Documents:
        """The documents that a call or a message was told by."""
        return Documents(self._read(), sid_of(thing), self._names())

    def traffic(
        self, thing: Any = None, *, token: str = "", account: str = "", looking: bool = False
    ) -> Traffic:
        """The requests and webhooks of a call or message and all that belongs to it, or all."""
        ends, events = self._ends(), self._read()
        mine = of_family(events, sid_of(thing), ends) if thing is not None else events
        return Traffic.of(mine, names=self._names(), token=token, account=account, looking=looking)

    # -- step by step ----------------------------------------------------------------------------

    def newest_call(self) -> str:
        """The SID of the call that began last, "" if there is none."""
        calls = (e["call_sid"] for e in self._read() if e["type"] != "alert" and e["call_sid"])
        ends = self._ends()
        own = [sid for sid in dict.fromkeys(calls) if sid not in ends or not ends[sid].parent]
        return own[-1] if own else ""

    def untold(self, sid: str) -> bool:
        """Whether there is a moment of that call that nobody was told of."""
        mine = of_family(self._read(), sid, self._ends())
        return len(cuts(mine, sid)) > self._told.get(sid, 0)

    def next_moment(self, sid: str, advice: str = "") -> Moment:
        """The next moment of that call, as far as it has come."""
        ends, events = self._ends(), self._read()
        mine = of_family(events, sid, ends)
        number = self._told.get(sid, 0) + 1
        told = moment(mine, sid, number, self._names(), ends, advice)
        if number <= len(cuts(mine, sid)):
            self._told[sid] = number
        return told

    def over(self, sid: str) -> bool:
        """Whether that call has ended."""
        return Documents(self._read(), sid, {}).over

    def _ends(self) -> Ends:
        calls = {call.sid: end_of_call(call) for call in self._client.calls.list()}
        return calls | {one.sid: end_of_message(one) for one in self._client.messages.list()}


def sid_of(thing: Any) -> str:
    """The SID of a resource, or *thing* itself if it is one already."""
    return str(getattr(thing, "sid", thing))


def _planned(events: Events, sid: str) -> str | None:
    """How a text begins that is sent later, or by a service: its own request tells."""
    for event in events:
        if event["type"] == "request" and event["message_sid"] == sid:
            told = event["data"]["parameters"]
            if told.get("ScheduleType"):
                return "scheduled"
            return "accepted" if told.get("MessagingServiceSid") else "queued"
    return None
