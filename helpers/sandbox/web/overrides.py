"""Settings that a web site's address carries after its ``#``: time-outs and retries.

    https://shop.test/voice#ct=2000&rc=3&rp=5xx

Source: Twilio's page on webhook connection overrides; error pages 11240, 11242, 11243. What comes
after ``#`` is neither sent nor signed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl

POLICIES = frozenset(["4xx", "5xx", "ct", "rt", "all"])
EDGES = frozenset(
    [
        *("ashburn", "dublin", "frankfurt", "roaming", "sao-paulo", "singapore", "sydney"),
        *("tokyo", "umatilla"),
    ]
)
LIMITS = {"ct": (100, 10_000), "rt": (100, 15_000), "tt": (100, 15_000), "rc": (0, 5)}


@dataclass(frozen=True)
class Overrides:
    """How one address wants to be asked; seconds, and None where it says nothing.

    *policy* names what is tried again: ``ct`` no connection, ``rt`` no answer, ``4xx``, ``5xx``.
    *refused* is (code, sentence) when the settings make no sense. Of ``sni`` the sandbox makes
    nothing: it speaks TLS with the name of the host, as everybody does now.
    """

    connect: float = 5.0
    read: float | None = None
    total: float | None = None
    retries: int = 1
    policy: frozenset[str] = frozenset(["ct"])
    refused: tuple[int, str] | None = None

    def again(self, why: str) -> bool:
        """Whether a try that ended with *why* is worth another."""
        return why in self.policy or (bool(why) and "all" in self.policy)


NONE = Overrides()


def read(url: str) -> Overrides:
    """The settings in *url*. A number out of its range counts as not given (sandbox choice)."""
    _, sharp, fragment = url.partition("#")
    if not sharp or "=" not in fragment:
        return NONE
    given = dict(parse_qsl(fragment, keep_blank_values=True))
    numbers = {
        name: int(text)
        for name, (low, high) in LIMITS.items()
        if re.fullmatch(r"\d{1,5}", text := given.get(name, "")) and low <= int(text) <= high
    }
    policy = frozenset(filter(None, re.split(r"[,\s]+", given["rp"]))) if "rp" in given else None
    return Overrides(
        connect=numbers.get("ct", 5_000) / 1000,
        read=numbers["rt"] / 1000 if "rt" in numbers else None,
        total=numbers["tt"] / 1000 if "tt" in numbers else None,
        retries=numbers.get("rc", 1),
        policy=NONE.policy if policy is None else policy,
        refused=_refused(given.get("e"), policy),
    )


def _refused(edges: str | None, policy: frozenset[str] | None) -> tuple[int, str] | None:
    if policy is not None and (not policy or policy - POLICIES):
        wrong = ", ".join(sorted(policy - POLICIES)) or "nothing"
        return 11243, f"rp={wrong[:80]} after the # is no retry policy: use 4xx, 5xx, ct, rt or all"
    for edge in edges.split(",") if edges is not None else ():
        if edge.removesuffix("-ix") not in EDGES:
            return 11240, f"e={edge[:80]} after the # is no edge location: take it out"
        if edge.endswith("-ix"):
            text = (
                f"e={edge} after the # is a private line, which this account has not: take it out"
            )
            return 11242, text
    return None
