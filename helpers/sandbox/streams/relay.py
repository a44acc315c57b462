"""ConversationRelay: a program behind a WebSocket leads the talk, in words.

What the caller says goes there as text once the caller is silent, and what comes back is said.
Who talks when is decided here: what interrupts whom, and what is told of it.

Sources: the page on ConversationRelay's WebSocket messages; error pages 64102 to 64107; for the
parameters of the action, the reference and published captures. Where they say nothing the choice
is said in a comment.
"""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import aiohttp

from helpers.clock import begun
from helpers.sandbox.actors import Interrupted
from helpers.sandbox.calls import beforehand, playing
from helpers.sandbox.calls.listening import PAUSE
from helpers.sandbox.sound import pieces
from helpers.sandbox.sound.audio import SECONDS_A_WORD
from helpers.sandbox.streams.sockets import Ending, Socket, open_socket
from helpers.sandbox.web.webhooks import NoSocket
from helpers.twiml import steps

if TYPE_CHECKING:
    from helpers.sandbox.calls.live_call import LiveCall

__all__ = ["connect"]

NO_SOCKET, LOST, NONSENSE = 64102, 64105, 64107
MOST_QUEUED = 1_000  # messages that wait for their turn
MOST_TEXT = 100_000  # characters of them
MOST_ROUNDS = 1_000  # of a sound with loop 0
MOST_ALERTS = 10  # about messages without sense
CRUMB = 1e-6  # what clock arithmetic leaves behind


@dataclass
class _Turn:
    """What the program wants to happen: "say", "play", "digits" or "language"."""

    kind: str
    text: str = ""
    language: str = ""
    interruptible: str = "any"
    preemptible: bool = False
    rounds: int = 1


@dataclass
class _Speaking:
    """What is being said or played. *seconds* is how long it takes in all."""

    turn: _Turn
    began: float
    seconds: float

    @property
    def until(self) -> float:
        return self.began + self.seconds


@dataclass
class _Hearing:
    """What the caller is saying: it *began* then, is over *until* then, and *told* word by word."""

    words: list[str]
    began: float
    until: float
    told: int = 0
    over: bool = True  # nothing is being said just now


