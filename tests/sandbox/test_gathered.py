"""Changes that are committed together: told to nobody before, lost by nobody after."""

import asyncio
import shutil
import sqlite3
from datetime import UTC, datetime

import pytest
import requests

from helpers.resources.message import Message
from helpers.sandbox import Sandbox
from helpers.sandbox.store import Store

A = "AC" + "a" * 32
MOMENT = datetime(2026, 1, 5, 9, tzinfo=UTC)


def sid(number):
    return f"SM{number:032x}"


def message(number, **fields):
    return Message(sid=sid(number), account_sid=A, **fields)


def in_the_file(path, folder):
    """The SIDs that a process would find which starts now, after this one was killed."""
    copy = folder / "copy"
    for suffix in ("", "-wal"):
        shutil.copy(f"{path}{suffix}", f"{copy}{suffix}")
    with Store(copy) as store:
        return {found.sid for found in store.find(Message, A)}


@pytest.fixture
def store(tmp_path):
    with Store(tmp_path / "world") as store:
        yield store


def gathered(store, work):
    """Run *work* on a loop whose turns the store gathers."""

    async def run():
        store.gather(asyncio.get_running_loop())
        try:
            return await work()
        finally:
            store.gather(None)

    return asyncio.run(run())


def test_a_change_is_told_of_when_it_is_in_the_file_and_not_before(store, tmp_path):
    async def work():
        for n in range(3):
            store.add(message(n))
        before = in_the_file(store.path, tmp_path), store.changed
        await asyncio.gather(*(store.committed() for _ in range(3)))
        return before, (in_the_file(store.path, tmp_path), store.changed)

    before, after = gathered(store, work)
    assert before == (set(), True)
    assert after == ({sid(n) for n in range(3)}, False)


def test_who_waits_waits_for_the_log_as_well(store, tmp_path):
    """Else somebody could be shown an event whose number is given to another after a kill."""

    async def work():
        store.add_event(A, MOMENT, "state")
        changed = store.changed
        await store.committed()
        in_the_file(store.path, tmp_path)
        return changed

    assert gathered(store, work) is False
    with Store(tmp_path / "copy") as copy:
        assert copy.last_seq(A) == 1


def test_what_nobody_waits_for_is_written_soon(store, tmp_path):
    async def work():
        store.add(message(1))
        written = asyncio.Event()
        while not written.is_set():
            await asyncio.sleep(0)  # turns of the loop; the commit has its own timer
            if not store.changed:
                written.set()
        return in_the_file(store.path, tmp_path)

    async def bounded():
        return await asyncio.wait_for(work(), 10)

    assert gathered(store, bounded) == {sid(1)}


def test_what_another_thread_changes_is_written_by_the_loop(store, tmp_path):
    async def work():
        await asyncio.to_thread(store.add, message(1))
        await asyncio.sleep(0)  # the loop's next turn
        return store.changed, in_the_file(store.path, tmp_path)

    assert gathered(store, work) == (False, {sid(1)})


def test_a_store_that_is_closed_has_written_all(store, tmp_path):
    async def work():
        store.add(message(1))
        store.next("", "request")
        store.close()

    gathered(store, work)
    with Store(store.path) as again:
        assert [found.sid for found in again.find(Message, A)] == [sid(1)]
        assert again.next("", "request") == 2


