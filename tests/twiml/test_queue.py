"""Enqueue, Leave and Dial's Queue: what is asked of the engine.

| attribute | default |
|---|---|
| Enqueue action | none: the next verb runs |
| Enqueue waitUrl | the hold music; empty: silence |
| Queue url | none |
"""

import pytest

from helpers.twiml import steps_of
from helpers.twiml.steps import (
    Alert,
    Begin,
    Connected,
    Dequeued,
    Fetch,
    LeaveQueue,
    Speak,
    TakeFromQueue,
    WaitInQueue,
)
from tests.twiml.driver import hear, of, page

END = page("<Response/>")
WORKFLOW = "WW0123456789abcdef0123456789abcdef"


def waited(attributes: str = "", text: str = "support") -> WaitInQueue:
    steps = hear(
        f"<Enqueue {attributes}>{text}</Enqueue>", {WaitInQueue: Dequeued("leave"), Fetch: END}
    )
    return of(WaitInQueue, steps)[0]


def taken(attributes: str = "", dial: str = "") -> TakeFromQueue:
    steps = hear(
        f"<Dial {dial}><Queue {attributes}>support</Queue></Dial>",
        {TakeFromQueue: Connected("no-answer"), Fetch: END},
    )
    return of(TakeFromQueue, steps)[0]


def test_enqueue_defaults():
    assert waited() == WaitInQueue("support", most=None, wait_url=None, wait_method="POST")


@pytest.mark.parametrize(
    ("attribute", "field", "value"),
    [
        ('maxQueueSize="3"', "most", 3),
        ('maxQueueSize="5001"', "most", None),
        ('waitUrl="/wait"', "wait_url", "http://shop.test/wait"),
        ('waitUrl=""', "wait_url", ""),
        ('waitUrlMethod="GET"', "wait_method", "GET"),
    ],
)
def test_enqueue_attributes(attribute, field, value):
    assert getattr(waited(attribute), field) == value


def test_the_action_hears_what_came_of_it():
    steps = hear(
        '<Enqueue action="/out" method="GET">support</Enqueue><Say>not heard</Say>',
        {WaitInQueue: Dequeued("bridged", "QU1", 21), Fetch: END},
    )
    assert of(Begin, steps) == [Begin("Enqueue", "support")]
    assert of(Fetch, steps) == [
        Fetch(
            "http://shop.test/out",
            "GET",
            (("QueueResult", "bridged"), ("QueueSid", "QU1"), ("QueueTime", "21")),
        )
    ]


def test_who_never_waited_has_no_queue_sid_and_no_time():
    steps = hear(
        '<Enqueue action="/out">support</Enqueue>',
        {WaitInQueue: Dequeued("queue-full"), Fetch: END},
    )
    assert of(Fetch, steps)[0].params == (("QueueResult", "queue-full"),)


def test_without_an_action_the_next_verb_runs():
    steps = hear("<Enqueue>support</Enqueue><Say>on</Say>", {WaitInQueue: Dequeued("leave")})
    assert of(Speak, steps) == [Speak("on")]


@pytest.mark.parametrize(("name", "code"), [("", 14204), ("x" * 65, 14205)])
def test_a_queue_needs_a_name_of_1_to_64_characters(name, code):
    steps = hear(f'<Enqueue action="/out">{name}</Enqueue>', {Fetch: END})
    assert [alert.code for alert in of(Alert, steps)] == [code]
    assert not of(WaitInQueue, steps)
    assert of(Fetch, steps)[0].params == (("QueueResult", "error"),)


