"""What a text weighs, and a form that sends it.

A text is billed by the segment, and one character can double the bill: :func:`weigh` says how many
segments, which characters cost what, and what it comes to by the price list.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from helpers import sms
from helpers.prices import PRICES_2026, PriceList
from helpers.widgets.blocks import Block, rows, text_of, words
from helpers.widgets.forms import Answer, Button, Field, Form, Values, call_of, quoted
from helpers.widgets.live import agreed, target

FEW = 8  # characters that are listed; more of them, and nobody reads the list
ENDED = ("delivered", "undelivered", "failed", "received", "canceled")


@dataclass(frozen=True)
class Dear:
    """A character that costs more than it looks: *outside* the GSM alphabet, or of two units.

    *plain* is a look-alike that would not, None where there is none.
    """

    char: str
    times: int
    outside: bool
    plain: str | None

    @property
    def name(self) -> str:
        """What Unicode calls it, in small letters."""
        return unicodedata.name(self.char, f"U+{ord(self.char):04X}").lower()


@dataclass(frozen=True)
class Weight:
    """What a text weighs: how it is cut, which characters are dear, and what it costs.

    *segments* counts the trial prefix, if there is one; *smart* is the same with look-alikes in
    place of the dear characters, or None if that changes nothing.
    """

    body: str
    prefix: str
    segments: sms.Segments
    dear: tuple[Dear, ...]
    smart: sms.Segments | None
    prices: PriceList

    @property
    def cost(self) -> Decimal | None:
        """What sending it costs, in dollars, without the carrier's fee; None without a price."""
        price = self.prices.prices.get("texts")
        return None if price is None else price * self.segments.count

    @property
    def summary(self) -> str:
        """One sentence: segments, alphabet, how many more characters fit, the price."""
        found = self.segments
        unit = "characters" if found.encoding == "GSM-7" else "16-bit units"
        cost = "" if self.cost is None else f" Twilio takes {self.cost.normalize():f} dollars"
        fee = self.prices.prices.get("carrier_fees")
        if cost and fee is not None:
            cost += f", and some {(fee * found.count).normalize():f} for the carrier"
        cost += "." if cost else ""
        return (
            f"{found.count} {'segment' if found.count == 1 else 'segments'} of {found.encoding}: "
            f"{found.units} {unit}, {found.left} more fit into the last one.{cost}"
        )

    @property
    def marks(self) -> list[tuple[int, int, str]]:
        """What to mark in the body: dear characters, and where a new segment begins."""
        kinds = {each.char: "outside" if each.outside else "double" for each in self.dear}
        cuts, at = set(), -len(self.prefix)
        for part in self.segments.parts[:-1]:
            at += len(part)
            cuts.add(at)
        return [
            (place, place + 1, kinds.get(char, "cut"))
            for place, char in enumerate(self.body)
            if char in kinds or place in cuts
        ]

    def blocks(self) -> list[Block]:
        """The summary, the dear characters, and what would be cheaper."""
        shown = [words(self.summary)]
        if self.prefix:
            shown.append(
                words(f"A trial account puts {len(self.prefix)} characters before it; they count.")
            )
        if self.dear:
            lines = [
                (each.char, each.name, f"{each.times}", _why(each), _instead(each.plain))
                for each in self.dear[:FEW]
            ]
            titles = ("character", "name", "times", "why it costs more", "look-alike")
            shown.append(rows(titles, lines, figures=False))
            if len(self.dear) > FEW:
                shown.append(words(f"And {len(self.dear) - FEW} more."))
        if self.smart and self.smart.count < self.segments.count:
            shown.append(
                words(f"With look-alikes it would be {self.smart.count} of {self.smart.encoding}.")
            )
        return shown

    def __str__(self) -> str:
        return text_of(self.blocks())

    __repr__ = __str__


def weigh(body: str, *, trial: bool = False, prices: PriceList = PRICES_2026) -> Weight:
    """Weigh a text: how it is cut into segments, which characters cost what, and what it costs.

    With *trial* the words that a trial account's texts begin with are counted, too.
    """
    prefix = sms.TRIAL_PREFIX if trial else ""
    outside = set(sms.outsiders(body))
    # One character outside the GSM alphabet, and all travel as UCS-2, where others are double.
    double = {c for c in body if ord(c) > 0xFFFF} if outside else sms.EXTENSION
    dear = tuple(
        Dear(char, times, char in outside, _look_alike(char))
        for char, times in Counter(body).items()
        if char in outside or char in double
    )
    plain = sms.smart(body)
    return Weight(
        body,
        prefix,
        sms.segments(prefix + body),
        dear,
        sms.segments(prefix + plain) if plain != body else None,
        prices,
    )


def _look_alike(char: str) -> str | None:
    plain = sms.smart(char)
    return None if plain == char else plain


def _why(each: Dear) -> str:
    if not each.outside:
        return "in the extension of the alphabet: counts twice"
    twice = ", and counts twice there" if ord(each.char) > 0xFFFF else ""
    return f"outside the GSM alphabet: the whole text becomes UCS-2{twice}"


def _instead(plain: str | None) -> str:
    if plain is None:
        return "none"
    return {"": "nothing", " ": "a blank"}.get(plain, plain)


def send_text(session: Any, to: str, from_: str, body: str) -> Any:
    """Send a text; gives the message as the client does, and raises what it raises."""
    return session.client.messages.create(to=to.strip(), from_=from_.strip(), body=body)


def send_text_form(session: Any, *, body: str = "", trial: bool | None = None) -> Form:
    """A form that sends a text, and says while one types what it weighs.

    *session* is what `connect` gave; *trial* whether the account is one, by default as it says.
    """
    if trial is None:
        trial = session.client.api.accounts(session.account).fetch().type == "Trial"

    def send(values: Values) -> Answer:
        if question := agreed(form, session, "Messages", "Send"):
            return question
        message = send_text(session, **values)
        form.follow(session, lambda: _report(session.client.messages(message.sid).fetch()))
        return _report(message)[0]

    def simplify(values: Values) -> Answer:
        plain = sms.smart(values["body"])
        if plain == values["body"]:
            return Answer([words("There is no character with a look-alike in it.")])
        form.fill(body=plain)
        return Answer([words("Look-alikes stand in the text now.", "✓")])

    def watch(values: Values) -> Answer:
        weight = weigh(values["body"], trial=bool(trial))
        return Answer(weight.blocks(), said=weight.summary, marks={"body": weight.marks})

    form = Form(
        "Send a text",
        [
            Field("to", "To", "tel", session.phone.number, "+14155550100"),
            Field("from_", "From", "tel", session.number, "+15005550006"),
            Field("body", "Text", "area", body, "Hello from a notebook"),
        ],
        [Button("Send", send), Button("Use look-alikes", simplify)],
        watch=watch,
        code=send_text_code,
        note=target(session),
    )
    return form


def send_text_code(values: Values) -> str:
    """The cell that sends the same text."""
    given = {name: quoted(values[name].strip()) for name in ("to", "from_")}
    given["body"] = quoted(values["body"])
    call = call_of("session.client.messages.create", given)
    return f"message = {call}\nmessage = await session.delivered(message)\nmessage.status"


def _report(message: Any) -> tuple[Answer, bool]:
    over = message.status in ENDED
    said = f"The text is {message.status}."
    if message.error_code:
        said = f"The text is {message.status} (Twilio's error {message.error_code})."
    sign = "" if not over else "✗" if message.error_code else "✓"
    found = [("SID", message.sid), ("Segments", str(message.num_segments))]
    return Answer([words(said, sign), rows(("", ""), found, figures=False)], said=said), over
