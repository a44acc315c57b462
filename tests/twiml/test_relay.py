"""ConversationRelay: what its attributes ask for."""

import pytest

from helpers.twiml.steps import Alert, Begin, Disconnected, Fetch, OpenRelay, Speak
from tests.twiml.driver import hear, of, site

URL = "wss://talk.test/r?a=1"
HEARD = "transcriptionProvider speechModel profanityFilter hints deepgramSmartFormat"
HEARD += " eagerEotThreshold asrSmartFormat includeInPrompt"
SAID = "ttsProvider elevenlabsTextNormalization ttsTextNormalization"
SAID += " ttsLanguageTextNormalization elevenlabsLanguageTextNormalization"
OTHERS = {
    "intelligenceService": "this sandbox keeps no transcript of the talk",
    "interruptSensitivity": "a caller's first word interrupts here",
    "backgroundNoiseReduction": "there is no noise in this sandbox",
    "ignoreBackchannel": "all words count here, an 'uh-huh' as well",
    "partialPromptOnHangup": "words that a hang-up cuts off are not told here",
    "customerName": "this sandbox keeps no memory of customers",
    "applicationReconnect": "a WebSocket that is lost is not opened again here",
    "echoPromptFiltering": "a call in this sandbox has no echo",
    "turnDetection": (
        "a caller's turn ends when what was said is over and speechTimeout has passed"
    ),
}


def connected(attributes="", inside=""):
    """The steps of a Connect with a relay."""
    noun = f"<ConversationRelay url='{URL}' {attributes}>{inside}</ConversationRelay>"
    return hear(f"<Connect>{noun}</Connect>", {OpenRelay: Disconnected()})


def asked(attributes="", inside=""):
    """The one step it asks for."""
    return of(OpenRelay, connected(attributes, inside))[0]


@pytest.mark.executes("ConversationRelay", "ConversationRelay.url")
def test_defaults():
    assert asked() == OpenRelay(URL, voices=(("en-US", ""),))


@pytest.mark.parametrize(
    ("attributes", "field", "value"),
    [
        pytest.param(
            "welcomeGreeting='Hi'",
            "greeting",
            "Hi",
            marks=pytest.mark.executes("ConversationRelay.welcomeGreeting"),
        ),
        pytest.param(
            "welcomeGreetingInterruptible='none'",
            *("greeting_interruptible", "none"),
            marks=pytest.mark.executes("ConversationRelay.welcomeGreetingInterruptible"),
        ),
        pytest.param(
            "interruptible='dtmf'",
            "interruptible",
            "dtmf",
            marks=pytest.mark.executes("ConversationRelay.interruptible"),
        ),
        ("interruptible='false'", "interruptible", "none"),
        ("interruptible='true'", "interruptible", "any"),
        ("interruptible='maybe'", "interruptible", "any"),
        pytest.param(
            "preemptible='true'",
            "preemptible",
            True,
            marks=pytest.mark.executes("ConversationRelay.preemptible"),
        ),
        pytest.param(
            "reportInputDuringAgentSpeech='speech'",
            *("reported", "speech"),
            marks=pytest.mark.executes("ConversationRelay.reportInputDuringAgentSpeech"),
        ),
        ("reportInputDuringAgentSpeech='true'", "reported", "any"),
        pytest.param(
            "dtmfDetection='true'",
            "dtmf",
            True,
            marks=pytest.mark.executes("ConversationRelay.dtmfDetection"),
        ),
        pytest.param(
            "partialPrompts='true'",
            "partial",
            True,
            marks=pytest.mark.executes("ConversationRelay.partialPrompts"),
        ),
        pytest.param(
            "speechTimeout='1500'",
            "speech_timeout",
            1.5,
            marks=pytest.mark.executes("ConversationRelay.speechTimeout"),
        ),
        ("speechTimeout='auto'", "speech_timeout", None),
        ("speechTimeout='10'", "speech_timeout", None),
        pytest.param(
            "events='tokens-played speaker-events'",
            *("events", ("tokens-played", "speaker-events")),
            marks=pytest.mark.executes("ConversationRelay.events"),
        ),
        pytest.param(
            "debug='debugging speaker-events'",
            *("events", ("speaker-events",)),
            marks=pytest.mark.executes("ConversationRelay.debug"),
        ),
    ],
)
def test_attributes(attributes, field, value):
    assert getattr(asked(attributes), field) == value


