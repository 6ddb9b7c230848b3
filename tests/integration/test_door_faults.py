"""The opt-out door while Kafka goes away under it, and when it comes back."""
import time

import pytest
from door import Door
from hands import wait_until


@pytest.fixture
def door(stack):
    """One that the broker has just died under."""
    stack.start("lookup", door_deliver_ms=1000)
    made = Door(stack)
    assert made.post(made.token("before@example.com"))[0] == 200
    assert len(made.events("before@example.com")) == 1
    stack.broker.kill()
    return made


def test_a_broker_that_dies(door):
    """Nobody is told that it is done, nobody waits for long, and the page is still shown."""
    for i in range(3):
        began = time.monotonic()
        status, _, headers = door.post(door.token(f"away{i}@example.com"))
        assert status == 503 and int(headers["Retry-After"]) > 0
        assert time.monotonic() - began < 10
        assert door.post("unreadable")[0] == 503
        assert door.ask("GET", door.token("away@example.com"))[0] == 200


@pytest.mark.lasting
def test_a_broker_that_comes_back(door):
    assert door.post(door.token("away@example.com"))[0] == 503
    door.stack.broker.start()
    wait_until(lambda: door.post(door.token("after@example.com"))[0] == 200, seconds=60,
               what="the door after the broker")
    said = wait_until(lambda: door.events("after@example.com"), what="the event")
    assert said[0]["data"]["optout"]["via"] == "rfc8058_one_click"
