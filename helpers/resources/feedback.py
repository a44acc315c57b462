"""Feedback on a message: whether the one it was for has done what it asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from helpers.errors import Refusal
from helpers.resources.base import MALFORMED_REQUEST, Params, Resource, View, World, shown

OUTCOMES = ("confirmed", "unconfirmed")


@dataclass(kw_only=True)
class MessageFeedback(Resource):
    """What the sender reports of one message, such as that its code was keyed in.

    The message should have been made with ProvideFeedback; as no refusal of another one is on
    record, feedback on any message is taken. Source: Twilio's page on the Feedback subresource.
    """

    prefix: ClassVar[str] = "FB"  # never shown
    path: ClassVar[str] = "Messages/{message_sid}/Feedback"
    plural: ClassVar[str] = "feedback"
    singular: ClassVar[str] = "MessageFeedback"
    operations: ClassVar[tuple[str, ...]] = ("create",)
    create_status: ClassVar[int] = 200
    omits: ClassVar[tuple[str, ...]] = ("sid",)

    message_sid: str = shown("")
    outcome: str = shown(OUTCOMES[0], create="Outcome")

    @classmethod
    def create(cls, params: Params, world: World) -> MessageFeedback:
        """Take down how it went; without an Outcome it went well."""
        feedback = cls(**cls.take("create", params))
        feedback.message_sid = params.place["message_sid"]
        if feedback.outcome not in OUTCOMES:
            raise Refusal(
                400,
                MALFORMED_REQUEST,
                f"Outcome is one of {', '.join(OUTCOMES)}: {feedback.outcome}",
            )
        return feedback

    def as_json(
        self, view: View | None = None, operation: str = "fetch", server: str = ""
    ) -> dict[str, Any]:
        """As any resource; it is addressed by its message and has no SID of its own."""
        return super().as_json(view, operation, server) | {"uri": f"{self.home(view)}.json"}