@pytest.mark.executes(
    "ConversationRelay.language",
    "ConversationRelay.ttsLanguage",
    "ConversationRelay.transcriptionLanguage",
)
def test_languages():
    plain = asked("language='de-DE'")
    assert (plain.speaks, plain.hears) == ("de-DE", "de-DE")
    both = asked("language='de-DE' ttsLanguage='fr-FR' transcriptionLanguage='es-ES'")
    assert (both.speaks, both.hears) == ("fr-FR", "es-ES")


@pytest.mark.executes("Language", "Language.code", "Language.voice", "ConversationRelay.voice")
def test_a_language_has_a_voice_of_its_own():
    relay = asked("voice='Joey'", "<Language code='fr-FR' voice='Lea'/>")
    assert relay.voices == (("en-US", "Joey"), ("fr-FR", "Lea"))


def test_parameters_are_handed_over():
    assert asked("", "<Parameter name='a' value='b'/>").parameters == (("a", "b"),)


@pytest.mark.executes(
    "ConversationRelay.transcriptionProvider",
    "ConversationRelay.speechModel",
    "ConversationRelay.profanityFilter",
    "ConversationRelay.hints",
    "ConversationRelay.deepgramSmartFormat",
    "ConversationRelay.eagerEotThreshold",
    "ConversationRelay.asrSmartFormat",
    "ConversationRelay.includeInPrompt",
    "ConversationRelay.ttsProvider",
    "ConversationRelay.elevenlabsTextNormalization",
    "ConversationRelay.ttsTextNormalization",
    "ConversationRelay.ttsLanguageTextNormalization",
    "ConversationRelay.elevenlabsLanguageTextNormalization",
    "ConversationRelay.intelligenceService",
    "ConversationRelay.interruptSensitivity",
    "ConversationRelay.backgroundNoiseReduction",
    "ConversationRelay.ignoreBackchannel",
    "ConversationRelay.partialPromptOnHangup",
    "ConversationRelay.customerName",
    "ConversationRelay.applicationReconnect",
    "ConversationRelay.echoPromptFiltering",
    "ConversationRelay.turnDetection",
)
def test_what_is_not_done_here_is_in_the_log():
    good = {"profanityFilter": "true"}
    names = [*HEARD.split(), *SAID.split(), *OTHERS]
    attributes = " ".join(f"{name}='{good.get(name, 'x')}'" for name in names)
    notes = of(Begin, connected(attributes))[0].notes
    told = [f"{name} of <ConversationRelay>: {why}" for name, why in OTHERS.items()]
    for name in HEARD.split():
        why = "the words said are the prompt, so nothing is recognised here"
        told.append(f"{name} of <ConversationRelay>: {why}")
    for name in SAID.split():
        told.append(f"{name} of <ConversationRelay>: all text is said as it is written here")
    assert sorted(notes[1:]) == sorted(told)
    assert notes[0] == "nothing is recognised here: the words said are the prompt"


SETTINGS = "ttsProvider transcriptionProvider speechModel hints asrSmartFormat ttsTextNormalization"
SETTINGS += " ttsLanguageTextNormalization"


@pytest.mark.executes(
    "Language.ttsProvider",
    "Language.transcriptionProvider",
    "Language.speechModel",
    "Language.hints",
    "Language.asrSmartFormat",
    "Language.ttsTextNormalization",
    "Language.ttsLanguageTextNormalization",
)
def test_what_is_not_done_about_a_language_is_in_the_log():
    attributes = " ".join(f"{name}='x'" for name in SETTINGS.split())
    notes = of(Begin, connected("", f"<Language code='fr-FR' {attributes}/>"))[0].notes
    assert [note.partition(" of <Language>: ")[0] for note in notes[1:]] == SETTINGS.split()


def test_the_action_hears_how_the_session_went():
    told = (("SessionId", "VX1"), ("SessionStatus", "ended"))
    steps = hear(
        f"<Connect action='/over'><ConversationRelay url='{URL}'/></Connect>",
        {OpenRelay: Disconnected(told), Fetch: site({"http://shop.test/over": "<Response/>"})},
    )
    assert of(Fetch, steps) == [Fetch("http://shop.test/over", "POST", told)]


@pytest.mark.parametrize(("attributes", "code"), [("", 64101), ("url='https://talk.test'", 11100)])
def test_without_an_address_nobody_talks(attributes, code):
    steps = hear(f"<Connect><ConversationRelay {attributes}/></Connect><Say>on</Say>")
    assert [(a.code, a.level) for a in of(Alert, steps)] == [(code, "error")]
    assert of(OpenRelay, steps) == []
    assert of(Speak, steps) == [Speak("on")]
