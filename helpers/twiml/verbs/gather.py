"""Gather: ask the caller for keys or words.

Sources: the TwiML reference on Gather; error pages 13310 to 13338; captured requests.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any

from helpers.twiml.attributes import Choice, Digits, Flag, Method, Text, Url, Whole, declare
from helpers.twiml.element import Fault, TwiML
from helpers.twiml.steps import Begin, Fetch, Keys, Load, ReadKeys, Step
from helpers.twiml.verbs.speech import Pause, Play, Say

if TYPE_CHECKING:
    from helpers.twiml.interpreter import Scene

__all__ = ["Gather"]

MOST_SPEECH = 60  # seconds
GUESSING = "what the caller says arrives as words here, so there is nothing to guess"

MODELS = (
    "default|numbers_and_commands|phone_call|experimental_(conversations|utterances)"
    "|googlev2_[a-z_]+|deepgram_[a-z0-9_.-]+"
)
MOST_HINTS, LONGEST_HINT = 500, 100


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
        language=Text(
            "en-US",
            pattern=r"[A-Za-z]{2,3}(-[A-Za-z0-9]+)+|multi",
            kind="a language with its country, such as en-US",
            code=13331,
        ),
        hints=Text(
            code=13330, note="at most 500 phrases of 100 characters, commas between"
        ).without_effect(GUESSING),
        barge_in=Flag(True, code=13332),
        debug=Flag().without_effect("Twilio does not document what it is for"),
        action_on_empty_result=Flag(False, code=13338),
        speech_model=Text(
            "default", pattern=MODELS, kind="a model such as phone_call", code=13334
        ).without_effect(GUESSING),
        enhanced=Flag(False, note="deprecated").without_effect(
            "it is deprecated, and the models it chose from are gone"
        ),
    )

    def faults(self) -> Iterator[Fault]:
        """Too many hints, and attributes that do not go together."""
        attrs = self.attrs
        if "hints" in attrs:
            hints = attrs["hints"].split(",")
            longest = max(len(hint.strip()) for hint in hints)
            if len(hints) > MOST_HINTS:
                what = f"hints of <Gather> holds {len(hints)} phrases, {MOST_HINTS} are allowed"
                yield Fault(13330, what, "leave some out")
            elif longest > LONGEST_HINT:
                what = f"hints of <Gather> holds a phrase of {longest} characters"
                yield Fault(13330, what, f"shorten it to {LONGEST_HINT} at most")
        # Twilio's page on 13335 speaks of any speechModel, not of "default" only.
        if "speechModel" in attrs and attrs.get("speechTimeout") == "auto":
            yield Fault(
                13335,
                'speechTimeout="auto" of <Gather> does not go with a speechModel',
                "name a number of seconds, or take speechModel out",
            )
        if attrs.get("actionOnEmptyResult") == "true" and not attrs.get("action", "-").strip():
            yield Fault(
                13338,
                "<Gather> is to ask its action in any case, and its action is empty",
                "name a URL, or take action out to ask this document again",
            )

    def run(self, scene: Scene) -> Generator[Step, Any, Fetch | None]:
        """Prompt and listen; with a result go to the action, without one go on."""
        kinds = self.get("input")
        speech, keys = "speech" in kinds, "dtmf" in kinds
        yield Begin("Gather")
        yield from self._prompt(scene, keys, speech)
        timeout = self.get("timeout")
        timeout = 5 if timeout == "auto" else timeout
        silence = self.get("speech_timeout")
        language = self.get("language")
        heard: Keys = yield ReadKeys(
            most=self.get("num_digits"),
            finish=self.get("finish_on_key"),
            timeout=timeout,
            speech=speech,
            keys=keys,
            speech_timeout=None if silence == "auto" else silence or timeout,
            hints=self.get("hints") or "",
            language=language,
            max_speech=self.get("max_speech_time") or MOST_SPEECH,
            partial=scene.link(self.get("partial_result_callback")),
            partial_method=self.get("partial_result_callback_method"),
            profanity=not self.get("profanity_filter"),
        )
        if heard.speech:
            params = [("SpeechResult", heard.speech)]
            if heard.confidence is not None:
                params.append(("Confidence", str(heard.confidence)))
            return scene.onward(self, *params, ("Language", language))
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

    def _prompt(self, scene: Scene, keys: bool, speech: bool) -> Generator[Step, Any, None]:
        """Say, play and wait as the elements in it do; what is listened for cuts it short."""
        files = [
            child for child in self.elements if isinstance(child, Play) and child.written_url()
        ]
        if files:  # all of them before the first is heard, so that none keeps the caller waiting
            yield Load(tuple(dict.fromkeys(child.address(scene) for child in files)), 13325)
        barge_in = self.get("barge_in")
        until_key, until_word = barge_in and keys, barge_in and speech
        for child in self.elements:
            if isinstance(child, Play):
                cut = yield from child.prompt(scene, until_key, until_word, fetched=True)
            elif isinstance(child, Say | Pause):
                cut = yield from child.prompt(scene, until_key, until_word)
            else:
                continue
            if cut:
                return  # whoever has answered does not want to hear the rest