@pytest.mark.parametrize("read", [False, True], ids=["queued", "run already"])
def test_a_block_that_fails_takes_nothing_of_others_with_it(store, tmp_path, read):
    async def work():
        store.add(message(1, body="one"))
        store.add(message(2))
        store.add_event(A, MOMENT, "state", data={"n": 1})
        first = store.next_sid("seed", A, "CA")
        store.block(A, "+1", "+2")
        with pytest.raises(ZeroDivisionError), store.transaction():
            store.add(message(3))
            store.update(message(1, body="changed"), "body")
            store.remove(message(2))
            store.unblock(A, "+1", "+2")
            second = store.next_sid("seed", A, "CA")
            assert store.add_event(A, MOMENT, "state") == 2
            if read:
                assert len(store.find(Message, A)) == 2
            1 / 0  # noqa: B018
        assert store.get(Message, A, sid(3)) is None
        assert store.get(Message, A, sid(1)).body == "one"
        assert store.place(Message, A, sid(2)) == 2
        assert store.opted_out(A, "+1", "+2")
        assert [e["data"] for e in store.events(A)] == [{"n": 1}]
        assert first != store.next_sid("seed", A, "CA") == second
        assert store.add_event(A, MOMENT, "state") == 2
        await store.committed()
        return in_the_file(store.path, tmp_path)

    assert gathered(store, work) == {sid(1), sid(2)}
    with Store(tmp_path / "copy") as again:
        assert [e["seq"] for e in again.events(A)] == [1, 2]
        assert again.opted_out(A, "+1", "+2")


def test_a_full_disk_is_told_to_all_who_wait_and_to_nobody_later(store):
    async def work():
        store.add(message(1))
        await store.committed()
        [pages] = store._db.execute("PRAGMA page_count").fetchone()
        store._db.execute(f"PRAGMA max_page_count={pages}")  # what SQLite takes for a full disk
        seq = store.add_event(A, MOMENT, "state")
        for n in range(2, 40):
            store.add(message(n, body="x" * 1600))
        told = await asyncio.gather(store.committed(), store.committed(), return_exceptions=True)
        assert {type(problem) for problem in told} == {sqlite3.OperationalError}
        assert [found.sid for found in store.find(Message, A)] == [sid(1)]
        store._db.execute(f"PRAGMA max_page_count={pages + 1000}")
        store.add(message(2))
        assert store.add_event(A, MOMENT, "state") == seq
        await store.committed()
        return {found.sid for found in store.find(Message, A)}

    assert gathered(store, work) == {sid(1), sid(2)}


def test_a_request_that_cannot_be_kept_is_not_acknowledged(tmp_path):
    with Sandbox(data=str(tmp_path / "world"), type="full", clock="real") as sandbox:
        auth = (sandbox.account_sid, sandbox.auth_token)
        url = f"{sandbox.url}/2010-04-01/Accounts/{auth[0]}/Messages.json"
        form = {"To": "+14155550100", "From": "+15005550006", "Body": "x" * 1600}

        def limit(pages):
            sandbox.store._db.execute(f"PRAGMA max_page_count={pages}")

        with requests.Session() as http:
            http.trust_env, http.auth = False, auth
            kept = {http.post(url, data=form, timeout=9).json()["sid"] for _ in range(3)}
            [pages] = sandbox.store._db.execute("PRAGMA page_count").fetchone()
            limit(pages)
            replies = [http.post(url, data=form, timeout=9) for _ in range(20)]
            refused = [reply for reply in replies if reply.status_code != 201]
            assert {(r.status_code, r.json()["code"]) for r in refused} == {(500, 20500)}
            assert {r.json()["message"] for r in refused} == {
                "The data file cannot be used (database or disk is full); nothing was done. "
                "Is the disk full?"
            }
            limit(pages + 10_000)
            kept |= {r.json()["sid"] for r in replies if r.status_code == 201}
            kept.add(http.post(url, data=form, timeout=9).json()["sid"])
            listed = http.get(url, params={"PageSize": 1000}, timeout=9).json()["messages"]
        assert {row["sid"] for row in listed} == kept
        sandbox.engine.failures.clear()


def test_an_event_that_nobody_can_write_is_told_to_who_waits_and_to_nobody_later(store, tmp_path):
    async def work():
        store.add_event(A, MOMENT, "state", data={"what": object()})
        with pytest.raises(TypeError):
            await store.committed()
        store.add(message(1))
        store.add_event(A, MOMENT, "state")
        await store.committed()
        return in_the_file(store.path, tmp_path)

    assert gathered(store, work) == {sid(1)}
    assert [event["data"] for event in store.events(A)] == [{}]


