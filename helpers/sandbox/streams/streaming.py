"""A call's sound over a WebSocket: Media Streams, one way (Start) and both ways (Connect).

The sound is made of what is said, keyed and played, in frames of 20 ms as Twilio sends them, and
on the call's own clock: on any clock a call gives the same frames with the same timestamps. They
go in bursts of a tenth of a second. Real calls send silence for hours; here a stream sends the
first `TAIL` seconds of each silence, enough to notice that somebody has stopped talking, and then
rests: the timestamps go on, and the next frame comes with the next sound.

Sources: the page on Media Streams messages; error pages 31901 to 31951.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import math
from collections import deque
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import aiohttp

from helpers.clock import Planned
from helpers.resources.beside import STOPPED
from helpers.resources.recording import Recording
from helpers.resources.stream import Stream as Row
from helpers.sandbox.actors import Interrupted
from helpers.sandbox.calls import beforehand, playing
from helpers.sandbox.sound import mixing, voices
from helpers.sandbox.sound.audio import RATE, ulaw
from helpers.sandbox.sound.pieces import Piece
from helpers.sandbox.streams.sockets import GRACE, NORMAL, Ending, Socket, open_socket
from helpers.sandbox.web.webhooks import NoSocket
from helpers.twiml import steps

if TYPE_CHECKING:
    from helpers.sandbox.calls.live_call import LiveCall

__all__ = ["connect", "start"]

FRAME = RATE // 50  # samples of 20 ms
BURST = 0.1  # seconds of the call between two bursts of frames
LAG = 0.2  # seconds by which recordings have later what comes back, so as to take more at once
QUICK = 30.0  # seconds of sound that are made in no time, unless a voice has to say them
TAIL = 2.0  # seconds of a silence that are sent
WAV_HEADER = 44  # bytes before the samples
SILENCE = b"\xff"  # one sample of it, in mu-law
MOST_AHEAD = 600.0  # seconds of sound that may wait, in either direction
MOST_MARKS = 1_000  # marks that may wait for their sound
MOST_TRACKS = 4  # tracks of one call that may be streamed at once
TRACKS = {
    "inbound_track": ("inbound",),
    "outbound_track": ("outbound",),
    "both_tracks": ("inbound", "outbound"),
}
#: Twilio's code for each way in which there is no WebSocket.
CODES = {
    "address": 11100,
    "away": 11205,  # not Twilio's: see the contract of web sites
    "timeout": 31901,
    "refused": 31902,
    "unreachable": 31904,
    "tls": 31910,
    "declined": 31920,
}
CLOSED, BROKEN, NONSENSE = 31921, 31924, 31951


class _Track:
    """The sound of one track that was not sent yet. *at* is the sample it begins with."""

    def __init__(self) -> None:
        self.at = 0
        self.ahead = bytearray()
        self.cuts = 0  # how often it was broken off

    def add(self, start: int, samples: int, over: bool = False) -> int:
        """Make room for a sound from *start* on and, unless *over*, after what is there.

        Returns the sample it begins with.
        """
        place = start if over else max(start, self.at + len(self.ahead))
        end = min(place + samples - self.at, int(MOST_AHEAD * RATE))
        self.ahead += SILENCE * (end - len(self.ahead))
        return place

    def lay(self, place: int, sound: bytes) -> None:
        """Put a sound into its room, as far as that has not been sent."""
        begin = max(0, place - self.at)
        sound = sound[max(0, self.at - place) :][: max(0, len(self.ahead) - begin)]
        self.ahead[begin : begin + len(sound)] = sound

    def cut(self, now: int) -> None:
        """What comes after *now* is not heard any more."""
        del self.ahead[max(0, now - self.at) :]
        self.cuts += 1

    def take(self) -> bytes:
        """The next frame."""
        frame = bytes(self.ahead[:FRAME]).ljust(FRAME, SILENCE)
        del self.ahead[:FRAME]
        self.at += FRAME
        return frame


class Stream:
    """One stream, from its first message to its last. *socket* is there once `begin` was called."""

    kind = "stream"

    def __init__(
        self, live: LiveCall, step: steps.OpenStream, sid: str, row: Row | None = None
    ) -> None:
        self.live, self.step, self.sid, self.name = live, step, sid, step.name
        self.row = row  # what the API shows of it
        self.socket: Socket | None = None
        self.began = live.clock.now()
        self._sequence = 0
        self._chunk = 0
        self._frame = 0  # the next one to be sent
        self._tracks = {name: _Track() for name in TRACKS[step.track]}
        self._heard_until = 0.0  # seconds of the stream
        self._burst: Planned | None = None
        self._told_nonsense = False

    def begin(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        """Say who we are, and send from now on."""
        self.began = self.live.clock.now()
        self.socket = Socket(
            self.live, socket, heard=self._heard, nonsense=self._nonsense, ended=self._lost
        )
        self.socket.send({"event": "connected", "protocol": "Call", "version": "1.0.0"})
        self._send(
            "start",
            start={
                "accountSid": self.live.call.account_sid,
                "streamSid": self.sid,
                "callSid": self.live.call.sid,
                "tracks": list(self._tracks),
                "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": RATE, "channels": 1},
                "customParameters": dict(self.step.parameters),
            },
        )
        self.live.listeners[self.sid] = self
        self._plan()

    async def end(self) -> None:
        """The last messages; then the WebSocket is closed, and whoever asked is told."""
        going = self.socket is not None and self.socket.ending is None
        if going:
            self._advance()
        self._rest()
        if self.socket is not None and going:
            ids = {"accountSid": self.live.call.account_sid, "callSid": self.live.call.sid}
            self._send("stop", stop=ids)
            await self.socket.close()
            await self.tell("stream-stopped")

    def drop(self) -> None:
        """Nothing more happens, and nobody is told."""
        self.live.listeners.pop(self.sid, None)
        self.live.beside.pop(self.sid, None)
        if self._burst is not None:
            self._burst.cancel()
            self._burst = None

    def _rest(self) -> None:
        """Listen no longer."""
        self.drop()
        if self.row is not None and self.row.status != STOPPED:
            self.row.status, self.row.date_updated = STOPPED, self.live.clock.now()
            self.live.world.update(self.row, "status", "date_updated")

    def _send(self, event: str, **more: Any) -> None:
        if self.socket is not None:
            self._sequence += 1
            message = {"event": event, "sequenceNumber": str(self._sequence)}
            self.socket.send(message | more | {"streamSid": self.sid})

    # -- listening in: what sounds becomes frames ----------------------------------------------

    def hear(self, track: str, words: str) -> None:
        """Their sound is taken, not the words."""

    def press(self, track: str, keys: str) -> None:
        """One way, only their sound is taken."""

    def take(self, track: str, pieces: Sequence[Piece]) -> None:
        """These sound from now on."""
        line = self._tracks.get(track)
        if line is None:
            return
        self._advance()
        if self._burst is None:  # it rested
            self._frame = round(self._seconds() * RATE) // FRAME
            for each in self._tracks.values():
                each.at, each.ahead = self._frame * FRAME, bytearray()
        for piece in pieces:
            now, samples = round(self._seconds() * RATE), round(piece.seconds * RATE)
            # A key takes no time of the call: it is heard over what is said.
            place = line.add(now, samples, over=piece.kind in ("keys", "beep"))
            self._make(line, place, piece)
        self._heard_until = max(self._heard_until, (line.at + len(line.ahead)) / RATE)
        self._plan()

    def _make(self, line: _Track, place: int, piece: Piece) -> None:
        parts = _parts(self.live, piece)
        if piece.seconds <= QUICK and not (piece.kind == "words" and voices.installed()):
            line.lay(place, _sound(parts, piece.seconds))
            return
        cuts = line.cuts

        async def work() -> None:
            # This takes its real time: a thread makes the sound, and time does not jump.
            sound = await asyncio.to_thread(_sound, parts, piece.seconds)
            if line.cuts == cuts:
                line.lay(place, sound)

        self.live.engine.background(self.live.call.account_sid, work())

    def hush(self, track: str) -> None:
        """What sounds is broken off."""
        line = self._tracks.get(track)
        if line is not None:
            self._advance()
            line.cut(round(self._seconds() * RATE))
            self._heard_until = min(self._heard_until, self._seconds())

    # -- frames, as the clock goes -------------------------------------------------------------

    def _seconds(self) -> float:
        """Since the stream began."""
        return (self.live.clock.now() - self.began).total_seconds()

    def _plan(self) -> None:
        """See to it that the next burst is sent."""
        if self._burst is None:
            bursts = int(self._seconds() / BURST + 1e-6) + 1
            self._burst = self.live.clock.plan(bursts * BURST - self._seconds(), self._on_burst)

    def _on_burst(self) -> None:
        self._burst = None
        self._advance()
        under_way = any(track.ahead for track in self._tracks.values())
        if under_way or self._seconds() < self._heard_until + TAIL - 1e-6:
            self._plan()

    def _advance(self) -> None:
        """Send the frames that are complete by now."""
        if self._burst is None and self._seconds() * RATE - self._frame * FRAME > BURST * RATE * 2:
            return  # it rests
        complete = int(self._seconds() * RATE + 0.5) // FRAME
        while self._frame < complete:
            for name, line in self._tracks.items():
                self._chunk += 1
                payload = base64.b64encode(line.take()).decode()
                media = {
                    "track": name,
                    "chunk": str(self._chunk),
                    "timestamp": str(self._frame * 20),
                    "payload": payload,
                }
                self._send("media", media=media)
            self._frame += 1

    # -- what the other side says --------------------------------------------------------------

    def _heard(self, message: dict[str, Any]) -> None:
        """One way, nothing is to come back."""
        self._nonsense("it sent a message, and a <Start> streams one way only: use a <Connect>")

    def _nonsense(self, text: str) -> None:
        if not self._told_nonsense:  # one alert a stream: more would say the same
            self._told_nonsense = True
            self.alert(NONSENSE, text)

    def _lost(self, ending: Ending) -> None:
        """The other side has closed it."""
        self._rest()
        self.over(ending)
        event = "stream-stopped" if ending.code in NORMAL else "stream-error"
        error = "" if ending.code in NORMAL else ending.text
        self.live.engine.background(self.live.call.account_sid, self.tell(event, error))

    def over(self, ending: Ending) -> None:
        """Say that it ended before it should."""
        protocol = ending.code in (1002, 1003, 1007, 1009)
        self.alert(BROKEN if protocol else CLOSED, ending.text)

    def alert(self, code: int, text: str) -> None:
        """Tell the account's debugger."""
        self.live.alert(code, f"Stream: {text}", request_url=self.step.url)

    async def tell(self, event: str, error: str = "") -> None:
        """Send the status callback, if there is one."""
        if not self.step.callback:
            return
        pairs = [
            ("AccountSid", self.live.call.account_sid),
            ("CallSid", self.live.call.sid),
            ("StreamSid", self.sid),
            ("StreamName", self.name or self.sid),
            ("StreamEvent", event),
            *([("StreamError", error)] if error else []),
            ("Timestamp", self.live.clock.now().strftime("%Y-%m-%dT%H:%M:%S.%fZ")),
        ]
        await self.live.engine.tell(
            self.live.call.account_sid,
            self.step.callback,
            self.step.callback_method,
            pairs,
            call_sid=self.live.call.sid,
        )


