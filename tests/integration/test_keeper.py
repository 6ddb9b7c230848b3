"""What happens without an event: due times, cascades, a flood of both."""
import time

import psycopg2
import pytest

from facts import Facts, now, token
from hands import not_at_midnight, wait_until


def make_due(stack, n, at="now()"):
    """n contacts that publish knows nothing of, due at that time."""
    stack.sql("INSERT INTO due SELECT gen_random_uuid(), " + at +
              " FROM generate_series(1, %s)", n)


def test_a_contact_changes_its_standing_when_its_time_comes(stack):
    """A grant that ends: permitted now, suppressed then, without an event."""
    stack.start("publish")
    stack.start("keeper")
    world = Facts(stack)
    ends = now(3600)
    world.add("due@example.com", "GRANT", purpose="marketing.promotional", expires=ends)
    world.commit()

    def permit():
        found = stack.read_table("suppression.marketing-email-permit").values()
        return [e["status"] for e in found]
    wait_until(lambda: permit() == ["permitted"], what="the permit")
    # the topic has a word before its transaction ends
    due = wait_until(lambda: stack.sql("SELECT at FROM due"), what="when it ends")
    assert abs((due[0][0] - ends).total_seconds()) < 1
    # the hour passes at once
    stack.sql("SET session_replication_role = replica;"
              "UPDATE fact SET expires = now() + interval '2 s';"
              "UPDATE due SET at = now() + interval '2 s';"
              "RESET session_replication_role")
    wait_until(lambda: permit() == ["released"], what="the end of the permit")
    wait_until(lambda: stack.read_table("suppression.promotional-email").get(
        token("due@example.com"), {}).get("status") == "suppressed", what="the suppression")
    wait_until(lambda: stack.value("SELECT count(*) FROM due") == 0, what="nothing due")


def test_the_keeper_catches_up_after_a_restart(stack):
    make_due(stack, 25000, "now() - interval '1 hour'")
    make_due(stack, 10, "now() + interval '1 hour'")
    stack.start("keeper", backlog_rows=1000000)
    wait_until(lambda: stack.value("SELECT count(*) FROM due") == 10, what="the late ones")
    assert stack.value("SELECT count(*) FROM dirty WHERE cause = 2") == 25000
    assert stack.value("SELECT count(*) FROM dirty"
                       " WHERE shard <> get_byte(uuid_send(contact), 0) >> 4") == 0


def test_who_is_due_later_costs_nothing_now(stack):
    make_due(stack, 30000, "now() + interval '1 day'")
    make_due(stack, 10, "now() - interval '1 hour'")
    read = ("SELECT pg_stat_get_tuples_returned(oid) + pg_stat_get_tuples_fetched(oid) FROM "
            "pg_class WHERE relname IN ('due', 'due_at')")

    def rows_read():
        return sum(n for n, in stack.sql(read))
    before = rows_read()
    stack.start("keeper", poll_ms=10)
    wait_until(lambda: stack.value("SELECT count(*) FROM dirty") == 10, what="the late ones")
    stack.stop()  # what its session has counted is told as it ends
    wait_until(lambda: rows_read() > before, what="the statistics")
    assert rows_read() - before < 30000


def test_two_keepers_wake_nobody_twice(stack):
    make_due(stack, 60000)
    stack.start("keeper", name="keeper", step_contacts=1000, backlog_rows=10000000)
    stack.start("keeper", name="keeper-2", step_contacts=1000, backlog_rows=10000000)
    wait_until(lambda: stack.value("SELECT count(*) FROM due") == 0, what="all of them")
    assert stack.value("SELECT count(*) FROM dirty") == 60000
    assert stack.value("SELECT count(DISTINCT contact) FROM dirty") == 60000


def test_the_keeper_does_not_bury_new_events(stack):
    """No more than a backlog and a step are ever dirty on its account."""
    make_due(stack, 50000)
    stack.start("keeper", step_contacts=1000, backlog_rows=3000)
    wait_until(lambda: stack.value("SELECT count(*) FROM dirty") >= 3000, what="the first")
    time.sleep(1)
    assert stack.value("SELECT count(*) FROM dirty") <= 4000
    stack.sql("DELETE FROM dirty")  # as publish would
    wait_until(lambda: stack.value("SELECT count(*) FROM dirty") >= 3000, what="the next")


