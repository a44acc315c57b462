"""A town whose log is drawn: the pictures of it, as a session would make them."""

from __future__ import annotations

from helpers.client import Client
from helpers.story import Log
from tests.sandbox.town import ALICE, BOB, Town


class DrawnTown(Town):
    """A town with a log of its own; both handsets are verified."""

    def __init__(self, pages=None, **options):
        super().__init__(pages, verified=(ALICE, BOB), **options)

    def __enter__(self):
        super().__enter__()
        client = Client(*self.auth, base_url=self.sandbox.url)
        names = {self.sandbox.url: "$SANDBOX", self.url: "$SITE"}
        self.log = Log(self.events, lambda: names, client)
        return self

    def hang_up(self, number):
        """The person with this number hangs up."""
        assert self.control("POST", f"/phones/{number}/hangup").status_code == 200


def words(story):
    """A story without its times."""
    return [f"{s.sender} > {s.receiver}: {s.words}" for s in story.steps]