class TwoWay(Stream):
    """A stream of a Connect: what the other side sends is heard in the call."""

    def __init__(self, live: LiveCall, step: steps.OpenStream, sid: str) -> None:
        super().__init__(live, step, sid)
        self._playing_since: float | None = None  # None: it is silent
        self._plays_until = 0.0
        self._unheard = bytearray()  # what nobody who keeps the sound has of it yet
        self._kept_until = 0.0
        self._portion: Planned | None = None
        self._marks: deque[tuple[float, str]] = deque()
        self._timer: Planned | None = None
        self._told_full = False

    def quiet_for(self) -> float:
        """How long both sides have said nothing, in seconds; below 0 as long as one talks."""
        return round(self._seconds() - max(self._heard_until, self._plays_until), 6)

    def press(self, track: str, keys: str) -> None:
        """Keys are told one by one."""
        if track == "inbound":
            self._advance()
            for key in keys:
                self._send("dtmf", dtmf={"track": "inbound_track", "digit": key})

    def drop(self) -> None:
        """Nothing more is played either."""
        super().drop()
        for plan in (self._timer, self._portion):
            if plan is not None:
                plan.cancel()
        self._timer = self._portion = None

    def _rest(self) -> None:
        self._silent(cut=self._plays_until - self._seconds() > 1e-4)
        super()._rest()

    def _lost(self, ending: Ending) -> None:
        super()._lost(ending)
        self.live.tell("stream", self)

    def over(self, ending: Ending) -> None:
        """The other side closes it when the talk is over: only another end is worth an alert."""
        if ending.code not in NORMAL:
            super().over(ending)

    # -- messages ------------------------------------------------------------------------------

    def _heard(self, message: dict[str, Any]) -> None:
        event = message.get("event")
        wrong = ""
        if event not in ("media", "mark", "clear"):
            wrong = f"it sent the event {event!r:.40}: there are media, mark and clear"
        elif message.get("streamSid") != self.sid:
            wrong = f"its {event} has not the streamSid of this stream, {self.sid}"
        elif event == "media":
            wrong = self._media(message.get("media"))
        elif event == "mark":
            wrong = self._mark(message.get("mark"))
        else:
            self._clear()
        if wrong and self.socket is not None:
            self.socket.puzzled(wrong)

    def _media(self, media: Any) -> str:
        payload = media.get("payload") if isinstance(media, dict) else None
        if not isinstance(payload, str):
            return "its media has no payload"
        try:
            sound = base64.b64decode(payload, validate=True)
        except (binascii.Error, ValueError):
            return "the payload of its media is no base64"
        now = self._seconds()
        if self._plays_until - now > MOST_AHEAD:
            if not self._told_full:
                self._told_full = True
                text = f"more than {MOST_AHEAD:g} seconds of its sound wait: the rest is left out"
                self.alert(NONSENSE, text)
            return ""
        if sound and self._playing_since is None:
            self._playing_since = self._plays_until = now
        self._plays_until = max(self._plays_until, now) + len(sound) / RATE
        if self.live.kept_by_somebody():
            self._unheard += sound
        if self._portion is None and self._unheard:
            due = max(self._kept_until, self._playing_since or now, now - LAG) + LAG
            self._portion = self.live.clock.plan(due - now, self._keep)
        self._watch()
        return ""

    def _keep(self) -> None:
        """Let whoever keeps the sound of the call have what came since the last time."""
        if self._portion is not None:
            self._portion.cancel()
            self._portion = None
        sound, self._unheard = bytes(self._unheard), bytearray()
        if sound and self.live.kept_by_somebody():
            file = playing.File(len(sound) / RATE, sound, "audio/basic")
            self.live.sounded("outbound", playing.piece_of(self.live, file))
            self._kept_until = max(self._kept_until, self._seconds()) + file.seconds - LAG

    def _mark(self, mark: Any) -> str:
        name = mark.get("name") if isinstance(mark, dict) else None
        if not isinstance(name, str):
            return "its mark has no name"
        if len(self._marks) >= MOST_MARKS:
            return f"more than {MOST_MARKS} marks wait for their sound"
        self._marks.append((max(self._plays_until, self._seconds()), name))
        self._on_timer()
        return ""

    def _clear(self) -> None:
        self._silent(cut=self._plays_until - self._seconds() > 1e-4)
        while self._marks:
            self._send("mark", mark={"name": self._marks.popleft()[1]})

    def _watch(self) -> None:
        """Be there when the next mark is reached, or all has been played."""
        if self._timer is None and (self._marks or self._playing_since is not None):
            due = self._marks[0][0] if self._marks else self._plays_until
            self._timer = self.live.clock.plan(due - self._seconds(), self._on_timer)

    def _on_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        now = self._seconds() + 1e-4
        while self._marks and self._marks[0][0] <= now:
            self._send("mark", mark={"name": self._marks.popleft()[1]})
        if self._playing_since is not None and self._plays_until <= now:
            self._silent()
        self._watch()

    def _silent(self, cut: bool = False) -> None:
        """What was played is over: write down how much it was, which is known only now."""
        if self._playing_since is None:
            return
        until = min(self._plays_until, self._seconds())
        seconds = round(until - self._playing_since, 3)
        self._keep()
        if cut:
            self.live.hush("outbound")
        self._playing_since, self._plays_until = None, until
        self.live.entry("Stream", f"{seconds:g} s of sound{', cut short' if cut else ''}")


