"""Say with its SSML, Play and Pause.

| verb | attribute | default |
|---|---|---|
| Say | voice, language, loop | man, en-US, 1 |
| Play | loop, digits | 1, none |
| Pause | length | 1 |
"""

import pytest

from helpers.twiml import steps as list_steps
from helpers.twiml.readings import heard as read_as
from helpers.twiml.steps import (
    Alert,
    Answer,
    Begin,
    HangUp,
    Phrase,
    Sound,
    Speak,
    Tones,
    Wait,
)
from tests.twiml.driver import hear, of


def said(xml: str) -> Speak:
    """What a Say with this in it asks for."""
    return of(Speak, hear(f"<Say>{xml}</Say>"))[0]


def notes(xml: str) -> tuple[str, ...]:
    """What the log says that nothing is done about."""
    return of(Begin, hear(xml))[0].notes


def test_say_speaks_with_white_space_folded():
    assert hear("<Say>\n  Hello \t\n world  </Say>") == [
        Answer(),
        Begin("Say", "Hello world"),
        Speak("Hello world", "man", "en-US", until_key=False),
        HangUp(),
    ]


@pytest.mark.executes("Say", "Say.voice", "Say.language")
@pytest.mark.parametrize("voice", ["man", "woman", "alice", "Polly.Amy", "Google.en-GB-Wavenet-A"])
def test_say_with_voice_and_language(voice):
    steps = hear(f'<Say voice="{voice}" language="en-GB">Hi</Say>')
    assert of(Speak, steps) == [Speak("Hi", voice, "en-GB")]


def test_a_word_takes_two_fifths_of_a_second():
    assert Speak("a plain text of six words").seconds == 2.4
    assert said("a plain text of six words").seconds == 2.4
    assert said("a plain text").phrases == ()


@pytest.mark.executes("Say.loop", "Play.loop")
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


# -- how SSML changes the time ----------------------------------------------------------------


@pytest.mark.executes("SsmlBreak")
@pytest.mark.parametrize(
    ("attributes", "seconds"),
    [
        ('time="500ms"', 0.5),
        ('time="2s"', 2.0),
        ('time="60s"', 10.0),
        ('time="soon"', 0.5),
        ('strength="none"', 0.0),
        ('strength="x-weak"', 0.0),
        ('strength="weak"', 0.25),
        ('strength="medium"', 0.5),
        ('strength="strong"', 0.75),
        ('strength="x-strong"', 1.0),
        ("", 0.5),
    ],
)
def test_a_break_adds_its_time(attributes, seconds):
    say = f"one<break {attributes}/>two"
    assert said(say).seconds == 0.8 + seconds
    gap = [phrase for phrase in said(say).phrases if not phrase.words]
    assert gap == ([Phrase("", seconds)] if seconds else [])


@pytest.mark.executes("SsmlBreak.time", "SsmlBreak.strength")
def test_a_time_says_more_than_a_strength():
    assert said('one<break time="1.5s" strength="none"/>two').seconds == 2.3


@pytest.mark.executes("SsmlProsody", "SsmlProsody.rate", "SsmlProsody.volume", "SsmlProsody.pitch")
@pytest.mark.parametrize(
    ("rate", "seconds"),
    [
        ("x-slow", 1.6),
        ("slow", 1.067),
        ("medium", 0.8),
        ("fast", 0.533),
        ("x-fast", 0.4),
        ("default", 0.8),
        ("200%", 0.4),
        ("50%", 1.6),
        ("+100%", 0.4),
        ("-50%", 1.6),
        ("0%", 4.0),
        ("999%", 0.2),
        ("quick", 0.8),
        ("", 0.8),
    ],
)
def test_a_rate_stretches_the_words(rate, seconds):
    say = f'<prosody rate="{rate}" volume="+6dB" pitch="-10%">two words</prosody>'
    assert said(say).phrases == (Phrase("two words", seconds, volume=6.0, pitch=-10.0),)
    assert said(say).seconds == seconds


@pytest.mark.parametrize(
    ("attributes", "volume", "pitch"),
    [
        ('volume="x-soft"', -12.0, 0.0),
        ('volume="loud" pitch="high"', 6.0, 20.0),
        ('volume="silent"', -100.0, 0.0),
        ('volume="-3.5dB" pitch="+5%"', -3.5, 5.0),
        ('volume="default" pitch="x-low"', 0.0, -40.0),
        ('volume="very loud" pitch="sky"', 0.0, 0.0),
        ('volume="--3dB" pitch="1e9%"', 0.0, 0.0),
    ],
)
def test_loudness_and_height(attributes, volume, pitch):
    [phrase] = said(f"<prosody {attributes}>word</prosody>").phrases
    assert (phrase.volume, phrase.pitch) == (volume, pitch)


