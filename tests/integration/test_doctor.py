"""consentctl doctor: nothing to say of a whole stack, and the right thing of a broken one."""
import json
import re
import time

import pytest
import story
from certificates import Authority
from hands import wait_until
from test_consentctl import ingested, optout

PROGRAMS = ("ingest", "publish", "keeper", "lookup", "gateway")
AT_WORK = {("ok", name) for name in PROGRAMS}


def findings(stack, *argv):
    done = stack.ctl("doctor", "--json", *argv, check=False)
    answer = json.loads(done.stdout)
    assert answer["ok"] == (done.returncode == 0)
    return {(c["level"], c["check"]): c["text"] for c in answer["checks"]}


def test_doctor_finds_nothing_wrong_with_a_whole_stack(stack):
    stack.ctl("list", "create", "--all")
    for program in ("ingest", "publish", "keeper", "lookup", "gateway"):
        stack.start(program)
    stack.produce("feed.mta-eu1", optout(1, "a@example.com"))
    ingested(stack, 1)
    wait_until(lambda: AT_WORK <= findings(stack).keys(), what="all to be seen")
    found = findings(stack)
    assert not [text for (level, _), text in found.items() if level == "wrong"], found
    port = stack.port("ingest")
    stack.ctl("ready", port)
    stack.ctl("ready", f"localhost:{port}")
    assert stack.ctl("ready", "127.0.0.1:1", check=False).returncode == 1
    # every statement of every store, prepared on a freshly migrated database
    assert "fit the tables" in found[("ok", "statements")]
    assert ("ok", "positions") in found and ("ok", "secrets") in found


def test_doctor_says_what_is_wrong(stack):
    (stack.secrets / "contact").chmod(0o644)
    stack.sql("DROP VIEW v_fact; ALTER TABLE quarantine RENAME COLUMN note TO remark")
    stack.sql("INSERT INTO ingest_position (topic, partition, next_offset, epoch, owner) "
              "VALUES ('feed.mta-eu1', 0, 1000, 1, 'x')")
    stack.sql("INSERT INTO ingest_position (topic, partition, next_offset, epoch, owner, held) "
              "VALUES ('feed.mta-eu1', 1, 7, 1, 'x', 'other_log')")
    stack.sql("UPDATE schema_migration SET sha256 = 'x' WHERE number = 1")
    stack.topic("feed.stranger")
    found = findings(stack)
    assert "consentctl feed reset mta-eu1 --from beginning" in stack.ctl(
        "doctor", check=False).stdout
    for level, check in (("wrong", "migrations"), ("wrong", "statements"),
                         ("wrong", "positions"), ("wrong", "secrets"), ("warn", "topics"),
                         ("wrong", "publish"), ("wrong", "ingest"), ("wrong", "keeper")):
        assert (level, check) in found, (level, check, found)
    assert "quarantine" in found[("wrong", "statements")]


def test_doctor_goes_on_without_a_database(stack, cluster):
    stack.sql("SELECT 1")
    stack._db.close()  # noqa: SLF001 - it would stand in the way of the renaming
    stack._db = None
    cluster.psql(f'ALTER DATABASE "{stack.database}" RENAME TO "{stack.database}_gone"',
                 "postgres")
    found = findings(stack)
    cluster.psql(f'DROP DATABASE "{stack.database}_gone"', "postgres")
    assert ("wrong", "database") in found and ("ok", "kafka") in found


def test_doctor_names_who_is_not_at_work(stack):
    """A killed program says nothing more; a minute later that is wrong, with the time of its
    last word, unless another of its kind works."""
    for program in PROGRAMS:
        stack.start(program)
    wait_until(lambda: AT_WORK <= findings(stack).keys(), what="all to be seen")
    for program in ("ingest", "lookup"):
        stack.daemon(program).kill()
    stack.daemon("keeper").stop()
    stack.sql("UPDATE program_seen SET seen = seen - interval '5 min'")
    live = {("ok", "publish"), ("ok", "gateway")}
    wait_until(lambda: live <= findings(stack).keys(), what="those who live")
    found = findings(stack)
    for program in ("ingest", "lookup", "keeper"):
        assert re.search(r" ([5-9]|\d\d) min ago", found[("wrong", program)]), found
    stack.sql("INSERT INTO program_seen (program, instance, version, began) "
              "VALUES ('ingest', 'other:1', '0.1', now())")
    found = findings(stack)
    assert ("ok", "ingest") in found and "silent" in found[("note", "ingest")]


def test_a_program_speaks_for_itself_alone(stack):
    tell = ("SET SESSION AUTHORIZATION {role}; "
            "SELECT program_seen_tell('{program}', 'h:1', '0.1', now())")
    stack.sql(tell.format(role="consent_gateway", program="gateway"))
    for program in ("ingest", "keeper", "nobody"):
        with pytest.raises(Exception, match="does not speak|does not exist"):
            stack.sql(tell.format(role="consent_gateway", program=program))


def test_doctor_names_passwords_that_end_and_failed_archiving(stack, cluster):
    stack.sql("SELECT 1")
    role = f"consent_{stack.database}"
    try:
        cluster.psql(f"CREATE ROLE {role} VALID UNTIL '{'2020-01-01'}'", stack.database)
        assert f"{role}'s ended" in findings(stack)[("wrong", "passwords")]
    finally:
        cluster.psql(f"DROP ROLE {role}", stack.database)
    assert not any(check == "passwords" for _, check in findings(stack))
    assert ("note", "backup") in findings(stack)