def _parts(live: LiveCall, piece: Piece) -> mixing.Material:
    """All that is needed to make a piece's sound: it is made as a recording's is."""
    alone = Recording(
        account_sid=live.call.account_sid,
        channels=1,
        duration=math.ceil(piece.seconds),
        sounds=[piece.plain() | {"at": 0.0, "track": "inbound"}],
    )
    return mixing.material(live.engine.store, alone)


def _sound(parts: mixing.Material, seconds: float) -> bytes:
    """A piece's sound in mu-law. Any thread may do this work."""
    return ulaw(mixing.wav_file(parts)[WAV_HEADER:][: 2 * round(RATE * seconds)])


# --- opening them ----------------------------------------------------------------------------


async def start(live: LiveCall, step: steps.OpenStream, row: Row | None = None) -> None:
    """Stream a copy of the sound from now on; a program that is slow does not hold the call up.

    *row* is what the API has of it, if it was the API that asked.
    """
    if row is None:
        row = Row.new(live.world, call_sid=live.call.sid, name=step.name or None, url=step.url)
        live.world.save(row)
    stream = Stream(live, step, row.sid, row)
    running = [thing for thing in live.beside.values() if isinstance(thing, Stream)]
    tracks = sum(len(TRACKS[each.step.track]) for each in running) + len(TRACKS[step.track])
    if tracks > MOST_TRACKS:
        text = (
            f"Stream: a call can stream {MOST_TRACKS} tracks at once, and these would be {tracks}"
        )
        live.alert(31941, text)
        await stream.end()
        return

    async def work() -> None:
        opened = await _open(stream)
        # The API may have stopped it before there was anything to stop.
        stopped = live.world.find(Row, sid=stream.sid, status=STOPPED)
        if not opened or live.over or stopped:
            await stream.end()
            return
        live.beside[stream.sid] = stream
        await stream.tell("stream-started")

    task = live.engine.background(live.call.account_sid, work())
    await asyncio.wait({task}, timeout=GRACE)