@pytest.mark.executes("SsmlEmphasis", "SsmlEmphasis.level")
@pytest.mark.parametrize(
    ("level", "seconds", "volume"),
    [("strong", 0.5, 6.0), ("moderate", 0.444, 3.0), ("reduced", 0.364, -3.0)],
)
def test_stressed_words_are_slower_and_louder(level, seconds, volume):
    say = f'<emphasis level="{level}">word</emphasis>'
    assert said(say).phrases == (Phrase("word", seconds, volume=volume),)


def test_without_a_level_words_are_moderately_stressed():
    assert said("<emphasis>word</emphasis>").phrases == (Phrase("word", 0.444, volume=3.0),)


@pytest.mark.executes("SsmlP", "SsmlS")
def test_a_pause_follows_a_paragraph_and_a_sentence():
    assert said("<s>one</s>two").phrases == (
        *(Phrase("one", 0.4), Phrase("", 0.75), Phrase("two", 0.4)),
    )
    assert said("<p>one</p>two").seconds == 0.8 + 1.0
    # Where a sentence ends a paragraph, one pause is heard and not two.
    assert said("<p><s>one</s><s>two</s></p>").seconds == 0.8 + 0.75 + 1.0


@pytest.mark.executes("SsmlLang", "SsmlLang.xml:lang")
def test_words_in_another_language():
    say = 'Say <lang xml:lang="fr-FR">bonjour <prosody rate="50%">Marie</prosody></lang> now'
    assert said(say).phrases == (
        Phrase("Say", 0.4),
        Phrase("bonjour", 0.4, "fr-FR"),
        Phrase("Marie", 0.8, "fr-FR"),
        Phrase("now", 0.4),
    )


@pytest.mark.executes("SsmlSub", "SsmlSub.alias")
def test_the_alias_is_said_and_takes_its_own_time():
    speak = said('<sub alias="World Wide Web Consortium">W3C</sub>')
    assert (speak.text, speak.seconds) == ("World Wide Web Consortium", 1.6)


@pytest.mark.executes(
    "SsmlW", "SsmlW.role", "SsmlPhoneme", "SsmlPhoneme.alphabet", "SsmlPhoneme.ph"
)
def test_how_a_word_sounds_is_noted_and_the_word_is_said():
    say = (
        '<Say>I <w role="amazon:VBD">read</w> '
        '<phoneme alphabet="ipa" ph="pI\u02c8kA:n">pecan</phoneme></Say>'
    )
    [speak] = of(Speak, hear(say))
    assert (speak.text, speak.seconds) == ("I read pecan", 1.2)
    assert notes(say) == (
        "role of <w>: a word is read here as it always is, whatever its role",
        "alphabet of <phoneme>: the words are heard as they are written, not as their sounds are",
        "ph of <phoneme>: the words are heard as they are written, "
        "for there is no voice here that reads sounds",
    )


def test_a_word_that_goes_on_in_another_element_takes_no_more_time():
    assert said("un<emphasis>believ</emphasis>able").phrases == (Phrase("unbelievable", 0.4),)
    assert said("<emphasis>Wait</emphasis>, please").seconds == round(0.444 + 0.4, 3)


def test_elements_in_one_another_add_up():
    say = '<prosody rate="50%" volume="soft"><emphasis level="strong">word</emphasis></prosody>'
    assert said(say).phrases == (Phrase("word", 1.0, volume=0.0),)
    assert said("<emphasis>" * 40 + "word" + "</emphasis>" * 40).seconds == 2.0


def test_what_does_not_belong_there_is_not_heard():
    assert said('one <blink>two</blink> <break time="1s"/>').seconds == 1.4


