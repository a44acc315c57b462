"""How fast TwiML is built, read and checked, beside what sets the limit.

    python -m benchmarks.twiml

Building is compared with the official `twilio.twiml` and with bare lxml, reading and checking with
bare lxml's `fromstring` of the same bytes. Every figure is the median of many short rounds; the
rounds of all candidates take turns, so that a busy machine slows them alike and the ratios hold.
Nothing is asserted: machines differ.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from statistics import median
from time import thread_time
from typing import Any

import twilio.twiml.voice_response as official
from lxml import etree

import helpers.twiml as ours
from helpers.twiml import parse, problems

checker = importlib.import_module("helpers.twiml.checker")

ROUNDS = 60
#: How long one round of one candidate takes, in seconds.
ROUND = 0.004

SITE = "https://example.com/voice"
EVENTS = "initiated ringing answered completed"


def build(twiml: Any, menu: str = "/menu", site: str = "", words: str = "Press 1.") -> str:
    """A typical document: a prompt, a sentence, two numbers to ring, and where to go on."""
    response = twiml.VoiceResponse()
    gather = response.gather(num_digits=1, action=menu, method="POST", timeout=5)
    gather.say(words, voice="Polly.Amy", language="en-GB")
    response.say("We heard nothing, so we connect you with one of our people.")
    dial = response.dial(caller_id="+15005550006", timeout=20, action=f"{site}/dialled")
    dial.number("+14155550100", status_callback=f"{site}/events", status_callback_event=EVENTS)
    dial.number("+14155550101", status_callback=f"{site}/events", status_callback_event=EVENTS)
    response.redirect(f"{site}/again")
    return str(response)


def build_with_lxml() -> str:
    """The same elements, by hand and with attributes in order: no builder can be much faster."""
    response = etree.Element("Response")
    gather = etree.SubElement(
        response, "Gather", {"action": "/menu", "method": "POST", "numDigits": "1", "timeout": "5"}
    )
    say = etree.SubElement(gather, "Say", {"language": "en-GB", "voice": "Polly.Amy"})
    say.text = "Press 1."
    say = etree.SubElement(response, "Say")
    say.text = "We heard nothing, so we connect you with one of our people."
    dial = etree.SubElement(
        response, "Dial", {"action": "/dialled", "callerId": "+15005550006", "timeout": "20"}
    )
    for number in ("+14155550100", "+14155550101"):
        called = {"statusCallback": "/events", "statusCallbackEvent": EVENTS}
        etree.SubElement(dial, "Number", called).text = number
    etree.SubElement(response, "Redirect").text = "/again"
    return etree.tostring(response, encoding="unicode")


def long_document(site: str, words: str) -> bytes:
    """The typical document's verbs, again and again, up to 60 kB."""
    one = build(ours, f"{site}/menu", site, words)
    start, end = one.index("<Gather"), one.index("</Response>")
    times = 60_000 // (end - start)
    return f"<Response>{one[start:end] * times}</Response>".encode()


def measure(candidates: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Processor seconds that each candidate takes once: the median of rounds taken in turn."""
    repeats = {}
    for name, run in candidates.items():
        run()  # warm
        start = thread_time()
        run()
        repeats[name] = max(1, int(ROUND / (thread_time() - start)))
    taken: dict[str, list[float]] = {name: [] for name in candidates}
    for _ in range(ROUNDS):
        for name, run in candidates.items():
            start = thread_time()
            for _ in range(repeats[name]):
                run()
            taken[name].append((thread_time() - start) / repeats[name])
    return {name: median(times) for name, times in taken.items()}


def building() -> None:
    """Print how many times faster than the official builder the others are."""
    assert build(ours) == build(official)
    took = measure(
        {
            "official twilio.twiml": lambda: build(official),
            "helpers.twiml": lambda: build(ours),
            "bare lxml": build_with_lxml,
        }
    )
    print("building a typical document, and its text\n")
    print(f"{'':24}{'microseconds':>14}{'times as fast':>16}")
    for name, seconds in took.items():
        print(f"{name:24}{seconds * 1e6:14.1f}{took['official twilio.twiml'] / seconds:16.2f}")


def reading(title: str, document: bytes) -> None:
    """Print how much longer than bare lxml reading takes, and reading with checking."""
    assert problems(document) == []
    took = measure(
        {
            "lxml fromstring": lambda: etree.fromstring(document),
            "parse": lambda: parse(document),
            "problems(parse)": lambda: problems(parse(document)),
            "  of new verbs": lambda: problems_at_first_sight(document),
        }
    )
    print(f"\n{title}: {len(document):,} bytes\n")
    print(f"{'':24}{'microseconds':>14}{'times its time':>16}")
    for name, seconds in took.items():
        print(f"{name:24}{seconds * 1e6:14.1f}{seconds / took['lxml fromstring']:16.2f}")


def problems_at_first_sight(document: bytes) -> None:
    """As if no verb in it had ever been seen: the checker remembers what it found to be right."""
    checker._SOUND.clear()
    problems(parse(document))


WORDS = (
    "Thank you for calling the weather line. Press 1 to hear the forecast for today, "
    "or press 2 for the coming week."
)


def main() -> None:
    """Print all tables."""
    print(f"Python {sys.version.split()[0]}, lxml {etree.__version__}\n")
    building()
    typical = build(ours, f"{SITE}/menu?language=en", SITE, WORDS).encode()
    reading("reading a typical document, with whole URLs and sentences", typical)
    reading("reading a long one of that kind", long_document(SITE, WORDS))
    reading("reading one with short words, where elements count most", build(ours).encode())
    reading("reading a long one of that kind", long_document("", "Press 1."))


if __name__ == "__main__":
    main()