async def connect(live: LiveCall, step: steps.OpenStream) -> steps.Disconnected:
    """Talk with the other side until it closes the WebSocket, or the caller hangs up."""
    stream = TwoWay(live, step, live.world.sid("MZ"))
    try:
        if not await live.during(_open(stream)):
            return steps.Disconnected()
        await stream.tell("stream-started")
        with live.listening():
            await _talk(live, stream)
    except Interrupted as stop:
        if stop.signal.kind != "hangup":
            await stream.end()
            raise
        live.gone = True
    except asyncio.CancelledError:
        stream.drop()
        raise
    await stream.end()
    return steps.Disconnected(caller_left=live.gone)


async def _talk(live: LiveCall, stream: TwoWay) -> None:
    """Return when the other side has closed it."""
    while stream.socket is not None and stream.socket.ending is None:
        more = beforehand.waiting(live)
        left = max(0.0, beforehand.PAUSE - stream.quiet_for()) if more else None
        signal = await live.wait(left, "stream", "live_key", "words")
        if signal is None and stream.quiet_for() >= beforehand.PAUSE - 1e-6:
            beforehand.act(live)


async def _open(stream: Stream) -> bool:
    """Open its WebSocket and begin; False, and an alert, if there is none."""
    try:
        socket = await open_socket(stream.live, stream.step.url, stream.step.parameters)
    except NoSocket as problem:
        stream.alert(CODES[problem.why], problem.text)
        await stream.tell("stream-error", problem.text)
        return False
    stream.begin(socket)
    return True