# -- say-as -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "form", "text", "heard"),
    [
        ("digits", "", "1234", "1 2 3 4"),
        ("characters", "", "ABC-1", "A B C dash 1"),
        ("spell-out", "", "a b", "a b"),
        ("telephone", "", "+1 (415) 555-0100", "plus 1 4 1 5 5 5 5 0 1 0 0"),
        ("cardinal", "", "12345", "12345"),
        ("number", "", "12345", "12345"),
        ("ordinal", "", "21", "21st"),
        ("ordinal", "", "112", "112th"),
        ("ordinal", "", "third", "third"),
        ("fraction", "", "3/20", "3 over 20"),
        ("fraction", "", "1+1/2", "1 and 1 over 2"),
        ("unit", "", "10kg", "10 kg"),
        ("date", "mdy", "12/31/2026", "December 31st 2026"),
        ("date", "dmy", "31.12.2026", "December 31st 2026"),
        ("date", "ymd", "2026-01-05", "January 5th 2026"),
        ("date", "", "2026-01-05", "January 5th 2026"),
        ("date", "md", "9/22", "September 22nd"),
        ("date", "dm", "22/9", "September 22nd"),
        ("date", "ym", "2026-09", "September 2026"),
        ("date", "my", "9/2026", "September 2026"),
        ("date", "d", "3", "3rd"),
        ("date", "m", "9", "September"),
        ("date", "y", "2026", "2026"),
        ("date", "yyyymmdd", "20260922", "September 22nd 2026"),
        ("date", "yyyymmdd", "????0922", "September 22nd"),
        ("date", "mdy", "13/40/2026", "13/40/2026"),
        ("date", "mdy", "some day", "some day"),
        ("time", "", "1'21\"", "1 minute 21 seconds"),
        ("time", "", "2'1\"", "2 minutes 1 second"),
        ("time", "", "noon", "noon"),
        ("address", "", "5 Main St", "5 Main St"),
    ],
)
def test_what_is_heard_of_a_say_as(kind, form, text, heard):
    assert read_as(text, kind, form) == heard


@pytest.mark.executes("SsmlSayAs", "SsmlSayAs.interpret-as", "SsmlSayAs.format", "SsmlSayAs.role")
def test_the_transcript_has_what_is_written_and_the_time_what_is_heard():
    say = (
        'On <say-as interpret-as="date" format="mdy">9/22/2026</say-as>, '
        '<say-as interpret-as="date" role="md">9/22</say-as>: '
        '<say-as interpret-as="digits">42</say-as>'
    )
    speak = said(say)
    assert speak.text == "On 9/22/2026, 9/22: 42"
    assert " ".join(phrase.words for phrase in speak.phrases) == (
        "On September 22nd 2026 , September 22nd : 4 2"
    )
    assert speak.seconds == round(0.4 * (1 + 3 + 1 + 2 + 1 + 2), 3)


def test_a_bad_word_is_covered_by_a_beep():
    say = 'Oh <say-as interpret-as="expletive">darn it</say-as>'
    assert said(say).phrases == (Phrase("Oh", 0.4), Phrase("", 0.8, beep=True))


def test_a_say_as_that_says_not_how_is_read_as_it_stands():
    assert said("<say-as>42</say-as>").phrases == (Phrase("42", 0.4),)


def test_a_list_of_steps_shows_the_time():
    listed = list_steps('<Response><Say>one<break time="2s"/>two</Say></Response>')
    assert str(listed).splitlines()[-2:] == [
        "    0.0 s    say 'one two' (2.8 s)",
        "    2.8 s    hang up",
    ]


# -- words, files, keys -----------------------------------------------------------------------


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


@pytest.mark.executes("Play")
def test_what_cannot_be_played_is_not_tried_again():
    steps = hear('<Play loop="3">/a.mp3</Play><Say>b</Say>', {Sound: False})
    assert len(of(Sound, steps)) == 1
    assert of(Speak, steps) == [Speak("b")]


def test_a_loop_fetches_its_file_once():
    steps = hear('<Play loop="3">/a.mp3</Play>')
    assert [step.fetched for step in of(Sound, steps)] == [False, True, True]


@pytest.mark.parametrize("text", ["not a url at all", "ftp://shop.test/a.mp3"])
def test_what_is_no_url_is_told_once_and_passed_over(text):
    steps = hear(f"<Play>{text}</Play>")
    assert [a.code for a in of(Alert, steps)] == [11100]
    assert not of(Sound, steps)


@pytest.mark.executes("Play.digits")
def test_play_sends_keys():
    steps = hear('<Play digits="1w2"/>')
    assert steps[1:3] == [Begin("Play", "1w2"), Tones("1w2")]


def test_play_with_nothing_to_play_is_told():
    steps = hear("<Play/>")
    assert [a.code for a in of(Alert, steps)] == [13420]
    assert not of(Sound, steps)


@pytest.mark.executes("Pause", "Pause.length")
def test_pause_waits():
    assert hear('<Say>a</Say><Pause length="10"/>')[3:] == [
        Begin("Pause", "10"),
        Wait(10),
        HangUp(),
    ]
    assert of(Wait, hear("<Pause/>")) == [Wait(1)]


def test_a_pause_first_lets_the_phone_ring_on():
    assert hear("<Pause/><Say>a</Say>")[:3] == [Begin("Pause", "1"), Wait(1), Answer()]
