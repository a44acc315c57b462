"""Connect, Start and Stop, and what they name: Stream, Recording, Transcription.

| in | a service | what happens |
|---|---|---|
| Connect | one of them | it talks with the call; then the action, or the next verb |
| Start | any number | it begins beside the call; the next verb runs at once |
| Stop | by name | what a Start began is over |
"""

import pytest

from helpers.twiml import problems
from helpers.twiml.steps import (
    Alert,
    Begin,
    Disconnected,
    Fetch,
    HangUp,
    OpenStream,
    RecordCall,
    Speak,
    StopBeside,
    Transcribe,
)
from tests.twiml.driver import hear, of, site

URL = "wss://media.test/s"
LOCAL = "ws://127.0.0.1:9000/s"


def begun(steps):
    """What the transcript shows."""
    return [(step.verb, step.text) for step in of(Begin, steps)]


def started(noun):
    """The one step a noun in a Start asks for."""
    steps = hear(f"<Start>{noun}</Start>")
    return next(s for s in steps if isinstance(s, OpenStream | RecordCall | Transcribe))


# -- Connect -------------------------------------------------------------------------------------


@pytest.mark.executes("Connect", "Stream", "Stream.url")
def test_a_connect_talks_until_it_is_over_and_goes_on_with_the_next_verb():
    steps = hear(
        f"<Connect><Stream url='{URL}'/></Connect><Say>on</Say>", {OpenStream: Disconnected()}
    )
    assert begun(steps) == [("Connect", f"Stream {URL}"), ("Say", "on")]
    assert of(OpenStream, steps) == [OpenStream(URL, two_way=True)]


@pytest.mark.executes("Connect.action", "Connect.method")
def test_its_action_is_asked_when_it_is_over():
    pages = {"http://shop.test/over?": "<Response/>", "http://shop.test/over": "<Response/>"}
    steps = hear(
        f"<Connect action='/over' method='GET'><Stream url='{URL}'/></Connect><Say>no</Say>",
        {OpenStream: Disconnected((("A", "b"),)), Fetch: site(pages)},
    )
    assert of(Fetch, steps) == [Fetch("http://shop.test/over", "GET", (("A", "b"),))]
    assert of(Speak, steps) == []


def test_after_a_hang_up_the_action_is_asked_once_and_not_obeyed():
    pages = {"http://shop.test/over": "<Response><Say>a</Say></Response>"}
    steps = hear(
        f"<Connect action='/over'><Stream url='{URL}'/></Connect>",
        {OpenStream: Disconnected(caller_left=True), Fetch: site(pages)},
    )
    assert steps[-2:] == [Fetch("http://shop.test/over"), HangUp()]


def test_without_an_action_a_hang_up_is_the_end():
    steps = hear(
        f"<Connect><Stream url='{URL}'/></Connect><Say>no</Say>",
        {OpenStream: Disconnected(caller_left=True)},
    )
    assert of(Speak, steps) == []


@pytest.mark.parametrize(
    ("inside", "said"),
    [
        ("", "Line 1: <Connect> is empty; put a <Stream> or another service into it."),
        (
            f"<Stream url='{URL}'/><Room>r</Room>",
            "Line 1: <Connect> takes one service, and here are 2: it is passed over; "
            "keep one of them.",
        ),
    ],
)
def test_not_exactly_one_service_is_passed_over(inside, said):
    steps = hear(f"<Connect action='/over'>{inside}</Connect><Say>on</Say>")
    assert [(a.code, a.text) for a in of(Alert, steps)] == [(12200, said)]
    assert begun(steps) == [("Connect", ""), ("Say", "on")]


# -- Start and Stop --------------------------------------------------------------------------------


@pytest.mark.executes("Start")
def test_a_start_goes_on_at_once_with_all_that_is_in_it():
    steps = hear(
        f"<Start><Stream url='{URL}' name='ears'/><Recording/></Start><Say>on</Say>",
    )
    assert begun(steps) == [
        ("Start", f"Stream {URL} as ears"),
        ("Start", "Recording"),
        ("Say", "on"),
    ]
    assert of(OpenStream, steps) == [OpenStream(URL, name="ears")]
    assert of(RecordCall, steps) == [RecordCall()]


