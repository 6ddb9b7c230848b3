"""consentctl doctor, of ills that show when it is too late: each is made, named with what to do,
and gone when it is undone."""
import contextlib
import json
import subprocess

import psycopg2
import pytest
from confluent_kafka.admin import ConfigResource

from hands import wait_until
from postgres import Postgres
from stack import clean_environment
from test_consentctl import optout

BOTH = ("warn", "wrong")


def ills(stack):
    """{(level, check, text, fix)} of what is not as it should be."""
    done = stack.ctl("doctor", "--json", check=False)
    return {(c["level"], c["check"], c["text"], c["fix"])
            for c in json.loads(done.stdout)["checks"] if c["level"] in BOTH}


@contextlib.contextmanager
def server_setting(stack, name, value):
    """Of the whole server, which this worker's tests have for themselves."""
    stack.sql(f"ALTER SYSTEM SET {name} = '{value}'")
    stack.sql("SELECT pg_reload_conf()")
    try:
        wait_until(lambda: stack.value("SELECT setting FROM pg_settings WHERE name = %s", name)
                   == value, what=name)
        yield
    finally:
        stack.sql(f"ALTER SYSTEM RESET {name}")
        stack.sql("SELECT pg_reload_conf()")
        wait_until(lambda: stack.value("SELECT setting FROM pg_settings WHERE name = %s", name)
                   != value, what=f"{name} as before")


def both_ways(stack, make, undo):
    """What is new while the fault is there; after it nothing is."""
    before = ills(stack)
    stack.sql(make)
    try:
        found = ills(stack) - before
    finally:
        stack.sql(undo)
    assert ills(stack) <= before, "it is still told of"
    return found


SETTINGS = [("fsync", "off", "wrong", "fsync is off"),
            ("full_page_writes", "off", "wrong", "damage"),
            ("synchronous_commit", "off", "wrong", "what was acknowledged"),
            ("autovacuum", "off", "warn", "tables grow"),
            ("log_error_verbosity", "default", "warn", "quotes")]


def test_settings_of_the_server(stack):
    before = ills(stack)
    for name, value, level, words in SETTINGS:
        with server_setting(stack, name, value):
            [(is_level, check, text, fix)] = ills(stack) - before
            assert (is_level, check) == (level, "settings") and words in text, text
            assert f"ALTER SYSTEM SET {name} = " in fix, fix
    assert ills(stack) <= before


def test_a_cluster_without_checksums(stack, run_dir):
    """Only a stopped server can change that, so it is one of its own, with nothing in it."""
    folder = run_dir / "unsummed"
    folder.mkdir()
    folder.chmod(0o755)
    server = Postgres(folder)

    def told():
        server.start(shared_buffers="16MB")
        try:
            conf, _ = stack.write_conf("ctl", "unsummed.conf", database_url=server.url("postgres"))
            done = subprocess.run([stack.program("ctl"), "--config", conf, "doctor", "--json"],
                                  capture_output=True, text=True, env=clean_environment(),
                                  check=False)
        finally:
            server.stop()
        checks = json.loads(done.stdout)["checks"]
        assert "objects" in {c["check"] for c in checks}, "it has looked"
        return [(c["level"], c["fix"]) for c in checks
                if c["check"] == "settings" and "data_checksums is off" in c["text"]]
    try:
        assert told() == []
        server._run(server.bin / "pg_checksums", "--disable",  # noqa: SLF001
                    "-D", server.home / "data")
        [(level, fix)] = told()
        assert level == "warn" and "pg_checksums --enable" in fix
    finally:
        server.destroy()


# what somebody does; how it is undone; check, level, words of the text, words of the fix
FAULTS = [
    ("DROP INDEX due_at", "CREATE INDEX due_at ON due (at)",
     "objects", "warn", "the index due_at of due is gone", "CREATE INDEX due_at ON"),
    ("ALTER TABLE retention_ask DISABLE TRIGGER guard",
     "ALTER TABLE retention_ask ENABLE TRIGGER guard",
     "objects", "wrong", "the trigger guard of retention_ask is gone", "CREATE TRIGGER guard"),
    ("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'due_at'::regclass",
     "UPDATE pg_index SET indisvalid = true WHERE indexrelid = 'due_at'::regclass",
     "invalid", "wrong", "the index due_at of due is not valid", "REINDEX INDEX CONCURRENTLY"),
    ("ALTER TABLE due SET UNLOGGED", "ALTER TABLE due SET LOGGED",
     "tables", "wrong", "the table due is unlogged", "SET LOGGED"),
    ("ALTER TABLE due SET (autovacuum_enabled = false)",
     "ALTER TABLE due RESET (autovacuum_enabled)",
     "tables", "warn", "autovacuum is switched off for the table due", "RESET"),
    ("UPDATE pg_database SET datcollversion = '1' WHERE datname = current_database()",
     "UPDATE pg_database SET datcollversion = NULL WHERE datname = current_database()",
     "collation", "wrong", "was made by version 1", "REFRESH COLLATION VERSION"),
    ("CREATE SEQUENCE near AS smallint START 32000; SELECT nextval('near')", "DROP SEQUENCE near",
     "sequences", "wrong", "the sequence near has used 32000 of its 32767", "looks after"),
    ("SELECT pg_create_physical_replication_slot('left_behind', true)",
     "SELECT pg_drop_replication_slot('left_behind')",
     "slots", "warn", "nobody reads the replication slot left_behind", "drop_replication_slot"),
]


