"""The thread that writes: in order, whatever goes wrong, and with a count that two threads keep."""

import sys
from concurrent.futures import Future
from threading import Thread

import pytest

from fedcheck.tui.writer import Writer


def test_jobs_run_in_their_order_and_one_that_fails_stops_none():
    writer, done = Writer(), []

    def fail() -> None:
        raise OSError("disk full")

    first = writer.submit(lambda: 1, done.append)
    second = writer.submit(fail, done.append)
    third = writer.submit(lambda: 3, done.append)
    writer.close()
    assert done == [first, second, third]
    assert (first.result(), third.result()) == (1, 3)
    with pytest.raises(OSError, match="disk full"):
        second.result()


def test_a_job_does_not_wait_any_more_when_its_end_is_told():
    writer, seen = Writer(), []
    writer.submit(lambda: None, lambda _: seen.append(writer.waiting))
    writer.close()
    assert seen == [0]


def test_a_job_that_was_put_off_runs_before_the_next_one_or_when_asked_for():
    writer, ran = Writer(), []
    writer.put_off(lambda: ran.append("dropped"), lambda _: None)
    writer.put_off(lambda: ran.append("late"), lambda _: None)
    assert writer.is_behind
    writer.submit(lambda: ran.append("next"), lambda _: None)
    assert not writer.is_behind
    writer.catch_up()
    writer.put_off(lambda: ran.append("asked for"), lambda _: None)
    writer.catch_up()
    writer.put_off(lambda: ran.append("never"), lambda _: None)
    writer.close()
    assert ran == ["late", "next", "asked for"]


def test_no_count_is_lost_between_the_threads():
    writer = Writer()
    ended: list[Future[None]] = []
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        many = [
            Thread(target=lambda: [writer.submit(lambda: None, ended.append) for _ in range(300)])
            for _ in range(4)
        ]
        for thread in many:
            thread.start()
        for thread in many:
            thread.join()
        writer.close()
    finally:
        sys.setswitchinterval(interval)
    assert len(ended) == 1200
    assert writer.waiting == 0
