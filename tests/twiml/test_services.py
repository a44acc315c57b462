"""What lives at Twilio or beyond, and payments and faxes: said honestly, and the call goes on."""

import pytest

from helpers.twiml import steps
from helpers.twiml.steps import Alert, Begin, Fetch, Speak
from tests.twiml.driver import hear, of, page
from tests.twiml.grammar import ELEMENTS, good

GONE = {
    "Siprec": "There is no SIPREC recorder in this sandbox: nothing is sent, and the call goes on.",
    "VirtualAgent": (
        "There is no virtual agent in this sandbox: nobody talks here, and the call goes on."
    ),
    "AiSession": "AI connectors are kept at Twilio, and this sandbox has none: nobody talks here.",
    "ConversationRelaySession": (
        "Prepared sessions are kept at Twilio, and this sandbox has none: nobody talks here."
    ),
    "Conversation": (
        "Twilio has retired <Conversation> in calls: nobody is reached, and the call goes on."
    ),
    "Room": "There are no video rooms in this sandbox: nobody is there, and the call goes on.",
    "Autopilot": "Twilio has retired Autopilot: nobody answers here, and the call goes on.",
}


def full(name, inside=""):
    """An element with all its attributes."""
    facts = ELEMENTS[name]
    written = " ".join(f'{a}="{good(name, a)}"' for a in facts["attributes"])
    words = "words" if facts["text"] == "required" else inside
    return f"<{facts['tag']} {written}>{words}</{facts['tag']}>"


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(
            "Siprec",
            marks=pytest.mark.executes(
                "Siprec",
                "Siprec.connectorName",
                "Siprec.name",
                "Siprec.statusCallback",
                "Siprec.statusCallbackMethod",
                "Siprec.track",
            ),
        ),
        pytest.param(
            "VirtualAgent",
            marks=pytest.mark.executes(
                "VirtualAgent",
                "VirtualAgent.connectorName",
                "VirtualAgent.language",
                "VirtualAgent.sentimentAnalysis",
                "VirtualAgent.statusCallback",
                "VirtualAgent.statusCallbackMethod",
            ),
        ),
        pytest.param(
            "AiSession",
            marks=pytest.mark.executes(
                "AiSession",
                "AiSession.aiConnector",
                "AiSession.aiSessionConfiguration",
            ),
        ),
        pytest.param(
            "ConversationRelaySession",
            marks=pytest.mark.executes(
                "ConversationRelaySession",
                "ConversationRelaySession.connector",
                "ConversationRelaySession.sessionConfiguration",
            ),
        ),
        pytest.param(
            "Conversation",
            marks=pytest.mark.executes(
                "Conversation",
                "Conversation.inboundAutocreation",
                "Conversation.inboundTimeout",
                "Conversation.method",
                "Conversation.record",
                "Conversation.recordingStatusCallback",
                "Conversation.recordingStatusCallbackEvent",
                "Conversation.recordingStatusCallbackMethod",
                "Conversation.routingAssignmentTimeout",
                "Conversation.serviceInstanceSid",
                "Conversation.statusCallback",
                "Conversation.statusCallbackEvent",
                "Conversation.statusCallbackMethod",
                "Conversation.trim",
                "Conversation.url",
            ),
        ),
        pytest.param(
            "Room",
            marks=pytest.mark.executes(
                "Room",
                "Room.participantIdentity",
            ),
        ),
        pytest.param(
            "Autopilot",
            marks=pytest.mark.executes(
                "Autopilot",
            ),
        ),
    ],
)
def test_a_service_that_is_not_here_says_so_once_and_the_call_goes_on(name):
    steps = hear(f"<Connect>{full(name)}</Connect><Say>on</Say>")
    assert of(Alert, steps) == []
    begun = [(step.verb, step.text) for step in of(Begin, steps)]
    assert [verb for verb, _ in begun] == ["Connect", "notice", "Say"]
    assert begun[1][1] == GONE[name]
    assert of(Speak, steps) == [Speak("on")]


def test_its_action_is_asked_as_if_it_were_over():
    steps = hear(
        "<Connect action='/over'><VirtualAgent connectorName='a'/></Connect>",
        {Fetch: page("<Response/>")},
    )
    assert of(Fetch, steps) == [Fetch("http://shop.test/over")]


@pytest.mark.parametrize("verb", ["Start", "Stop"])
def test_siprec_beside_a_call_says_the_same(verb):
    begun = of(Begin, hear(f"<{verb}><Siprec name='a'/></{verb}><Say>on</Say>"))
    assert [(b.verb, b.text) for b in begun[:2]] == [
        (verb, "Siprec as a" if verb == "Start" else "Siprec a"),
        ("notice", GONE["Siprec"]),
    ]


@pytest.mark.executes(
    "Pay",
    "Pay.action",
    "Pay.bankAccountType",
    "Pay.chargeAmount",
    "Pay.currency",
    "Pay.description",
    "Pay.input",
    "Pay.language",
    "Pay.maxAttempts",
    "Pay.minPostalCodeLength",
    "Pay.paymentConnector",
    "Pay.paymentMethod",
    "Pay.postalCode",
    "Pay.securityCode",
    "Pay.statusCallback",
    "Pay.statusCallbackMethod",
    "Pay.timeout",
    "Pay.tokenType",
    "Pay.validCardTypes",
    "Prompt",
    "Prompt.attempt",
    "Prompt.cardType",
    "Prompt.errorType",
    "Prompt.for",
    "Prompt.requireMatchingInputs",
)
def test_a_payment_is_passed_over_with_all_that_is_in_it():
    prompt = full("Prompt", "<Say>Your card, please</Say>")
    steps = hear(full("Pay", f"{prompt}<Parameter name='a' value='b'/>") + "<Say>on</Say>")
    [alert] = of(Alert, steps)
    assert (alert.code, alert.level, alert.line) == (12200, "warning", 1)
    assert alert.text == (
        "<Pay> takes no payment in this sandbox: it is passed over with all that is in it."
    )
    assert of(Speak, steps) == [Speak("on")]
    assert of(Fetch, steps) == []


@pytest.mark.executes(
    "FaxResponse",
    "Receive",
    "Receive.action",
    "Receive.mediaType",
    "Receive.method",
    "Receive.pageSize",
    "Receive.storeMedia",
)
def test_no_fax_is_received():
    steps = hear(full("Receive"), kind="fax")
    said = "Twilio has retired faxes, and nothing in this sandbox sends one: none is taken."
    assert [(b.verb, b.text) for b in of(Begin, steps)] == [("Receive", ""), ("notice", said)]
    assert of(Fetch, steps) == []


def test_a_fax_can_be_looked_at():
    listed = steps("<Response><Receive/></Response>", "fax")
    assert [step.verb for step in listed] == ["Receive", "notice"]
