"""The store: what is written is there, in order, once, and after a kill."""

import dataclasses
import os
import signal
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from helpers.errors import SandboxError
from helpers.resources.account import Account
from helpers.resources.base import kinds
from helpers.resources.message import Message
from helpers.sandbox.store import EVENTS_KEPT, Store
from helpers.sandbox.tables import Where

A, B = "AC" + "a" * 32, "AC" + "b" * 32
MOMENT = datetime(2026, 1, 5, 9, 0, 0, 123456, tzinfo=UTC)
SAMPLES = {
    "string": "Grüße \x00 👋",
    "number": 7,
    "integer": 8,
    "float": 0.5,
    "boolean": True,
    "date": MOMENT,
    "list": ["a", [1, 2]],
    "map": {"voice": True},
    "method": "GET",
}


@pytest.fixture
def store():
    with Store() as store:
        yield store


def message(number, account=A, **fields):
    return Message(sid=f"SM{number:032x}", account_sid=account, **fields)


@pytest.mark.parametrize("kind", [k for k in kinds().values() if k.kept], ids=lambda k: k.__name__)
def test_every_field_of_every_kind_comes_back_as_it_was(store, kind):
    values = {n: SAMPLES[f.metadata["kind"]] for n, f in kind.declared().items()}
    made = kind(**{**values, "sid": kind.prefix + "1" * 32, "account_sid": A})
    store.add(made)
    assert store.get(kind, A, made.sid) == made
    assert store.get(kind, B, made.sid) is None


@pytest.mark.parametrize("kind", [k for k in kinds().values() if k.kept], ids=lambda k: k.__name__)
def test_fields_that_were_left_out_come_back_as_they_were(store, kind):
    made = kind(sid=kind.prefix + "2" * 32, account_sid=A)
    store.add(made)
    assert dataclasses.asdict(store.get(kind, A, made.sid)) == dataclasses.asdict(made)


def test_a_late_writer_undoes_nothing(store):
    """Two copies of a row, each of which keeps the field it changed."""
    store.add(message(1, body="one"))
    mine, yours = (store.get(Message, A, f"SM{1:032x}") for _ in range(2))
    mine.body, yours.status = "two", "sent"
    store.update(mine, "body")
    store.update(yours, "status")
    now = store.get(Message, A, mine.sid)
    assert (now.body, now.status) == ("two", "sent")


def test_rows_are_found_oldest_first_and_paged_newest_first(store):
    for n in range(6):
        store.add(message(n, to="+1" if n % 2 else "+2"))
    assert [int(m.sid[2:], 16) for m in store.find(Message, A, to="+1")] == [1, 3, 5]
    page = store.page(Message, A, limit=2)
    assert [int(m.sid[2:], 16) for _, m in page] == [5, 4]
    following = store.page(Message, A, limit=2, after=page[-1][0])
    assert [int(m.sid[2:], 16) for _, m in following] == [3, 2]
    back = store.page(Message, A, limit=9, before=following[0][0])
    assert [int(m.sid[2:], 16) for _, m in back] == [5, 4]
    oldest = store.page(Message, A, limit=2, newest_first=False)
    assert [int(m.sid[2:], 16) for _, m in oldest] == [0, 1]
    assert store.page(Message, B, limit=9) == []


def test_a_pattern_means_its_stars_and_nothing_else(store):
    store.add(message(1, body="50% [off]?"))
    assert len(store.page(Message, A, [Where("body", "like", "50%*?")], limit=9)) == 1
    assert store.page(Message, A, [Where("body", "like", "50_*")], limit=9) == []


def test_a_removed_row_keeps_its_place(store):
    for n in range(3):
        store.add(message(n))
    row = store.get(Message, A, f"SM{1:032x}")
    place = store.place(Message, A, row.sid)
    store.remove(row)
    assert store.get(Message, A, row.sid) is None
    assert store.place(Message, A, row.sid) == place
    assert store.place(Message, A, "SM" + "f" * 32) is None


def test_a_transaction_is_all_or_nothing(store):
    with pytest.raises(ZeroDivisionError), store.transaction():
        store.add(message(1))
        with store.transaction():
            store.add(message(2))
        1 / 0  # noqa: B018
    assert store.find(Message, A) == []
    with store.transaction():
        store.add(message(3))
    assert len(store.find(Message, A)) == 1


def test_sids_follow_from_seed_account_prefix_and_count():
    with Store() as one, Store() as two:
        first = [one.next_sid("seed", A, "CA") for _ in range(3)]
        two.next_sid("seed", B, "CA")  # accounts do not disturb one another
        two.next_sid("seed", A, "SM")
        assert [two.next_sid("seed", A, "CA") for _ in range(3)] == first
        assert len(set(first)) == 3
        assert two.next_sid("other", A, "CA") not in first


