"""PostgreSQL goes away, or was never there: who lives, what is said, what comes back."""
import threading
import time

import psycopg2
import pytest
from asking import ROUTES, TYPES, Lookup
from feeding import grant, settled
from hands import wait_until
from line import Line
from test_postfix import Socket, door, people

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
        line.restore()
        wait_until(lambda: lookup.ask("GET", "/v1/me")[0] == 200, what="an answer")

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
    line.restore()
    wait_until(lambda: lookup.ask("GET", "/v1/me")[0] == 200, what="an answer")


def test_the_next_host_of_a_list_takes_over(stack, cluster):
    """Failover by database_url: requests go on with whichever host is there."""
    with Line(cluster.port()) as one, Line(cluster.port()) as two:
        where = f"127.0.0.1:{one.port},127.0.0.1:{two.port}"
        url = stack.cluster.url(stack.database).replace(f"127.0.0.1:{cluster.port()}", where)
        lookup = Lookup(stack, database_url=url + "?target_session_attrs=read-write",
                        token_cache_ms=0)
        pid = stack.daemon("lookup").pid()
        for gone, left in ((one, two), (two, one), (one, two)):
            left.restore()
            gone.cut()
            wait_until(lambda: lookup.ask("GET", "/v1/me")[0] == 200, what="the other host")
            assert left.connections() > 0 == gone.connections()
        assert stack.daemon("lookup").pid() == pid


def test_what_runs_past_its_limit_is_cancelled_and_not_run_again(stack):
    """One attempt, and nothing goes on in the server afterwards."""
    where = door(stack, answer_ms=500)
    postfix, log = Socket(where), stack.daemon("postfix").log_file
    people(stack)
    wait_until(lambda: postfix.ask("no@example.com").startswith("OK"), what="an answer in time")
    before = log.read_text().count("event=no_answer")

    def running():
        """The servers' processes that wait for the lock."""
        return {pid for pid, in stack.sql(
            "SELECT pid FROM pg_stat_activity WHERE application_name = 'consent-postfix'"
            " AND wait_event_type = 'Lock'")}
    held = psycopg2.connect(stack.cluster.url(stack.database))
    held.cursor().execute("LOCK TABLE fact, list_entry, contact IN ACCESS EXCLUSIVE MODE")
    try:
        answers, seen = [], set()
        while not seen and len(answers) < 60:  # once, but where it is too short to be seen
            asking = threading.Thread(
                target=lambda: answers.append(postfix.ask("no@example.com")))
            asking.start()
            while asking.is_alive():
                seen |= running()
            assert answers[-1].startswith("TIMEOUT")
            wait_until(lambda: not running(), what="the end of the statement")
        assert len(seen) == 1
    finally:
        held.close()
    said = log.read_text()
    assert said.count("event=no_answer") == before + len(answers) and "code=PG_TIMEOUT" in said
    wait_until(lambda: postfix.ask("no@example.com").startswith("OK"),
               what="the answer afterwards")


@pytest.mark.lasting
def test_a_deleted_topic_does_not_keep_ingest_from_ending(stack):
    stack.start("ingest")
    stack.produce("feed.sectigo.com", grant("a@example.com"))
    settled(stack, 1)
    stack.admin.delete_topics(["feed.sectigo.com"])["feed.sectigo.com"].result(20)
    wait_until(lambda: "feed.sectigo.com" not in stack.topics(), what="the deletion")
    time.sleep(3)  # until ingest has met it
    assert stack.daemon("ingest").stop(seconds=60)
    assert "event=stopped status=0" in stack.daemon("ingest").log_file.read_text()