@pytest.mark.executes("Enqueue.workflowSid", "Task", "Task.priority", "Task.timeout")
def test_a_workflow_is_a_queue_of_its_name_here_and_the_log_says_why():
    steps = hear(
        f'<Enqueue workflowSid="{WORKFLOW}"><Task priority="5" timeout="60">{{"a": 1}}</Task>'
        "</Enqueue>",
        {WaitInQueue: Dequeued("leave", "QU1", 1)},
    )
    begin = of(Begin, steps)[0]
    assert (begin.verb, begin.text) == ("Enqueue", WORKFLOW)
    assert begin.notes == (
        "<Task>: the sandbox has no TaskRouter to hand a task to",
        "workflowSid of <Enqueue>: the sandbox has no TaskRouter, so the caller waits in a queue "
        "of that name",
        "priority of <Task>: the sandbox has no TaskRouter to hand a task to",
        "timeout of <Task>: the sandbox has no TaskRouter to hand a task to",
    )
    assert of(WaitInQueue, steps)[0].name == WORKFLOW


def test_dial_queue_defaults():
    assert taken() == TakeFromQueue(
        "support",
        url="",
        method="POST",
        timeout=30,
        time_limit=14400,
        hangup_on_star=False,
        answer_on_bridge=False,
        taping=None,
    )


@pytest.mark.parametrize(
    ("noun", "dial", "field", "value"),
    [
        ('url="/whisper"', "", "url", "http://shop.test/whisper"),
        ('method="GET"', "", "method", "GET"),
        ("", 'timeout="10"', "timeout", 10),
        ("", 'timeLimit="60"', "time_limit", 60),
        ("", 'hangupOnStar="true"', "hangup_on_star", True),
        ("", 'answerOnBridge="true"', "answer_on_bridge", True),
    ],
)
def test_dial_queue_attributes(noun, dial, field, value):
    assert getattr(taken(noun, dial), field) == value


@pytest.mark.executes("Queue.reservationSid", "Queue.postWorkActivitySid")
def test_what_taskrouter_would_do_is_not_done_and_the_log_says_so():
    steps = hear(
        '<Dial><Queue reservationSid="WR1" postWorkActivitySid="WA1">support</Queue></Dial>',
        {TakeFromQueue: Connected("no-answer")},
    )
    assert of(Begin, steps)[0].notes == (
        "reservationSid of <Queue>: the sandbox has no TaskRouter that reserves callers",
        "postWorkActivitySid of <Queue>: the sandbox has no TaskRouter whose workers change "
        "their activity",
    )


@pytest.mark.parametrize(("name", "code"), [("", 14212), ("x" * 65, 14213)])
def test_a_queue_that_cannot_be_is_a_failed_dial(name, code):
    steps = hear(f'<Dial action="/a"><Queue>{name}</Queue></Dial>', {Fetch: END})
    assert [alert.code for alert in of(Alert, steps)] == [code]
    assert of(Fetch, steps)[0].params[0] == ("DialCallStatus", "failed")


def test_leave_ends_the_document_of_a_waiting_caller():
    steps = hear("<Say>a</Say><Leave/><Say>b</Say>", kind="queue")
    assert steps[-2:] == [Begin("Leave"), LeaveQueue()]


def test_leave_outside_a_queue_is_passed_over():
    steps = hear("<Leave/><Say>b</Say>")
    assert [alert.code for alert in of(Alert, steps)] == [12200]
    assert of(Speak, steps) == [Speak("b")]


@pytest.mark.parametrize("verb", ["<Record/>", "<Dial>+14155550100</Dial>", "<Enqueue>x</Enqueue>"])
def test_a_waiting_callers_document_runs_what_the_reference_allows(verb):
    steps = hear(f"{verb}<Say>b</Say>", kind="queue")
    assert [alert.code for alert in of(Alert, steps)] == [12200]
    assert of(Speak, steps) == [Speak("b")]


def test_one_who_is_taken_out_hears_no_gather():
    steps = hear("<Gather/><Say>b</Say>", kind="dequeued")
    assert [alert.code for alert in of(Alert, steps)] == [12200]
    assert of(Speak, steps) == [Speak("b")]


def test_steps_shows_queues_without_a_server():
    shown = str(
        steps_of("<Response><Enqueue>line</Enqueue><Dial><Queue>line</Queue></Dial></Response>")
    )
    assert "wait in the queue line" in shown
    assert "take the first out of the queue line, for 30 s at most" in shown
