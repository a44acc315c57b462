"""``python -m helpers.sandbox``: the sandbox alone, for other clients and other languages."""

from __future__ import annotations

import argparse
import gc
import signal
import sys
import threading
from collections.abc import Sequence
from typing import NoReturn

from helpers.clock import KINDS
from helpers.errors import SandboxError
from helpers.sandbox import Sandbox, wait_for_end
from helpers.sandbox.options import Options


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        # One plain sentence, without the usage lines that bury it.
        raise SandboxError(f"{message[:1].upper()}{message[1:]}.", next_step="See --help.")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="python -m helpers.sandbox",
        description="A Twilio-compatible sandbox on this machine: calls, texts, TwiML, webhooks.",
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("--host", default="127.0.0.1", help="where to listen")
    add("--port", type=int, default=0, help="0 takes a free one")
    add("--data", metavar="FILE", default=":memory:", help="the SQLite file, or :memory:")
    add("--clock", choices=KINDS, default="real")
    add("--account-sid", metavar="SID")
    add("--auth-token", metavar="TOKEN")
    add("--type", choices=("trial", "full"))
    add("--number", action="append", metavar="+1..", help="a number (or short code) it owns")
    add("--verified", action="append", metavar="+1..", help="a verified number; repeatable")
    add(
        "--account",
        action="append",
        metavar="SID:TOKEN:TYPE",
        help="one account more; repeatable. TYPE is trial, full or test (test credentials)",
    )
    add("--allow-host", action="append", metavar="NAME", help="a host to fetch from; repeatable")
    add("--webhook-timeout", type=float, default=15.0, metavar="SECONDS")
    add(
        "--rate",
        type=int,
        metavar="N",
        help="requests an account may make within a second of the clock; beyond that 429 with 20429"
        " and without Retry-After, as Twilio documents none",
    )
    add(
        "--concurrency",
        type=int,
        metavar="N",
        help="requests of an account that are answered at once, each of which then takes 0.08"
        " seconds; beyond that 429 with 20429",
    )
    add(
        "--daily-messages",
        type=int,
        metavar="N",
        help="messages an account may send on a day of the clock (UTC); beyond that 429 with 63038",
    )
    add("--seed", metavar="TEXT", help="what SIDs are derived from")
    add("--start", metavar="TIME", help="where a hurried or manual clock starts: ISO 8601, or now")
    return parser


def read_options(arguments: Sequence[str]) -> Options:
    """The options that a command line says; SandboxError for one that makes no sense."""
    given = _parser().parse_args(arguments)
    return Options(
        host=given.host,
        port=given.port,
        data=given.data,
        clock=given.clock,
        account_sid=given.account_sid,
        auth_token=given.auth_token,
        type=given.type,
        numbers=tuple(given.number) if given.number else None,
        verified=tuple(given.verified) if given.verified else None,
        accounts=tuple(map(_account, given.account)) if given.account else None,
        allow_hosts=tuple(given.allow_host or ()),
        webhook_timeout=given.webhook_timeout,
        rate=given.rate,
        concurrency=given.concurrency,
        daily_messages=given.daily_messages,
        seed=given.seed,
        start=given.start,
    )


def _account(text: str) -> tuple[str, str, str]:
    parts = text.split(":")
    if len(parts) != 3:
        raise SandboxError("A further account is SID:TOKEN:TYPE, three parts with colons between.")
    return parts[0], parts[1], parts[2]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run until SIGTERM or Ctrl-C; returns the exit status."""
    stop = threading.Event()
    for name in ("SIGTERM", "SIGINT"):
        signal.signal(getattr(signal, name), lambda *_: stop.set())
    try:
        sandbox = Sandbox(read_options(sys.argv[1:] if arguments is None else arguments))
        sandbox.start()
    except SandboxError as problem:
        print(" ".join(filter(None, (problem.what, problem.next_step))), file=sys.stderr)
        return 2
    # What was loaded stays for the process's whole life; the collector need not look at it. What
    # comes later seldom goes in circles, so the looks at more than the newest can be rare: each
    # makes somebody wait.
    gc.freeze()
    gc.set_threshold(5_000, 200, 20)
    print(
        f"sandbox ready at {sandbox.url} account {sandbox.account_sid} token {sandbox.auth_token}",
        flush=True,
    )
    wait_for_end(stop)
    sandbox.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
