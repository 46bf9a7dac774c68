"""Receipts are pushed after the call, a few at a time."""

from __future__ import annotations

import threading

from simulator.later import MOST_AT_ONCE, Later
from tests.simulator.conftest import wait_for


def test_a_few_at_a_time_and_all_in_the_end():
    later, gate, lock = Later(), threading.Event(), threading.Lock()
    begun, done = [], []

    def act(number):
        begun.append(number)
        gate.wait(5)
        with lock:
            done.append(number)

    for number in range(100):
        later.put(lambda number=number: act(number))
    wait_for(lambda: len(begun) == MOST_AT_ONCE)
    assert len(begun) == MOST_AT_ONCE
    gate.set()
    wait_for(lambda: len(done) == 100)
    assert sorted(done) == list(range(100))


def test_what_comes_after_a_rest_is_done_too():
    later, done = Later(), []
    for number in range(2):
        later.put(lambda number=number: done.append(number))
        wait_for(lambda number=number: len(done) == number + 1)


def test_a_failure_is_logged_and_the_rest_is_done(caplog):
    later, done = Later(), []
    for number in range(3 * MOST_AT_ONCE):
        later.put(lambda number=number: done.append(number) if number % 3 else 1 / 0)
    wait_for(lambda: len(done) == 2 * MOST_AT_ONCE)
    wait_for(lambda: caplog.text.count("ZeroDivisionError") >= MOST_AT_ONCE)
