"""PostgreSQL goes away, or was never there: who lives, what is said, what comes back."""
import threading

import psycopg2
import pytest
from asking import ROUTES, TYPES, Lookup
from hands import wait_until
from line import Line

MORE = {  # routes that have no role of their own
    "quarantined": ("GET", "/v1/quarantine/1", None),
    "discard": ("POST", "/v1/quarantine/1/discard", {"note": "x"}),
    "replay": ("POST", "/v1/quarantine/1/replay", {"note": "x"}),
    "right": ("GET", "/v1/rights/1", None),
}
OF_OTHERS = {"acknowledgements": "mailing"}


@pytest.fixture
def line(cluster):
    with Line(cluster.port()) as made:
        yield made


def through(stack, line):
    """database_url by way of the line."""
    url = stack.cluster.url(stack.database)
    return url.replace(f":{stack.cluster.port()}/", f":{line.port}/")


def test_lookup_lives_whatever_is_asked_while_postgresql_is_away(stack, line):
    """Every route twice on a connection that died while nobody asked, and then again."""
    lookup = Lookup(stack, database_url=through(stack, line), workers=1, streamers=1,
                    token_cache_ms=0)
    daemon = stack.daemon("lookup")
    pid = daemon.pid()

    def fresh():
        line.mend()
        wait_until(lambda: lookup.ask("GET", "/v1/me")[0] == 200, 30, "an answer")

    def asked(name, method, path, body):
        token = OF_OTHERS.get(name, "dpo")
        more = {"Content-Type": TYPES[name]} if name in TYPES else {}
        return lookup.ask(method, path, body, token, **more)
    for name, route in {**ROUTES, **MORE}.items():
        fresh()
        if name in TYPES:  # warms the connection of the thread for streams
            assert asked(name, *route)[0] == 200
        line.cut()
        for _ in range(3):
            status, problem, headers = asked(name, *route)
            assert (status, problem["type"].split(":")[-1]) == (503, "database"), name
            assert headers["Retry-After"], name
        assert daemon.pid() == pid, name
    fresh()
    assert lookup.ask("GET", "/v1/me")[0] == 200


def test_a_first_answer_that_fails_leaves_nothing_dead_behind(stack, line):
    """A connection that dies under its very first request: the next one makes a new one."""
    lookup = Lookup(stack, database_url=through(stack, line), workers=1, token_cache_ms=0)
    daemon = stack.daemon("lookup")
    pid = daemon.pid()
    held, got = psycopg2.connect(stack.cluster.url(stack.database)), []
    held.cursor().execute("LOCK TABLE access_token IN ACCESS EXCLUSIVE MODE")
    asking = threading.Thread(target=lambda: got.append(lookup.ask("GET", "/v1/me")[0]))
    asking.start()
    wait_until(lambda: stack.value("SELECT count(*) FROM pg_stat_activity WHERE "
                                   "application_name = 'consent-lookup' "
                                   "AND wait_event_type = 'Lock'") > 0, what="a held request")
    line.cut()
    asking.join()
    held.close()
    assert got == [503]
    for _ in range(3):
        assert lookup.ask("GET", "/v1/me")[0] == 503
    assert daemon.pid() == pid
    line.mend()
    wait_until(lambda: lookup.ask("GET", "/v1/me")[0] == 200, 30, "an answer")
