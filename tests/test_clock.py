"""The clock: planned things in order, time that waits for work, turning by hand."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from helpers.clock import START, Clock, begun


def run(coroutine):
    return asyncio.run(coroutine)


def test_a_manual_clock_stands_still_until_it_is_turned():
    async def story():
        clock, seen = Clock("manual"), []
        clock.plan(2, lambda: seen.append("two"))
        clock.plan(1, lambda: seen.append("one"))
        assert (clock.now(), clock.due()) == (START, START + timedelta(seconds=1))
        await clock.turn(1.5)
        assert seen == ["one"]
        assert clock.now() == START + timedelta(seconds=1.5)
        await clock.turn(0.5)
        assert seen == ["one", "two"]

    run(story())


def test_things_due_at_the_same_moment_run_in_the_order_they_were_planned():
    async def story():
        clock, seen = Clock("manual"), []
        for name in "abc":
            clock.plan(1, lambda name=name: seen.append(name))
        await clock.turn()
        assert seen == ["a", "b", "c"]

    run(story())


def test_turning_to_the_next_thing_due_runs_all_of_that_moment_and_no_more():
    async def story():
        clock, seen = Clock("manual"), []
        clock.plan(1, lambda: clock.plan(0, lambda: seen.append("at once")))
        clock.plan(2, lambda: seen.append("later"))
        await clock.turn()
        assert seen == ["at once"]

    run(story())


def test_with_nothing_due_the_next_thing_is_nothing():
    async def story():
        clock = Clock("manual")
        await clock.turn()
        assert clock.now() == START

    run(story())


def test_each_thing_due_waits_for_the_work_of_the_one_before():
    async def story():
        clock, seen = Clock("manual"), []

        def begin():
            clock.begin_work()
            asyncio.get_running_loop().call_later(0.01, end)

        def end():
            seen.append("its web site")
            clock.end_work()

        clock.plan(1, begin)
        clock.plan(1, lambda: seen.append("the next"))
        await clock.turn(1)
        assert seen == ["its web site", "the next"]

    run(story())


def test_a_hurried_clock_jumps_as_soon_as_no_work_is_under_way():
    async def story():
        clock, done = Clock("hurried"), asyncio.Event()
        with clock.work():
            clock.plan(3600, done.set)
            await asyncio.sleep(0)
            assert not done.is_set()
        await asyncio.wait_for(done.wait(), 1)
        assert clock.now() == START + timedelta(hours=1)

    run(story())


def test_a_real_clock_waits_as_long_as_the_wall_says():
    async def story():
        clock, done = Clock("real"), asyncio.Event()
        before = clock.now()
        clock.plan(0.02, done.set)
        await asyncio.wait_for(done.wait(), 2)
        assert clock.now() - before >= timedelta(seconds=0.02)

    run(story())


def test_what_was_cancelled_does_not_happen_and_is_not_due():
    async def story():
        clock, seen = Clock("manual"), []
        clock.plan(1, lambda: seen.append("no")).cancel()
        assert clock.due() is None
        await clock.turn(5)
        assert seen == []

    run(story())


@pytest.mark.parametrize("kind", ["hurried", "real"])
def test_one_thing_that_goes_wrong_does_not_stop_the_clock_for_the_others(kind):
    async def story():
        problems = []
        asyncio.get_running_loop().set_exception_handler(lambda _, told: problems.append(told))
        clock, done = Clock(kind), asyncio.Event()
        clock.plan(0.01, lambda: 1 / 0)
        clock.plan(0.02, done.set)
        await asyncio.wait_for(done.wait(), 2)
        assert [type(told["exception"]) for told in problems] == [ZeroDivisionError]

    run(story())


def test_two_turns_at_once_happen_one_after_the_other():
    async def story():
        clock, seen = Clock("manual"), []
        clock.plan(1, lambda: seen.append(clock.now()))
        clock.plan(3, lambda: seen.append(clock.now()))
        await asyncio.gather(clock.turn(2), clock.turn(2))
        assert seen == [START + timedelta(seconds=1), START + timedelta(seconds=3)]
        assert clock.now() == START + timedelta(seconds=4)

    run(story())


def test_an_unknown_kind_is_refused():
    with pytest.raises(ValueError, match="real, hurried, manual"):
        Clock("sundial")


@pytest.mark.parametrize(
    ("seconds", "counted"),
    [(0, 0), (0.05, 0), (0.4, 1), (1, 1), (1.02, 1), (1.2, 2), (60, 60), (-1, 0)],
)
def test_begun_seconds_count_but_not_that_a_clock_was_late(seconds, counted):
    assert begun(seconds) == counted


def test_the_walls_clock_lets_others_have_their_turn_between_the_many_things_that_are_due():
    async def story():
        clock, seen = Clock("real"), []
        for n in range(100):
            clock.plan(0, lambda n=n: seen.append(n))
        while not seen:
            await asyncio.sleep(0)
        first = len(seen)
        while len(seen) < 100:
            await asyncio.sleep(0)
        return first, seen

    first, seen = run(asyncio.wait_for(story(), 10))
    assert first < 20
    assert seen == list(range(100))


def test_a_plan_that_is_due_sooner_is_not_held_up_by_those_made_before():
    async def story():
        clock, seen, both = Clock("real"), [], asyncio.Event()
        clock.plan(0.05, lambda: (seen.append("later"), both.set()))
        clock.plan(600, lambda: seen.append("never"))
        clock.plan(0.0, lambda: seen.append("sooner"))
        cancelled = clock.plan(0.01, lambda: seen.append("taken back"))
        cancelled.cancel()
        await both.wait()
        return seen

    assert run(asyncio.wait_for(story(), 10)) == ["sooner", "later"]


def test_what_happens_in_one_turn_of_the_loop_has_one_moment_on_the_walls_clock():
    clock = Clock("real")

    async def moments():
        first, second = clock.now(), clock.now()
        await asyncio.sleep(0)
        return first, second, clock.now()

    first, second, later = asyncio.run(moments())
    assert first is second
    assert first < later <= datetime.now(UTC)
    # Neither a loop that has ended nor a thread without one keeps it from going on.
    asyncio.run(moments())
    again, _, _ = asyncio.run(moments())
    assert later < again < clock.now()
