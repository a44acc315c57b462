"""What the phone sounds, speaks, plays and takes in, in JupyterLab."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import demo
from tests.browser.jupyter import Lab, wait_until_done

# Whatever sounds is also led into an analyser, whose loudest spectrum is kept.
EARS = """() => {
  window.heard = null;
  if (window.wired) return;
  window.wired = true;
  const { connect } = AudioNode.prototype;
  AudioNode.prototype.connect = function (to, ...rest) {
    if (to instanceof AudioDestinationNode) {
      if (!to.context.ears) {
        const ears = to.context.createAnalyser();
        ears.fftSize = 8192;
        ears.smoothingTimeConstant = 0;
        ears.minDecibels = -120;
        to.context.ears = ears;
        const listening = setInterval(() => {
          if (to.context.state === "closed") clearInterval(listening);
          const now = new Float32Array(ears.frequencyBinCount);
          ears.getFloatFrequencyData(now);
          const had = window.heard ?? now;
          window.heard = now.map((level, bin) => Math.max(level, had[bin]));
          window.width = to.context.sampleRate / ears.fftSize;
        }, 10);
      }
      connect.call(this, to.context.ears);
    }
    return connect.call(this, to, ...rest);
  };
}"""

# The loudest pitch between two frequencies, or 0 where nothing is louder than a whisper.
PEAK = """([low, high]) => {
  const { heard, width } = window;
  let best = Math.ceil(low / width);
  for (let bin = best; bin <= high / width; bin += 1) if (heard[bin] > heard[best]) best = bin;
  return heard[best] > -60 ? best * width : 0;
}"""
LOUD = "([low, high]) => window.heard !== null && (" + PEAK + ")([low, high]) > 0"
# ... and whether it is that pitch. While only the beginning of a tone was heard, it is blurred.
NEAR = (
    "([low, high, pitch]) => window.heard !== null && Math.abs(("
    + PEAK
    + ")([low, high]) - pitch) < 8"
)

# The analyser looks back a fifth of a second; after that nothing of a pitch is left.
QUIET = """pitch => {
  const { heard } = window;
  window.heard = null;
  return heard && heard[Math.round(pitch / window.width)] < -80;
}"""

# A voice that says nothing but remembers what it was given.
VOICES = """voices => {
  window.spoken = [];
  window.cut = 0;
  window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
  const stub = {
    getVoices: () => voices,
    addEventListener() {},
    speak: (words) => window.spoken.push(words),
    cancel: () => { window.cut += 1; },
  };
  Object.defineProperty(window, "speechSynthesis", { value: stub, configurable: true });
}"""
TWO = [{"name": "Daniel", "lang": "en-GB"}, {"name": "Zira", "lang": "en-US"}]

TELL = """code => {
  const [kernel] = [window.panel.sessionContext.session.kernel];
  kernel.requestExecute({ code, store_history: false });
  return null;
}"""


# What a test puts in the place of the browser's own is taken away again.
NATIVE = """() => {
  const names = ['speechSynthesis', 'SpeechSynthesisUtterance', 'SpeechRecognition'];
  window.natives ??= names.map(name => Object.getOwnPropertyDescriptor(window, name));
  names.forEach((name, place) => {
    const native = window.natives[place];
    if (native) Object.defineProperty(window, name, native);
    else delete window[name];
  });
  delete navigator.permissions.query;
  delete navigator.mediaDevices.getUserMedia;
}"""


@pytest.fixture(autouse=True)
def native(page: Page, lab: Lab) -> None:
    """JupyterLab is there before the first test, and is as it came before each."""
    if not page.url.startswith(lab.url):
        demo.run(page, lab)
    page.evaluate(NATIVE)


def before(page: Page, script: str, value: Any = None) -> None:
    """Run a function in the page before the notebook is opened."""
    page.evaluate(script, value)


def show(page: Page, lab: Lab, *cells: str) -> Locator:
    """A phone on the page, in a notebook of these cells."""
    demo.run(page, lab, *(cells or (demo.RING,)))
    phone = page.locator(".jp-OutputArea-output .telephone").first
    expect(phone).to_be_visible()
    return phone


def tell(page: Page, code: str) -> None:
    """Let the kernel run a line of code."""
    page.evaluate(TELL, code)


def answered(phone: Locator) -> Locator:
    expect(phone).to_have_attribute("data-state", "ringing")
    phone.get_by_role("button", name="Answer").click()
    expect(phone).to_have_attribute("data-state", "in-progress")
    return phone


# -- tones ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "row", "column"), [("key 5", 770, 1336), ("key star", 941, 1209), ("key 3", 697, 1477)]
)
def test_a_key_sounds_its_two_tones(page: Page, lab: Lab, key: str, row: int, column: int) -> None:
    before(page, EARS)
    phone = answered(show(page, lab))
    page.evaluate("() => { window.heard = null; }")
    phone.get_by_role("button", name=key).click()
    page.wait_for_function(NEAR, arg=[650, 1000, row])
    page.wait_for_function(NEAR, arg=[1150, 1700, column])


def test_keys_that_the_far_end_sends_are_heard(page: Page, lab: Lab) -> None:
    before(page, EARS)
    answered(show(page, lab))
    page.evaluate("() => { window.heard = null; }")
    tell(page, "from helpers.phone import Entry; fake.hear(Entry(3.0, 'Play', '8'))")
    page.wait_for_function(NEAR, arg=[650, 1000, 852])
    page.wait_for_function(NEAR, arg=[1150, 1700, 1336])


def test_it_rings_until_it_is_answered(page: Page, lab: Lab) -> None:
    before(page, EARS)
    phone = show(page, lab)
    expect(phone).to_have_attribute("data-state", "ringing")
    phone.get_by_text("Call from").click()  # no page may sound before a click
    page.wait_for_function(LOUD, arg=[430, 490])
    answered(phone)
    page.wait_for_function(QUIET, arg=440)


def test_sound_switched_off_is_off_for_the_next_phone_too(page: Page, lab: Lab) -> None:
    before(page, EARS)
    phone = show(page, lab)
    phone.get_by_label("sound").uncheck()
    answered(phone)
    phone.get_by_role("button", name="key 5").click()
    expect(phone.get_by_role("list", name="Transcript")).to_contain_text("press")
    assert page.evaluate("() => window.heard === null") or page.evaluate(PEAK, [1150, 1700]) == 0
    phone = show(page, lab)
    expect(phone.get_by_label("sound")).not_to_be_checked()


# -- reading aloud --------------------------------------------------------------------------------


def test_what_is_said_is_read_by_a_voice_that_fits(page: Page, lab: Lab) -> None:
    before(page, VOICES, TWO)
    phone = answered(show(page, lab))
    phone.get_by_label("read aloud").check()
    tell(
        page,
        "fake.ear('words', text='Hello to you all', voice='man', language='en-GB', seconds=1.6)",
    )
    page.wait_for_function("() => window.spoken.length === 1")
    text, lang, name, rate = page.evaluate(
        "() => { const [w] = window.spoken; return [w.text, w.lang, w.voice.name, w.rate]; }"
    )
    assert (text, lang, name) == ("Hello to you all", "en-GB", "Daniel")
    assert rate == pytest.approx(16 / 15 / 1.6, rel=0.05)
    expect(phone).to_have_attribute("data-speaking", "true")
    # The next verb cuts it, and the same words again are said again.
    tell(page, "fake.ear('words', text='Hello to you all', language='en-US', seconds=1.6)")
    page.wait_for_function("() => window.spoken.length === 2 && window.cut === 1")
    assert page.evaluate("() => window.spoken[1].voice.name") == "Zira"
    page.evaluate("() => window.spoken[1].onend()")
    expect(phone).to_have_attribute("data-speaking", "false")


def test_a_voice_that_never_ends_is_over_with_its_verb(page: Page, lab: Lab) -> None:
    before(page, VOICES, TWO)
    phone = answered(show(page, lab))
    phone.get_by_label("read aloud").check()
    tell(page, "fake.ear('words', text='Hello', seconds=0.4)")
    page.wait_for_function("() => window.spoken.length === 1")
    expect(phone).to_have_attribute("data-speaking", "false")
    expect(phone.get_by_label("Notice")).to_have_text("")


def test_it_is_silent_unless_asked(page: Page, lab: Lab) -> None:
    before(page, VOICES, TWO)
    phone = answered(show(page, lab))
    tell(page, "fake.ear('words', text='Hello', seconds=0.4)")
    expect(phone).to_have_attribute("data-ear", "words")
    assert page.evaluate("() => window.spoken.length") == 0
    expect(phone.get_by_label("What you hear")).to_contain_text("Thank you")


def test_a_browser_without_voices_says_so(page: Page, lab: Lab) -> None:
    phone = answered(show(page, lab))
    phone.get_by_label("read aloud").check()
    expect(phone.get_by_label("Notice")).to_have_text(
        "This browser has no voices: read the captions instead."
    )


# -- the microphone -------------------------------------------------------------------------------

RECORD = """\
from helpers import connect
from tests.browser.answers import answer