def test_if_nothing_follows_a_start_the_call_ends():
    steps = hear(f"<Start><Stream url='{URL}'/></Start>")
    assert steps[-2:] == [OpenStream(URL), HangUp()]


@pytest.mark.executes("Start.action", "Start.method")
def test_the_action_of_a_start_is_asked_by_nobody_and_the_log_says_so():
    steps = hear("<Start action='/a' method='GET'><Recording/></Start>")
    assert of(Fetch, steps) == []
    assert of(Begin, steps)[0].notes == (
        "action of <Start>: a Start goes on at once, so nothing is asked",
        "method of <Start>: a Start goes on at once, so nothing is asked",
    )


@pytest.mark.executes("Stop", "Stream.name", "Recording.name", "Transcription.name")
def test_a_stop_ends_by_kind_and_name():
    steps = hear(
        "<Stop><Stream name='a'/><Recording name='b'/><Transcription name='c'/><Stream/></Stop>",
        {StopBeside: True},
    )
    assert of(StopBeside, steps) == [
        StopBeside("stream", "a"),
        StopBeside("recording", "b"),
        StopBeside("transcription", "c"),
        StopBeside("stream", ""),
    ]
    assert begun(steps) == [
        ("Stop", "Stream a"),
        ("Stop", "Recording b"),
        ("Stop", "Transcription c"),
        ("Stop", "Stream"),
    ]


def test_a_stop_of_what_does_not_run_says_so():
    steps = hear("<Stop><Stream name='a'/></Stop>", {StopBeside: False})
    text = "No Stream called a is running, so there is nothing to stop."
    assert ("notice", text) in begun(steps)


@pytest.mark.parametrize("verb", ["Start", "Stop"])
@pytest.mark.parametrize("inside", ["", "<Say>a</Say>", "<ConversationRelay url='wss://a/b'/>"])
def test_what_cannot_be_started_is_14300(verb, inside):
    steps = hear(f"<{verb}>{inside}</{verb}><Say>on</Say>")
    assert [(a.code, a.level) for a in of(Alert, steps)] == [(14300, "error")]
    assert of(Speak, steps) == [Speak("on")]


# -- Stream ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("attributes", "field", "value"),
    [
        pytest.param(
            'track="both_tracks"',
            *("track", "both_tracks"),
            marks=pytest.mark.executes("Stream.track"),
        ),
        pytest.param(
            'statusCallback="/told"',
            *("callback", "http://shop.test/told"),
            marks=pytest.mark.executes("Stream.statusCallback"),
        ),
        pytest.param(
            'statusCallbackMethod="GET"',
            *("callback_method", "GET"),
            marks=pytest.mark.executes("Stream.statusCallbackMethod"),
        ),
    ],
)
def test_attributes_of_a_stream(attributes, field, value):
    assert getattr(started(f"<Stream url='{URL}' {attributes}/>"), field) == value


@pytest.mark.executes("Parameter", "Parameter.name", "Parameter.value")
def test_parameters_are_handed_over():
    inside = "<Parameter name='who' value='Ann'/><Parameter name='empty'/><Parameter value='x'/>"
    stream = started(f"<Stream url='{URL}'>{inside}</Stream>")
    assert stream.parameters == (("who", "Ann"), ("empty", ""))


@pytest.mark.executes("Stream.connectorName", "Stream.audioFormat", "Stream.sampleRate")
def test_what_a_stream_cannot_be_here_is_in_the_log():
    attributes = "connectorName='c' audioFormat='pcm' sampleRate='16000'"
    steps = hear(f"<Start><Stream url='{URL}' {attributes}/></Start>")
    assert of(Begin, steps)[0].notes == (
        "connectorName of <Stream>: connectors are set up in Twilio's Console, and this sandbox "
        "has none",
        "audioFormat of <Stream>: sound is always sent as audio/x-mulaw here",
        "sampleRate of <Stream>: sound is always sent with 8000 samples a second here",
    )
    assert of(OpenStream, steps) == [OpenStream(URL)]


