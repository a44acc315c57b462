"""Gather: ask the caller for keys or words.

Sources: the TwiML reference on Gather; error pages 13310 to 13338; captured requests.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

from helpers.twiml.attributes import Choice, Digits, Flag, Method, Text, Url, Whole, declare
from helpers.twiml.element import TwiML
from helpers.twiml.steps import Begin, Fetch, Keys, ReadKeys, Step
from helpers.twiml.verbs.speech import Pause, Play, Say

if TYPE_CHECKING:
    from helpers.twiml.interpreter import Scene

__all__ = ["Gather"]


class Gather(TwiML):
    """Ask the caller for keys or spoken words.

    Say, Play and Pause inside it are the prompt, which the first key stops. What the caller
    keyed goes to *action* as ``Digits``, what was said as ``SpeechResult``. Nothing at all: the
    call goes on with the verb after the Gather.
    """

    inside = ("VoiceResponse",)
    attributes = declare(
        input=Choice("dtmf speech", default="dtmf", several=True, code=13326),
        action=Url(note="default: the document's own URL"),
        method=Method(code=13312),
        timeout=Whole(5, low=1, unit="seconds", also=("auto",), code=13313),
        speech_timeout=Whole(
            low=1, unit="seconds", also=("auto",), code=13327, note="default: that of timeout"
        ),
        max_speech_time=Whole(low=1, high=60, unit="seconds", code=13328),
        profanity_filter=Flag(True, code=13333),
        finish_on_key=Digits(
            "#", pattern=r"([0-9#*]?)", kind="one key out of 0-9 # *, or nothing", code=13310
        ),
        num_digits=Whole(low=1, code=13314),
        partial_result_callback=Url(),
        partial_result_callback_method=Method(code=13329),
        language=Text("en-US", code=13331),
        hints=Text(code=13330, note="at most 500 phrases of 100 characters, commas between"),
        barge_in=Flag(True, code=13332),
        debug=Flag(),
        action_on_empty_result=Flag(False, code=13338),
        speech_model=Text("default", code=13334),
        enhanced=Flag(False, note="deprecated"),
    )

    def run(self, scene: Scene) -> Generator[Step, Any, Fetch | None]:
        """Prompt and listen; with a result go to the action, without one go on."""
        kinds = self.get("input")
        speech, keys = "speech" in kinds, "dtmf" in kinds
        yield Begin("Gather")
        for child in self.elements:
            if isinstance(child, Say | Play | Pause) and (
                yield from child.prompt(scene, until_key=self.get("barge_in"))
            ):
                break  # whoever has pressed a key does not want to hear the rest
        timeout = self.get("timeout")
        timeout = 5 if timeout == "auto" else timeout
        silence = self.get("speech_timeout")
        heard: Keys = yield ReadKeys(
            most=self.get("num_digits"),
            finish=self.get("finish_on_key"),
            timeout=timeout,
            speech=speech,
            keys=keys,
            speech_timeout=None if silence == "auto" else silence or timeout,
            hints=self.get("hints") or "",
            language=self.get("language"),
        )
        if heard.speech:
            params = [("SpeechResult", heard.speech)]
            if heard.confidence is not None:
                params.append(("Confidence", str(heard.confidence)))
            return scene.onward(self, *params)
        if not heard.digits and not self.get("action_on_empty_result"):
            return None
        if not heard.digits and not keys:
            return scene.onward(self, ("SpeechResult", ""))
        # `msg` and `FinishedOnKey` are in captured requests, not in the documentation.
        return scene.onward(
            self,
            ("msg", "Gather End"),
            ("Digits", heard.digits),
            ("FinishedOnKey", heard.finished_on),
        )