@pytest.mark.parametrize("make, undo, check, level, words, fix", FAULTS,
                         ids=[f"{row[2]}-{row[3]}" for row in FAULTS])
def test_an_ill_is_named_and_goes(stack, make, undo, check, level, words, fix):
    if check == "collation" and not stack.value(
            "SELECT pg_database_collation_actual_version(oid) IS NOT NULL FROM pg_database"
            " WHERE datname = current_database()"):
        # the C library gives no version of C.UTF-8: another answers in its place
        stack.sql("CREATE SCHEMA before; CREATE FUNCTION"
                  " before.pg_database_collation_actual_version(oid) RETURNS text LANGUAGE sql"
                  " AS 'SELECT ''2''::text'")
        looks_first_in(stack, "before")
    found = both_ways(stack, make, undo)
    assert [(level, check)] == [row[:2] for row in found], found
    [(_, _, text, told)] = found
    assert words in text and fix in told, (text, told)


def looks_first_in(stack, schema):
    """consentctl, and nobody else, finds functions of this schema before the server's."""
    url = stack.cluster.url(stack.database)
    role = f"doctor_{stack.database}"
    stack.sql(f"CREATE ROLE {role} SUPERUSER LOGIN PASSWORD 'x'")
    stack.sql(f"ALTER ROLE {role} SET search_path = {schema}, pg_catalog, public")
    stack.extra = {"database_url": url.replace(url.split("//")[1].split("@")[0], f"{role}:x")}
    stack._ctl_conf = None  # noqa: SLF001 - is written again


def test_numbers_of_transactions_run_out(stack):
    """A server that is so old is not at hand: its functions are, before the server's own."""
    stack.sql("CREATE SCHEMA old; CREATE FUNCTION old.age(xid) RETURNS integer LANGUAGE sql"
              " AS 'SELECT 1600000000'")
    looks_first_in(stack, "old")
    found = {(level, check): text for level, check, text, _ in ills(stack)}
    assert "1600000000 of 2,147,483,648 transaction numbers" in found[("wrong", "wraparound")]


def test_multixact_numbers_run_out(stack):
    stack.sql("CREATE SCHEMA old; CREATE FUNCTION old.mxid_age(xid) RETURNS integer LANGUAGE sql"
              " AS 'SELECT 1600000000'")
    looks_first_in(stack, "old")
    found = [(level, text) for level, check, text, _ in ills(stack) if check == "wraparound"]
    assert found and all(level == "wrong" and "multixact numbers" in text for level, text in found)


def test_a_synchronous_standby_that_is_away(stack):
    before = ills(stack)
    with server_setting(stack, "synchronous_standby_names", "away"):
        [(level, check, text, fix)] = ills(stack) - before
    assert (level, check) == ("wrong", "standby") and "(away)" in text, text
    assert "ALTER SYSTEM RESET synchronous_standby_names" in fix, fix
    assert ills(stack) <= before