def test_doctor_says_how_long_records_and_functions_have_waited(stack):
    """Ages are those of the records, which nobody has to wait for; and a function that does not
    run, as after a package's upgrade, is said by its SQLSTATE."""
    stack.topic("feed.aged", **{"message.timestamp.type": "CreateTime"})
    old = int((time.time() - 7200) * 1000)
    partition, offset = stack.produce("feed.aged", optout(1, "a@example.com"),
                                      timestamp_ms=old, partition=2)
    stack.produce("feed.aged", optout(2, "b@example.com"), partition=2)
    stack.sql("INSERT INTO ingest_position (topic, partition, next_offset, epoch, owner) "
              f"VALUES ('feed.aged', {partition}, {offset}, 1, 'x')")
    found = findings(stack)
    assert re.search("feed.aged: 2 records are not yet in, the oldest came 2 h ago",
                     found[("wrong", "waiting")]), found
    stack.sql(f"UPDATE ingest_position SET next_offset = {offset} + 1")
    assert ("ok", "waiting") in findings(stack)
    stack.sql("UPDATE pg_proc SET probin = '$libdir/plpgsql_of_another_release' "
              "WHERE proname = 'plpgsql_call_handler'")
    found = findings(stack)
    assert "58P01" in found[("wrong", "functions")]
    # it is said once
    assert [check for check, text in found.items() if "58P01" in text] == [("wrong", "functions")]
    # which ends the connection, and nothing else of what doctor looks at
    assert not [text for text in found.values() if "is gone" in text], found
    assert ("ok", "register") in found and ("ok", "versions") in found, found


def test_doctor_sees_versions_that_the_database_never_gave_out(stack):
    stack.ctl("list", "create", "--all")
    assert ("ok", "versions") in findings(stack)
    stack.produce("suppression.promotional-email", key="t",
                  value={"status": "suppressed", "version": (7 << 40) + 5, "token": "t" * 64})
    found = findings(stack)
    assert "promotional-email has version 7696581394437" in found[("wrong", "versions")], found


def test_doctor_names_what_comes_to_its_end(stack, cluster, tmp_path):
    """Certificates by their files, the disk by what came since yesterday, base backups by what
    PostgreSQL keeps of them."""
    certificate, _ = Authority(tmp_path, "ends").issue("web")
    found = findings(stack)
    assert not any(check == "certificate" for _, check in found)
    assert ("warn", "backup") in found and ("wrong", "disk") not in found, found
    # little room is wrong, also where nothing came since yesterday
    stack.extra = {"database_disk_gb": 1}
    stack._ctl_conf = None  # noqa: SLF001 - is written again
    assert "are free" in findings(stack)[("wrong", "disk")]
    stack.sql("INSERT INTO source_count (source, partition, day, outcome, reason, late, type, n) "
              "VALUES (0, 0, (now() AT TIME ZONE 'UTC')::date, 1, '', false, 0, 1000000000000)")
    stack.extra = {"certificates": certificate}
    stack._ctl_conf = None  # noqa: SLF001 - is written again
    found = findings(stack)
    assert "in 1 days" in found[("wrong", "certificate")], found
    assert ("wrong", "disk") in found, found


def test_doctor_names_rights_that_no_program_needs(stack):
    def excess():
        done = stack.ctl("doctor", "--json", check=False)
        return {c["text"] for c in json.loads(done.stdout)["checks"]
                if (c["level"], c["check"]) == ("wrong", "rights")}
    assert excess() == set()
    stack.sql("GRANT INSERT ON fact TO consent_lookup; GRANT UPDATE (spent) ON fact TO PUBLIC;"
              " GRANT SELECT (raw) ON ledger TO consent_gateway;"
              " GRANT TRUNCATE ON ledger TO consent_publish; CREATE TABLE aside (x integer);"
              " GRANT SELECT ON aside TO consent_ingest")
    roles = ("gateway", "ingest", "keeper", "lookup", "operator", "publish", "webhook")
    assert excess() == {
        f"the role consent_{role} may {right}, which its program does not need"
        for role, right in [("lookup", "INSERT on fact"), ("gateway", "SELECT (raw) on ledger"),
                            ("publish", "TRUNCATE on ledger"), ("ingest", "SELECT on aside"),
                            *((role, "UPDATE (spent) on fact") for role in roles)]}
    # and one that a program needs and has no more
    stack.sql("REVOKE DELETE ON outbox FROM consent_publish;"
              " REVOKE UPDATE (wrapped_key) ON contact FROM consent_keeper")
    assert {text for text in excess() if "may not" in text} == {
        f"the role consent_{what}, which its program needs" for what in (
            "publish may not DELETE on outbox", "keeper may not UPDATE (wrapped_key) on contact")}
    # what comes with another's role, or is not about tables, is said by the role's name
    stack.sql("GRANT pg_execute_server_program TO consent_keeper")
    try:
        assert "consent_keeper is a member of pg_execute_server_program" in findings(stack)[
            ("wrong", "roles")]
    finally:
        stack.sql("REVOKE pg_execute_server_program FROM consent_keeper")
    # of one role it is not said fifty times
    stack.sql("GRANT ALL ON ALL TABLES IN SCHEMA public TO consent_gateway")
    said = {text for text in excess() if "gateway" in text}
    assert len(said) == 6 and any("more such rights of consent_gateway" in t for t in said)
    # of a superuser that is said, once, and not every right there is
    stack.sql("ALTER ROLE consent_publish SUPERUSER")
    try:
        assert not any("consent_publish" in text for text in excess())
        assert "consent_publish" in findings(stack)[("wrong", "roles")]
    finally:
        stack.sql("ALTER ROLE consent_publish NOSUPERUSER")