class Relay:
    """One session."""

    def __init__(self, live: LiveCall, step: steps.OpenRelay) -> None:
        self.live, self.step = live, step
        self.sid = live.world.sid("VX")
        self.began = live.clock.now()
        self.told: list[tuple[str, str]] = []  # what the action hears beside the session itself
        self.status = ""  # how it ended
        self.socket: Socket | None = None
        self._speaks, self._hears = step.speaks, step.hears
        self._turns: deque[_Turn] = deque()
        self._tokens: list[dict[str, Any]] = []
        self._speaking: _Speaking | None = None
        self._hearing: _Hearing | None = None
        self._quiet_since = 0.0
        self._end = False  # the program has sent end
        self._poked = False
        self._happened: deque[tuple[str, str]] = deque()  # words and keys of the caller
        self._alerts = 0

    def begin(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        """Say who calls, and greet."""
        self.began = self.live.clock.now()
        self.live.listeners[self.sid] = self
        self.socket = Socket(
            self.live, socket, heard=self._take, nonsense=self._nonsense, ended=self._lost
        )
        call = self.live.call
        self.socket.send(
            {
                "type": "setup",
                "sessionId": self.sid,
                "accountSid": call.account_sid,
                "parentCallSid": call.parent_call_sid or "",
                "callSid": call.sid,
                "from": call.from_,
                "to": call.to,
                "forwardedFrom": "",
                "callType": "PSTN",
                "callerName": "",
                "direction": call.direction,
                "callStatus": call.status.upper(),
                "customParameters": dict(self.step.parameters),
            }
        )
        if self.step.greeting:
            how = self.step.greeting_interruptible
            self._turns.append(_Turn("say", self.step.greeting, self._speaks, how))

    async def end(self) -> None:
        """Nobody talks any more."""
        self.live.listeners.pop(self.sid, None)
        self._stop_speaking()
        if self.socket is not None:
            await self.socket.close()

    def result(self, caller_left: bool) -> steps.Disconnected:
        """What the verb wants to know."""
        session = [
            ("SessionId", self.sid),
            ("SessionStatus", self.status or "completed"),
            ("SessionDuration", str(begun(self._seconds()))),
        ]
        return steps.Disconnected((*session, *self.told), caller_left)

    def _seconds(self) -> float:
        return (self.live.clock.now() - self.began).total_seconds()

    # -- listening in: a caller may be a person, or another web site's call ----------------------

    def hear(self, track: str, words: str) -> None:
        """The caller says something."""
        if track == "inbound" and len(self._happened) < MOST_QUEUED:
            self._happened.append(("words", words))
            self._poke()

    def press(self, track: str, keys: str) -> None:
        """The caller presses keys."""
        if track == "inbound" and len(self._happened) < MOST_QUEUED:
            self._happened += [("key", key) for key in keys]
            self._poke()

    # -- what the program says -----------------------------------------------------------------

    def _take(self, message: dict[str, Any]) -> None:
        """Take a message in; its turn comes when what was said before it is over."""
        wrong = self._read(message)
        if wrong and self.socket is not None:
            shown = str(message)[:200]
            self.socket.send({"type": "error", "description": f"Invalid message received: {shown}"})
            self.socket.puzzled(wrong)
        self._poke()

    def _read(self, message: dict[str, Any]) -> str:
        """Put a message among the turns; returns what is wrong with it, or ""."""
        if len(self._turns) + len(self._tokens) >= MOST_QUEUED:
            return f"more than {MOST_QUEUED} of its messages wait"
        match message:
            case {"type": "text", "token": str()}:
                return self._token(message)
            case {"type": "play", "source": str(source)}:
                rounds = message.get("loop", 1)
                if type(rounds) is not int or rounds < 0:
                    return "the loop of its play is no number of 0 or more"
                return self._turn("play", source, message, min(rounds or MOST_ROUNDS, MOST_ROUNDS))
            case {"type": "sendDigits", "digits": str(digits)}:
                if not re.fullmatch(r"[0-9wW#*]{1,100}", digits):
                    return "the digits of its sendDigits are not 0-9, w, W, # and *"
                return self._turn("digits", digits, message)
            case {"type": "language"}:
                names = (message.get("ttsLanguage"), message.get("transcriptionLanguage"))
                if not any(names) or not all(isinstance(n, str | None) for n in names):
                    return "its language names neither ttsLanguage nor transcriptionLanguage"
                self._turns.append(_Turn("language", names[0] or "", names[1] or ""))
            case {"type": "end"}:
                handoff = message.get("handoffData")
                if not isinstance(handoff, str | None):
                    return "the handoffData of its end is no text: send JSON as a string"
                self._finish(handoff)
            case _:
                return (
                    f"it sent a message that is none of text, play, sendDigits, language and end: "
                    f"{str(message)[:80]}"
                )
        return ""

    def _token(self, message: dict[str, Any]) -> str:
        if sum(len(m["token"]) for m in self._tokens) + len(message["token"]) > MOST_TEXT:
            return f"its text is longer than {MOST_TEXT} characters"
        self._tokens.append(message)
        return self._flush() if message.get("last") is True else ""

    def _flush(self) -> str:
        """Words are said when the last of their tokens is there."""
        tokens, self._tokens = self._tokens, []
        if not tokens:
            return ""
        return self._turn("say", "".join(m["token"] for m in tokens), tokens[-1])

    def _turn(self, kind: str, text: str, message: dict[str, Any], rounds: int = 1) -> str:
        given = message.get("interruptible")
        how = self.step.interruptible
        if isinstance(given, bool | str):
            how = {True: "any", False: "none", "true": "any", "false": "none"}.get(
                given, str(given)
            )
        ahead = message.get("preemptible", self.step.preemptible) is True
        language = message.get("lang")
        language = language if isinstance(language, str) else ""
        self._turns.append(_Turn(kind, text, language, how, ahead, rounds))
        if self.socket is not None:
            self.socket.answered()
        return ""

    def _finish(self, handoff: str | None) -> None:
        # Whether words sent before an end are still said is nowhere written; here they are.
        self._flush()
        self._end = True
        if handoff is not None:
            self.told.append(("HandoffData", handoff))
        if self.socket is not None:
            self.socket.answered()

    def _nonsense(self, text: str) -> None:
        self._alerts += 1
        if self._alerts <= MOST_ALERTS:
            self._alert(NONSENSE, text)

    def _lost(self, ending: Ending) -> None:
        """The program has gone without an end."""
        if not self._end:
            self.failed(LOST, ending.text)
        self._poke()

    def failed(self, code: int, text: str) -> None:
        """It cannot go on, or not begin."""
        self.status = "failed"
        self.told += [("ErrorCode", str(code)), ("ErrorMessage", text)]
        self._alert(code, text)

    def _alert(self, code: int, text: str) -> None:
        text = f"ConversationRelay: {text}"
        self.live.alert(code, text, request_url=self.step.url)

    def _poke(self) -> None:
        if not self._poked:
            self._poked = True
            self.live.tell("relay", self)

    def _send(self, kind: str, **more: Any) -> None:
        if self.socket is not None:
            self.socket.send({"type": kind, **more})

    def _inform(self, stream: str, name: str, value: str) -> None:
        """Tell of who speaks and what was played, where that was asked for."""
        if stream in self.step.events:
            self._send("info", name=name, value=value)

    # -- the talk --------------------------------------------------------------------------------

    async def talk(self) -> None:
        """Return when the program or its WebSocket has ended it."""
        while not self.status:
            await self._next_turn()
            if self._end and self._speaking is None and not self._turns:
                self.status = "ended"
                return
            # Keys and words are known already; they are not for a later Gather.
            signal = await self.live.wait(self._wait(), "relay", "live_key", "words")
            if signal is None:
                self._on_time()
            elif signal.value is self:
                self._poked = False
            while self._happened:
                what, said = self._happened.popleft()
                (self._on_key if what == "key" else self._on_words)(said)

    async def _next_turn(self) -> None:
        """Begin what is to be said or done next, if nothing is being said."""
        speaking = self._speaking
        if speaking is not None and speaking.turn.preemptible and self._turns:
            self._stop_speaking()
        while self._speaking is None and self._turns and not self.status:
            turn = self._turns.popleft()
            if turn.kind == "language":
                self._speaks, self._hears = turn.text or self._speaks, turn.language or self._hears
            elif turn.kind == "digits":
                self.live.entry("Play", turn.text)
                await playing.send(self.live, turn.text)
            elif turn.kind == "play":
                await self._play(turn)
            elif turn.text.strip():
                self._say(turn)

    def _say(self, turn: _Turn) -> None:
        language = turn.language or self._speaks
        voice = dict(reversed(self.step.voices)).get(language, "")
        self.live.entry("Say", turn.text)
        self.live.heard("outbound", turn.text, pieces.words(turn.text, voice, language))
        self._speak(turn, SECONDS_A_WORD * len(turn.text.split()))

    async def _play(self, turn: _Turn) -> None:
        url = turn.text
        await playing.load(self.live, url)
        file = self.live.files[url]
        if file is None:
            return  # the alert is told
        self.live.entry("Play", url)
        piece = playing.piece_of(self.live, file)
        self.live.sounded("outbound", *[piece] * turn.rounds)
        self._speak(turn, file.seconds * turn.rounds)

    def _speak(self, turn: _Turn, seconds: float) -> None:
        if seconds > 0:
            self._speaking = _Speaking(turn, self._seconds(), seconds)
            self._inform("speaker-events", "agentSpeaking", "on")

    def _stop_speaking(self) -> str:
        """What was being said is over, or cut short; returns as much of it as was heard."""
        speaking, self._speaking = self._speaking, None
        if speaking is None:
            return ""
        self._quiet_since = self._seconds()
        heard = speaking.turn.text if speaking.turn.kind == "say" else ""
        if self._seconds() < speaking.until - CRUMB:
            self.live.hush("outbound")
            count = int((self._seconds() - speaking.began) / SECONDS_A_WORD + CRUMB)
            heard = " ".join(heard.split()[:count])
        if heard:
            self._inform("tokens-played", "tokensPlayed", heard)
        self._inform("speaker-events", "agentSpeaking", "off")
        return heard

    # -- what the caller does ----------------------------------------------------------------------

    def _on_words(self, words: str) -> None:
        if not self._admits("speech"):
            return
        now, said = self._seconds(), words.split()
        if self._hearing is None:
            self._hearing = _Hearing([], now, now)
        if self._hearing.over:
            self._hearing.over = False
            self._inform("speaker-events", "clientSpeaking", "on")
        # Who says more before the program was told goes on with the same prompt.
        self._hearing.words += said
        self._hearing.until = max(self._hearing.until, now) + SECONDS_A_WORD * len(said)

    def _on_key(self, key: str) -> None:
        if self._admits("dtmf") and self.step.dtmf:
            self._send("dtmf", digit=key)

    def _admits(self, what: str) -> bool:
        """Whether input is told now; it interrupts what is being said, where it may."""
        speaking = self._speaking
        if speaking is None:
            return True
        if speaking.turn.interruptible not in (what, "any"):
            return self.step.reported in (what, "any")
        milliseconds = round((self._seconds() - speaking.began) * 1000)
        heard = self._stop_speaking()
        # What the program wanted to say after it belongs to the same turn, and is dropped too.
        self._turns = deque(t for t in self._turns if t.kind in ("language", "digits"))
        self._tokens.clear()
        self._send(
            "interrupt", utteranceUntilInterrupt=heard, durationUntilInterruptMs=milliseconds
        )
        return True

    def _wait(self) -> float | None:
        """Seconds until something happens by itself."""
        dues = []
        if self._speaking is not None:
            dues.append(self._speaking.until)
        if self._hearing is not None:
            dues.append(self._heard_next(self._hearing))
        elif self._speaking is None and beforehand.waiting(self.live, self.step.dtmf):
            dues.append(self._quiet_since + beforehand.PAUSE)
        return max(0.0, min(dues) - self._seconds()) if dues else None

    def _heard_next(self, hearing: _Hearing) -> float:
        """When the next is to be told of what the caller says."""
        if self.step.partial and hearing.told < len(hearing.words):
            return hearing.until - SECONDS_A_WORD * (len(hearing.words) - hearing.told - 1)
        if not hearing.over:
            return hearing.until
        timeout = self.step.speech_timeout
        return hearing.until + (PAUSE if timeout is None else timeout)

    def _on_time(self) -> None:
        now = self._seconds() + CRUMB
        hearing = self._hearing
        if self._speaking is not None and self._speaking.until <= now:
            self._stop_speaking()
        elif hearing is not None and self._heard_next(hearing) <= now:
            self._tell_heard(hearing)
        elif hearing is None and self._speaking is None:
            beforehand.act(self.live, self.step.dtmf)

    def _tell_heard(self, hearing: _Hearing) -> None:
        if self.step.partial and hearing.told < len(hearing.words):
            hearing.told += 1
            text = " ".join(hearing.words[: hearing.told])
            self._send("prompt", voicePrompt=text, lang=self._hears, last=False)
            return
        if not hearing.over:
            hearing.over = True
            self._inform("speaker-events", "clientSpeaking", "off")
            return
        self._hearing = None
        self._quiet_since = self._seconds()
        self._send("prompt", voicePrompt=" ".join(hearing.words), lang=self._hears, last=True)
        if self.socket is not None:
            self.socket.expect()


async def connect(live: LiveCall, step: steps.OpenRelay) -> steps.Disconnected:
    """Let the program lead the talk until it, its WebSocket or the caller ends it."""
    relay = Relay(live, step)
    try:
        try:
            relay.begin(await live.during(open_socket(live, step.url, step.parameters)))
        except NoSocket as problem:
            relay.failed(NO_SOCKET, problem.text)
            return relay.result(False)
        with live.listening():
            await relay.talk()
    except Interrupted as stop:
        if stop.signal.kind != "hangup":
            await relay.end()
            raise
        live.gone = True
    await relay.end()
    return relay.result(live.gone)