def test_connections_nearly_used_up(stack):
    most = int(stack.value("SELECT current_setting('max_connections')::integer"
                           " - current_setting('superuser_reserved_connections')::integer"))
    used = int(stack.value("SELECT count(*) FROM pg_stat_activity"
                           " WHERE backend_type = 'client backend'"))
    assert not [row for row in ills(stack) if row[1] == "connections"]
    with contextlib.ExitStack() as held:
        for _ in range(most * 9 // 10 - used):
            held.enter_context(contextlib.closing(
                psycopg2.connect(stack.cluster.url(stack.database))))
        [(level, _, text, _)] = [row for row in ills(stack) if row[1] == "connections"]
    assert level == "warn" and f"of {most} connections of the server are in use" in text, text


def test_a_transaction_that_was_left_open(stack):
    """Nobody waits an hour: for consentctl it is two hours later."""
    stack.sql("CREATE SCHEMA later; CREATE FUNCTION later.now() RETURNS timestamptz LANGUAGE sql"
              " AS 'SELECT pg_catalog.now() + interval ''2 h'''")
    looks_first_in(stack, "later")

    def told():
        return [row for row in ills(stack) if row[1] == "transactions" and "sleeper" in row[2]]

    with contextlib.closing(psycopg2.connect(stack.cluster.url(stack.database),
                                             application_name="sleeper")) as person:
        person.cursor().execute("SELECT 1")
        [(level, _, text, fix)] = told()
        assert level == "warn" and "has had a transaction open since" in text, text
        assert fix.startswith(f"SELECT pg_terminate_backend({person.info.backend_pid})"), fix
        person.rollback()
        assert not told()


def test_who_holds_a_lock_and_who_waits(stack):
    stack.ctl("list", "create", "--all")
    stack.start("publish")
    stack.start("ingest")
    with psycopg2.connect(stack.cluster.url(stack.database), application_name="somebody") as person, \
            person.cursor() as cursor:
        cursor.execute("LOCK TABLE list_entry IN SHARE MODE")
        stack.produce("feed.mta-eu1", optout(1, "a@example.com"))
        found = wait_until(lambda: [row for row in ills(stack) if row[1] == "locks"], 60,
                           "the lock to be named")
        [(level, _, text, fix)] = found
        assert level == "wrong" and "(consent_publish, " in text, text
        assert "waits for a lock on list_entry, which process" in text \
            and "somebody) has in a transaction open since" in text, text
        assert fix.startswith(f"SELECT pg_terminate_backend({person.info.backend_pid})"), fix
    wait_until(lambda: stack.value("SELECT count(*) FROM list_entry") > 0, what="its end")
    assert not [row for row in ills(stack) if row[1] == "locks"]


def test_what_is_set_for_a_role_stands_above_the_servers(stack):
    found = both_ways(
        stack, f"ALTER ROLE consent_ingest IN DATABASE \"{stack.database}\" SET"
        " synchronous_commit = off", f"ALTER ROLE consent_ingest IN DATABASE \"{stack.database}\""
        " RESET synchronous_commit")
    [(level, check, text, fix)] = found
    assert (level, check) == ("wrong", "overrides") and "the role consent_ingest" in text, found
    assert fix.startswith("ALTER ROLE consent_ingest IN DATABASE"), fix


def test_programs_of_two_releases(stack):
    for program, version in (("ingest", "0.1"), ("publish", "0.2")):
        stack.sql("INSERT INTO program_seen (program, instance, version, began)"
                  f" VALUES ('{program}', 'other:1', '{version}', now())")
    said = {text for level, check, text, _ in ills(stack) if check == "upgrade"}
    assert said == {"programs of two releases are at work: consent-ingest is 0.1, consent-publish"
                    " is 0.2"}


@pytest.mark.lasting
def test_settings_of_topics(stack):
    stack.ctl("list", "create", "--all")
    before = ills(stack)

    def alter(topic, **values):
        """What is not said falls back to the broker's own."""
        whole = {"message.timestamp.type": "LogAppendTime",
                 **{name.replace("_", "."): value for name, value in values.items()}}
        wanted = ConfigResource("TOPIC", topic, set_config=whole)
        stack.admin.alter_configs([wanted])[wanted].result(60)

    alter("feed.mta-eu1", retention_ms="3600000", retention_bytes="1000000")
    alter("feed.sectigo.com", unclean_leader_election_enable="true", retention_ms="2592000000")
    alter("suppression.promotional-email", min_insync_replicas="2", cleanup_policy="compact")

    def said():
        return {text for _, check, text, _ in ills(stack) - before if check == "topics"}
    wanted = {"feed.mta-eu1 keeps records for 1 hours: what is not read by then is lost",
              "feed.mta-eu1 keeps 1000000 bytes: whoever sends much drives out what is not yet"
              " read",
              "feed.sectigo.com has unclean.leader.election.enable=true: what was acknowledged may"
              " be lost with a broker",
              "suppression.promotional-email takes no records: of a partition 1 copies are in"
              " step, and min.insync.replicas is 2"}
    wait_until(lambda: wanted <= said(), 60, "the topics' settings to be told of")


def test_what_is_noted_is_what_migrations_made(stack):
    """Not what happens to be there when somebody runs migrate with nothing to do."""
    assert stack.value("SELECT count(*) FROM schema_made WHERE kind = 'index'") > 20
    stack.sql("DROP INDEX due_at")
    stack.ctl("migrate")
    assert any("due_at" in text for _, check, text, _ in ills(stack) if check == "objects")
