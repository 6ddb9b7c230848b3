"""The opt-out door while Kafka goes away under it, and when it comes back."""
import time

from unsubscribe import Door
from hands import wait_until


def test_a_broker_that_dies_and_comes_back(stack):
    """Nobody is told that it is done, nobody waits for long, the page is still shown; and
    nothing needs a restart. (The embedded broker would come back as another one.)"""
    stack.start("lookup", deliver_ms=1500)
    door = Door(stack)

    def taken(email):
        return door.post(door.token(email))[0] == 200
    wait_until(lambda: taken("before@example.com"), what="the first event")
    assert door.events("before@example.com")
    stack.broker.kill()
    for i in range(3):
        began = time.monotonic()
        status, _, headers = door.post(door.token(f"away{i}@example.com"))
        assert status == 503 and int(headers["Retry-After"]) > 0
        assert time.monotonic() - began < 10
        assert door.post("unreadable")[0] == 503
        assert door.ask("GET", door.token("away@example.com"))[0] == 200
    if not stack.broker.keeps_data:
        return
    stack.broker.start()
    wait_until(lambda: taken("after@example.com"), seconds=60,
               what="the door after the broker")
    said = wait_until(lambda: door.events("after@example.com"), what="the event")
    assert said[0]["data"]["optout"]["via"] == "rfc8058_one_click"
