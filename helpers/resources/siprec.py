"""Siprec: a call's sound sent to a recorder that speaks SIP. There is none here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from helpers.errors import Refusal
from helpers.resources.base import Params, World
from helpers.resources.beside import BesideCall, running_call

NOT_FOUND = 20404


@dataclass(kw_only=True)
class Siprec(BesideCall):
    """What Twilio does by way of a connector that is set up in its Console: refused here."""

    prefix: ClassVar[str] = "SR"
    path: ClassVar[str] = "Calls/{call_sid}/Siprec"
    plural: ClassVar[str] = "siprec"
    operations: ClassVar[tuple[str, ...]] = ("create", "update")

    @classmethod
    def create(cls, params: Params, world: World) -> Siprec:
        """Refuse it, and name what does the like here."""
        running_call(params, world)
        raise Refusal(
            404,
            NOT_FOUND,  # as everything that this sandbox has not
            "Siprec needs a connector to a recorder, which is set up in Twilio's Console: this "
            "sandbox has none. A Stream sends the same sound to a WebSocket.",
        )
