"""The unsubscribe page while Kafka or PostgreSQL goes away under it, and when it comes back."""
import time

from unsubscribe import Gateway
from hands import wait_until


def test_a_broker_that_dies_and_comes_back(stack):
    """Nobody is told that it is done, nobody waits for long, the page is still shown; and
    nothing needs a restart. (The embedded broker would come back as another one.)"""
    stack.start("gateway", deliver_ms=1500)
    gateway = Gateway(stack)

    def taken(email):
        return gateway.post(gateway.token(email))[0] == 200
    wait_until(lambda: taken("before@example.com"), what="the first event")
    assert gateway.events("before@example.com")
    stack.broker.kill()
    for i in range(3):
        began = time.monotonic()
        status, _, headers = gateway.post(gateway.token(f"away{i}@example.com"))
        assert status == 503 and int(headers["Retry-After"]) > 0
        assert time.monotonic() - began < 40  # Kafka's own patience is minutes
        assert gateway.post("unreadable")[0] == 404
        assert gateway.ask("GET", gateway.token("away@example.com"))[0] == 200
    if not stack.broker.keeps_data:
        return
    stack.broker.start()
    wait_until(lambda: taken("after@example.com"), seconds=60,
               what="the gateway after the broker")
    said = wait_until(lambda: gateway.events("after@example.com"), what="the event")
    assert said[0]["data"]["optout"]["via"] == "rfc8058_one_click"


def test_a_database_that_goes_away_and_comes_back(stack):
    """What was known stays in use, and nobody waits. The program has its own role alone."""
    url = stack.cluster.url(stack.database)
    stack.start("gateway", database_url=url + ("&" if "?" in url else "?") +
                "options=-c%20role%3Dconsent_gateway")
    gateway = Gateway(stack)
    token = gateway.token("names@example.com")
    stack.start("ingest")

    def up(what="postgresql"):
        return stack.metrics("gateway").get(f'consent_gateway_up{{what="{what}"}}')

    def boxes():
        return gateway.ask("GET", token)[1].count('name="about.')
    wait_until(boxes, what="the register's names")
    said = gateway.token("said@example.com")
    wait_until(lambda: gateway.post(said)[0] == 200, what="the first event")
    wait_until(lambda: "already stopped" in gateway.ask("GET", said)[1], what="it to be shown")
    gone = gateway.token("gone@example.com")
    stack.ctl("link", "revoke", gone)
    wait_until(lambda: gateway.post(gone)[0] == 404, what="the revocation")
    stack.cluster.psql(f'ALTER DATABASE "{stack.database}" ALLOW_CONNECTIONS false', "postgres")
    try:
        stack.cluster.psql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE "
                           f"datname = '{stack.database}'", "postgres")
        wait_until(lambda: up() == 0, what="the end of PostgreSQL")
        assert boxes() > 5
        assert "already stopped" not in gateway.ask("GET", said)[1]
        assert gateway.post(gone)[0] == 404
        assert gateway.post(token)[0] == 200
        assert gateway.post(gateway.token("some@example.com"),
                            b"do=choose&about.communication.news=stop")[0] == 200
        assert stack.daemon("gateway").pid() and up("kafka") == 1
    finally:
        stack.cluster.psql(f'ALTER DATABASE "{stack.database}" ALLOW_CONNECTIONS true',
                           "postgres")
    wait_until(lambda: up() == 1, what="PostgreSQL")
    assert len(gateway.events("names@example.com")) == 1
    assert [s["purpose"] for s in gateway.events("some@example.com")[0]["data"]["scope"]] == \
        ["communication.news"]
    may = "SELECT has_table_privilege('consent_gateway', %s, %s)"
    assert not any(stack.value(may, "fact", right) for right in ("INSERT", "UPDATE", "DELETE"))
    for table in ("ledger", "contact", "access_token", "lookup_audit", "quarantine"):
        assert not any(stack.value(may, table, right) for right in ("SELECT", "INSERT")), table
    assert not any(stack.value("SELECT has_table_privilege('consent_lookup', %s, %s)",
                               "link_revoked", right) for right in ("SELECT", "INSERT"))
