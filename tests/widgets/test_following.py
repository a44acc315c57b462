"""Pictures that follow a call, and the button that takes one further."""

import threading

from helpers.errors import ConnectionFailed, HelperError
from helpers.widgets.following import ENDED, Following
from helpers.widgets.stepper import BEFORE, Stepper


class Shown:
    """A picture that is its own text."""

    def __init__(self, text, over=False):
        self.text, self.over = text, over

    @property
    def html(self):
        return f"<p>{self.text}</p>"

    def __str__(self):
        return self.text


def test_it_is_drawn_with_each_event_until_it_is_over():
    pictures = iter([Shown("one"), Shown("one"), Shown("two"), Shown("three", over=True)])
    asked = []

    def changed(since, seconds):
        asked.append(since)
        return since + 1

    picture = Following(lambda: next(pictures), changed)
    assert picture.value == "<p>one</p>"
    picture.follow()
    assert (picture.value, repr(picture), asked) == ("<p>three</p>", "three", [0, 1])
    picture.close()


def test_a_closed_sandbox_leaves_what_was_known():
    def changed(since, seconds):
        raise ConnectionFailed("http://127.0.0.1:1 does not answer.")

    picture = Following(lambda: Shown("one"), changed)
    picture.follow()
    assert picture.value == f"<p>one</p><div>{ENDED}</div>"
    picture.close()


def test_stored_it_is_as_it_was():
    over = threading.Event()

    def changed(since, seconds):
        over.wait(10)
        return since + 1

    picture = Following(lambda: Shown("one", over=over.is_set()), changed)
    bundle = picture._repr_mimebundle_()
    assert bundle["text/plain"] == "one" and bundle["text/html"] == "<p>one</p>"
    assert "application/vnd.jupyter.widget-view+json" in bundle
    over.set()
    picture._thread.join(10)
    picture.close()


def test_each_press_is_a_step_and_the_last_one_takes_the_button_away():
    moments = iter([Shown("first"), Shown("last", over=True)])
    stepper = Stepper(lambda: next(moments))
    assert repr(stepper) == BEFORE
    stepper.button.click()
    assert stepper.place.value == '<div role="status"><p>first</p></div>'
    assert not stepper.button.disabled
    stepper.button.click()
    assert stepper.button.disabled
    assert stepper._repr_mimebundle_()["text/plain"] == "last"


def test_what_does_not_work_is_said_in_a_sentence():
    def step():
        raise HelperError("There is no <call> yet.")

    stepper = Stepper(step)
    stepper.button.click()
    assert stepper.place.value == '<div role="status">There is no &lt;call&gt; yet.</div>'
    assert not stepper.button.disabled