def test_a_stream_by_connector_alone_is_an_alert():
    steps = hear("<Start><Stream connectorName='c'/></Start><Say>on</Say>")
    [alert] = of(Alert, steps)
    assert (alert.code, alert.level) == (31940, "error")
    assert of(OpenStream, steps) == []


@pytest.mark.parametrize(
    ("attributes", "code"),
    [
        ("", 31920),
        ("url='https://media.test/s'", 11100),
        (f"url='{URL}' track='both_tracks'", 31941),
    ],
)
def test_a_stream_that_cannot_be_connected_is_not_opened(attributes, code):
    steps = hear(f"<Connect><Stream {attributes}/></Connect><Say>on</Say>")
    assert [alert.code for alert in of(Alert, steps)] == [code]
    assert of(OpenStream, steps) == []
    assert of(Speak, steps) == [Speak("on")]


def test_ws_runs_here_and_the_checker_says_that_twilio_refuses_it():
    document = f"<Start><Stream url='{LOCAL}'/></Start>"
    steps = hear(document)
    sentence = "url of <Stream> is for this machine only: Twilio takes wss"
    assert of(OpenStream, steps) == [OpenStream(LOCAL)]
    assert of(Alert, steps) == []
    assert of(Begin, steps)[0].notes == (sentence,)
    [problem] = problems(f"<Response>{document}</Response>")
    assert (problem.code, problem.level, problem.message) == (11100, "note", sentence)


def test_a_query_string_is_left_out_and_noted():
    steps = hear(f"<Start><Stream url='{URL}?a=1'/></Start>")
    assert of(OpenStream, steps) == [OpenStream(URL)]
    assert of(Begin, steps)[0].notes == ("url of <Stream> takes no query string: it is left out",)


@pytest.mark.parametrize(
    ("page", "url"),
    [
        ("http://127.0.0.1:8000/voice", "ws://127.0.0.1:8000/s"),
        ("https://a.test/v", "wss://a.test/s"),
    ],
)
def test_a_relative_address_is_a_websocket_of_the_documents_site(page, url):
    steps = hear("<Start><Stream url='/s'/></Start>", url=page)
    assert of(OpenStream, steps) == [OpenStream(url)]


# -- Recording -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("attributes", "field", "value"),
    [
        pytest.param(
            'recordingStatusCallback="/made"',
            *("callback", "http://shop.test/made"),
            marks=pytest.mark.executes("Recording", "Recording.recordingStatusCallback"),
        ),
        pytest.param(
            'recordingStatusCallbackMethod="GET"',
            *("callback_method", "GET"),
            marks=pytest.mark.executes("Recording.recordingStatusCallbackMethod"),
        ),
        pytest.param(
            'recordingStatusCallbackEvent="in-progress absent"',
            *("callback_events", ("in-progress", "absent")),
            marks=pytest.mark.executes("Recording.recordingStatusCallbackEvent"),
        ),
        pytest.param(
            'trim="do-not-trim"',
            *("trim", "do-not-trim"),
            marks=pytest.mark.executes("Recording.trim"),
        ),
        pytest.param(
            'track="inbound"', "track", "inbound", marks=pytest.mark.executes("Recording.track")
        ),
        pytest.param(
            'channels="mono"', "channels", 1, marks=pytest.mark.executes("Recording.channels")
        ),
        ('name="tape"', "name", "tape"),
    ],
)
def test_attributes_of_a_recording(attributes, field, value):
    assert getattr(started(f"<Recording {attributes}/>"), field) == value


def test_defaults_of_a_recording():
    assert started("<Recording/>") == RecordCall(
        name="", track="both", channels=2, trim="trim-silence", callback_events=("completed",)
    )


@pytest.mark.executes("Recording.recordingConfigurationId")
def test_there_are_no_recording_configurations():
    steps = hear("<Start><Recording recordingConfigurationId='c'/></Start>")
    assert of(Begin, steps)[0].notes == (
        "recordingConfigurationId of <Recording>: such configurations are made in Twilio's "
        "Console, and this sandbox has none",
    )