def test_a_block_that_fails_takes_back_its_events_and_leaves_the_others(store):
    async def work():
        store.add_event(A, MOMENT, "state", data={"n": 1})
        with pytest.raises(ZeroDivisionError), store.transaction():
            store.add_event(A, MOMENT, "state", data={"n": 2})
            assert len(store.events(A)) == 2  # which puts them on one page
            raise ZeroDivisionError
        store.add_event(A, MOMENT, "state", data={"n": 3})
        return [(event["seq"], event["data"]["n"]) for event in store.events(A)]

    assert gathered(store, work) == [(1, 1), (2, 3)]
    assert [event["data"]["n"] for event in store.events(A)] == [1, 3]


def test_what_changes_before_it_is_written_is_written_once(store):
    async def work():
        one, two = message(1), message(2)
        store.add(one)
        store.add(two)
        one.status = "sending"
        store.update(one, "status")
        two.body, two.price = "other", "-0.00830"
        store.update(two, "body", "price")
        queued = len(store._queue)
        await store.committed()
        one.status, one.date_sent = "sent", MOMENT
        store.update(one, "status")
        store.update(one, "date_sent")
        return queued, len(store._queue), store.find(Message, A)

    queued, later, found = gathered(store, work)
    assert (queued, later) == (2, 1)
    assert [(m.status, m.body, m.price) for m in found] == [
        ("sent", "", None),
        ("queued", "other", "-0.00830"),
    ]
    assert [m.date_sent for m in found] == [MOMENT, None]


@pytest.mark.parametrize("new", [True, False], ids=["of a new row", "of an older row"])
@pytest.mark.parametrize("read", [True, False], ids=["that was read", "that nobody read"])
def test_a_block_that_fails_leaves_what_was_changed_before_it(store, new, read):
    async def work():
        one = message(1, body="first")
        store.add(one)
        if not new:
            await store.committed()
        one.body = "before"
        store.update(one, "body")
        with pytest.raises(ZeroDivisionError), store.transaction():
            one.body, one.price = "within", "-1.00000"
            store.update(one, "body", "price")
            if read:
                [found] = store.find(Message, A)
                assert (found.body, found.price) == ("within", "-1.00000")
            raise ZeroDivisionError
        [found] = store.find(Message, A)
        return found.body, found.price

    assert gathered(store, work) == ("before", None)
    [found] = store.find(Message, A)
    assert (found.body, found.price) == ("before", None)


def test_charges_of_a_turn_are_added_up(store):
    day = "2026-01-05"

    async def work():
        for price in (830, 830, 1660):
            store.charge(A, day, "sms-outbound-longcode", price // 830, price)
        store.charge(A, day, "calls-outbound", 1, 1400)
        await store.committed()
        store.charge(A, day, "calls-outbound", 2, 2800)
        return store.charges([A], day, day)

    assert gathered(store, work) == [
        (day, "calls-outbound", 2, 3, 4200),
        (day, "sms-outbound-longcode", 3, 4, 3320),
    ]


def test_many_rows_have_an_index_when_they_are_looked_through(store):
    def indexes():
        rows = store._db.execute("SELECT name FROM sqlite_master WHERE type = 'index'")
        return {name for (name,) in rows if name.startswith("Message")}

    async def work():
        few = [store.add(message(n, to="+14155550100")) for n in range(3)]
        assert len(store.find(Message, A, to="+14155550100")) == len(few)
        before = indexes()
        for n in range(3, 300):
            store.add(message(n, to=f"+1415555{n:04}"))
        assert len(store.find(Message, A, to="+14155550100")) == len(few) + 1
        return before, indexes()

    assert gathered(store, work) == (set(), {"Message account_sid", "Message to"})