session = connect(lesson="03")
client = session.client
site = session.site(answer)
call = client.calls.create(
    to=session.phone.number, from_=session.number, url=site.url + "/voice"
)
session.phone"""
FETCH = """\
import io, wave
import requests

await session.ended(call)
[made] = client.recordings.list()
url = session.base + made.uri.removesuffix(".json") + ".wav"
sound = wave.open(io.BytesIO(requests.get(url, auth=session.auth).content))
frames = memoryview(sound.readframes(sound.getnframes())).cast("h")
print(sound.getframerate(), "Hz,", "a voice" if max(frames) > 1000 else "silence")"""


def test_what_the_microphone_hears_is_in_the_recording(page: Page, lab: Lab) -> None:
    phone = show(page, lab, RECORD, FETCH)
    phone.get_by_label("microphone").check()
    answered(phone)
    expect(phone).to_have_attribute("data-microphone", "recording")
    expect(phone.get_by_label("Recording")).to_have_text("● Your microphone is being recorded.")
    transcript = phone.get_by_role("list", name="Transcript")
    expect(transcript).to_contain_text("(into the microphone)")
    phone.get_by_role("button", name="key pound").click()
    expect(phone).to_have_attribute("data-state", "idle")
    expect(phone).to_have_attribute("data-microphone", "on")
    wait_until_done(page)
    printed = page.locator(".jp-OutputArea-output").last
    expect(printed).to_have_text("8000 Hz, a voice")
    phone.get_by_label("microphone").uncheck()
    expect(phone).to_have_attribute("data-microphone", "off")


PROMPT = """() => {
  navigator.permissions.query = async () => ({ state: "prompt" });
}"""
REFUSES = """name => {
  navigator.mediaDevices.getUserMedia = async () => { throw new DOMException("no", name); };
}"""


def test_it_says_what_for_before_the_browser_asks(page: Page, lab: Lab) -> None:
    before(page, PROMPT)
    phone = show(page, lab)
    phone.get_by_label("microphone").check()
    expect(phone.get_by_text("The browser will ask")).to_be_visible()
    expect(phone.get_by_role("button", name="Let the browser ask")).to_be_focused()
    phone.get_by_role("button", name="Not now").click()
    expect(phone.get_by_text("The browser will ask")).to_be_hidden()
    expect(phone.get_by_label("microphone")).not_to_be_checked()
    phone.get_by_label("microphone").check()
    phone.get_by_role("button", name="Let the browser ask").click()
    expect(phone).to_have_attribute("data-microphone", "on")


INSTEAD = "type what you say instead."
REFUSALS = {
    "NotFoundError": f"No microphone was found: {INSTEAD}",
    "NotAllowedError": f"The browser does not let this page use the microphone: {INSTEAD}",
    "NotReadableError": f"Another program holds the microphone: {INSTEAD}",
    "OddError": f"The microphone does not work (OddError): {INSTEAD}",
}
# As on a page that came over plain http from another machine.
INSECURE = """() => {
  Object.defineProperty(navigator.mediaDevices, 'getUserMedia',
    { value: undefined, configurable: true });
}"""


def test_without_a_microphone_one_types(page: Page, lab: Lab) -> None:
    phone = answered(show(page, lab))
    tell(page, "fake.ear('record', beep=True, seconds=30.0)")
    expect(phone.get_by_label("Recording")).to_contain_text("type what you say")
    microphone = phone.get_by_label("microphone")
    for name, sentence in REFUSALS.items():
        before(page, REFUSES, name)
        microphone.click()  # not `check`, for it is off again at once
        expect(phone.get_by_label("Notice")).to_have_text(sentence)
        expect(microphone).not_to_be_checked()
    before(page, INSECURE)
    microphone.click()
    expect(phone.get_by_label("Notice")).to_have_text(
        f"The browser keeps the microphone from this page, which needs https: {INSTEAD}"
    )
    phone.get_by_label("Say", exact=True).fill("My message")
    phone.get_by_role("button", name="Say it").click()
    expect(phone.get_by_role("list", name="Transcript")).to_contain_text("My message")


RECOGNISES = """here => {
  window.SpeechRecognition = class {
    static async available({ processLocally }) { return processLocally && here; }
    start() {
      window.local = this.processLocally;
      this.onresult({ results: [[{ transcript: "two" }]] });
      this.onend();
    }
    abort() {}
  };
}"""


def test_words_may_be_spoken_where_the_browser_recognises_them_itself(page: Page, lab: Lab) -> None:
    before(page, RECOGNISES, "available")
    phone = answered(show(page, lab))
    expect(phone.get_by_role("button", name="Speak")).to_be_hidden()
    tell(page, "fake.ear('listen', speech=True, language='en-GB')")
    phone.get_by_role("button", name="Speak").click()
    transcript = phone.get_by_role("list", name="Transcript")
    expect(transcript.locator("[data-verb=speak]")).to_have_text(re.compile("two$"))
    assert page.evaluate("() => window.local") is True


def test_a_browser_that_would_send_speech_away_is_not_asked(page: Page, lab: Lab) -> None:
    before(page, RECOGNISES, "downloadable")
    phone = answered(show(page, lab))
    tell(page, "fake.ear('listen', speech=True, language='en-GB')")
    expect(phone).to_have_attribute("data-ear", "listen")
    expect(phone.get_by_role("button", name="Speak")).to_be_hidden()


# -- files ----------------------------------------------------------------------------------------

TONE = """\
import io, math, struct, wave

def tone(pitch, seconds=2, rate=8000):
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1); file.setsampwidth(2); file.setframerate(rate)
        turn = 2 * math.pi * pitch / rate
        file.writeframes(b"".join(
            struct.pack("<h", int(9000 * math.sin(turn * i))) for i in range(seconds * rate)))
    return out.getvalue()

fake.files["tune"] = ("audio/wav", tone(600))
fake.ear("file", sound="tune", seconds=2.0)"""


def test_a_file_is_played_and_broken_off(page: Page, lab: Lab) -> None:
    before(page, EARS)
    answered(show(page, lab))
    tell(page, TONE)
    page.wait_for_function(LOUD, arg=[580, 620])
    tell(page, "fake.ear('listen', keys=True)")
    expect(page.locator(".telephone").first).to_have_attribute("data-ear", "listen")
    page.wait_for_function(QUIET, arg=600)


def test_a_file_no_browser_can_play_is_told(page: Page, lab: Lab) -> None:
    phone = answered(show(page, lab))
    tell(page, "fake.files['x'] = ('audio/x-gsm', b'none')")
    tell(page, "fake.ear('file', sound='x', seconds=9.0)")
    expect(phone.get_by_label("Notice")).to_contain_text("cannot play this file")
