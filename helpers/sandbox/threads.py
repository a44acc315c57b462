"""Work that takes long, beside the event loop."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any, TypeVar

__all__ = ["in_a_thread"]

T = TypeVar("T")


async def in_a_thread(work: Callable[..., T], *args: Any) -> T:
    """Call *work* in a thread of its own and wait for what it returns.

    The thread may be left behind when the sandbox ends: a pool's would keep the process alive.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def give(result: T | None, problem: Exception | None) -> None:
        if done.done():
            return
        if problem is not None:
            done.set_exception(problem)
        else:
            done.set_result(result)  # type: ignore[arg-type]

    def run() -> None:
        result, problem = None, None
        try:
            result = work(*args)
        except Exception as caught:
            problem = caught
        if not loop.is_closed():
            loop.call_soon_threadsafe(give, result, problem)

    threading.Thread(target=run, daemon=True).start()
    return await done
