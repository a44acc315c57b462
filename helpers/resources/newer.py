"""What the resources of Twilio's newer APIs have in common: Messaging v1, Verify v2 and the like.

Their paths name no account: it is the one whose credentials open them. They speak JSON without a
suffix, write moments as ISO 8601, and address one another by absolute URLs (``url``, ``links``).
At Twilio each API has a host of its own (``messaging.twilio.com``); the sandbox answers all of them
at its one address, told apart by version and path.
Source: the list envelope and the forms of dates in Twilio's Monitor, Messaging and Verify APIs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any, ClassVar

from helpers.errors import Refusal
from helpers.resources.base import MALFORMED_REQUEST, Params, Resource, View, to_json


def required(params: Params, name: str) -> str:
    """The value of a parameter that may not be left out; without one it is refused."""
    if not params.get(name):
        raise Refusal(400, MALFORMED_REQUEST, f"Missing required parameter {name} in the post body")
    return params.get(name)


@dataclass(kw_only=True)
class NewerResource(Resource):
    """One thing that a newer API knows. A subclass names its *domain*, *version* and *path*."""

    #: the first part of the host's name at Twilio, and the attribute of its clients
    domain: ClassVar[str] = ""
    version: ClassVar[str] = "v1"
    operations: ClassVar[tuple[str, ...]] = ()
    kept: ClassVar[bool] = False  # a subclass whose things are kept says so

    def home(self, view: View | None = None) -> str:
        """The path of the list it stands in."""
        path = (view or self.views()[0]).path
        inner = path.format(**{name: getattr(self, name) for name in re.findall(r"{(\w+)}", path)})
        return f"/{self.version}/{inner}"

    @property
    def uri(self) -> str:
        """Its path on the server."""
        return f"{self.home()}/{getattr(self, self.key)}"

    def link_uris(self, view: View | None = None) -> dict[str, str]:
        """Where its sub-resources are: name -> path."""
        return {name: f"{self.uri}/{path}" for name, path in self.links.items()}

    def as_json(
        self, view: View | None = None, operation: str = "fetch", server: str = ""
    ) -> dict[str, Any]:
        """The reply that shows it; *server* is what its absolute URLs begin with."""
        reply: dict[str, Any] = {}
        for f in fields(self):
            if f.metadata["shown"] and f.name not in self.omits:
                reply[f.name.rstrip("_")] = _json(f.metadata["kind"], getattr(self, f.name))
        if self.has_uri:
            reply["url"] = f"{server}{self.home(view)}/{getattr(self, self.key)}"
        if self.links:
            reply["links"] = {n: f"{server}{path}" for n, path in self.link_uris(view).items()}
        return reply


def _json(kind: str, value: Any) -> Any:
    return iso8601(value) if kind == "date" and value is not None else to_json(kind, value)


def iso8601(moment: datetime) -> str:
    """``2015-07-30T20:00:00Z``: the form of dates in these APIs."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