@pytest.mark.alone
def test_a_hundred_thousand_a_minute_through_to_their_entries(stack):
    """The keeper's share of the work, with publish behind it."""
    world = Facts(stack)
    names = [f"many{i}@example.com" for i in range(20000)]
    world.make(names)
    stack.sql("INSERT INTO due SELECT contact, now() FROM contact")
    start = time.monotonic()
    stack.start("publish")
    stack.start("keeper")
    wait_until(lambda: stack.value("SELECT count(DISTINCT contact) FROM list_entry") == 20000
               and stack.value("SELECT count(*) FROM dirty") == 0, 60, "their entries")
    took = time.monotonic() - start
    assert took < 12 * 1.5, f"20,000 contacts took {took:.1f} s"


def test_an_agreement_that_ends_takes_its_contacts_with_it(stack):
    """Third-party grants under it stop; others are not looked at."""
    third = ("WARRANTY", "NAMED", "EVIDENCE")
    stack.start("publish")
    world = Facts(stack)
    for i in range(30):
        world.add(f"lead{i}@example.com", "GRANT", source="leadmart",
                  purpose="marketing.promotional", flags=third, agreement="AGR-2025-0042")
    world.add("own@example.com", "GRANT", purpose="marketing.promotional")
    world.commit()

    def statuses():
        found = stack.sql("SELECT status, count(*) FROM list_entry e JOIN register_number n"
                          " ON n.kind = 'list' AND n.number = e.list"
                          " WHERE n.id = 'marketing-email-permit' GROUP BY 1")
        return dict(found)
    wait_until(lambda: statuses() == {3: 31}, what="31 permits")
    versions = stack.value("SELECT max(version) FROM list_entry WHERE contact = %s",
                           world.key("own@example.com"))
    stack.start("keeper", step_contacts=1)  # more than one step
    stack.sql("INSERT INTO agreement_fact VALUES (900, now(), 'AGR-2025-0042', 'leadmart',"
              " '-infinity', 'infinity', now() - interval '1 minute', 'infinity')")
    stack.sql("UPDATE register_version SET version = version + 1")
    stack.sql("INSERT INTO cascade (agreement, ledger_id, known) VALUES (%s, 900, now())",
              world.number["agreement", "AGR-2025-0042"])
    wait_until(lambda: statuses() == {2: 30, 3: 1}, what="the end of 30 permits")
    wait_until(lambda: stack.value("SELECT count(*) FROM cascade") == 0, what="the cascade")
    assert versions == stack.value("SELECT max(version) FROM list_entry WHERE contact = %s",
                                   world.key("own@example.com"))


def test_a_cascade_goes_on_where_a_killed_keeper_left_it(stack):
    world = Facts(stack)
    world.add("seed@example.com", "GRANT", source="leadmart", flags=("WARRANTY",),
              purpose="marketing.promotional", agreement="AGR-2025-0042")
    world.commit()
    stack.sql("INSERT INTO fact SELECT gen_random_uuid(), ledger_id, known, occurred_from,"
              " occurred_to, effective, expires, source, agreement, flags, controller,"
              " purpose, channels, stated, kind, source_type, part"
              " FROM fact, generate_series(1, 20000)")
    stack.sql("DELETE FROM dirty")
    stack.sql("INSERT INTO cascade (agreement, ledger_id, known) SELECT agreement, 1, now()"
              " FROM fact LIMIT 1")
    stack.start("keeper", step_contacts=10, backlog_rows=500)
    wait_until(lambda: stack.value("SELECT count(after_key) FROM cascade") > 0, what="a step")
    stack.daemon("keeper").kill()
    so_far = stack.value("SELECT count(*) FROM dirty")
    assert 0 < so_far < 20001
    stack.start("keeper", step_contacts=10, backlog_rows=1000000)
    wait_until(lambda: stack.value("SELECT count(*) FROM cascade") == 0, what="the end")
    assert stack.value("SELECT count(DISTINCT contact) FROM dirty WHERE cause = 4") == 20001
    assert stack.value("SELECT count(*) FROM dirty") == 20001, "a step was done twice"


