"""Say, Play and Pause.

| verb | attribute | default |
|---|---|---|
| Say | voice, language, loop | man, en-US, 1 |
| Play | loop, digits | 1, none |
| Pause | length | 1 |
"""

import pytest

from helpers.twiml.steps import Alert, Answer, Begin, HangUp, Sound, Speak, Tones, Wait
from tests.twiml.driver import hear, of


def test_say_speaks_with_white_space_folded():
    assert hear("<Say>\n  Hello \t\n world  </Say>") == [
        Answer(),
        Begin("Say", "Hello world"),
        Speak("Hello world", "man", "en-US", until_key=False),
        HangUp(),
    ]


def test_say_with_voice_and_language():
    steps = hear('<Say voice="Polly.Amy" language="en-GB">Hi</Say>')
    assert of(Speak, steps) == [Speak("Hi", "Polly.Amy", "en-GB")]


@pytest.mark.parametrize(("loop", "rounds"), [("1", 1), ("3", 3), ("0", 1000), ("x", 1)])
def test_a_loop_begins_once_a_round(loop, rounds):
    steps = hear(f'<Say loop="{loop}">Hi</Say><Play loop="{loop}">/a.mp3</Play>')
    assert of(Begin, steps).count(Begin("Say", "Hi")) == rounds
    assert len(of(Speak, steps)) == len(of(Sound, steps)) == rounds


@pytest.mark.parametrize(
    ("xml", "heard"),
    [
        ("Hello<break/>world", "Hello world"),
        ("<p>One.</p><p>Two.</p>", "One. Two."),
        ("<s>One.</s>Two.", "One. Two."),
        ("un<emphasis>believ</emphasis>able", "unbelievable"),
        ('<sub alias="Mister">Mr</sub> Smith', "Mister Smith"),
        ("<sub>Mr</sub> Smith", "Mr Smith"),
        ('Call <say-as interpret-as="telephone">555</say-as> now', "Call 555 now"),
        ('<prosody rate="slow">Easy <w role="x">does</w></prosody> it', "Easy does it"),
        ('<lang xml:lang="fr-FR">Bonjour</lang>', "Bonjour"),
        ('<phoneme alphabet="ipa" ph="x">pecan</phoneme>', "pecan"),
        ("a <!-- b --> c", "a c"),
        ("a <blink>b</blink> c", "a c"),
        ("1 &lt; 2 &amp; 3", "1 < 2 & 3"),
    ],
)
def test_ssml_is_flattened_to_what_is_heard(xml, heard):
    assert of(Speak, hear(f"<Say>{xml}</Say>"))[0].text == heard


def test_say_without_words_is_told_and_passed_over():
    steps = hear("<Say> <break/> </Say><Hangup/>")
    assert [a.code for a in of(Alert, steps)] == [13520]
    assert not of(Speak, steps)
    assert of(Begin, steps) == [Begin("Hangup")]


def test_play_resolves_its_url_against_the_document():
    steps = hear("<Play> ../hold.mp3 </Play>")
    assert steps[1:3] == [
        Begin("Play", "http://shop.test/hold.mp3"),
        Sound("http://shop.test/hold.mp3"),
    ]


def test_play_sends_keys():
    steps = hear('<Play digits="1w2"/>')
    assert steps[1:3] == [Begin("Play", "1w2"), Tones("1w2")]


def test_play_with_nothing_to_play_is_told():
    steps = hear("<Play/>")
    assert [a.code for a in of(Alert, steps)] == [13420]
    assert not of(Sound, steps)


def test_pause_waits():
    assert hear('<Say>a</Say><Pause length="10"/>')[3:] == [
        Begin("Pause", "10"),
        Wait(10),
        HangUp(),
    ]
    assert of(Wait, hear("<Pause/>")) == [Wait(1)]


def test_a_pause_first_lets_the_phone_ring_on():
    assert hear("<Pause/><Say>a</Say>")[:3] == [Begin("Pause", "1"), Wait(1), Answer()]