def test_the_log_keeps_the_last_ten_thousand_and_counts_on(store):
    with store.transaction():
        for n in range(EVENTS_KEPT + 5):
            store.add_event(A, MOMENT, "state", "CA1" if n % 2 else None, None, {"n": n})
    events = store.events(A)
    assert len(events) == EVENTS_KEPT
    assert [events[0]["seq"], events[-1]["seq"]] == [6, EVENTS_KEPT + 5]
    assert store.last_seq(A) == EVENTS_KEPT + 5
    assert [e["data"]["n"] for e in store.events(A, EVENTS_KEPT + 3)] == [
        EVENTS_KEPT + 3,
        EVENTS_KEPT + 4,
    ]
    assert {e["call_sid"] for e in store.events(A, 0, "CA1")} == {"CA1"}
    assert store.events(B) == []


def test_wiping_an_account_forgets_it_and_its_sub_accounts_but_not_where_the_log_was(store):
    store.add(Account(sid=A, account_sid=A, owner_account_sid=A))
    store.add(Account(sid=B, account_sid=A, owner_account_sid=A))
    store.add(message(1))
    store.add(message(2, account=B))
    store.add_entry(A, "CA1", 0.5, "Say", "hello")
    store.save_handset(A, "+1", "busy", "", "")
    store.block(A, "+1", "+2")
    store.add_event(A, MOMENT, "state")
    sid = store.next_sid("s", A, "CA")
    store.wipe(A)
    assert store.find(Account, None) == store.find(Message, None) == []
    assert store.entries(A, "CA1") == store.events(A) == []
    assert store.handset(A, "+1") is None
    assert not store.opted_out(A, "+1", "+2")
    assert store.next_sid("s", A, "CA") == sid
    assert store.add_event(A, MOMENT, "state") == 2


def test_a_transcript_is_kept_in_order(store):
    for verb in ("answer", "Say", "hangup"):
        store.add_entry(A, "CA1", 1.25, verb, "…")
    assert [e["verb"] for e in store.entries(A, "CA1")] == ["answer", "Say", "hangup"]
    assert store.entries(B, "CA1") == []


# -- files ---------------------------------------------------------------------------------------


def refused(path):
    with pytest.raises(SandboxError) as caught:
        Store(path)
    assert "\n" not in caught.value.what
    return caught.value.what


def made_by(path, *statements):
    db = sqlite3.connect(path)
    for statement in statements:
        db.execute(statement)
    db.commit()
    db.close()


def test_what_was_kept_is_there_again(tmp_path):
    with Store(tmp_path / "world") as store:
        store.add(message(1, body="still here"))
        sid = store.next_sid("s", A, "CA")
    with Store(tmp_path / "world") as store:
        assert store.find(Message, A)[0].body == "still here"
        assert store.next_sid("s", A, "CA") != sid


def test_files_that_will_not_do_are_refused_in_a_sentence(tmp_path):
    (tmp_path / "text").write_text("no database, " * 200)
    assert "no data file" in refused(tmp_path / "text")
    made_by(tmp_path / "other", "CREATE TABLE mine (x)")
    assert "another program" in refused(tmp_path / "other")
    Store(tmp_path / "old").close()
    made_by(tmp_path / "old", "PRAGMA user_version=1")
    assert "another version" in refused(tmp_path / "old")
    assert "cannot be opened" in refused(tmp_path / "no" / "such" / "folder")
    assert "cannot be opened" in refused(tmp_path)


def test_a_damaged_file_is_refused_and_left_alone(tmp_path):
    path = tmp_path / "world"
    with Store(path) as store, store.transaction():
        for n in range(500):
            store.add(message(n, body="x" * 500))
    whole = path.read_bytes()
    damaged = whole[:20_480] + os.urandom(40_960) + whole[61_440:]
    path.write_bytes(damaged)
    assert "damaged" in refused(path)
    assert path.read_bytes() == damaged


def test_one_file_has_one_owner(tmp_path):
    with Store(tmp_path / "world"):
        assert "in use by another sandbox" in refused(tmp_path / "world")
    Store(tmp_path / "world").close()


WRITER = """
import sys
from helpers.resources.message import Message
from helpers.sandbox.store import Store
store = Store(sys.argv[1])
for n in range(100_000):
    store.add(Message(sid=f"SM{n:032x}", account_sid="AC1", body="x" * 200))
    print(n, flush=True)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no SIGKILL")
def test_a_killed_writer_loses_nothing_it_acknowledged(tmp_path):
    path = tmp_path / "world"
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True
    )
    with writer:
        last = ""
        while last != "300\n":
            last = writer.stdout.readline()
        writer.kill()
        rest = writer.stdout.read().split()
    acknowledged = int(rest[-1]) if rest else 300
    with Store(path) as store:
        kept = {m.sid for m in store.find(Message, "AC1")}
    assert {f"SM{n:032x}" for n in range(acknowledged + 1)} <= kept