def test_a_cascade_finds_facts_in_partitions(stack):
    """Where rows stand in a table says nothing: of one in partitions the file is empty."""
    stack.sql("ALTER TABLE fact RENAME TO fact_whole")
    stack.sql("CREATE TABLE fact (LIKE fact_whole INCLUDING ALL) PARTITION BY HASH (contact)")
    stack.sql("GRANT SELECT ON fact TO consent_keeper, consent_publish, consent_lookup")
    for part in range(2):
        stack.sql(f"CREATE TABLE fact_{part} PARTITION OF fact FOR VALUES WITH (MODULUS 2,"
                  f" REMAINDER {part})")
    world = Facts(stack)
    for i in range(50):
        world.add(f"part{i}@example.com", "GRANT", source="leadmart", flags=("WARRANTY",),
                  purpose="marketing.promotional", agreement="AGR-2025-0042")
    world.commit()
    stack.sql("DELETE FROM dirty")
    stack.sql("INSERT INTO cascade (agreement, ledger_id, known) SELECT agreement, 1, now()"
              " FROM fact LIMIT 1")
    stack.start("keeper", step_contacts=2)
    wait_until(lambda: stack.value("SELECT count(*) FROM cascade") == 0, what="the end")
    assert stack.value("SELECT count(DISTINCT contact) FROM dirty WHERE cause = 4") == 50


def test_everybody_is_looked_at_when_the_register_asks(stack):
    world = Facts(stack)
    world.make([f"all{i}@example.com" for i in range(2500)])
    stack.sql("INSERT INTO cascade (agreement, ledger_id, known) VALUES (0, 0, now())")
    stack.start("keeper", step_contacts=1000)
    wait_until(lambda: stack.value("SELECT count(*) FROM cascade") == 0, what="the end")
    assert stack.value("SELECT count(DISTINCT contact) FROM dirty WHERE cause = 6") == 2500


def test_overdue_deletions_are_shown(stack):
    world = Facts(stack)
    key = world.key("minor@example.com")
    stack.sql("INSERT INTO delete_task VALUES (%s, 1, 'UNDER_16', now() - interval '40 days',"
              " NULL), (%s, 2, 'UNDER_16', now(), NULL)", key, key)
    stack.start("keeper")
    wait_until(lambda: [stack.metrics("keeper").get(f"consent_keeper_deletes_{n}")
                        for n in ("open", "overdue")] == [2, 1], what="the gauges")


def test_the_keeper_waits_for_its_database(stack):
    stack.start("keeper")
    stack.cluster.crash()
    try:
        wait_until(lambda: "event=database_away" in stack.daemon("keeper").log_file.read_text(),
                   what="the complaint")
    finally:
        stack.cluster.start()
    make_due(stack, 5)
    wait_until(lambda: stack.value("SELECT count(*) FROM dirty") == 5, what="the wake-up")


def test_what_was_looked_up_is_forgotten_in_time(stack):
    """Days of budgets the day after tomorrow, the audit after audit_days; never earlier."""
    not_at_midnight(120)
    stack.sql("INSERT INTO token_day SELECT 7, (now() AT TIME ZONE 'UTC')::date - n, 15000"
              " FROM generate_series(0, 3) AS n")
    stack.sql("INSERT INTO token_contact SELECT 7, (now() AT TIME ZONE 'UTC')::date - n,"
              " gen_random_uuid() FROM generate_series(0, 3) AS n, generate_series(1, 15000)")
    stack.sql("INSERT INTO lookup_audit SELECT now() - n * interval '1 day', NULL, 7, 0, 0, 0,"
              " 3, 3 FROM generate_series(1, 1000) AS n, generate_series(1, 25)")
    stack.start("keeper", audit_days=400)
    wait_until(lambda: stack.value("SELECT count(*) FROM lookup_audit") == 399 * 25,
               what="the old look-ups to go")
    wait_until(lambda: stack.value("SELECT count(*) FROM token_day") == 2, what="the days")
    assert stack.value("SELECT min(at) > now() - interval '400 days' FROM lookup_audit")
    assert stack.value("SELECT count(*) FROM token_contact") == 30000
    assert stack.value("SELECT min(day) FROM token_contact") == \
        stack.value("SELECT (now() AT TIME ZONE 'UTC')::date - 1")
    for statement in ("DELETE FROM lookup_audit", "UPDATE lookup_audit SET token_id = 8"):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            stack.sql(statement)