# -- Transcription ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("attributes", "field", "value"),
    [
        pytest.param(
            'statusCallbackUrl="/told"',
            *("callback", "http://shop.test/told"),
            marks=pytest.mark.executes("Transcription", "Transcription.statusCallbackUrl"),
        ),
        pytest.param(
            'statusCallbackMethod="GET"',
            *("callback_method", "GET"),
            marks=pytest.mark.executes("Transcription.statusCallbackMethod"),
        ),
        pytest.param(
            'track="inbound_track"',
            *("track", "inbound_track"),
            marks=pytest.mark.executes("Transcription.track"),
        ),
        pytest.param(
            'inboundTrackLabel="agent" outboundTrackLabel="customer"',
            *("labels", ("agent", "customer")),
            marks=pytest.mark.executes(
                "Transcription.inboundTrackLabel", "Transcription.outboundTrackLabel"
            ),
        ),
        pytest.param(
            'languageCode="de-DE"',
            *("language", "de-DE"),
            marks=pytest.mark.executes("Transcription.languageCode"),
        ),
        pytest.param(
            'partialResults="true"',
            *("partial", True),
            marks=pytest.mark.executes("Transcription.partialResults"),
        ),
        ('transcriptionEngine="deepgram"', "engine", "deepgram"),
        (
            'speechModel="nova" hints="a" profanityFilter="false"',
            "settings",
            (
                ("profanityFilter", "false"),
                ("speechModel", "nova"),
                ("enableAutomaticPunctuation", "true"),
                ("hints", "a"),
            ),
        ),
    ],
)
def test_attributes_of_a_transcription(attributes, field, value):
    assert getattr(started(f"<Transcription {attributes}/>"), field) == value


@pytest.mark.executes("Config", "Config.name", "Config.value")
def test_a_config_is_a_setting_of_the_engine_and_a_parameter_goes_into_every_callback():
    transcription = started(
        "<Transcription><Config name='a' value='1'/><Parameter name='b' value='2'/></Transcription>"
    )
    assert transcription.settings[-1] == ("a", "1")
    assert transcription.parameters == (("b", "2"),)


RECOGNISED = "transcriptionEngine profanityFilter speechModel hints enableAutomaticPunctuation"
KEPT = "intelligenceService conversationConfiguration conversationId"


@pytest.mark.executes(
    "Transcription.transcriptionEngine",
    "Transcription.profanityFilter",
    "Transcription.speechModel",
    "Transcription.hints",
    "Transcription.enableAutomaticPunctuation",
    "Transcription.enableProviderData",
    "Transcription.intelligenceService",
    "Transcription.conversationConfiguration",
    "Transcription.conversationId",
)
def test_nothing_is_recognised_or_kept_and_the_log_says_so():
    attributes = (
        "transcriptionEngine='deepgram' profanityFilter='false' speechModel='long' hints='a' "
        "enableAutomaticPunctuation='false' enableProviderData='true' intelligenceService='GA1' "
        "conversationConfiguration='c' conversationId='d' statusCallbackUrl='/told'"
    )
    steps = hear(f"<Start><Transcription {attributes}/></Start>")
    notes = of(Begin, steps)[0].notes
    assert notes[0] == "nothing is recognised here: the words said are the transcript"
    for name in f"{RECOGNISED} enableProviderData".split():
        why = "callbacks tell it, and nothing is recognised here"
        assert f"{name} of <Transcription>: {why}" in notes
    for name in KEPT.split():
        why = "this sandbox keeps no transcript; callbacks alone tell the words"
        assert f"{name} of <Transcription>: {why}" in notes


def test_without_a_callback_nobody_is_told_and_the_transcript_says_so():
    steps = hear("<Start><Transcription/></Start>")
    assert begun(steps)[1] == (
        "notice",
        "It has no statusCallbackUrl, so nobody is told the words.",
    )
