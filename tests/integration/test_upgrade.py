"""From release to release: which database a program works with, and how a database is changed
while they work. tests/fault/upgrade does it with programs of before, under load."""
import shutil

import pytest
import story
from hands import wait_until
from test_consentctl import ingested, optout

PROGRAMS = ("ingest", "publish", "keeper")


@pytest.fixture
def later(stack, tmp_path):
    """The migrations of a release to come: ours, and what is written beside them."""
    shutil.copytree(story.ROOT / "schemas", tmp_path / "schemas")
    return tmp_path / "schemas"


def refused(stack, program, words):
    """It says so, and does nothing: ingest ends, the others wait for an operator."""
    stack.daemon(program).stop()
    stack.start(program, wait=False)
    log = stack.daemon(program).log_file
    wait_until(lambda: words in log.read_text(), what=f"{program} to refuse the database")


def test_a_program_refuses_a_database_of_another_release(stack, later):
    for program in PROGRAMS:
        stack.start(program)
    (later / "sql/950_more.sql").write_text("CREATE TABLE more ();")
    stack.ctl("migrate", "--schemas", later)
    status = stack.ctl_json("migrate", "--status", "--schemas", later)
    assert status["current"] and status["migrations"][-1]["name"] == "950_more.sql"
    assert status["migrations"][-1]["applied"]
    ours = stack.ctl("migrate", "--status", check=False)
    assert ours.returncode == 1 and "unknown  950_more.sql" in ours.stdout
    # what only adds is no trouble, for those that run and for those that start
    stack.daemon("ingest").stop()
    stack.start("ingest")
    stack.produce("feed.mta-eu1", optout(1, "a@example.com"))
    ingested(stack, 1)
    (later / "sql/951_breaks.sql").write_text(
        "-- breaks earlier programs\nCREATE TABLE most ();")
    stack.ctl("migrate", "--schemas", later)
    refused(stack, "ingest", "later release than this program, which cannot work with "
            "951_breaks.sql")
    stack.sql("DELETE FROM schema_migration WHERE number IN (185, 950, 951)")
    for program in PROGRAMS:
        refused(stack, program, "migration 185 is missing; run consentctl migrate")


def test_an_index_is_made_while_programs_work(stack, later):
    """Outside a transaction, after what stands before it, and once more when it was cut off."""
    (later / "sql/960_a.sql").write_text("CREATE TABLE upgrade_a (x integer);")
    (later / "sql/961_index.sql").write_text(
        "-- outside a transaction\nDROP INDEX CONCURRENTLY IF EXISTS upgrade_x;\n"
        "CREATE UNIQUE INDEX CONCURRENTLY upgrade_x ON upgrade_a (x);\n")
    (later / "sql/962_b.sql").write_text("INSERT INTO upgrade_a VALUES (2);")
    dry = stack.ctl("migrate", "--dry-run", "--schemas", later)
    assert "961_index.sql, outside a transaction" in dry
    # it fails half way: two rows of one x; what stands before it stays, what follows waits
    (later / "sql/960_a.sql").write_text(
        "CREATE TABLE upgrade_a (x integer); INSERT INTO upgrade_a VALUES (1), (1);")
    failed = stack.ctl("migrate", "--schemas", later, check=False)
    assert failed.returncode != 0 and "961_index.sql" in failed.stderr, failed.stderr
    assert stack.value("SELECT count(*) FROM upgrade_a") == 2
    stack.sql("DELETE FROM upgrade_a WHERE ctid = '(0,2)'")
    stack.ctl("migrate", "--schemas", later)
    assert stack.value("SELECT indisvalid FROM pg_index "
                       "WHERE indexrelid = 'upgrade_x'::regclass") is True
    assert stack.value("SELECT count(*) FROM upgrade_a") == 2
    wait_until(lambda: stack.value("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")
               == 0, what="the session's end")
